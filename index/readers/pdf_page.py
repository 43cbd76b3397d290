"""What a page of a PDF paints: its words, where they stand, and which of them can't be seen."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from pypdf import PageObject
from pypdf.errors import LimitReachedError
from pypdf.generic import ArrayObject, ContentStream, DictionaryObject, IndirectObject, NullObject, StreamObject

# Not exported, but it alone knows what a font's codes mean and how wide they are; pypdf is pinned.
from pypdf.generic._font import Font

from index.readers.documents import WHITE, Colour, alike

Matrix = tuple[float, float, float, float, float, float]
Point = tuple[float, float]
Box = tuple[float, float, float, float]  # left, bottom, right, top

_HERE: Matrix = (1, 0, 0, 1, 0, 0)
_SMALLEST = 1.0  # points: what an em must measure on paper, in height and in width
_FAINTEST = 0.06  # opacity at which nothing is seen any more
_CELL = 2.5  # points: the page is looked at in squares of this size, of which a line of small print has two
_MOST_CELLS = 400  # in a row or column; the squares of a poster are larger
_WORD_GAP = 0.15  # of the font size: wider than kerning, narrower than the spaces of text that is set tight
_SCAN = 0.7  # of the page's area: what images have to cover for its text to be that of a scan
_SCAN_PIXELS = 0.5  # a point: an image with fewer is a background
_NEARLY_ALL = 0.9  # of the letters of a scanned page are invisible: a machine recognised them in the image
_DEEPEST = 12  # forms within forms
_MOST_OPERATIONS = 1_000_000  # in a document; a page of a newspaper has some thousands
UNKNOWN = "\ufffd"  # a sign of which the font does not say what it stands for


@dataclass(frozen=True, slots=True)
class Word:
    """Signs that are painted without a gap; where they stand counts along their line, from the page's lower left."""

    text: str
    left: float
    right: float
    base: float
    size: float
    turn: int  # degrees, counter-clockwise, from a horizontal line
    spaced: bool  # a space was painted before it
    string: int  # the string of which it is a part: words between may be hidden
    repeated: bool  # the file itself says that it belongs to the head or foot of the pages


@dataclass(frozen=True, slots=True)
class Page:
    """The words of a page that can be seen, in the order in which they are painted."""

    words: tuple[Word, ...]
    hides: bool  # it has words that can't be seen


@dataclass(slots=True)
class _State:
    """The graphics state, as far as it decides what is seen."""

    matrix: Matrix
    clip: Box
    fill: Colour | None = (0.0, 0.0, 0.0)
    stroke: Colour | None = (0.0, 0.0, 0.0)
    fill_space: str = "/DeviceGray"
    stroke_space: str = "/DeviceGray"
    fill_opacity: float = 1.0
    stroke_opacity: float = 1.0
    blends: bool = False
    face: _Face | None = None
    size: float = 0.0
    spacing: float = 0.0
    word_spacing: float = 0.0
    stretch: float = 1.0
    leading: float = 0.0
    rise: float = 0.0
    mode: int = 0

    @property
    def inks(self) -> list[Colour | None]:
        """The colours that letters are painted in; none where they are invisible."""
        inks = []
        if self.mode in (0, 2, 4, 6) and self.fill_opacity > _FAINTEST:
            inks.append(self.fill)
        if self.mode in (1, 2, 5, 6) and self.stroke_opacity > _FAINTEST:
            inks.append(self.stroke)
        return inks


@dataclass(frozen=True, slots=True)
class _Marked:
    """What a stretch of content belongs to."""

    off: bool = False  # a layer that is switched off
    repeated: bool = False  # the head or foot of the pages


