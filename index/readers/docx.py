"""DOCX: the text that a person sees in Word, without what was deleted or hidden."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

from docx import Document
from lxml import etree  # type: ignore[import-untyped]

from index.article import HIDDEN_TEXT, normalise
from index.errors import Unreadable
from index.readers.documents import WHITE, Colour, alike, raised, same_words, stated_people, stated_title
from index.readers.fields import Reading, reading
from index.readers.text import whole

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_SHAPE = "{http://schemas.microsoft.com/office/word/2010/wordprocessingShape}"
_PLACED = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_WORD_2010 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_MATHS = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_TERMS = "{http://purl.org/dc/terms/}"
_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # files of Word up to 2003, and around everything that Word encrypts
_LARGEST_XML = 20 * 1024 * 1024  # bytes of one part; as a tree it takes some ten times that
_LARGEST_PARTS = 120 * 1024 * 1024  # bytes of all parts, pictures among them
_MOST_PARTS = 5_000
_SMALLEST = 2  # half points: a letter of one point is a speck
_NARROWEST = 5  # per cent of a letter's width
_TIGHTEST = 20  # twentieths of a point between lines: one point shows none of them
_BETWEEN_CELLS = "\t"

_LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
# What in a paragraph holds more of it.
_HOLDERS = frozenset(
    _W + name for name in "hyperlink ins moveTo smartTag sdtContent customXml fldSimple dir bdo rubyBase".split()
)
_HIGHLIGHTS = {
    "black": "000000", "blue": "0000FF", "cyan": "00FFFF", "darkBlue": "000080", "darkCyan": "008080",
    "darkGray": "808080", "darkGreen": "008000", "darkMagenta": "800080", "darkRed": "800000", "darkYellow": "808000",
    "green": "00FF00", "lightGray": "C0C0C0", "magenta": "FF00FF", "red": "FF0000", "white": "FFFFFF",
    "yellow": "FFFF00",
}  # fmt: skip

_PUBLISHED = (
    "published",
    "date published",
    "datepublished",
    "publication date",
    "publicationdate",
    "date of publication",
)
_PUBLISHER = ("publisher",)
_ADDRESS = ("url", "source url", "web address", "link")


def read(file: BinaryIO) -> Iterator[Reading]:
    """The one article of a Word file; raises Unreadable when it is locked, damaged, or no Word file."""
    data = whole(file)
    _refuse_others(data)
    try:
        _measure(data)
        document = Document(io.BytesIO(data))
        parts = {str(part.partname): part for part in document.part.package.iter_parts()}
        _Text(document.element, {}).refuse_definitions()
        facts = _facts(document, parts)
        text = _Text(document.element, _styles(document))
        notes = {kind: _notes(parts, kind) for kind in ("footnote", "endnote")}
        found = [*text.paragraphs(), *text.notes(notes)]
    except Unreadable:
        raise
    except MemoryError as error:
        raise Unreadable("it needs more memory than one article may take") from error
    except Exception as error:  # python-docx lets through whatever a broken file makes of zipfile, lxml and itself
        raise Unreadable(f"not a Word file (.docx), or a damaged one ({_short(error)})") from error
    title, untitled = _titled(facts["title"], found)
    body = "\n\n".join(paragraph.text for paragraph in untitled or found)
    yield reading({**facts, "title": title}, body, marks=[HIDDEN_TEXT] if text.hides else [])


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__


def _refuse_others(data: bytes) -> None:
    """Name what is no Word file of today; raises Unreadable."""
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise Unreadable("protected by a password")
        raise Unreadable("an old Word file: save it as .docx")
    if data.startswith(b"{\\rtf"):
        raise Unreadable("an RTF file: save it as .docx")
    if not data.startswith(b"PK"):
        raise Unreadable("not a Word file (.docx)")


def _measure(data: bytes) -> None:
    """Unpack all parts once, a piece at a time: what their headers say of their size may be a lie."""
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        members = packed.infolist()
        if len(members) > _MOST_PARTS:
            raise Unreadable(f"it has {len(members)} parts, more than any Word file")
        names = {member.filename for member in members}
        if "[Content_Types].xml" not in names:
            raise Unreadable("not a Word file (.docx), but another zip file")
        if b"wordprocessingml.document.main+xml" not in packed.open("[Content_Types].xml").read(_LARGEST_XML):
            raise Unreadable("not a Word document (.docx), but a file of another program or kind")
        if any(member.flag_bits & 1 for member in members):
            raise Unreadable("protected by a password")
        room = _LARGEST_PARTS
        for member in members:
            limit = _LARGEST_XML if member.filename.lower().endswith((".xml", ".rels")) else room
            with packed.open(member) as part:
                size = 0
                start = part.read(4096)
                while piece := start or part.read(1024 * 1024):
                    start = b""
                    size += len(piece)
                    room -= len(piece)
                    if size > limit or room < 0:
                        raise Unreadable("it unpacks to more than an article holds")
            if member.filename == "word/document.xml":
                with packed.open(member) as part:
                    if _STRICT in part.read(4096):
                        raise Unreadable("a “Strict Open XML” file: save it as “Word document (.docx)”")


@dataclass(frozen=True, slots=True)
class _Look:
    """How letters look, as far as it decides whether they can be seen; None where nothing is said."""

    hidden: bool | None = None
    colour: Colour | None = None
    ground: Colour | None = None  # what is painted behind the letters themselves
    size: float | None = None  # half points
    width: float | None = None  # per cent

    def over(self, other: _Look) -> _Look:
        """This look, and the other where this one says nothing."""
        return _Look(
            other.hidden if self.hidden is None else self.hidden,
            self.colour or other.colour,
            self.ground or other.ground,
            other.size if self.size is None else self.size,
            other.width if self.width is None else self.width,
        )


@dataclass(frozen=True, slots=True)
class _Style:
    """A style with all that it is based on."""

    name: str
    look: _Look
    ground: Colour | None  # of the paragraph
    tight: bool | None  # lines too close to be seen


@dataclass(frozen=True, slots=True)
class _Surroundings:
    """Where a paragraph stands."""

    ground: Colour | None = WHITE  # None: not known, as in a table whose style paints it
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class _Paragraph:
    text: str
    style: str  # its name in lower case, as Word calls it in every language


class _Text:
    """The text of a document, and whether it hides more."""

    def __init__(self, root: Any, styles: Mapping[str, _Style]) -> None:
        self._root = root
        self._styles = styles
        self._default = styles.get("", _Style("", _Look(), None, None))
        self._fields: list[bool] = []  # for each field that is open, whether its result has begun
        self._boxes: list[tuple[Any, _Surroundings]] = []
        self._joins: list[str] = []  # what stands before a paragraph's end that was deleted
        self._noted: list[tuple[str, str]] = []
        self.hides = False

    def refuse_definitions(self) -> None:
        """Raise Unreadable where the XML defines entities, which stand for text that is not there."""
        if self._root.getroottree().docinfo.doctype:
            raise Unreadable("it defines XML entities, which no Word file does")

    def paragraphs(self) -> Iterator[_Paragraph]:
        """The paragraphs of the body in their order, text boxes behind the paragraph that holds them."""
        painted = self._root.find(_W + "background")
        ground = _hex(painted.get(_W + "color")) if painted is not None else None
        body = self._root.find(_W + "body")
        yield from self._blocks(body, _Surroundings(ground or WHITE))
        if self._joins:
            yield _Paragraph(_tidy("".join(self._joins)), "")

    def notes(self, notes: Mapping[str, Mapping[str, Any]]) -> Iterator[_Paragraph]:
        """The notes to which the text refers, in the order in which it does."""
        for kind, number in dict.fromkeys(self._noted):
            note = notes[kind].get(number)
            if note is not None:
                yield from self._blocks(note, _Surroundings())

    def _blocks(self, holder: Any, around: _Surroundings) -> Iterator[_Paragraph]:
        for element in holder if holder is not None else ():
            if element.tag == _W + "p":
                yield from self._paragraph(element, around)
            elif element.tag == _W + "tbl":
                yield from self._table(element, around)
            elif element.tag == _W + "sdt":
                if not _is_prompt(element):
                    yield from self._blocks(element.find(_W + "sdtContent"), around)
            elif element.tag in _HOLDERS:
                yield from self._blocks(element, around)
            elif element.tag == _MC + "AlternateContent":
                yield from self._blocks(_chosen(element), around)

    def _table(self, table: Any, around: _Surroundings) -> Iterator[_Paragraph]:
        """A row a paragraph; where a cell holds more than one, as tables do that only lay a page out, each by itself."""
        properties = table.find(_W + "tblPr")
        style = _value(properties, "tblStyle")
        plain = style is None or style.lower() in ("tablenormal", "tablegrid")
        ground = _shade(properties) or (around.ground if plain else None)
        for row in _inside(table, _W + "tr"):
            said = row.find(_W + "trPr")
            height = said.find(_W + "trHeight") if said is not None else None
            flat = (
                height is not None
                and height.get(_W + "hRule") == "exact"
                and _is_at_most(height.get(_W + "val"), _TIGHTEST)
            )
            hidden = around.hidden or flat or _is_on(said, "hidden") is True
            if said is not None and said.find(_W + "del") is not None:
                continue
            cells = []
            for cell in _inside(row, _W + "tc"):
                own = _shade(cell.find(_W + "tcPr"))
                cells.append([*self._blocks(cell, replace(around, ground=own or ground, hidden=hidden))])
            if all(len(cell) <= 1 for cell in cells):
                text = _BETWEEN_CELLS.join(paragraph.text for cell in cells for paragraph in cell)
                if text:
                    yield _Paragraph(text, "")
            else:
                yield from (paragraph for cell in cells for paragraph in cell)

    def _paragraph(self, element: Any, around: _Surroundings) -> Iterator[_Paragraph]:
        properties = element.find(_W + "pPr")
        style = self._styles.get(_value(properties, "pStyle") or "", self._default)
        ground = _shade(properties) or style.ground or around.ground
        tight = _is_tight(properties)
        hidden = around.hidden or (style.tight if tight is None else tight) is True
        text = "".join(self._inline(element, style, replace(around, ground=ground, hidden=hidden)))
        mark = properties.find(_W + "rPr") if properties is not None else None
        if mark is not None and (mark.find(_W + "del") is not None or _is_on(mark, "vanish")):
            self._joins.append(text)  # its end is gone: it goes on in the next one
        else:
            text, self._joins = "".join([*self._joins, text]), []
            for part in _tidy(text).split("\f"):
                if part.strip():
                    yield _Paragraph(part.strip(), style.name)
        boxes, self._boxes = self._boxes, []
        for box, surroundings in boxes:
            outer, self._fields = self._fields, []
            yield from self._blocks(box, surroundings)
            self._fields = outer

    def _inline(self, holder: Any, style: _Style, around: _Surroundings) -> Iterator[str]:
        for element in holder:
            if not isinstance(element.tag, str):
                if element.tag is etree.Entity:
                    raise Unreadable("it defines XML entities, which no Word file does")
            elif element.tag == _W + "r":
                yield from self._run(element, style, around)
            elif element.tag == _W + "sdt":
                if not _is_prompt(element):
                    yield from self._inline(element.find(_W + "sdtContent"), style, around)
            elif element.tag == _MC + "AlternateContent":
                yield from self._inline(_chosen(element), style, around)
            elif element.tag == _W + "ruby":
                yield from self._inline(element, style, around)
            elif element.tag in (_MATHS + "oMath", _MATHS + "oMathPara"):
                yield _formula(element)
            elif element.tag in _HOLDERS:
                yield from self._inline(element, style, around)

    def _run(self, run: Any, style: _Style, around: _Surroundings) -> Iterator[str]:
        properties = run.find(_W + "rPr")
        look = self._look(properties, style)
        seen = not around.hidden and not _is_unseen(look, around.ground) and not _has_no_fill(properties)
        withdrawn = any(_is_on(properties, name) for name in ("strike", "dstrike"))
        place = _value(properties, "vertAlign")
        for element in run:
            text = self._part(element, style, around, seen)
            if not text or not all(self._fields) or withdrawn:
                continue
            if place == "superscript":
                text = raised(text)
            elif place == "subscript" and text.isdigit():
                text = text.translate(_LOWERED)
            if seen:
                yield text
            elif text.strip():
                self.hides = True

    def _part(self, element: Any, style: _Style, around: _Surroundings, seen: bool) -> str:
        """What one part of a run says."""
        tag = element.tag
        if tag == _W + "t":
            if len(element):
                raise Unreadable("it defines XML entities, which no Word file does")
            return element.text or ""
        if tag in (_W + "tab", _W + "ptab"):
            return "\t"
        if tag in (_W + "br", _W + "cr"):
            return "\f" if element.get(_W + "type") in ("page", "column") else "\n"
        if tag == _W + "noBreakHyphen":
            return "-"
        if tag == _W + "sym":
            return _symbol(element.get(_W + "char"))
        if tag == _W + "ruby":
            return "".join(self._inline(element, style, around))
        if tag == _W + "fldChar":
            self._field(element.get(_W + "fldCharType"))
        elif tag in (_W + "footnoteReference", _W + "endnoteReference"):
            if seen and all(self._fields):
                self._noted.append((tag[len(_W) :].removesuffix("Reference"), element.get(_W + "id") or ""))
        elif tag in (_W + "drawing", _W + "pict", _W + "object", _MC + "AlternateContent"):
            self._find_boxes(_chosen(element) if tag == _MC + "AlternateContent" else element, around, seen)
        return ""

    def _field(self, step: str | None) -> None:
        if step == "begin":
            self._fields.append(False)
        elif step == "separate" and self._fields:
            self._fields[-1] = True
        elif step == "end" and self._fields:
            self._fields.pop()

    def _find_boxes(self, shape: Any, around: _Surroundings, seen: bool) -> None:
        """Keep the text boxes of a drawing for after the paragraph."""
        for box in _boxes(shape):
            hidden = not seen or around.hidden or _is_hidden_shape(box, shape)
            self._boxes.append((box, _Surroundings(_ground_of(box, shape), hidden)))

    def _look(self, properties: Any, style: _Style) -> _Look:
        own = _look(properties)
        named = self._styles.get(_value(properties, "rStyle") or "", _Style("", _Look(), None, None)).look
        # What a paragraph's style hides, a style of letters that hides shows again.
        hidden = (
            bool(named.hidden) != bool(style.look.hidden)
            if named.hidden is not None and style.look.hidden is not None
            else (named.hidden if named.hidden is not None else style.look.hidden)
        )
        return own.over(replace(named.over(style.look), hidden=hidden)).over(self._default.look)


def _formula(part: Any) -> str:
    """A formula on one line: a half is 1/2, and not 12."""
    if part.tag == _MATHS + "t":
        return part.text or ""
    said = [_formula(inner) for inner in part]
    if part.tag == _MATHS + "f":
        return "/".join(f"({one})" if re.search(r"\W", one) else one for one in said if one)
    return raised("".join(said)) if part.tag == _MATHS + "sup" else "".join(said)


def _tidy(text: str) -> str:
    lines = [re.sub(r"[ \t\u00a0]*\t[ \t\u00a0]*", "\t", line).strip() for line in text.split("\n")]
    return "\n".join(line for line in lines if line)


def _titled(stated: str | None, found: list[_Paragraph]) -> tuple[str | None, list[_Paragraph]]:
    """The title, and the paragraphs without it: the one that is stated and printed, else the one of that style.

    Properties often keep the title of the file that this one was made from.
    """
    for place, paragraph in enumerate(found[:5]):
        if stated is not None and same_words(paragraph.text, stated):
            return stated, found[:place] + found[place + 1 :]
    for style in ("title", *([] if stated else ["heading 1"])):
        for place, paragraph in enumerate(found):
            if paragraph.style == style:
                return " ".join(paragraph.text.split()), found[:place] + found[place + 1 :]
    return stated, found


def _facts(document: Any, parts: Mapping[str, Any]) -> dict[str, Any]:
    """What the properties state: never when the file was made or changed, only when the text was published."""
    core = document.core_properties
    custom = _custom(parts)
    issued = core._element.find(_TERMS + "issued")
    stated = next((custom[name] for name in _PUBLISHED if name in custom), None)
    address = next((custom[name] for name in _ADDRESS if name in custom), "")
    return {
        "title": stated_title(normalise(core.title or "")),
        "authors": stated_people([normalise(core.author or "")]),
        "date": stated or (issued.text if issued is not None else None),
        "publisher": next((custom[name] for name in _PUBLISHER if name in custom), None),
        "url": address if re.fullmatch(r"https?://\S+", address) else None,
    }


def _custom(parts: Mapping[str, Any]) -> dict[str, str]:
    """The properties that a person added, by name in lower case."""
    part = parts.get("/docProps/custom.xml")
    if part is None:
        return {}
    root = etree.fromstring(part.blob, etree.XMLParser(resolve_entities=False, no_network=True))
    found: dict[str, str] = {}
    for element in root:
        value = " ".join("".join(element.itertext()).split())
        if element.get("name") and value:
            found.setdefault(" ".join(element.get("name").casefold().split()), value)
    return found


def _notes(parts: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """The notes of a kind by number."""
    part = parts.get(f"/word/{kind}s.xml")
    if part is None:
        return {}
    root = etree.fromstring(part.blob, etree.XMLParser(resolve_entities=False, no_network=True))
    return {note.get(_W + "id"): note for note in root.iter(_W + kind) if note.get(_W + "type") in (None, "normal")}


def _styles(document: Any) -> dict[str, _Style]:
    """All styles by id; the one of no name is what paragraphs without a style look like."""
    root = document.styles.element
    elements = {element.get(_W + "styleId"): element for element in root.iter(_W + "style")}
    defaults = root.find(f"{_W}docDefaults/{_W}rPrDefault/{_W}rPr")
    found: dict[str, _Style] = {}
    for name, element in elements.items():
        chain, seen = [], set()
        based: Any = element
        while based is not None and id(based) not in seen:
            seen.add(id(based))
            chain.append(based)
            based = elements.get(_value(based, "basedOn"))
        look, ground, tight = _Look(), None, None
        for one in chain:
            properties = one.find(_W + "pPr")
            look = look.over(_look(one.find(_W + "rPr")))
            ground = ground or _shade(properties)
            tight = _is_tight(properties) if tight is None else tight
        found[name] = _Style((_value(element, "name") or "").lower(), look, ground, tight)
        if element.get(_W + "type") == "paragraph" and element.get(_W + "default") in ("1", "true"):
            found[""] = found[name]
    plain = found.get("", _Style("", _Look(), None, None))
    found[""] = replace(plain, look=plain.look.over(_look(defaults)))
    return found


def _look(properties: Any) -> _Look:
    if properties is None:
        return _Look()
    colour = _hex(_value(properties, "color"))
    highlight = _value(properties, "highlight")
    ground = _hex(_HIGHLIGHTS.get(highlight)) if highlight else None
    return _Look(
        _is_on(properties, "vanish"),
        colour,
        ground or _shade(properties),
        _number(_value(properties, "sz")),
        _number(_value(properties, "w")),
    )


def _is_unseen(look: _Look, ground: Colour | None) -> bool:
    """Whether letters that look so on this ground can't be seen."""
    if look.hidden:
        return True
    if (look.size is not None and look.size <= _SMALLEST) or (look.width is not None and look.width <= _NARROWEST):
        return True
    behind = look.ground or ground
    return look.colour is not None and behind is not None and alike(look.colour, behind)


