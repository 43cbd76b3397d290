"""An article's text cut into sentences, and sentences gathered into passages that the model reads whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import NamedTuple

import regex

SPLITTER_VERSION = 1  # rises when the same text would be cut otherwise

Span = tuple[int, int]

# str.isspace also holds for the four separators U+001C to U+001F, which \s leaves out.
_SPACE = r"[\s\x1c-\x1f]"
_CLOSERS = "\"'”’»›)\\]}」』】〉》）"
_QUOTES = "\"'“”‘’«»„"
_OPENERS = "\"'“‘«‹„‚([{「『【〈《（¿¡"
# Marks that end a sentence with no white space after them: the scripts that use them often write none.
_STANDING = "。！？｡．।॥"
_MARKS = "!?…‼⁇⁈⁉؟۔።။។։" + _STANDING

# Each match swallows the whole run, so that no place in the text is looked at twice.
_MARK = regex.compile(
    rf"(?:\.(?:[ \u00a0]\.)++|[.{_MARKS}])[.{_MARKS}{_CLOSERS}]*+"
    r"(?:\[[\p{N}, –-]{1,12}\])*+"  # a footnote's number belongs to the sentence it follows
    r"(?:[ \u00a0\u202f]»(?=[\s\p{P}]|$))?"  # French sets its guillemets off by a space
)
_FIRST_WORD = regex.compile(r"[\p{P}\p{S}]{0,4}+(?:[ \u00a0])?([\p{L}\p{N}][\p{L}\p{M}\p{N}'’-]{0,30})?")
_SOLID = regex.compile(r"[\p{L}\p{N}]")
_NOT_SPACE = regex.compile(r"[^\s\x1c-\x1f]")
_LAST_SPACE = regex.compile(rf"(?r){_SPACE}")
_UPPER = regex.compile(r"\p{Lu}")
_INITIALS = regex.compile(r"(?:\p{L}{1,2}\.)+\p{L}{1,2}")
_GLUE = regex.compile(r"[-–—/]")  # then-Sen. Obama
_CAMEL = regex.compile(r"\p{Ll}\p{Lu}")


def _words(line: str) -> frozenset[str]:
    return frozenset(line.split())


# What never ends a sentence, because a name or a thing must follow.
_TITLES = _words(
    "Mr Mrs Ms Mx Dr Drs Prof Gen Col Lt Maj Capt Cmdr Cdr Adm Sgt Cpl Pvt Gov Govs Sen Sens Rep Reps "
    "Pres Rev Hon Msgr Messrs Mme Mmes Mlle MM Supt Det Insp Amb Atty Brig Hr Hrn Dra Sra Srta Sig Dott "
    "dott Dhr dhr Mevr mevr Mt Ft Ste vs Vs e.g i.e eg ie z.B d.h u.a cf Cf vgl Vgl bzw ca approx viz"
)
# What ends a sentence only when the next word plainly begins one.
_SHORTENED = _words(
    "Inc Co Corp Ltd Plc PLC LLC Cos Bros Jr Sr Esq Assn Assoc Dept Univ Inst Intl Natl Govt Ave Blvd "
    "Rd St Hwy Sq al est Mfg Pty Pvt Bhd Cie Ind Int Gmbh Ala Ariz Ark Calif Colo Conn Del Fla Ga Ill "
    "Kan Ky La Md Mass Mich Minn Miss Mo Mont Neb Nev Okla Ore Pa Penn Tenn Tex Va Vt Wash Wis Wyo Ont "
    "Que Str Abs Mio Mrd Tsd Hrsg ggf evtl inkl zzgl Abb av env Ud Uds Sto Sta"
)
# What a number follows.
_NUMBERED = _words(
    "No Nos no nos Nr nr Art art Fig Figs fig figs Vol vol Ch ch Sec sec Sect Eq eq Ref ref Tab pp p Ps "
    "Cl Pt Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec Mon Tue Tues Wed Thu Thur Thurs Fri Sat Sun "
    "n° Nº nº Núm núm"
)
_CLOCK = frozenset({"a.m", "p.m", "A.M", "P.M"})
_AFTER_CLOCK = _words(
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday Mon Tue Tues Wed Thu Thurs Fri Sat Sun "
    "January February March April May June July August September October November December Jan Feb Mar "
    "Apr Jun Jul Aug Sep Sept Oct Nov Dec EST EDT ET CST CDT CT MST MDT MT PST PDT PT GMT UTC BST CET "
    "CEST IST JST AEST AEDT Eastern Central Mountain Pacific Greenwich London Moscow Beijing Tokyo"
)
# A day or an ordinal is written with a full stop in several languages, and a capital may follow it.
_AFTER_ORDINAL = _words(
    "Januar Jänner Februar März April Mai Juni Juli August September Oktober November Dezember "
    "Jahrhundert Jahrhunderts Jahr Jahre Bundesliga Liga FC Mal Platz Runde Weltkrieg Weltkriegs Stock"
)
_STARTERS = _words(
    "The A An This That These Those He She It They We You I His Her Its Their Our My Your But And Or So "
    "Yet Nor In On At As For From By With To After Before When While If Since Although Though However "
    "There Here What Who Why How Where Meanwhile Also Some Many Most Several Both Now Then Still Not "
    "Under Over During Because Despite According Among Once Even Earlier Later Nevertheless Moreover "
    "Nonetheless Instead Until Unless Only Each Every Other Others Another Such Just Perhaps Thus "
    "Therefore Asked Two Three Last Next"
)
_BANG_NAMES = frozenset({"Yahoo", "Yum", "Jeopardy", "Joomla", "Oliver", "Panic"})

# "?" or "!" in quotation marks, and then who asked: `"Why?" Smith asked.`
_NAMED_SPEAKER = regex.compile(
    r"(?:\p{Lu}[\p{L}\p{M}.'’-]{0,30} ){1,4}"
    r"(?:said|says|asked|asks|added|adds|wrote|writes|tweeted|replied|told|cried|shouted|exclaimed|wondered)\b"
)
_SPEAKER_WITHOUT_SPACE = regex.compile(
    r"(?:と|って|という|[^\s。！？，、：“「]{0,8}(?:说|說|道|问|問|称|稱|表示|喊|叫))"
)

# A quotation or bracket up to this long is kept whole: about two sentences of a newspaper.
_LONGEST_WHOLE = 240
_PAIRS = {"“": "”", "«": "»", "(": ")", "[": "]", "「": "」", "『": "』", "（": "）"}
_PAIRED = regex.compile(r"[\"“”„«»()\[\]「」『』（）]")


def sentences(text: str) -> list[Span]:
    """(start, end) of each sentence, in order, in code points; only white space lies between and around them.

    A blank line, a new paragraph, a list's item, a heading and a headline are always cut off. A quotation or
    a bracket that closes in its paragraph and is no longer than 240 code points is kept whole, however many
    sentences it holds; a longer one is cut at its sentences' ends. After an end mark, a word in lower case
    goes on with the sentence: `"Are you sure?" he asked.` is one. Where it is not plain that a sentence ends,
    as after `U.S.` before a name, it goes on.
    """
    lower_cased = _UPPER.search(text) is None
    return [span for start, end in _blocks(text) for span in _cut_block(text, start, end, lower_cased)]


class _Line(NamedTuple):
    start: int
    text: str  # without white space around it
    indent: int
    after_blank: bool


class _Layout(NamedTuple):
    width: int  # of hard-wrapped lines; 0 where lines are not wrapped
    indented: bool  # a paragraph's first line is set in


# Longer lines are paragraphs.
_WIDEST_WRAP = 120
# Ragged lines fall short of the width by a long word; a line that falls short by more was ended on purpose.
_FULL = 0.75
_FINISHED = regex.compile(rf"[.{_MARKS}][{_CLOSERS}]*$")
_LINE_OF_ITS_OWN = regex.compile(r"#{1,6}\s|[|]|[-=*_~]{3,}$")
_BULLET = regex.compile(r"[-*+•‣▪◦●·]\s+\S")
_NUMBER = regex.compile(r"\(?(\d{1,3})[.)]\s+\S")
_MARKER = regex.compile(r"(?:[-*+•‣▪◦●·]|\(?\d{1,3}[.)]|#{1,6})(?=\s)")
_UNFINISHED = regex.compile(
    r"(?:[,–—-]|(?<![\p{L}\p{N}])(?:a|an|the|of|to|in|on|at|by|for|with|from|and|or|that|as|is|was|said|between))$"
)
_GOES_ON = frozenset(",;:.)]}»”…%")


def _blocks(text: str) -> Iterator[Span]:
    """The stretches of text that no sentence crosses."""
    lines = _lines(text)
    if not lines:
        return
    layout = _layout(lines)
    start, number = lines[0].start, _item_number(lines[0])
    for place, (line, following) in enumerate(pairwise(lines)):
        item = _item_number(following)
        if _parts(line, following, layout, place == 0, item is not None and item in (1, (number or 0) + 1)):
            yield start, line.start + len(line.text)
            start = following.start
            number = item if item is not None else number
    yield start, lines[-1].start + len(lines[-1].text)


def _lines(text: str) -> list[_Line]:
    """The lines that hold more than white space."""
    lines = []
    position, after_blank = 0, True
    for raw in text.split("\n"):
        stripped = raw.strip()
        if stripped:
            indent = len(raw) - len(raw.lstrip())
            lines.append(_Line(position + indent, stripped, indent, after_blank))
        after_blank = not stripped
        position += len(raw) + 1
    return lines


def _layout(lines: list[_Line]) -> _Layout:
    """At what width the text's lines are wrapped, if they are, and whether its paragraphs are set in."""
    pairs = [(line, following) for line, following in pairwise(lines) if not following.after_blank]
    if not pairs:
        return _Layout(0, False)
    indented = any(line.indent >= 2 > following.indent for line, following in pairs)
    lengths = sorted(line.indent + len(line.text) for line, _ in pairs)
    width = lengths[int(0.95 * (len(lengths) - 1))] if len(lengths) > 20 else lengths[-1]
    if width > _WIDEST_WRAP:
        return _Layout(0, indented)
    unfinished = [pair for pair in pairs if not _FINISHED.search(pair[0].text[-8:])]
    broken = sum(1 for line, following in unfinished if _goes_on(line, following, width))
    return _Layout(width if broken and 5 * broken >= len(unfinished) else 0, indented)