class Painter:
    """Follows the pages of one document; what they share, such as fonts, is looked at once."""

    def __init__(self, root: DictionaryObject) -> None:
        self._layers = _Layers(root)
        self._faces: dict[int, _Face] = {}
        self._left = _MOST_OPERATIONS

    def page(self, page: PageObject) -> Page:
        """What of a page can be seen; raises whatever pypdf does where the page is broken."""
        media = _box(page.mediabox)
        shown = _common(media, _box(page.cropbox))
        if shown[2] <= shown[0] or shown[3] <= shown[1]:
            shown = media
        upright, width, height = _upright(shown, page.rotation % 360, _unit(page))
        sheet = _Sheet(width, height)
        contents = value_of(page, "/Contents")
        if isinstance(contents, ArrayObject | StreamObject):
            state = _State(upright, (0.0, 0.0, width, height))
            content = ContentStream(contents, page.pdf, "bytes")
            _Stream(self, _dictionary(value_of(page, "/Resources")), sheet, _Marked(), ()).follow(content, state)
        return sheet.page()

    def count(self, operations: int) -> None:
        """Keep account of how much the document paints; raises LimitReachedError when it is too much."""
        self._left -= operations
        if self._left < 0:
            raise LimitReachedError("it paints too much")

    def face(self, resources: DictionaryObject, name: Any) -> _Face | None:
        """The font of that name."""
        found = _named(resources, "/Font", name)
        if not isinstance(found, DictionaryObject):
            return None
        if id(found) not in self._faces:
            self._faces[id(found)] = _Face(found)
        return self._faces[id(found)]

    def marked(self, resources: DictionaryObject, operands: list[Any]) -> _Marked:
        """What the content belongs to that is marked so."""
        tag, about = operands[0] if operands else None, operands[1] if len(operands) > 1 else None
        if tag == "/OC":
            layer = _raw(_dictionary(value_of(resources, "/Properties")), about)
            return _Marked(off=self._layers.off(layer))
        if tag == "/Artifact":
            named = _dictionary(_named(resources, "/Properties", about) if isinstance(about, str) else about)
            return _Marked(repeated=value_of(named, "/Type") == "/Pagination")
        return _Marked()

    def off(self, painted: DictionaryObject) -> bool:
        """Whether an image or form belongs to a layer that is switched off."""
        return self._layers.off(_raw(painted, "/OC"))