def _has_no_fill(properties: Any) -> bool:
    filled = properties.find(_WORD_2010 + "textFill") if properties is not None else None
    outlined = properties.find(_WORD_2010 + "textOutline") if properties is not None else None
    line = outlined is not None and outlined.find(_WORD_2010 + "solidFill") is not None
    return filled is not None and filled.find(_WORD_2010 + "noFill") is not None and not line


def _is_tight(properties: Any) -> bool | None:
    spacing = properties.find(_W + "spacing") if properties is not None else None
    if spacing is None or spacing.get(_W + "line") is None:
        return None
    return spacing.get(_W + "lineRule") == "exact" and _is_at_most(spacing.get(_W + "line"), _TIGHTEST)


def _is_prompt(control: Any) -> bool:
    """Whether a content control still shows what to fill in."""
    return _is_on(control.find(_W + "sdtPr"), "showingPlcHdr") is True


def _is_on(properties: Any, name: str) -> bool | None:
    found = properties.find(_W + name) if properties is not None else None
    return None if found is None else found.get(_W + "val") not in ("0", "false", "off")


def _value(properties: Any, name: str) -> str | None:
    found = properties.find(_W + name) if properties is not None else None
    return None if found is None else found.get(_W + "val")


def _shade(properties: Any) -> Colour | None:
    """The colour of a shading."""
    shade = properties.find(_W + "shd") if properties is not None else None
    if shade is None:
        return None
    pattern = shade.get(_W + "val")
    return _hex(shade.get(_W + "color")) if pattern == "solid" else _hex(shade.get(_W + "fill"))


