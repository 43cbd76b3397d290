"""Web pages: the body of the article without what surrounds it, and the facts that the page states about it."""

from __future__ import annotations

import html.entities
import logging
import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from typing import Any, BinaryIO

import trafilatura
from lxml import etree  # type: ignore[import-untyped]
from lxml import html as trees
from trafilatura.settings import Document

from index.article import HIDDEN_TEXT, normalise
from index.errors import Unreadable
from index.readers import facts, hidden
from index.readers.documents import raised
from index.readers.fields import Reading, reading
from index.readers.text import declared_encoding, decode, whole

_CHARSET = re.compile(
    rb"""<meta[^>]{1,200}?charset\s*=\s*["']?\s*([-\w:.]{2,40})|<\?xml[^>]{1,100}?encoding=["']([-\w]{2,40})""", re.I
)
# What browsers take these names for: the larger encoding of the same family.
_LARGER = {
    "iso-8859-1": "cp1252", "latin-1": "cp1252", "latin1": "cp1252", "us-ascii": "cp1252", "ascii": "cp1252",
    "iso-8859-9": "cp1254", "iso-8859-11": "cp874", "tis-620": "cp874", "gb2312": "gb18030", "gbk": "gb18030",
    "shift_jis": "cp932", "shift-jis": "cp932", "x-sjis": "cp932", "euc-kr": "cp949", "ks_c_5601-1987": "cp949",
    "big5": "big5hkscs", "unicode": "utf-8", "utf-16": "utf-8",
}  # fmt: skip
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31});")
# Characters that a parser of pages lets pass, but that no tree may be given again.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_REFERENCE = re.compile("&#(?:x0*([0-9a-f]{1,6})|0*([0-9]{1,7}));?", re.I)
_DOCTYPE = re.compile(r"<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>", re.I | re.S)

# Elements whose start and end break the line; the second row is trafilatura's names for the first.
_BLOCKS = frozenset(
    """
    address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure
    footer form h1 h2 h3 h4 h5 h6 header hgroup hr legend li main menu nav ol optgroup option p pre search section
    summary table tbody tfoot thead tr ul
    head item list quote row
    """.split()
)
_CELLS = frozenset({"td", "th", "cell"})
_UNREAD = frozenset(
    """
    applet area audio base canvas datalist embed frame frameset iframe input link map meta noframes noscript object
    param progress meter rp rt script select source style svg template textarea title track video
    """.split()
)
_WITHDRAWN = ("del", "s", "strike")  # struck out: the article no longer says so
_ENDS = (".", "!", "?", "…", "”", "»")  # of sentences
_OF_ARTICLES = frozenset({"blockquote", "figure", "h2", "h3", "ol", "p", "ul"})
_DATELINE = 60  # characters of “Published on … at …” at most
_SENTENCE = 40  # characters of an element's own text from which on what it holds is taken for parts of sentences


def read(file: BinaryIO) -> Iterator[Reading]:
    """The one article of a web page; raises Unreadable when it has no text or is no page."""
    root = tree(markup(whole(file)))
    stated = facts.stated(root)
    text, left_out = _body(root)
    found = reading(stated, text, marks=[HIDDEN_TEXT] if left_out else [])
    yield _without_title(found) if stated.get("title") else found


def markup(data: bytes) -> str:
    """The bytes of a page as text: by its byte order mark, as UTF-8, as it declares, else as `decode` finds."""
    if declared_encoding(data) is not None:
        return decode(data)
    data = data.replace(b"\0", b"")  # no encoding of pages without a mark has any
    declared = _CHARSET.search(data[:4096])
    name = (declared[1] or declared[2]).decode("ascii").lower() if declared else "utf-8"
    try:
        if name != "iso-2022-jp":  # the one that looks like UTF-8
            return data.decode("utf-8")
    except UnicodeDecodeError as error:
        if name == "utf-8" and error.start > len(data) - 4:  # cut off inside a character
            return data.decode("utf-8", "ignore")
    try:
        return data.decode(_LARGER.get(name, name))
    except (UnicodeDecodeError, LookupError, ValueError):
        pass
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    if broken * 100 < sum(byte > 127 for byte in data):  # UTF-8 with a few bytes from elsewhere
        return text
    if name in _LARGER and _LARGER[name].startswith("cp125"):  # five bytes of it stand for nothing
        return data.decode(_LARGER[name], "replace")
    return decode(data)