def _goes_on(line: _Line, following: _Line, width: int) -> bool:
    first = following.text[0]
    if first.isalpha() and first.lower() == first.upper():  # no capitals in this script: the width tells
        return width >= 40 and _is_full(line, following, width)
    return first.islower()


def _is_full(line: _Line, following: _Line, width: int) -> bool:
    next_word = len(following.text[:40].split(None, 1)[0])
    return line.indent + len(line.text) + 1 + next_word > _FULL * width


def _item_number(line: _Line) -> int | None:
    match = _NUMBER.match(line.text)
    return int(match[1]) if match else None


def _parts(line: _Line, following: _Line, layout: _Layout, is_first: bool, in_sequence: bool) -> bool:
    """Whether no sentence goes on from this line to the next."""
    if following.after_blank or _LINE_OF_ITS_OWN.match(line.text) or _LINE_OF_ITS_OWN.match(following.text):
        return True
    finished = _FINISHED.search(line.text[-8:]) is not None
    if _BULLET.match(following.text):
        return True
    if _NUMBER.match(following.text) and (in_sequence or finished or line.text[-1] == ":"):
        return True
    first = following.text[0]
    set_in = following.indent not in (0, line.indent) or (layout.indented and following.indent >= 2)
    if finished and set_in and not _is_title(line.text):
        return True
    if not first.islower():
        hangs = _MARKER.match(line.text) is not None
        if (following.indent > line.indent and not hangs) or (layout.indented and following.indent >= 2):
            return True
    if _goes_on(line, following, layout.width) or first in _GOES_ON:
        return False
    on_purpose = not layout.width or not _is_full(line, following, layout.width)
    if finished:
        return on_purpose and not _is_title(line.text)
    # A wire story's first line is short, because the place and the date stood before it.
    return on_purpose and not (layout.width and is_first) and not _UNFINISHED.search(line.text)


