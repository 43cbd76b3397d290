"""Labelled folders: questions, attributions, claims and pages, each with what is right, read line by line.

A wrong line raises BadLabels with the file, the line's number and the reason.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol, TypeVar

from assistant.errors import BadLabels
from index.article import normalise
from index.errors import Unreadable
from index.readers.apart import Reader
from index.readers.fields import text_of

_NAMED = 10  # questions that a note names; all are counted

Half = Literal["choose", "report"]
Span = tuple[int, int]

LOOKED_FOR = (
    "qa.jsonl, or queries.jsonl with qrels.tsv (each with docs.jsonl or a folder docs; in a store's folder feedback, "
    "qa.jsonl goes with the store's own articles), "
    "attributions.jsonl with docs.jsonl, claims.jsonl, or pages.jsonl"
)


@dataclass(frozen=True, slots=True)
class Question:
    """A question with the documents and the words that answer it."""

    id: str
    key: str
    text: str
    answerable: bool
    gains: Mapping[str, int]  # of the documents that are right, by id; graded where people graded them
    answers: tuple[str, ...]  # one of these must stand in a quotation; spaces folded
    where: str  # file and line
    within: Mapping[str, Any] = field(default_factory=dict)  # what it is asked with, by the names of Assistant.ask


@dataclass(frozen=True, slots=True)
class Attribution:
    """Words of a document that name who says something, and words that say that it is said."""

    source: tuple[Span, ...]
    cue: tuple[Span, ...]
    cue_text: str


@dataclass(frozen=True, slots=True)
class Spoken:
    """A document's text as a reader gives it, with its attributions."""

    id: str
    text: str
    attributions: tuple[Attribution, ...]
    dropped: int  # attributions whose offsets do not fit the text

    @property
    def key(self) -> str:
        return self.id


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement with the sentences that it rests on."""

    id: str
    text: str
    evidence: tuple[str, ...]
    supported: bool
    kind: str | None  # what was done to make it wrong, or what sort it is

    @property
    def key(self) -> str:
        return self.id


@dataclass(frozen=True, slots=True)
class Page:
    """A web page with its article's text as a person marked it."""

    id: str
    html: Path
    body: str

    @property
    def key(self) -> str:
        return self.id


@dataclass(frozen=True, slots=True)
class Labelled:
    """What a labelled folder holds."""

    name: str  # the folder, as it was named
    docs: Path | None  # docs.jsonl, or a folder of articles of any kind that is read
    questions: tuple[Question, ...]
    spoken: tuple[Spoken, ...]
    claims: tuple[Claim, ...]
    pages: tuple[Page, ...]
    store: Path | None = None  # whose articles the questions are about, where there are no docs: those of its ratings
    notes: tuple[str, ...] = ()  # what is not scored, and why


class Item(Protocol):
    """What can be sampled and split: it has an id, and a key that keeps together what belongs together."""

    @property
    def id(self) -> str: ...

    @property
    def key(self) -> str: ...


_Item = TypeVar("_Item", bound=Item)


def half(key: str) -> Half:
    """The half that a key falls into, for ever: methods are chosen on one, and reported on the other."""
    return "report" if int(hashlib.sha256(key.encode()).hexdigest(), 16) % 2 else "choose"


def sample(items: Iterable[_Item], part: Half | None = None, limit: int | None = None) -> list[_Item]:
    """The items of one half, or of both, in their order; at most `limit`, by a hash of their ids: always the same ones."""
    kept = [item for item in items if part is None or half(item.key) == part]
    if limit is None or len(kept) <= limit:
        return kept
    drawn = sorted(range(len(kept)), key=lambda place: hashlib.sha256(kept[place].id.encode()).digest())[:limit]
    return [kept[place] for place in sorted(drawn)]


def folded(text: str) -> str:
    """The text as a reader gives it, every run of white space one space: how answers and quotations are compared."""
    return " ".join(normalise(text).split())