def tree(text: str) -> Any:
    """The tree of a page, which may be empty; raises Unreadable when it is too deep."""
    text = _CONTROL.sub("", _REFERENCE.sub(_without_controls, text))
    if re.match(r"\s*<\?xml", text) or "<html xmlns" in text[:2000]:
        text = _as_html(text)
    # Depth is bounded by the parser (2,048), which then stops: that page would be cut off without a word.
    parser = trees.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, huge_tree=True, collect_ids=False
    )
    try:
        root = trees.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except etree.ParserError:  # nothing in it
        return trees.Element("html")
    if any("Excessive depth" in (entry.message or "") for entry in parser.error_log):
        raise Unreadable("its elements are nested more than 2,000 deep")
    for formula in root.iter("math"):
        _write_plainly(formula)
    for above in [*root.iter("sup"), *root.xpath("//a[@role='doc-noteref']")]:
        _raise(above)
    return root


def _raise(element: Any) -> None:
    for one in element.iter():
        one.text = raised(one.text) if one.text else None


def _write_plainly(formula: Any) -> None:
    """Makes a formula text on a line: a half is 1/2, and not 12."""
    for fraction in formula.iter("mfrac"):
        if len(fraction) == 2:
            fraction[0].tail = "/"
    for power in formula.iter("msup"):
        if len(power) == 2:
            _raise(power[1])
    etree.strip_elements(formula, "annotation", "annotation-xml", with_tail=False)  # the same for programs
    text = "".join("".join(formula.itertext()).split())
    for part in list(formula):
        formula.remove(part)
    formula.tag, formula.text = "span", text


def add_style(root: Any, sheet: str) -> None:
    """Gives a page a sheet of styles that stands elsewhere."""
    etree.SubElement(root, "style").text = _CONTROL.sub("", sheet)


def _without_controls(reference: re.Match[str]) -> str:
    code = int(reference[1], 16) if reference[1] else int(reference[2])
    return "" if code < 0x20 and code not in (9, 10, 13) or code in (0xFFFE, 0xFFFF) else reference[0]


def visible(root: Any) -> tuple[str, bool]:
    """All the text of a page that a person sees, and whether some was left out that a person does not see."""
    root = deepcopy(root)
    unseen = hidden.unseen(root)
    left_out = any(hidden.has_words(one) for one in unseen.texts())
    hidden.leave_out(unseen)
    etree.strip_elements(root, *_WITHDRAWN, with_tail=False)
    return written(root), left_out


def written(root: Any) -> str:
    """The text of a page or of a part of one: a paragraph for each block, with a blank line between two; cells are set apart by tabs."""
    paragraphs: list[str] = []
    line: list[str] = []
    unread = preformatted = 0

    def finish() -> None:
        for paragraph in re.split(r"\n\s*\n", "".join(line)):
            whole_lines = "\n".join(one.strip() for one in paragraph.split("\n")).strip()
            if whole_lines:
                paragraphs.append(whole_lines)
        line.clear()

    def say(text: str | None) -> None:
        if text and not unread:
            line.append(text if preformatted else re.sub(r"\s+", " ", text))

    element = root.find("body") if root.tag == "html" else root
    if element is None:
        return ""
    for event, one in etree.iterwalk(element, events=("start", "end")):
        tag = one.tag
        if event == "start":
            if tag in _BLOCKS:
                finish()
            unread += tag in _UNREAD
            preformatted += tag == "pre"
            if tag in ("br", "lb"):
                line.append("\n")
            say(one.text)
        else:
            if tag in _BLOCKS:
                finish()
            elif tag in _CELLS:
                line.append("\t")
            unread -= tag in _UNREAD
            preformatted -= tag == "pre"
            if one is not element:
                say(one.tail)
    finish()
    return "\n\n".join(re.sub(r" *\t[ \t]*", "\t", re.sub(" +", " ", paragraph)) for paragraph in paragraphs)


def _body(root: Any) -> tuple[str, bool]:
    """The text of the article, and whether hidden text was left out of it; the tree is used up.

    Hidden text would have been part of the article when it comes out with the body of a page that hides nothing.
    """
    unseen = hidden.unseen(root)
    bare = None
    if any(hidden.has_words(one) for one in unseen.texts()):
        bare = deepcopy(root)
        hidden.lay_bare(unseen.among(dict(zip(root.iter(), bare.iter(), strict=True))))
    hidden.leave_out(unseen)
    text = _extracted(root)
    return text, bare is not None and hidden.laid_bare(_extracted(bare), beside=text)