def _is_title(line: str) -> bool:
    return line.endswith(".") and line[-20:-1].rpartition(" ")[2].lstrip(_OPENERS) in _TITLES


def _cut_block(text: str, start: int, end: int, lower_cased: bool) -> Iterator[Span]:
    """The sentences of a stretch that begins and ends with something visible."""
    whole = _kept_whole(text, start, end)
    marker = _MARKER.match(text, start, end)
    solid = _SOLID.search(text, marker.end() if marker else start, end)
    place = 0
    for mark in _MARK.finditer(text, start, end):
        if mark.end() == end:
            break
        if solid is None or solid.start() > mark.start():  # nothing has been said yet
            continue
        while place < len(whole) and whole[place][1] <= mark.end():
            place += 1
        if place < len(whole) and whole[place][0] < mark.start():
            continue
        if _ends_sentence(text, mark.start(), mark.end(), end, lower_cased):
            solid = _SOLID.search(text, mark.end(), end)
            if solid is None:  # what is left says nothing: a dash, a star
                break
            yield start, mark.end()
            following = _NOT_SPACE.search(text, mark.end(), end)
            start = following.start() if following else end
    yield start, end


def _kept_whole(text: str, start: int, end: int) -> list[Span]:
    """The quotations and brackets that stay in one sentence, in order, without those inside others."""
    opened: dict[str, list[int]] = {}
    spans: list[Span] = []
    for match in _PAIRED.finditer(text, start, end):
        at, sign = match.start(), match[0]
        before = text[at - 1] if at > start else " "
        after = text[at + 1] if at + 1 < end else " "
        if sign == '"':
            if before.isalnum() and after.isalnum():  # a slip of the keyboard, as in: body"s
                continue
            closes = bool(opened.get('"')) and (not before.isspace() or after.isspace())
            closer = '"'
        elif sign == "“" and opened.get("“„"):
            closes, closer = True, "“„"
        elif sign == "„":
            closes, closer = False, "“„"
        elif sign == "»" and before.isspace() and after.isalnum():
            closes, closer = False, "«»"
        elif sign == "«" and opened.get("«»") and not before.isspace():
            closes, closer = True, "«»"
        else:
            closes = sign not in _PAIRS
            closer = sign if closes else _PAIRS[sign]
        pending = opened.setdefault(closer, [])
        if not closes:
            pending.append(at)
        elif pending:
            opening = pending.pop()
            if at + 1 - opening <= _LONGEST_WHOLE:
                while spans and spans[-1][0] > opening:
                    spans.pop()
                spans.append((opening, at + 1))
    return spans


