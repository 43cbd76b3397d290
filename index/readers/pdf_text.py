"""Words on pages to running text: lines, columns, paragraphs over page breaks, without heads, feet and hyphenation."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from index.article import conceals, normalise
from index.readers.documents import raised, same_words
from index.readers.pdf_page import Page, Word

# Letters that a font joins are letters still; other characters of this kind, such as the fraction ½, say more.
_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})
_HYPHENS = "-\u2010\u00ad"
_TAB = "\t"  # between what stands far apart in one line, such as the cells of a table

_FINISHED = re.compile(r"[.!?:…][\"'”’»)\]]*[⁰¹²³⁴⁵⁶⁷⁸⁹]*$")
_UNFINISHED = re.compile(r"[,;–—]$|\b(?:a|an|the|of|to|in|on|at|by|for|with|from|and|or|that)$")
_BULLET = re.compile(r"[*+•‣▪◦●·](?:\s|$)")
_ITEM = re.compile(
    r"(?:[-–]|\(?(\d{1,3})[.)]|\(?[a-z]\)|\d{1,3}(?:\.\d{1,3})+\.?)\s"
)  # or a dash or a number inside a sentence
_BACKWARDS = "\u0590-\u065f\u066a-\u06ef\u06fa-\u08ff\ufb1d-\ufdff\ufe70-\ufefc"  # Arabic and Hebrew, without figures
_RIGHT_TO_LEFT = re.compile(f"[{_BACKWARDS}]")
_FROM_THE_LEFT = re.compile(
    rf"(?![{_BACKWARDS}])[%\w](?:[^{_BACKWARDS}]*(?![{_BACKWARDS}])[%\w])?"
)  # in lines of these
_NUMBERS = re.compile(r"%?\d+(?:[.,:/]\d+)*%?")
_MIRRORED = str.maketrans("()[]{}<>«»", ")(][}{><»«")
_PRESENTED = re.compile("[\ufb1d-\ufdff\ufe70-\ufefc]")  # letters in the form that they have beside others
_LETTER = re.compile(r"[^\W\d_]")
_NUMBER = re.compile(r"\d+")
_BROKEN = re.compile(rf"([^\W\d_]+)[{_HYPHENS}]$")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S*[/\-_?=&.]$")
_COUNTED = re.compile(
    r"(?i)(?:page |p\. ?|seite |[-–—|•] ?)?(\d{1,4})(?:(?: ?/ ?| of | von | de | sur )(\d{1,4}))?(?: ?[-–—|•])?"
)
_PRINTED_AT = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4},? \d{1,2}[:.]\d\d(?: ?[AaPp]\.?[Mm]\.?)?")
_WEB = re.compile(r"(?:https?|file)://\S+|about:blank|data:\S*")

# First halves of compounds that no language breaks a word after, and what they are no compounds with.
_HALVES = frozenset(
    """
    well self half high low long short far old new first second third cross vice full hard late early north south east
    west mid right left one two three four five six seven eight nine ten twenty thirty forty fifty sixty seventy eighty
    ninety once best worst good ill near deep wide open part much
    """.split()
)
_ENDINGS = frozenset(
    """
    teen teenth ty er ers est ish ly ness ship ships ward wards way ways ware age ages ary ern erly ing ings ed en ens
    ly land lands self selves less ful ism ist ists hood time times ant ance ancy ure ation most ever ble body body's
    """.split()
)
_HYPHENATED = 1 / 50  # of the lines end in a hyphen where a program hyphenates; compounds alone end one in a hundred
_ALONE = frozenset("AIOYEÀÉÓАВИКОСУЯ")  # letters that are words by themselves
_EDGE_ROWS = 4  # rows at the head and at the foot of a page that may be repeated on others
_PUSHED = 1.6  # of the distance of lines, at most, where a raised figure pushes the next line of a sentence down
_RAISED = 0.9  # of the size of a line: what stands above it and is smaller is raised; browsers make it 0.83
_SAME = 1.12  # the larger of two sizes by the smaller, up to which they are one


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a column, or a row of a table."""

    text: str  # not normalised: what may be at its end decides how it is joined
    left: float
    right: float
    base: float
    size: float
    page: int  # from 1
    repeated: bool
    spaced: bool  # a space was painted before it

    @property
    def first_width(self) -> float:
        """About how wide the first word is."""
        return (self.right - self.left) * len(self.text.split(None, 1)[0]) / len(self.text)

    @property
    def starts_small(self) -> bool:
        """Whether it begins with a letter in lower case."""
        return self.text[0].islower()

    @property
    def is_finished(self) -> bool:
        """Whether a sentence may end with it."""
        return _FINISHED.search(self.text) is not None


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines that belong together, on one page or over several."""

    lines: tuple[Line, ...]

    @property
    def size(self) -> float:
        """The size of its letters."""
        return self.lines[0].size

    @property
    def page(self) -> int:
        """The page on which it begins."""
        return self.lines[0].page


@dataclass(frozen=True, slots=True)
class Running:
    """Running text, and where each page begins in it."""

    text: str
    pages: tuple[int, ...]
    conceals: bool  # it held hidden characters


def paragraphs(pages: Sequence[Page], title: str | None = None) -> list[Paragraph]:
    """The paragraphs of the pages in reading order; `title` tells one kind of printed head from text."""
    laid_out = [_fragments(page.words, number) for number, page in enumerate(pages, 1)]
    laid_out = _without_repeated(laid_out, title)
    columns = [column for fragments in laid_out for column in _columns(_ordered(fragments))]
    return _paragraphs(columns)


def running(found: Sequence[Paragraph], pages: int) -> Running:
    """Paragraphs as text, blank lines between them, words whole that were broken at a line's end."""
    words = _Words(found)
    parts: list[str] = []
    begins = [0]
    length = 0
    raw = []
    for paragraph in found:
        glue = "\n\n" if parts else ""
        for number, line in enumerate(paragraph.lines):
            text, joint = line.text, ""
            raw.append(text)
            if number + 1 < len(paragraph.lines):
                text, joint = words.joined(text, paragraph.lines[number + 1].text)
            text = normalise(_inner(text))
            length += len(glue)
            begins += [length] * (line.page - len(begins))
            parts += [glue, text]
            length += len(text)
            glue = joint
    text = "".join(parts)
    if normalise(text) != text:  # a mark that combines with a letter of the line before
        begins = [len(normalise(text[:begin])) for begin in begins]
        text = normalise(text)
    begins += [len(text)] * (pages - len(begins))
    return Running(text, tuple(begins), any(map(conceals, raw)))