class _Stream:
    """A content stream that is being followed: that of the page, or of a form on it."""

    def __init__(
        self, painter: Painter, resources: DictionaryObject, sheet: _Sheet, marked: _Marked, inside: tuple[int, ...]
    ) -> None:
        self._painter = painter
        self._resources = resources
        self._sheet = sheet
        self._marks = [marked]
        self._inside = inside
        self._outline = _Outline()
        self._line = self._text = _HERE  # where the line began, and where the next sign stands
        self._spaced = False  # a space was written last

    def follow(self, content: ContentStream, state: _State) -> None:
        """Paint the stream on the sheet."""
        self._painter.count(len(content.operations))
        saved: list[_State] = []
        for operands, operator in content.operations:
            if operator == b"q":
                saved.append(replace(state))
            elif operator == b"Q":
                state = saved.pop() if saved else state
            elif operator == b"Do":
                self._paint(operands, state)
            elif operator == b"INLINE IMAGE":
                self._place_image(state, opaque=False, pixels=(0.0, 0.0))
            elif operator in (b"BMC", b"BDC"):
                begun, outer = self._painter.marked(self._resources, operands), self._marks[-1]
                self._marks.append(_Marked(outer.off or begun.off, outer.repeated or begun.repeated))
            elif operator == b"EMC":
                if len(self._marks) > 1:
                    self._marks.pop()
            elif not (self._set(operator, operands, state) or self._write(operator, operands, state)):
                self._draw(operator, operands, state)

    def _set(self, operator: bytes, operands: list[Any], state: _State) -> bool:
        """Change the graphics state, if that is what the operator does."""
        match operator:
            case b"cm":
                if (matrix := _matrix(operands)) is not None:
                    state.matrix = _product(matrix, state.matrix)
            case b"Tf":
                state.face = self._painter.face(self._resources, operands[0] if operands else None)
                state.size = _number(operands, 1, state.size)
            case b"Tc":
                state.spacing = _number(operands, 0)
            case b"Tw":
                state.word_spacing = _number(operands, 0)
            case b"Tz":
                state.stretch = _number(operands, 0, 100.0) / 100
            case b"TL":
                state.leading = _number(operands, 0)
            case b"Ts":
                state.rise = _number(operands, 0)
            case b"Tr":
                state.mode = int(_number(operands, 0))
            case b"g" | b"rg" | b"k" | b"sc" | b"scn":
                state.fill_space = _DEVICES.get(operator, state.fill_space)
                state.fill = _colour(operands, state.fill_space)
            case b"G" | b"RG" | b"K" | b"SC" | b"SCN":
                state.stroke_space = _DEVICES.get(operator.lower(), state.stroke_space)
                state.stroke = _colour(operands, state.stroke_space)
            case b"cs":
                state.fill_space = self._space(operands)
                state.fill = _FIRST_COLOURS.get(state.fill_space)
            case b"CS":
                state.stroke_space = self._space(operands)
                state.stroke = _FIRST_COLOURS.get(state.stroke_space)
            case b"gs":
                self._apply(
                    _dictionary(_named(self._resources, "/ExtGState", operands[0] if operands else None)), state
                )
            case _:
                return False
        return True

    def _apply(self, changes: DictionaryObject, state: _State) -> None:
        state.fill_opacity = _float(value_of(changes, "/ca"), state.fill_opacity)
        state.stroke_opacity = _float(value_of(changes, "/CA"), state.stroke_opacity)
        if "/BM" in changes:
            mode = changes["/BM"]
            state.blends = (mode[0] if isinstance(mode, list) and mode else mode) not in ("/Normal", "/Compatible")

    def _space(self, operands: list[Any]) -> str:
        """The colour space of that name, as far as its colours are known here."""
        name = operands[0] if operands else None
        found = _named(self._resources, "/ColorSpace", name)
        space = found if found is not None else name
        if isinstance(space, list) and space:
            kind = space[0].get_object()
            if kind == "/ICCBased" and len(space) > 1:
                colours = value_of(_dictionary(space[1]), "/N")
                return {1: "/DeviceGray", 3: "/DeviceRGB", 4: "/DeviceCMYK"}.get(cast(int, colours), "")
            return {"/CalGray": "/DeviceGray", "/CalRGB": "/DeviceRGB"}.get(str(kind), str(kind))
        return str(space)

    def _write(self, operator: bytes, operands: list[Any], state: _State) -> bool:
        """Move to a place or show text there, if that is what the operator does."""
        match operator:
            case b"BT":
                self._text = self._line = _HERE
            case b"Td" | b"TD":
                if operator == b"TD":
                    state.leading = -_number(operands, 1)
                self._move(_number(operands, 0), _number(operands, 1))
            case b"Tm":
                self._text = self._line = _matrix(operands) or _HERE
            case b"T*":
                self._move(0.0, -state.leading)
            case b"'":
                self._move(0.0, -state.leading)
                self._show(operands[:1], state)
            case b'"':
                state.word_spacing, state.spacing = _number(operands, 0), _number(operands, 1)
                self._move(0.0, -state.leading)
                self._show(operands[2:3], state)
            case b"Tj":
                self._show(operands[:1], state)
            case b"TJ":
                self._show(operands[0] if operands and isinstance(operands[0], list) else [], state)
            case _:
                return False
        return True

    def _move(self, along: float, up: float) -> None:
        self._text = self._line = _product((1, 0, 0, 1, along, up), self._line)

    def _show(self, parts: Sequence[Any], state: _State) -> None:
        """Write strings, and move by the numbers between them."""
        if state.face is None:
            return
        place = begun = end = 0.0
        signs: list[str] = []
        pen = _Pen(self._text, state, self._marks[-1], self._sheet.next_string())
        for part in parts:
            if isinstance(part, int | float):
                place -= float(part) / 1000 * state.size * state.stretch
                if signs and abs(place - end) > _WORD_GAP * abs(state.size * state.stretch):
                    self._put(signs, (begun, end), pen)
            elif isinstance(part, bytes):
                for sign, width, one_byte_space in state.face.signs(part):
                    if sign.isspace():
                        self._put(signs, (begun, end), pen)
                        self._spaced = True
                    elif sign:
                        begun = begun if signs else place
                        signs.append(sign)
                        end = place + width * state.size * state.stretch
                    step = width * state.size + state.spacing + (state.word_spacing if one_byte_space else 0.0)
                    place += step * state.stretch
        self._put(signs, (begun, end), pen)
        self._text = _product((1, 0, 0, 1, place, 0), self._text)

    def _put(self, signs: list[str], span: Point, pen: _Pen) -> None:
        """Write the signs of a word down, and begin another one."""
        if signs:
            self._sheet.write("".join(signs), span, self._spaced, pen)
            signs.clear()
            self._spaced = False

    def _draw(self, operator: bytes, operands: list[Any], state: _State) -> None:
        """Draw an outline, fill it, or clip to it."""
        if operator in _OUTLINING:
            self._outline.add(operator, operands, state.matrix)
        elif operator in (b"W", b"W*"):
            self._outline.clips = True
        elif operator == b"sh":
            if not self._marks[-1].off:
                self._sheet.paint(state.clip, _Shape(None, covers=False))
        elif operator in _ENDING:
            if operator in _FILLING and not self._marks[-1].off and state.fill_opacity > _FAINTEST:
                self._fill(state)
            bounds = self._outline.bounds
            if self._outline.clips and bounds is not None:
                state.clip = _common(state.clip, bounds)
            self._outline = _Outline()

    def _fill(self, state: _State) -> None:
        opaque = state.fill_opacity > 1 - _FAINTEST and not state.blends
        boxes = self._outline.boxes if opaque else None
        if boxes is not None:
            for box in boxes:
                self._sheet.paint(_common(box, state.clip), _Shape(state.fill, covers=True))
        elif self._outline.bounds is not None:
            self._sheet.paint(_common(self._outline.bounds, state.clip), _Shape(None, covers=False))

    def _paint(self, operands: list[Any], state: _State) -> None:
        """Paint an image or a form."""
        found = _named(self._resources, "/XObject", operands[0] if operands else None)
        if not isinstance(found, StreamObject):
            return
        off = self._marks[-1].off or self._painter.off(found)
        if value_of(found, "/Subtype") == "/Image" and not off:
            opaque = not (value_of(found, "/ImageMask") or "/SMask" in found or "/Mask" in found)
            pixels = _float(value_of(found, "/Width"), 0.0), _float(value_of(found, "/Height"), 0.0)
            self._place_image(state, opaque and state.fill_opacity > 1 - _FAINTEST and not state.blends, pixels)
        elif value_of(found, "/Subtype") == "/Form" and id(found) not in self._inside and len(self._inside) < _DEEPEST:
            within = replace(state)
            within.matrix = _product(_matrix(value_of(found, "/Matrix")) or _HERE, within.matrix)
            edges = _numbers(value_of(found, "/BBox"))
            if len(edges) == 4:
                within.clip = _common(within.clip, _bounds(_corners(cast(Box, tuple(edges)), within.matrix)))
            own = value_of(found, "/Resources")
            resources = _dictionary(own) if own is not None else self._resources
            marked = _Marked(off, self._marks[-1].repeated)
            inside = (*self._inside, id(found))
            content = ContentStream(found, None, "bytes")
            _Stream(self._painter, resources, self._sheet, marked, inside).follow(content, within)

    def _place_image(self, state: _State, opaque: bool, pixels: Point) -> None:
        if self._marks[-1].off:
            return
        corners = _corners((0.0, 0.0, 1.0, 1.0), state.matrix)
        box = _common(_bounds(corners), state.clip)
        self._sheet.paint(box, _Shape(None, covers=opaque and _straight(state.matrix)))
        wide, high = math.dist(corners[0], corners[1]), math.dist(corners[0], corners[3])
        if pixels[0] >= wide * _SCAN_PIXELS and pixels[1] >= high * _SCAN_PIXELS:
            self._sheet.scanned += max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])