def _hex(value: str | None) -> Colour | None:
    """The colour of six hexadecimal digits; None for “auto”, which is always seen."""
    if value is None or not re.fullmatch("[0-9a-fA-F]{6}", value):
        return None
    red, green, blue = (int(value[at : at + 2], 16) / 255 for at in (0, 2, 4))
    return red, green, blue


def _number(value: str | None) -> float | None:
    return float(value) if value is not None and re.fullmatch(r"-?\d{1,9}(\.\d{1,9})?", value.strip()) else None


def _is_at_most(value: str | None, limit: float) -> bool:
    number = _number(value)
    return number is not None and number <= limit


def _symbol(code: str | None) -> str:
    """A sign of a symbol font, where its number is that of the sign itself."""
    number = int(code, 16) if code is not None and re.fullmatch("[0-9a-fA-F]{1,5}", code) else 0
    private = 0xE000 <= number <= 0xF8FF or number < 0x20 or 0xD800 <= number <= 0xDFFF
    return "" if private else chr(number)


def _chosen(alternatives: Any) -> Any:
    """The first choice of several ways to draw the same, else the way out for old programs."""
    choice = alternatives.find(_MC + "Choice")
    return choice if choice is not None else alternatives.find(_MC + "Fallback")


def _inside(holder: Any, tag: str) -> Iterator[Any]:
    """The rows of a table or the cells of a row, those in content controls too."""
    for element in holder:
        if element.tag == tag:
            yield element
        elif element.tag in (_W + "sdt", _W + "customXml", _W + "sdtContent", _W + "ins"):
            yield from _inside(element, tag)