def _ends_sentence(text: str, mark: int, after: int, end: int, lower_cased: bool) -> bool:
    """Whether a sentence ends with the end marks at `mark`, which end, closers and all, at `after`."""
    marks = text[mark:after]
    if not text[after].isspace():
        if not any(sign in _STANDING for sign in marks):
            return False
        if marks[-1] in _CLOSERS and _SPEAKER_WITHOUT_SPACE.match(text, after, end):
            return False
    following = _NOT_SPACE.search(text, after, end)
    if following is None:
        return True
    next_at = following.start()
    if text[next_at] in ",;:" or (text[next_at] in ")]}»”" and marks[0] not in _STANDING):
        return False
    if text[mark - 1] in "([{":  # [...]
        return False
    word_match = _FIRST_WORD.match(text, next_at, end)
    word = (word_match[1] if word_match else None) or ""
    if lower_cased:
        word = word.capitalize()
    elif word[:1].islower() and not _CAMEL.match(word):
        return False
    is_initial = len(word) == 1 and word_match is not None and text.startswith(".", word_match.end())
    starts = word in _STARTERS and not is_initial
    # The marks stand apart from the word in some texts.
    token = "".join(text[max(0, mark - 40) : mark].split()[-1:])
    bare = _GLUE.split(token)[-1].lstrip(_OPENERS)
    quoted = marks[-1] in _QUOTES
    if marks[0] == "." and marks[1:2] not in (".", " "):
        alone = token.removesuffix(bare)[-1:] in tuple(_QUOTES)  # "J.R." Ewing
        starts = starts or (quoted and not alone)
        return _full_stop_ends(bare, word, starts, text[next_at] in _QUOTES)
    if bare in _BANG_NAMES:
        return starts
    return not (quoted and _NAMED_SPEAKER.match(text, next_at, end))