class _Face:
    """A font: what its codes stand for, and how far each moves on."""

    def __init__(self, resource: DictionaryObject) -> None:
        self._font = font = Font.from_font_resource(resource)
        composite = value_of(resource, "/Subtype") == "/Type0"
        encoding = value_of(resource, "/Encoding")
        # Of a composite font with codes of its own, pypdf takes the first bytes for letters.
        own = composite and not (isinstance(encoding, str) and isinstance(font.encoding, str))
        self._codec = "utf-16-be" if own else font.encoding if isinstance(font.encoding, str) else None
        self._glyphs = own or encoding in ("/Identity-H", "/Identity-V")  # codes are numbers of glyphs, not letters
        matrix = _numbers(value_of(resource, "/FontMatrix"))
        drawn = value_of(resource, "/Subtype") == "/Type3" and len(matrix) == 6
        self._unit = abs(matrix[0]) if drawn else 0.001
        # Letters that are drawn may be of any size at size 1; the widest of them is about an em.
        self.em = max(font.character_widths.values(), default=1000.0) * self._unit if drawn else 1.0
        self._known: dict[str, tuple[str, float, bool]] = {}

    def signs(self, codes: bytes) -> Iterator[tuple[str, float, bool]]:
        """Of each code its text, its advance at size 1, and whether it is the space that word spacing widens."""
        if self._codec is None:
            coded = codes.decode("latin-1")
        else:
            try:
                coded = codes.decode(self._codec, "surrogatepass")
            except UnicodeDecodeError:
                coded = codes.decode(self._codec, "replace")
        for code in coded:
            known = self._known.get(code)
            if known is None:
                known = self._known[code] = self._sign(code)
            yield known

    def _sign(self, code: str) -> tuple[str, float, bool]:
        font = self._font
        width = float(font.space_width if code == font.space_char else font.get_text_width(code))
        text = font.character_map.get(code)
        if text is None and self._codec is None and isinstance(font.encoding, dict):
            text = font.encoding.get(ord(code), UNKNOWN)
            text = font.character_map.get(text, text)
        elif text is None:
            text = UNKNOWN if self._glyphs else code
        private = len(text) > 1 and text.startswith("/")  # the font's own name of a glyph
        if private or not font.interpretable:
            text = UNKNOWN
        return text, width * self._unit, code == " " and self._codec is None