def _extracted(root: Any) -> str:
    for element in [one for one in root.iter("p", "table", "tr") if _is_dateline(one) or _is_link_bar(one)]:
        hidden.remove(element)
    _make_paragraphs(root)
    _keep_sentences_whole(root)
    # Scripts and styles go first: what the body is made of must have been seen, and JSON-LD repeats it unseen.
    etree.strip_elements(root, "script", "style", "noscript", "template", *_WITHDRAWN, with_tail=False)
    for element in root.iter():
        for name in hidden.SAID_OF_SIGHT:  # what is left is seen
            element.attrib.pop(name, None)
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # what it can't do is told here, as Unreadable
    for precision in (True, False):
        try:
            found = trafilatura.bare_extraction(root, include_comments=False, favor_precision=precision)
        except RecursionError as error:
            raise Unreadable("its elements are nested too deeply") from error
        except Exception:  # a library's own mistake on a page that nobody foresaw: the next attempt is simpler
            found = None
        if isinstance(found, Document) and (text := written(found.body)):
            return text
    return written(root)


def _is_dateline(element: Any) -> bool:
    """Whether an element says when something was published or changed, and no sentence."""
    if element.tag != "p" or element.find(".//time") is None:
        return False
    text = " ".join("".join(element.itertext()).split())
    return len(text) < _DATELINE and not text.endswith(_ENDS)


def _is_link_bar(element: Any) -> bool:
    """Whether there are several links in an element and no word beside them."""
    links = ["".join(one.itertext()) for one in element.iter("a")]
    return len(links) > 1 and hidden.words("".join(element.itertext())) <= sum(map(hidden.words, links))


def _make_paragraphs(root: Any) -> None:
    """Makes paragraphs of boxes that hold sentences beside paragraphs: trafilatura leaves them out."""
    for element in root.iter("div", "center"):
        inside = all(child.tag in hidden.INLINE or child.tag == "br" for child in element)
        if inside and "".join(element.itertext()).rstrip().endswith(_ENDS) and _is_beside_paragraphs(element):
            element.tag = "p"


def _is_beside_paragraphs(element: Any) -> bool:
    box = element
    while box.getparent() is not None and len(box.getparent()) == 1 and not _own_text(box.getparent()):
        box = box.getparent()
    return any(one is not None and one.tag in _OF_ARTICLES for one in (box.getprevious(), box.getnext()))


def _keep_sentences_whole(root: Any) -> None:
    """Makes plain what stands inside sentences, where trafilatura leaves out <time>, <label> or a span by its class."""
    for parent in list(root.iter()):
        if not (parent.tag in ("p", "h1", "h2", "h3", "h4", "h5", "h6") or _own_text(parent) >= _SENTENCE):
            continue
        for child in parent if parent.tag != "p" else parent.iter(*hidden.INLINE):
            if child.tag not in hidden.INLINE:
                continue
            if child.tag == "q":  # a browser shows these marks
                child.text = "“" + (child.text or "")
                if len(child):
                    child[-1].tail = (child[-1].tail or "") + "”"
                else:
                    child.text += "”"
            if child.tag != "a":
                child.tag = "span" if child.tag not in ("b", "em", "i", "strong") else child.tag
            href = child.get("href")
            child.attrib.clear()
            if href:
                child.set("href", href)


def _own_text(element: Any) -> int:
    return len((element.text or "").strip()) + sum(len((child.tail or "").strip()) for child in element)


def _without_title(found: Reading) -> Reading:
    first, _, rest = found.text.partition("\n\n")
    return replace(found, text=rest) if rest and normalise(first).casefold() == found.title.casefold() else found


def _as_html(text: str) -> str:
    """XHTML as HTML, which has no <title/>; what is no XML stays as it is."""
    parsed = xml(text)
    if parsed is None or not isinstance(parsed.tag, str) or not parsed.tag.endswith("html"):
        return text
    for element in parsed.iter(etree.Element):
        element.tag = etree.QName(element).localname
        for name in [name for name in element.attrib if name.startswith("{")]:
            if "noteref" in element.attrib.pop(name).split():  # as books say it
                element.set("role", "doc-noteref")
    etree.cleanup_namespaces(parsed)
    return str(etree.tostring(parsed, method="html", encoding="unicode"))


def xml(text: str) -> Any:
    """The root of an XML text, or None when it is none; its entities are not expanded, nothing is loaded for it."""
    text = _DOCTYPE.sub("", text, count=1)  # with it go the entities that it defines
    text = _ENTITY.sub(
        lambda name: html.entities.html5.get(name[1] + ";", name[0]) if name[1] not in _XML else name[0], text
    )
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, load_dtd=False, no_network=True, remove_comments=True, remove_pis=True
    )
    try:
        return etree.fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text).encode("utf-8", "replace"), parser)
    except (etree.LxmlError, ValueError):
        return None


_XML = frozenset({"amp", "lt", "gt", "quot", "apos"})