def read(folder: Path) -> Labelled:
    """All that is labelled in a folder; raises BadLabels."""
    docs = _find(folder, "docs.jsonl") or (folder / "docs" if (folder / "docs").is_dir() else None)
    files = {name: _find(folder, f"{name}.jsonl") for name in ("queries", "qa", "attributions", "claims", "pages")}
    if not any(files.values()):
        what = "holds nothing labelled" if folder.is_dir() else "is not a folder"
        raise BadLabels(f"{folder} {what}; looked for are {LOOKED_FOR}; each also .gz")
    rated = folder.parent if files["qa"] and docs is None and (folder.parent / "record.sqlite").is_file() else None
    for name in ("queries", "qa", "attributions"):
        if files[name] and docs is None and not (name == "qa" and rated):
            raise BadLabels(f"{files[name]} needs docs.jsonl beside it, or a folder docs with the articles.")
    documents = _documents(docs) if docs and docs.is_file() else {}
    questions: list[Question] = []
    notes: list[str] = []
    if file := files["queries"]:
        questions += _queries(file, folder, documents)
    if file := files["qa"]:
        questions += _rated(file, notes) if rated else _qa(file, documents)
    spoken: list[Spoken] = []
    if docs and (file := files["attributions"]):
        spoken = _spoken(file, documents or _articles(docs))
    claims = list(_claims(files["claims"])) if files["claims"] else []
    pages = list(_pages(files["pages"])) if files["pages"] else []
    return Labelled(
        str(folder), docs, tuple(questions), tuple(spoken), tuple(claims), tuple(pages), rated, tuple(notes)
    )


# ---------------------------------------------------------------------------------------------- files and lines


@dataclass(frozen=True, slots=True)
class _Line:
    """A record of a file, with the place that an error names."""

    where: str
    fields: Mapping[str, Any]

    def wrong(self, reason: str) -> BadLabels:
        return BadLabels(f"{self.where}: {reason}")

    def text(self, name: str) -> str:
        value = self.fields.get(name)
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(f"expected words in “{name}”")
        return value

    def identity(self, name: str) -> str:
        return self._identity(name, self.fields.get(name))

    def identities(self, name: str) -> list[str]:
        value = self.fields.get(name)
        values = value if isinstance(value, list) else [] if value is None else [value]
        return [self._identity(name, one) for one in values]

    def _identity(self, name: str, value: Any) -> str:
        if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
            raise self.wrong(f"expected a name or a number in “{name}”")
        return str(value)

    def texts(self, name: str) -> list[str]:
        """Texts, as they are or as the “text” of spans."""
        values = self.fields.get(name) or []
        if not isinstance(values, list):
            raise self.wrong(f"expected a list in “{name}”")
        texts = [one.get("text") if isinstance(one, dict) else one for one in values]
        if not all(isinstance(one, str) for one in texts):
            raise self.wrong(f'expected texts, or {{"text": …}}, in “{name}”')
        return [one for one in texts if one and one.strip()]

    def flag(self, name: str) -> bool:
        value = self.fields.get(name, True)
        if not isinstance(value, bool):
            raise self.wrong(f"expected true or false in “{name}”")
        return value

    def spans(self, name: str) -> list[tuple[int, int, str]]:
        values = self.fields.get(name) or []
        if not isinstance(values, list) or not all(_is_span(one) for one in values):
            raise self.wrong(f'expected a list of {{"start": …, "end": …, "text": …}} in “{name}”')
        return [(one["start"], one["end"], one["text"]) for one in values]


def _is_span(value: Any) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("text"), str):
        return False
    places = [value.get("start"), value.get("end")]
    return all(isinstance(place, int) and place >= 0 for place in places)


def _find(folder: Path, name: str) -> Path | None:
    return next((path for path in (folder / name, folder / f"{name}.gz") if path.is_file()), None)


def _text_lines(file: Path) -> Iterator[tuple[str, str]]:
    """(place, line) of a text file, packed or not, without its empty lines."""
    number = 0
    try:
        with gzip.open(file, "rb") if file.suffix == ".gz" else file.open("rb") as lines:
            for line in lines:
                number += 1
                if line.strip():
                    yield f"{file}: line {number}", line.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise BadLabels(f"{file}: line {number}: not UTF-8 ({error.reason})") from error
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise BadLabels(f"{file}: line {number + 1}: not a whole gzip file ({error})") from error
    except OSError as error:
        raise BadLabels(f"{file} can't be read ({error.strerror or error}).") from error