def _boxes(shape: Any) -> Iterator[Any]:
    """The outermost text boxes of a drawing, once each."""
    for element in shape if shape is not None else ():
        if element.tag == _W + "txbxContent":
            yield element
        elif element.tag == _MC + "AlternateContent":
            yield from _boxes(_chosen(element))
        else:
            yield from _boxes(element)


def _is_hidden_shape(box: Any, shape: Any) -> bool:
    for element in _from(box, shape):
        style = (element.get("style") or "").replace(" ", "").lower()
        about = element.find(_PLACED + "docPr")
        extent = element.find(_PLACED + "extent")
        if "visibility:hidden" in style or "display:none" in style or "mso-hide:all" in style:
            return True
        if about is not None and about.get("hidden") in ("1", "true"):
            return True
        if extent is not None and "0" in (extent.get("cx"), extent.get("cy")):
            return True
    return False


def _ground_of(box: Any, shape: Any) -> Colour | None:
    """The colour of the shape around a text box; None where it is not known."""
    for element in _from(box, shape):
        properties = element.find(_SHAPE + "spPr")
        if properties is None:
            continue
        if properties.find(_DRAWING + "noFill") is not None:
            return WHITE
        plain = properties.find(f"{_DRAWING}solidFill/{_DRAWING}srgbClr")
        return _hex(plain.get("val")) if plain is not None else None
    return None


def _from(box: Any, shape: Any) -> Iterator[Any]:
    """What a text box stands in, from the inside out."""
    element = box.getparent()
    while element is not None:
        yield element
        if element is shape:
            return
        element = element.getparent()