@dataclass(frozen=True, slots=True)
class _Shape:
    """Something that is painted: a filled rectangle, or what hides its colour from us."""

    colour: Colour | None  # None: an image, a pattern, or an outline that is no rectangle
    covers: bool  # nothing shows through it


@dataclass(frozen=True, slots=True)
class _Written:
    """A word, and what it takes to tell whether it can be seen."""

    word: Word
    cells: tuple[tuple[int, int], ...]  # the squares on which it stands
    after: int  # the last shape that was painted before it
    invisible: bool  # it is there without being painted
    unseen: bool  # it is painted, but not so that one could see it


class _Pen:
    """What the words of one string have in common."""

    def __init__(self, text_matrix: Matrix, state: _State, marked: _Marked, string: int) -> None:
        self.matrix = matrix = _product(text_matrix, state.matrix)
        em = state.size * (state.face.em if state.face else 1.0)
        self.high = abs(em) * math.hypot(matrix[2], matrix[3])
        wide = abs(em * state.stretch) * math.hypot(matrix[0], matrix[1])
        self.rise = state.rise
        self.up = 0.3 * em * matrix[2], 0.3 * em * matrix[3]  # from the base of the letters to their middle
        self.clip = state.clip
        self.inks = state.inks
        self.invisible = state.mode in (3, 7)
        self.unseen = marked.off or self.high < _SMALLEST or wide < _SMALLEST
        self.string = string
        self.repeated = marked.repeated
        forward = 1 if state.size * state.stretch >= 0 else -1
        turn = round(math.degrees(math.atan2(matrix[1] * forward, matrix[0] * forward))) % 360
        nearest = round(turn / 90) * 90
        self.turn = nearest % 360 if abs(turn - nearest) <= 3 else turn