def _lines(file: Path) -> Iterator[_Line]:
    """The records of a file with one JSON object a line, no two of one id."""
    seen: dict[str, str] = {}
    for line in _records(file):
        id = line.identity("id")
        if id in seen:
            raise line.wrong(f"the id {id} stands in {seen[id].removeprefix(f'{file}: ')}, too")
        seen[id] = line.where
        yield line


def _records(file: Path) -> Iterator[_Line]:
    for where, text in _text_lines(file):
        try:
            fields = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise BadLabels(f"{where}: not JSON ({error})") from error
        if not isinstance(fields, dict):
            raise BadLabels(f"{where}: expected one JSON object, {{…}}")
        yield _Line(where, fields)


# ---------------------------------------------------------------------------------------------- what they hold


@dataclass(frozen=True, slots=True)
class _Document:
    title: str
    text: str


def _documents(file: Path) -> dict[str, _Document]:
    """The documents of docs.jsonl by id; one whose text is empty is a document that nothing finds."""
    found = {}
    for line in _lines(file):
        try:
            text = "" if line.fields.get("text") == "" else text_of(line.fields)
        except Unreadable as error:
            raise line.wrong(str(error)) from error
        title = line.fields.get("title")
        found[line.identity("id")] = _Document(folded(title) if isinstance(title, str) else "", text)
    if not found:
        raise BadLabels(f"{file} holds no documents.")
    return found


def _articles(folder: Path) -> dict[str, _Document]:
    """The articles of a folder by their paths in it, as the store's readers give them."""
    found = {}
    with Reader() as reader:
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            try:
                for one in reader.read(file):
                    if not isinstance(one, Unreadable):
                        found[f"{file.relative_to(folder).as_posix()}{one.place}"] = _Document(one.title, one.text)
            except Unreadable:  # not a kind that is read: an attribution that names it says so
                continue
    return found


def _known(line: _Line, id: str, documents: Mapping[str, object]) -> str:
    if documents and id not in documents:
        raise line.wrong(f"no document has the id {id}")
    return id


def _queries(file: Path, folder: Path, documents: Mapping[str, _Document]) -> Iterator[Question]:
    judged = _find(folder, "qrels.tsv")
    if judged is None:
        raise BadLabels(f"{file} needs qrels.tsv beside it: a header, then query_id, doc_id and rel, split by tabs.")
    lines = {line.identity("id"): line for line in _lines(file)}
    gains: dict[str, dict[str, int]] = {id: {} for id in lines}
    for where, row in list(_text_lines(judged))[1:]:
        cells = [cell.strip() for cell in row.split("\t")]
        if len(cells) != 3 or not cells[2].removeprefix("-").isdecimal():
            raise BadLabels(f"{where}: expected query_id, doc_id and a whole number, split by tabs")
        query, doc, gain = cells[0], cells[1], int(cells[2])
        if query not in gains:
            raise BadLabels(f"{where}: no query has the id {query}")
        _known(_Line(where, {}), doc, documents)
        if gain > 0:
            gains[query][doc] = gain
    for id, line in lines.items():
        answerable = line.flag("answerable")
        right = gains[id] if answerable else {}
        yield Question(id, id, line.text("text"), answerable, right, (), line.where)


def _qa(file: Path, documents: Mapping[str, _Document]) -> Iterator[Question]:
    titles = Counter(document.title for document in documents.values())
    shared = sum(count for title, count in titles.items() if title and count > 1)
    by_title = 2 * shared > len(documents)
    for line in _lines(file):
        id, docs, answerable = line.identity("id"), line.identities("doc_id"), line.flag("answerable")
        docs = [_known(line, doc, documents) for doc in docs]
        if answerable and not docs:
            raise line.wrong('expected the document that answers it in “doc_id”, or "answerable": false')
        key = docs[0] if docs else id
        if docs and by_title:
            key = documents[key].title or key
        answers = line.texts("supporting_sentences") or line.texts("answers")
        gains, gold = (dict.fromkeys(docs, 1), tuple(map(folded, answers))) if answerable else ({}, ())
        yield Question(id, key, line.text("question"), answerable, gains, gold, line.where)