def _full_stop_ends(token: str, word: str, starts: bool, quotation_follows: bool) -> bool:
    """Whether a full stop after this token ends the sentence, given the next word."""
    if token in _TITLES:
        return False
    if token in _NUMBERED:
        return not word[:1].isdigit()
    if token.isdigit():
        return len(token) > 2 or word not in _AFTER_ORDINAL
    if token in _CLOCK:
        return word not in _AFTER_CLOCK
    if token in _SHORTENED:
        return starts or quotation_follows
    if _INITIALS.fullmatch(token) or (len(token) == 1 and token.isalpha()):
        return starts
    return True


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of whole sentences, and what of it is embedded: all, or one window of a too long sentence."""

    number: int  # within the article
    start: int
    end: int
    window_start: int
    window_end: int


def passages(
    text: str, count: Callable[[Sequence[str]], Sequence[int]], limit: int, target: int = 160
) -> list[Passage]:
    """The text's sentences in passages of about `target` word pieces, each window within `limit`.

    A short last sentence is the next passage's first as well. A sentence longer than `limit` makes a passage
    for each of its windows. `count` gives the number of word pieces of each text. A limit too small for a
    single character, as 1 is for some, can't be kept for that character.
    """
    if limit < 1:
        raise ValueError(f"a window needs room for a word piece, and the limit is {limit}")
    spans = sentences(text)
    if not spans:
        return []
    sizes = list(count([text[start:end] for start, end in spans]))
    runs = list(_runs(sizes, limit, min(target, limit)))
    runs = _fitting(text, spans, runs, sizes, count, limit)
    windows = _windows(text, [spans[i] for i, size in enumerate(sizes) if size > limit], count, limit)
    cut: list[tuple[Span, Span]] = []
    for first, last in runs:
        span = spans[first][0], spans[last][1]
        cut += [(span, window) for window in windows.get(span, [span])]
    return [Passage(number, *span, *window) for number, (span, window) in enumerate(cut)]


def _runs(sizes: Sequence[int], limit: int, target: int) -> Iterator[tuple[int, int]]:
    """First and last sentence of each passage."""
    sums = [0, *accumulate(sizes)]
    short = target // 3
    first = fresh = 0  # `fresh` is the first sentence that no passage holds yet
    while fresh < len(sizes):
        last = fresh
        while last + 1 < len(sizes):
            held, more = sums[last + 1] - sums[first], sizes[last + 1]
            # What is too little to stand alone takes one sentence more, while the model can read it.
            if held + more > (limit if held <= short else target):
                break
            last += 1
        rest = sums[-1] - sums[last + 1]
        if rest <= short and sums[-1] - sums[first] <= limit:
            last = len(sizes) - 1
        yield first, last
        fresh = last + 1
        if fresh < len(sizes):
            repeats = last > first and sizes[last] <= short and sizes[last] + sizes[fresh] <= limit
            first = last if repeats else fresh


def _fitting(
    text: str,
    spans: list[Span],
    runs: list[tuple[int, int]],
    sizes: Sequence[int],
    count: Callable[[Sequence[str]], Sequence[int]],
    limit: int,
) -> list[tuple[int, int]]:
    """The runs, with those halved that hold more word pieces than their sentences do one by one."""
    # WordPiece counts white space as nothing; another tokenizer counts a character of it as one piece at most.
    gaps = [max(1, following[0] - span[1]) for span, following in pairwise(spans)]
    doubtful = {
        (first, last)
        for first, last in runs
        if last > first and sum(sizes[first : last + 1]) + sum(gaps[first:last]) > limit
    }
    while doubtful:
        order = sorted(doubtful)
        measured = count([text[spans[first][0] : spans[last][1]] for first, last in order])
        too_long = {run for run, size in zip(order, measured, strict=True) if size > limit}
        runs = [half for run in runs for half in (_halves(run) if run in too_long else [run])]
        doubtful = {half for run in too_long for half in _halves(run) if half[1] > half[0]}
    # The first half of a run may hold nothing but the sentence that it shares with the run before.
    return [run for place, run in enumerate(runs) if place == 0 or run[1] > runs[place - 1][1]]


def _halves(run: tuple[int, int]) -> list[tuple[int, int]]:
    first, last = run
    middle = (first + last) // 2
    return [(first, middle), (middle + 1, last)]


def _windows(
    text: str, long: list[Span], count: Callable[[Sequence[str]], Sequence[int]], limit: int
) -> dict[Span, list[Span]]:
    """For each sentence that is too long, windows that fit and leave out only white space."""
    windows = {span: [span] for span in long}
    open_windows = {span: [span] for span in long}
    while open_windows:
        flat = [(span, window) for span, pending in open_windows.items() for window in pending]
        measured = count([text[start:end] for _, (start, end) in flat])
        open_windows = {}
        for (span, window), size in zip(flat, measured, strict=True):
            start, end = window
            if size <= limit or end - start < 2:
                continue
            parts = list(_window_parts(text, start, end, max(2, -(-size // max(1, limit * 9 // 10)))))
            open_windows.setdefault(span, []).extend(parts)
        for span, parts in open_windows.items():
            windows[span] = _replaced(windows[span], parts)
    return windows


def _window_parts(text: str, start: int, end: int, parts: int) -> Iterator[Span]:
    """A stretch cut into about so many parts, at white space where the latter half of a part has some."""
    for left in range(parts, 1, -1):
        size = -(-(end - start) // left)
        if size == end - start:
            break
        space = _LAST_SPACE.search(text, start + (size + 1) // 2, start + size + 1)
        cut = space.start() if space else start + size
        part_end = start + len(text[start:cut].rstrip())
        if part_end > start:
            yield start, part_end
        following = _NOT_SPACE.search(text, cut, end)
        if following is None:
            return
        start = following.start()
    yield start, end


def _replaced(windows: list[Span], parts: list[Span]) -> list[Span]:
    """The windows in order, those that were cut given way to their parts."""
    cut = {start for start, _ in parts}
    kept = []
    starts = sorted(cut)
    place = 0
    for start, end in windows:
        here = []
        while place < len(starts) and starts[place] < end:
            here.append(starts[place])
            place += 1
        if not here:
            kept.append((start, end))
    return sorted(kept + parts)