class _Sheet:
    """The paper: what is written on it, and in each of its squares the shape that was painted last."""

    def __init__(self, width: float, height: float) -> None:
        self._width, self._height = width, height
        self._cell = max(_CELL, width / _MOST_CELLS, height / _MOST_CELLS)
        self._columns = int(width / self._cell) + 1
        self._height_in_cells = int(height / self._cell) + 1
        self._rows: list[list[int]] = []  # none before something is painted
        self._shapes = [_Shape(WHITE, covers=False)]
        self._written: list[_Written] = []
        self._strings = 0
        self.scanned = 0.0  # the area that images cover

    def next_string(self) -> int:
        """A number that no string before had."""
        self._strings += 1
        return self._strings

    def paint(self, box: Box, shape: _Shape) -> None:
        """Paint over the squares whose middle is in the box."""
        left, right = max(0, math.ceil(box[0] / self._cell - 0.5)), math.floor(box[2] / self._cell - 0.5) + 1
        low, high = max(0, math.ceil(box[1] / self._cell - 0.5)), math.floor(box[3] / self._cell - 0.5) + 1
        right, high = min(right, self._columns), min(high, self._height_in_cells)
        if left >= right or low >= high:
            return
        self._rows = self._rows or [[0] * self._columns for _ in range(self._height_in_cells)]
        stretch = [len(self._shapes)] * (right - left)
        self._shapes.append(shape)
        for row in self._rows[low:high]:
            row[left:right] = stretch

    def write(self, text: str, span: Point, spaced: bool, pen: _Pen) -> None:
        """Put a word down that reaches from one place to another along its line."""
        begin, end = _at((span[0], pen.rise), pen.matrix), _at((span[1], pen.rise), pen.matrix)
        along, across = end[0] - begin[0], end[1] - begin[1]
        if not math.isfinite(along + across + begin[0] + begin[1] + pen.high):
            return
        left, low, cell = begin[0] + pen.up[0], begin[1] + pen.up[1], self._cell
        cells = (
            (int((low + 0.1 * across) // cell), int((left + 0.1 * along) // cell)),
            (int((low + 0.5 * across) // cell), int((left + 0.5 * along) // cell)),
            (int((low + 0.9 * across) // cell), int((left + 0.9 * along) // cell)),
        )
        clip, x, y = pen.clip, left + 0.5 * along, low + 0.5 * across
        unseen = pen.unseen or not (clip[0] - 0.5 <= x <= clip[2] + 0.5 and clip[1] - 0.5 <= y <= clip[3] + 0.5)
        if not unseen and not pen.invisible:
            unseen = all(self._blends(ink, cells) for ink in pen.inks)
        begin, end = _turned(begin, pen.turn), _turned(end, pen.turn)
        right = max(begin[0], end[0])
        word = Word(text, min(begin[0], end[0]), right, begin[1], pen.high, pen.turn, spaced, pen.string, pen.repeated)
        self._written.append(_Written(word, cells, len(self._shapes) - 1, pen.invisible, unseen))

    def page(self) -> Page:
        """What can be seen of all that was written."""
        letters = invisible = 0
        found = []
        for written in self._written:
            tops = [self._shape(cell) for cell in written.cells]
            covered = all(top > written.after and self._shapes[top].covers for top in tops)
            under_image = covered and all(self._shapes[top].colour is None for top in tops)
            concealed = not written.unseen and (under_image or (written.invisible and not covered))
            found.append((written, covered, concealed))
            letters += len(written.word.text)
            invisible += len(written.word.text) * concealed
        over_scan = self.scanned >= _SCAN * self._width * self._height
        recognised = over_scan and invisible >= _NEARLY_ALL * letters
        words = [
            written.word
            for written, covered, concealed in found
            if not written.unseen and (not (covered or written.invisible) or (recognised and concealed))
        ]
        return Page(tuple(words), hides=len(words) < len(found))

    def _shape(self, cell: tuple[int, int]) -> int:
        row, column = cell
        return self._rows[row][column] if 0 <= row < len(self._rows) and 0 <= column < self._columns else 0

    def _blends(self, ink: Colour | None, cells: Sequence[tuple[int, int]]) -> bool:
        """Whether an ink can't be seen on what is painted so far."""
        if ink is None:
            return False
        grounds = [self._shapes[self._shape(cell)].colour for cell in cells]
        return all(ground is not None and alike(ink, ground) for ground in grounds)


class _Outline:
    """A path as it is drawn, on the page."""

    def __init__(self) -> None:
        self.clips = False
        self._parts: list[list[Point]] = []
        self._curved = False

    def add(self, operator: bytes, operands: list[Any], matrix: Matrix) -> None:
        """Go on with the path."""
        values = _numbers(operands)
        if operator == b"re" and len(values) >= 4:
            x, y, width, height = values[:4]
            self._parts.append(_corners((x, y, x + width, y + height), matrix))
            self._curved = self._curved or not _straight(matrix)
            return
        points = [_at((values[at], values[at + 1]), matrix) for at in range(0, len(values) - 1, 2)]
        if operator == b"m" or not self._parts:
            self._parts.append(points[:1])
        else:
            self._parts[-1] += points
            self._curved = self._curved or operator in (b"c", b"v", b"y")

    @property
    def bounds(self) -> Box | None:
        """The box around all of it."""
        points = [point for part in self._parts for point in part]
        return _bounds(points) if points else None

    @property
    def boxes(self) -> list[Box] | None:
        """The rectangles that it consists of; None when it is something else."""
        parts = [part for part in self._parts if len(part) > 1]
        if self._curved or len(parts) > 20 or not all(map(_is_rectangle, parts)):
            return None
        boxes = [_bounds(part) for part in parts]
        # One within the other may be a hole.
        for number, box in enumerate(boxes):
            for other in boxes[:number]:
                shared = _common(box, other)
                if shared[2] > shared[0] and shared[3] > shared[1]:
                    return None
        return boxes


class _Layers:
    """Which optional content is switched off when the file is opened."""

    def __init__(self, root: DictionaryObject) -> None:
        properties = _dictionary(value_of(root, "/OCProperties"))
        settings = _dictionary(value_of(properties, "/D"))
        self._off: set[int] = set()
        if value_of(settings, "/BaseState") == "/OFF":
            self._off = set(self._numbered(value_of(properties, "/OCGs"))) - set(
                self._numbered(value_of(settings, "/ON"))
            )
        self._off |= set(self._numbered(value_of(settings, "/OFF")))

    def off(self, layer: Any) -> bool:
        """Whether a layer, or a condition on several, is not shown."""
        if not self._off or layer is None:
            return False
        if isinstance(layer, IndirectObject) and layer.idnum in self._off:
            return True
        condition = _dictionary(layer)
        if value_of(condition, "/Type") != "/OCMD":
            return False
        group = _raw(condition, "/OCGs")
        several = group.get_object() if group is not None else None
        members = list(self._numbered(several)) if isinstance(several, list) else list(self._numbered([group]))
        shown = [member not in self._off for member in members]
        policy = value_of(condition, "/P") or "/AnyOn"
        if policy == "/AllOn":
            return not all(shown)
        if policy == "/AnyOff":
            return all(shown) and bool(shown)
        if policy == "/AllOff":
            return any(shown)
        return not any(shown) and bool(shown)

    @staticmethod
    def _numbered(layers: Any) -> Iterator[int]:
        if isinstance(layers, list):
            yield from (layer.idnum for layer in list.__iter__(layers) if isinstance(layer, IndirectObject))


_DEVICES = {b"g": "/DeviceGray", b"rg": "/DeviceRGB", b"k": "/DeviceCMYK"}
_FIRST_COLOURS: dict[str, Colour] = dict.fromkeys(("/DeviceGray", "/DeviceRGB", "/DeviceCMYK"), (0.0, 0.0, 0.0))
_OUTLINING = frozenset({b"m", b"l", b"c", b"v", b"y", b"re", b"h"})
_FILLING = frozenset({b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*"})
_ENDING = _FILLING | {b"S", b"s", b"n"}


def _colour(operands: list[Any], space: str) -> Colour | None:
    """The colour that these numbers are in a space; None when that is not known."""
    values = [min(max(value, 0.0), 1.0) for value in _numbers(operands)]
    if space == "/DeviceGray" and len(values) == 1:
        return values[0], values[0], values[0]
    if space == "/DeviceRGB" and len(values) == 3:
        return values[0], values[1], values[2]
    if space == "/DeviceCMYK" and len(values) == 4:
        cyan, magenta, yellow, black = values
        return (1 - cyan) * (1 - black), (1 - magenta) * (1 - black), (1 - yellow) * (1 - black)
    if space in ("/Separation", "/DeviceN") and values and not any(values):  # no ink at all
        return WHITE
    return None


def value_of(holder: DictionaryObject, name: Any) -> Any:
    """What a dictionary holds under a name, references followed; None when that is nothing."""
    found = _raw(holder, name)
    found = found.get_object() if found is not None else None
    return None if isinstance(found, NullObject) else found


def _named(resources: DictionaryObject, kind: str, name: Any) -> Any:
    """The resource of that kind and name."""
    return value_of(_dictionary(value_of(resources, kind)), name)


def _raw(holder: DictionaryObject, name: Any) -> Any:
    """What a dictionary holds under a name, as a reference where it is one."""
    return holder.raw_get(name) if isinstance(name, str) and name in holder else None


def _dictionary(value: Any) -> DictionaryObject:
    found = value.get_object() if value is not None and hasattr(value, "get_object") else value
    return found if isinstance(found, DictionaryObject) else DictionaryObject()


def _float(value: Any, otherwise: float) -> float:
    return float(value) if isinstance(value, int | float) else otherwise


def _number(operands: list[Any], place: int, otherwise: float = 0.0) -> float:
    return _float(operands[place], otherwise) if place < len(operands) else otherwise


def _numbers(values: Any) -> list[float]:
    found = [value.get_object() for value in values] if isinstance(values, ArrayObject) else values
    return [float(value) for value in found if isinstance(value, int | float)] if isinstance(found, list) else []


def _matrix(values: Any) -> Matrix | None:
    found = _numbers(values)
    return cast(Matrix, tuple(found)) if len(found) == 6 else None


def _product(first: Matrix, then: Matrix) -> Matrix:
    a, b, c, d, e, f = first
    p, q, r, s, t, u = then
    return a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u


def _at(point: Point, matrix: Matrix) -> Point:
    x, y = point
    return x * matrix[0] + y * matrix[2] + matrix[4], x * matrix[1] + y * matrix[3] + matrix[5]


def _turned(point: Point, turn: int) -> Point:
    """The point as seen when the page is turned back by so many degrees."""
    if turn == 0:
        return point
    angle = math.radians(turn)
    x, y = point
    return x * math.cos(angle) + y * math.sin(angle), y * math.cos(angle) - x * math.sin(angle)


def _straight(matrix: Matrix) -> bool:
    """Whether a matrix leaves upright rectangles upright."""
    return (abs(matrix[1]) < 1e-6 and abs(matrix[2]) < 1e-6) or (abs(matrix[0]) < 1e-6 and abs(matrix[3]) < 1e-6)


def _corners(box: Box, matrix: Matrix) -> list[Point]:
    left, bottom, right, top = box
    return [_at(point, matrix) for point in ((left, bottom), (right, bottom), (right, top), (left, top))]


def _bounds(points: Sequence[Point]) -> Box:
    across, up = [x for x, _ in points], [y for _, y in points]
    return min(across), min(up), max(across), max(up)


def _is_rectangle(points: Sequence[Point]) -> bool:
    left, bottom, right, top = _bounds(points)
    corners = {(round(x, 2), round(y, 2)) for x, y in points}
    return corners == {(round(x, 2), round(y, 2)) for x in (left, right) for y in (bottom, top)}


def _common(one: Box, other: Box) -> Box:
    return max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3])


def _box(rectangle: Sequence[Any]) -> Box:
    left, bottom, right, top = (float(value) for value in rectangle)
    return min(left, right), min(bottom, top), max(left, right), max(bottom, top)


def _unit(page: PageObject) -> float:
    unit = _float(value_of(page, "/UserUnit"), 1.0)
    return unit if 0 < unit < 1e6 else 1.0


def _upright(box: Box, turn: int, unit: float) -> tuple[Matrix, float, float]:
    """What brings a page to its lower left corner, turned clockwise as it is shown, and how large it is then."""
    left, bottom, right, top = box
    turned: dict[int, Matrix] = {
        90: (0, -1, 1, 0, -bottom, right),
        180: (-1, 0, 0, -1, right, top),
        270: (0, 1, -1, 0, top, -left),
    }
    matrix = turned.get(turn, (1, 0, 0, 1, -left, -bottom))
    width, height = (right - left) * unit, (top - bottom) * unit
    if turn in (90, 270):
        width, height = height, width
    return _product(matrix, (unit, 0, 0, unit, 0, 0)), width, height