def _rated(file: Path, notes: list[str]) -> Iterator[Question]:
    """The questions whose answers people rated, each by its latest line; those with no right answer known are noted."""
    latest: dict[str, _Line] = {}
    for line in _records(file):
        latest[line.identity("id")] = line
    unknown: list[str] = []
    for id, line in latest.items():
        if line.fields.get("thumb", "") is None:  # taken back
            continue
        docs, told = line.identities("doc_id"), line.fields.get("answerable")
        if told is None and not docs:
            place = line.where.removeprefix(f"{file}: ")
            unknown.append(f"{place} ({line.text('question')})")
            continue
        answerable = told is None or line.flag("answerable")
        if answerable and not docs:
            raise line.wrong('expected the article that answers it in “doc_id”, or "answerable": false')
        gains, gold = (dict.fromkeys(docs, 1), tuple(map(folded, line.texts("answers")))) if answerable else ({}, ())
        key = docs[0] if gains else id
        yield Question(id, key, line.text("question"), answerable, gains, gold, line.where, _within(line))
    if unknown:
        shown = "; ".join(unknown[:_NAMED]) + ("; …" if len(unknown) > _NAMED else "")
        one = len(unknown) == 1
        notes.append(
            f"{file}: {len(unknown)} {'answer was' if one else 'answers were'} rated down with no right answer known, and "
            f"{'is' if one else 'are'} not scored: {shown}. Add “doc_id” and “answers” to {'its line' if one else 'their lines'}"
            ', or "answerable": false.'
        )


def _within(line: _Line) -> dict[str, Any]:
    """The filters that a person chose for a question; those that were read out of it are read out of it again."""
    filters = line.fields.get("filters") or {}
    if not isinstance(filters, Mapping):
        raise line.wrong("expected an object in “filters”")
    if line.fields.get("infer", True) is not False:
        return {}
    publishers = filters.get("publishers") or []
    days = {name: filters.get(name) for name in ("since", "until")}
    if not all(isinstance(one, str) for one in publishers) or not all(
        isinstance(day, str | None) for day in days.values()
    ):
        raise line.wrong("expected dates and names of publishers in “filters”")
    return {**days, "publishers": tuple(publishers), "infer": False}


def _spoken(file: Path, documents: Mapping[str, _Document]) -> list[Spoken]:
    """The documents that have attributions, each with those that name a source and a cue."""
    lines: dict[str, list[_Line]] = {}
    for line in _lines(file):
        lines.setdefault(_known(line, line.identity("doc_id"), documents), []).append(line)
    return [_with_attributions(id, documents[id].text, labels) for id, labels in lines.items()]


def _with_attributions(id: str, given: str, lines: Sequence[_Line]) -> Spoken:
    whole = normalise(given)
    text, leading = whole.strip("\n"), len(whole) - len(whole.lstrip("\n"))
    found, dropped = [], 0
    for line in lines:
        source, cue = line.spans("source"), line.spans("cue")
        if not source or not cue:
            continue
        moved = [[_moved(given, text, leading, *span) for span in spans] for spans in (source, cue)]
        if any(span is None for spans in moved for span in spans):
            dropped += 1
            continue
        words = folded(" ".join(text for _, _, text in cue))
        sources, cues = (tuple(span for span in spans if span) for spans in moved)
        found.append(Attribution(sources, cues, words))
    return Spoken(id, text, tuple(found), dropped)


def _moved(given: str, text: str, leading: int, start: int, end: int, words: str) -> Span | None:
    """A span of a text as it was given, in the text as a reader gives it; None where the two don't hold the same words."""
    words = normalise(words)
    first = len(normalise(given[:start])) - leading
    last = first + len(words)
    return (first, last) if words and given[start:end] and first >= 0 and text[first:last] == words else None


def _claims(file: Path) -> Iterator[Claim]:
    for line in _lines(file):
        kind = line.fields.get("kind")
        if kind is not None and not isinstance(kind, str):
            raise line.wrong("expected a word in “kind”")
        evidence = tuple(line.texts("evidence_sentences"))
        if not evidence:
            raise line.wrong("expected sentences in “evidence_sentences”")
        yield Claim(line.identity("id"), line.text("claim"), evidence, line.text("label") == "supported", kind)


def _pages(file: Path) -> Iterator[Page]:
    for line in _lines(file):
        html = file.parent / line.text("html")
        if not html.is_file():
            raise line.wrong(f"there is no file {html}")
        yield Page(line.identity("id"), html, line.text("gold_text"))