def _inner(text: str) -> str:
    """A line with the hyphens that are painted inside it as what they look like."""
    return text.replace("\u00ad", "-")


def _fragments(words: Sequence[Word], page: int) -> list[Line]:
    """Words in the order of painting put together to stretches of lines; few that are turned otherwise are left out."""
    letters: Counter[int] = Counter()
    for word in words:
        letters[word.turn] += len(word.text)
    turn = max(letters, key=lambda one: letters[one], default=0)
    found: list[list[Word]] = []
    painted: defaultdict[tuple[str, int], list[Word]] = defaultdict(list)
    for word in words:
        height = int(word.base // 10)
        alike = (other for near in (height, height - 1, height + 1) for other in painted[word.text, near])
        if word.turn != turn or any(_overprints(word, other) for other in alike):
            continue
        painted[word.text, height].append(word)
        if found and _follows(found[-1][-1], word):
            found[-1].append(word)
        else:
            found.append([word])
    lines = [_line(stretch, page) for stretch in found]
    return _with_initials([line for line in lines if normalise(line.text)])


def _overprints(word: Word, other: Word) -> bool:
    """Whether a word is painted over itself, which makes it look bold."""
    near = 0.15 * word.size
    return abs(word.left - other.left) < near and abs(word.base - other.base) < near


def _follows(word: Word, following: Word) -> bool:
    """Whether a word goes on the line of another."""
    size = max(word.size, following.size)
    gap = following.left - word.right
    backwards = bool(_RIGHT_TO_LEFT.search(word.text) or _RIGHT_TO_LEFT.search(following.text))
    if backwards and gap < 0:
        gap = max(word.left - following.right, 0.0)
    if word.string == following.string:
        return True
    return (
        abs(word.base - following.base) < 0.45 * size and -0.5 * size < gap < (2.5 if following.spaced else 1.5) * size
    )


def _line(words: list[Word], page: int) -> Line:
    weights: Counter[float] = Counter()
    for word in words:
        weights[round(word.size, 1)] += len(word.text)
    size = max(weights, key=lambda one: weights[one])
    base = next(word.base for word in words if round(word.size, 1) == size)
    letters = "".join(filter(str.isalpha, "".join(word.text for word in words)))
    turned = len(_RIGHT_TO_LEFT.findall(letters)) * 2 > len(letters)
    text = _from_the_right(words) if turned else ""
    for number, word in enumerate(words if not turned else ()):
        sign = word.text.translate(_LIGATURES)
        if word.size < _RAISED * size and word.base > base + 0.15 * size and number:
            sign = raised(sign)
        if number:
            before = words[number - 1]
            gap = max(word.left - before.right, before.left - word.right)
            text += " " if word.spaced or gap > 0.15 * min(word.size, before.size) else ""
        text += sign
    left, right = min(word.left for word in words), max(word.right for word in words)
    return Line(
        " ".join(text.split()), left, right, base, size, page, all(word.repeated for word in words), words[0].spaced
    )


def _from_the_right(words: list[Word]) -> str:
    """A line in Arabic or Hebrew as it is read; its letters stand where they are seen, whole words or one by one."""
    letters = sorted((word for word in words if not _is_mark(word)), key=_middle)
    marks = [word for word in words if _is_mark(word)]
    seen = ""
    for number, word in enumerate(letters):
        before = letters[number - 1].right if number else word.left
        over = (
            one.text for one in marks if min(letters, key=lambda letter: abs(_middle(letter) - _middle(one))) is word
        )
        seen += " " * (word.left - before > 0.15 * word.size) + "".join(over) + word.text
    read = _FROM_THE_LEFT.sub(_turned_back, seen[::-1].translate(_MIRRORED))
    return _PRESENTED.sub(lambda form: unicodedata.normalize("NFKC", form[0]), read)


def _turned_back(run: re.Match[str]) -> str:
    """Words of other scripts together, or numbers one by one, from the left."""
    return run[0][::-1] if _LETTER.search(run[0]) else _NUMBERS.sub(lambda number: number[0][::-1], run[0])


def _is_mark(word: Word) -> bool:
    return all(map(unicodedata.combining, word.text))


def _middle(word: Word) -> float:
    return (word.left + word.right) / 2


def _with_initials(lines: list[Line]) -> list[Line]:
    """The lines, each large initial letter put in front of the one that it begins, wherever it was painted."""
    result = list(lines)
    for initial in lines:
        if len(initial.text.lstrip("\"'“‘«")) != 1 or not initial.text[-1].isalpha():
            continue
        begun = max(
            (line for line in result if _beside_initial(initial, line)), key=lambda line: line.base, default=None
        )
        if begun is not None:
            joint = " " if begun.spaced and initial.text[-1] in _ALONE else ""
            result[result.index(begun)] = replace(begun, text=initial.text + joint + begun.text)
            result.remove(initial)
    return result


def _beside_initial(initial: Line, line: Line) -> bool:
    """Whether a large letter stands close before a line; the uppermost such line is the one that it begins."""
    return (
        initial.size > 1.7 * line.size
        and initial.base <= line.base + 0.5 * line.size
        and line.base < initial.base + initial.size
        and -0.3 * initial.size < line.left - initial.right < 2.5 * line.size
    )


def _without_repeated(pages: list[list[Line]], title: str | None) -> list[list[Line]]:
    """The pages without their running heads, feet and page numbers."""
    rows = [_rows(lines) for lines in pages]
    edges = [_edges(page) for page in rows]
    places: defaultdict[str, list[tuple[int, float, list[int]]]] = defaultdict(list)
    for number, page in enumerate(edges):
        for row in {id(row): row for edge in page for row in edge}.values():
            text = _row_text(row)
            numbers = [int(figure) for figure in _NUMBER.findall(text) if len(figure) < 9]
            places[_NUMBER.sub("#", text)].append((number, row[0].base, numbers))
    result = []
    for number, page in enumerate(edges):
        dropped: set[int] = set()
        for edge in page:
            for row in edge:
                text = _row_text(row)
                if not (
                    _is_repeated(places[_NUMBER.sub("#", text)], number, row[0].base, len(pages))
                    or all(line.repeated for line in row)
                    or _is_numbering(text, number + 1, len(pages))
                    or _is_printed(row, page, number + 1, len(pages), title)
                ):
                    break
                dropped |= set(map(id, row))
        result.append([line for line in pages[number] if id(line) not in dropped])
    return result


def _rows(lines: list[Line]) -> list[list[Line]]:
    """The lines from top to bottom, those side by side together."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda one: -one.base):
        if rows and rows[-1][0].base - line.base < 0.4 * min(line.size, rows[-1][0].size):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda one: one.left) for row in rows]


def _edges(rows: list[list[Line]]) -> tuple[list[list[Line]], list[list[Line]]]:
    """The rows at the head and those at the foot, the outermost first."""
    return rows[:_EDGE_ROWS], rows[::-1][:_EDGE_ROWS]


def _row_text(row: list[Line]) -> str:
    return " ".join(line.text for line in row)


def _is_repeated(places: list[tuple[int, float, list[int]]], number: int, base: float, pages: int) -> bool:
    """Whether a row stands at the same place on most pages, or on every other one, its numbers counting them if any."""
    own = next(numbers for page, at, numbers in places if page == number and at == base)
    alike = {
        page
        for page, at, numbers in places
        if abs(at - base) < 3
        and len(numbers) == len(own)
        and all(one == other or other - one == page - number for one, other in zip(own, numbers, strict=True))
    }
    return len(alike) >= max(2, 0.4 * pages)


def _is_numbering(text: str, page: int, pages: int) -> bool:
    """Whether a row is the number of the page and nothing else."""
    counted = _COUNTED.fullmatch(text)
    if counted is None:
        return False
    return counted[1] == str(page) and counted[2] in (None, str(pages))


def _is_printed(
    row: list[Line], edges: tuple[list[list[Line]], list[list[Line]]], page: int, pages: int, title: str | None
) -> bool:
    """Whether a row is what a browser prints around a page: the time and the title, the address and “1/3”."""
    outermost = [line.text for edge in edges for line in (edge[0] if edge else [])]
    if f"{page}/{pages}" not in outermost and f"{page} of {pages}" not in outermost:
        return False
    if row not in [edge[0] for edge in edges if edge]:
        return False
    return all(
        _PRINTED_AT.fullmatch(line.text)
        or _WEB.fullmatch(line.text)
        or line.text in (f"{page}/{pages}", f"{page} of {pages}")
        or (title is not None and same_words(line.text, title))
        or (len(row) > 1 and bool(_PRINTED_AT.fullmatch(row[0].text)))
        for line in row
    )


def _ordered(lines: list[Line]) -> list[Line]:
    """The lines in reading order: as they are painted, unless that plainly is another order."""
    neighbours = [(one, other) for one, other in pairwise(lines) if _overlap(one, other)]
    upward = sum(other.base > one.base + 0.5 * one.size for one, other in neighbours)
    across = sum(_beside(one, other) for one, other in pairwise(lines))
    if (len(neighbours) > 4 and upward > 0.3 * len(neighbours)) or (across > 2 and _gutter(lines) is not None):
        lines = _by_place(lines)
    result: list[Line] = []
    for line in lines:
        if result and _beside(result[-1], line):
            row = result[-1]
            result[-1] = replace(row, text=row.text + _TAB + line.text, right=line.right)
        else:
            result.append(line)
    return result


def _overlap(one: Line, other: Line) -> bool:
    shared = min(one.right, other.right) - max(one.left, other.left)
    return shared > 0.5 * min(one.right - one.left, other.right - other.left)


def _beside(one: Line, other: Line) -> bool:
    return abs(one.base - other.base) < 0.4 * max(one.size, other.size) and other.left > one.right


def _gutter(lines: Sequence[Line]) -> float | None:
    """Where the white space runs down between two columns of prose, if there is one."""
    best, found = 0, None
    for edge in sorted({round(line.left) for line in lines})[:200]:
        before = [line for line in lines if line.right < edge]
        behind = [line for line in lines if line.left >= edge - 1]
        crossing = len(lines) - len(before) - len(behind)
        if len(before) < 3 or len(behind) < 3:
            continue
        low, high = (
            max(min(line.base for line in part) for part in (before, behind)),
            min(max(line.base for line in part) for part in (before, behind)),
        )
        prose = all(median(len(line.text) for line in part) >= 15 for part in (before, behind))
        score = min(len(before), len(behind)) - 2 * crossing
        if prose and low < high and score > best:
            best, found = score, float(edge)
    return found


def _by_place(lines: list[Line]) -> list[Line]:
    """The lines column by column and from top to bottom; a line across the columns parts what is above and below it."""
    gutter = _gutter(lines)
    if gutter is None:
        return [line for row in _rows(lines) for line in row]
    result: list[Line] = []
    band: list[Line] = []
    for line in sorted(lines, key=lambda one: -one.base):
        if line.left < gutter - 1 and line.right >= gutter:
            result += _sides(band, gutter)
            band = []
            result.append(line)
        else:
            band.append(line)
    return result + _sides(band, gutter)


def _sides(band: list[Line], gutter: float) -> list[Line]:
    before = [line for line in band if line.right < gutter]
    return _by_place(before) + _by_place([line for line in band if line.right >= gutter])


def _columns(lines: list[Line]) -> Iterator[list[Line]]:
    """The lines cut where the text goes on further up or at another place."""
    column: list[Line] = []
    for line in lines:
        if column and (line.base > column[-1].base or not _touches(column, line)):
            yield column
            column = []
        column.append(line)
    if column:
        yield column


def _touches(column: list[Line], line: Line) -> bool:
    return min(max(one.right for one in column[-3:]), line.right) > max(min(one.left for one in column[-3:]), line.left)


def _paragraphs(columns: Iterable[list[Line]]) -> list[Paragraph]:
    columns = list(columns)
    pitches = _pitches(columns)
    result: list[list[Line]] = []
    on_page: defaultdict[int, list[Line]] = defaultdict(list)
    for line in (line for column in columns for line in column):
        on_page[line.page].append(line)
    # Only beside these may lines stand that end further left than their column does elsewhere.
    furthest = {page: max(line.left for line in lines) for page, lines in on_page.items()}
    edges: dict[int, float] = {}  # for each line, how far right its column reaches
    for column in columns:
        reach = {line.size: max(one.right for one in column if _same_size(one, line)) for line in _by_size(column)}
        for line in column:
            edges[id(line)] = reach[line.size]
            if furthest[line.page] > line.right:
                limit = min(
                    (one.left for one in on_page[line.page] if one.left > line.right and _near(one, line)),
                    default=edges[id(line)],
                )
                within = (one.right for one in column if _same_size(one, line) and one.right <= limit)
                edges[id(line)] = max(within, default=line.right)
        lefts = Counter(round(line.left) for line in column)
        margin = min(lefts, key=lambda left: (-lefts[left], left))
        for number, line in enumerate(column):
            if number == 0:
                _go_on(result, line, edges, margin)
            elif _parts(result[-1], line, edges, pitches, margin):
                result.append([line])
            else:
                result[-1].append(line)
    return [Paragraph(tuple(lines)) for lines in result]


def _pitches(columns: list[list[Line]]) -> dict[float, float]:
    """For each size of letters, how far apart lines usually are."""
    found: defaultdict[float, Counter[float]] = defaultdict(Counter)
    for column in columns:
        for line, following in pairwise(column):
            if _same_size(line, following) and line.base > following.base:
                found[round(following.size)][round(2 * (line.base - following.base)) / 2] += 1
    # Where paragraphs of one line are many, the smaller distance is that of lines.
    return {size: min(counts, key=lambda pitch: (-counts[pitch], pitch)) for size, counts in found.items()}


def _is_marked(line: Line) -> bool:
    return bool(_BULLET.match(line.text) or _ITEM.match(line.text))


def _begins_item(line: Line, paragraph: list[Line]) -> bool:
    """Whether a line begins an item of a list."""
    item = _ITEM.match(line.text)
    if item is None:
        return _BULLET.match(line.text) is not None
    before = _ITEM.match(paragraph[0].text)
    follows = before is not None and (item[1] is None or item[1] == str(int(before[1] or 0) + 1))
    return follows or paragraph[-1].is_finished or paragraph[-1].text[-1] in ",;:"


def _by_size(lines: list[Line]) -> Iterable[Line]:
    """One line of each size."""
    return {line.size: line for line in lines}.values()


def _near(one: Line, other: Line) -> bool:
    return abs(one.base - other.base) < 1.5 * other.size


def _same_size(one: Line, other: Line) -> bool:
    return max(one.size, other.size) <= _SAME * min(one.size, other.size)


def _parts(
    paragraph: list[Line], line: Line, edges: dict[int, float], pitches: dict[float, float], margin: float
) -> bool:
    """Whether a new paragraph begins with the next line of a column."""
    last = paragraph[-1]
    gap = last.base - line.base
    em = line.size
    if _TAB in last.text or _TAB in line.text or not _same_size(last, line) or _begins_item(line, paragraph):
        return True
    pitch = pitches.get(round(em), 1.2 * em)
    goes_on = line.starts_small and not last.is_finished
    if gap > (_PUSHED if goes_on else 1.22) * min(pitch, 2.2 * em):
        return True
    if goes_on:
        return False
    hangs = len(paragraph) > 1 and all(one.left > line.left + 0.8 * em for one in paragraph[1:])
    if hangs and abs(paragraph[0].left - line.left) < 0.8 * em:
        return True
    set_in = margin + 0.7 * em < line.left < margin + 6 * em and line.left > last.left + 0.7 * em
    if set_in and not _is_marked(last):
        return True
    if _centred(last, line) or _UNFINISHED.search(last.text) or line.text[0] in "–—":
        return False
    return last.text[-1] not in _HYPHENS and not _is_full(last, line, edges)


def _centred(one: Line, other: Line) -> bool:
    """Whether two lines of different width stand on one axis, as in a headline."""
    return abs(one.left - other.left) > one.size and abs((one.left + one.right) - (other.left + other.right)) < one.size


def _is_full(line: Line, following: Line, edges: dict[int, float]) -> bool:
    """Whether the first word of the next line had no room in this one."""
    return line.right + 0.2 * line.size + following.first_width > edges[id(line)] - 0.3 * line.size


def _go_on(result: list[list[Line]], line: Line, edges: dict[int, float], margin: float) -> None:
    """Put the first line of a column or page where it belongs: to a paragraph that was broken off, or to a new one."""
    place = len(result) - 1
    # Notes at the foot of the page stand between the parts of a paragraph.
    while place >= 0 and result[place][-1].size * _SAME < line.size and result[place][-1].page >= line.page - 1:
        place -= 1
    if place < 0 or not _continues(result[place], line, edges, margin):
        result.append([line])
        return
    broken_off = result.pop(place)
    result.append([*broken_off, line])


def _continues(paragraph: list[Line], line: Line, edges: dict[int, float], margin: float) -> bool:
    """Whether a paragraph goes on in the next column or on the next page."""
    last = paragraph[-1]
    if _TAB in last.text or _TAB in line.text or not _same_size(last, line) or _begins_item(line, paragraph):
        return False
    if last.page < line.page - 1:
        return False
    if line.starts_small or last.text[-1] in _HYPHENS or last.text[-1] == ",":
        return not last.is_finished or line.starts_small
    set_in = margin + 0.7 * line.size < line.left
    return _is_full(last, line, edges) and not (set_in and last.is_finished)


class _Words:
    """The words of a document, which tell whether a hyphen at a line's end belongs to the word."""

    def __init__(self, found: Sequence[Paragraph]) -> None:
        self._seen: Counter[str] = Counter()
        lines = broken = 0
        for paragraph in found:
            for number, line in enumerate(paragraph.lines):
                words = line.text.casefold().split()
                if number:
                    words = words[1:]
                if number + 1 < len(paragraph.lines):
                    lines += 1
                    is_broken = _BROKEN.search(line.text) is not None and paragraph.lines[number + 1].starts_small
                    broken += is_broken
                    words = words[:-1] if is_broken else words
                self._seen.update(re.sub(r"^\W+|\W+$", "", word) for word in words)
        self._hyphenated = broken >= _HYPHENATED * lines

    def joined(self, text: str, following: str) -> tuple[str, str]:
        """A line's text, and what stands between it and the next one."""
        if text[-1] in _HYPHENS:
            if self._is_broken(text, following):
                return text[:-1], ""
            return text.removesuffix("\u00ad") + "-" * text.endswith("\u00ad"), " " if text[-2:-1].isspace() else ""
        dash = text[-1] in "–—" and not text[-2:-1].isspace()
        digits = text[-2:-1].isdigit() and following[0].isdigit()
        if dash and (digits or text[-1] == "—"):
            return text, ""
        if _ADDRESS.search(text.split()[-1]) and text[-1] in "/-_?=&":
            return text, ""
        return text, " "

    def _is_broken(self, text: str, following: str) -> bool:
        """Whether a hyphen is there only because the line ends."""
        tail = re.match(r"[^\W\d_]+", following)
        head = _BROKEN.search(text)
        if head is None or tail is None:
            return False
        if text.endswith("\u00ad"):
            return True
        if not tail[0][0].islower():  # Jean-Luc, U.S.-British
            return False
        before, behind = head[1].casefold(), tail[0].casefold()
        if not before[0].isalpha() or text[: head.start()][-1:] in ("-", "\u2010", ".", "’", "'") or head[1].isupper():
            return False  # state-of-the-art, U.S.-made
        whole, compound = self._seen[before + behind], self._seen[f"{before}-{behind}"]
        if whole != compound:
            return whole > compound
        if following[tail.end() : tail.end() + 1] in ("-", "\u2010"):  # up-to-date
            return False
        if not self._hyphenated:
            return False
        return before not in _HALVES or behind in _ENDINGS
