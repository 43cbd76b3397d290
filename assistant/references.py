"""An answer to take away: as Markdown with its references, and its sources as BibTeX, RIS and CSL-JSON.

Pure. What an article says is text in each of these, never markup; a fact that is absent stays absent.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote, urlsplit

from assistant.answer import Answer, Nearest, Quotation, Source, Voice

_TIERS = {
    "answer": "From the articles:",
    "closest": "Closest in the articles; nothing answers it surely:",
    "refusal": "The articles don’t answer this.",
}


def cited(answer: Answer) -> tuple[Source, ...]:
    """The sources that the answer quotes, in their order."""
    quoted = [one for statement in answer.statements for one in statement.quotations]
    quoted += [one for disagreement in answer.disagreements for one in disagreement.quotations]
    numbers = {one.source for one in quoted}
    return tuple(source for source in answer.sources if source.number in numbers)


def web_address(url: str | None) -> str | None:
    """The address if it is a page of the web, else nothing: other schemes can do things."""
    if url is None or re.search(r"[\x00-\x20\x7f\\]", url):
        return None
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and host else None


# ---------------------------------------------------------------------------------------------- Markdown


def markdown(answer: Answer) -> str:
    """The answer with its quotations, voices and numbered sources, for a text of one's own."""
    parts = [f"**{_text(answer.question)}**", _TIERS[answer.tier]]
    if answer.model and any(statement.verdict == "supported" for statement in answer.statements):
        parts.append(f"Written by {_text(answer.model)}; each sentence was checked against the quotations under it.")
    for statement in answer.statements:
        if statement.verdict == "supported":
            numbers = dict.fromkeys(quotation.source for quotation in statement.quotations)
            parts.append(f"{_text(statement.text)} {''.join(f'[{number}]' for number in numbers)}".rstrip())
        parts += [_quotation(answer, quotation) for quotation in statement.quotations]
    for differs in answer.disagreements:
        parts.append(f"The articles differ: {_text(differs.about)}")
        for value, quotation in zip(differs.values, differs.quotations, strict=True):
            source = answer.source(quotation.source)
            facts = ", ".join(_text(fact) for fact in (source.publisher, _day(source.published)) if fact)
            parts += [f"{_text(value)} ({facts or 'no publisher, no date'})", _quotation(answer, quotation)]
    if sources := cited(answer):
        parts += ["Sources:", *(f"[{source.number}] {_source(source)}" for source in sources)]
    elif answer.refused and answer.nearest:
        parts += ["Nearest passages:", *(_nearest(near) for near in answer.nearest)]
    return "\n\n".join(parts) + "\n"


def _quotation(answer: Answer, quotation: Quotation) -> str:
    said = f"> — {_voice(quotation.voice, answer.source(quotation.source).publisher)}"
    page = f", page {quotation.page}" if quotation.page is not None else ""
    return f"> {_text(quotation.text)} [{quotation.source}]\n>\n{said}{page}"


def _voice(said: Voice | None, publisher: str | None) -> str:
    outlet = _text(publisher) if publisher else "the article"
    if said is None:
        return f"in {outlet}"
    via = f", via {_text(said.via.text)}" if said.via else ""
    return f"{_text(said.speaker)}{via}, according to {outlet}"


def _source(source: Source) -> str:
    url = web_address(source.url)
    facts = [
        _text(source.title),
        _text(", ".join(source.authors)),
        ", ".join(_text(fact) for fact in (source.publisher, _day(source.published)) if fact),
    ]
    told = " ".join(fact if fact.endswith((".", "?", "!")) else f"{fact}." for fact in facts if fact)
    return f"{told} <{_percented(url, '<>')}>" if url else told


def _nearest(near: Nearest) -> str:
    facts = ", ".join(_text(fact) for fact in (near.publisher, _day(near.published)) if fact)
    told = f"> {_text(near.text)}\n>\n> — {_text(near.title)}"
    return f"{told}, {facts}" if facts else told


# Always: what begins emphasis, code, a link, HTML, a table cell, an entity, a formula or a mention.
_ACTIVE = re.compile(r"[\\`*_\[\]<>~|&$@^]")
# At the start of a line: a heading, a list, a rule.
_STARTING = re.compile(r"^(?:[#+=-]|\d+(?=[.)]))")
# Some readers make links of bare addresses: what follows a scheme's colon, or www.
_BARE = re.compile(r"(?<=[A-Za-z]):(?=\S)|(?<=\bwww)\.", re.IGNORECASE)


def _text(text: str) -> str:
    """The text on one line, as Markdown that reads as it and nothing else."""
    escaped = _BARE.sub(lambda found: "\\" + found[0], _ACTIVE.sub(lambda found: "\\" + found[0], _line(text)))
    if escaped[:1].isdigit():
        return _STARTING.sub(lambda found: found[0] + "\\", escaped)
    return _STARTING.sub(lambda found: "\\" + found[0], escaped)


# ---------------------------------------------------------------------------------------------- bibliographies


@dataclass(frozen=True, slots=True)
class _Person:
    family: str
    given: str


@dataclass(frozen=True, slots=True)
class _Body:
    """An author who is no person, or of whose name it can't be told."""

    name: str


_PARTICLES = frozenset(
    "von van der den de del della di da do dos das du la le las los ter ten zu zur bin ibn al el af av".split()
)
_BODIES = re.compile(
    r"\b(?:agence|agency|agencies|agentur|associated|association|authority|board|bureau|center|centre|college|commission|committee|company|"
    r"correspondents?|council|department|desk|editorial|editors?|foundation|gmbh|group|inc|institute|institut|ltd|magazine|"
    r"media|ministry|news|newsroom|office|organi[sz]ation|press|redaktion|rédaction|reporters?|service|society|staff|team|"
    r"times|union|university|universität|université|writers)\b|[0-9&/;]|\band\b|\bund\b|\bet\b",
    re.IGNORECASE,
)


def _author(name: str) -> _Person | _Body:
    """A name taken apart where that is plain: “Given Family”, “Given von Family” or “Family, Given”."""
    name = _line(name)
    if _BODIES.search(name) or name.casefold().startswith("the "):
        return _Body(name)
    if name.count(",") == 1:
        family, given = (part.strip() for part in name.split(","))
        return _Person(family, given) if family and given else _Body(name)
    words = name.split()
    if len(words) < 2 or "," in name or not all(word[0].isupper() or word in _PARTICLES for word in words):
        return _Body(name)
    if all(word.isupper() and len(word) > 2 for word in words):
        return _Body(name)
    at = next((place for place, word in enumerate(words[1:-1], 1) if word in _PARTICLES), len(words) - 1)
    return _Person(" ".join(words[at:]), " ".join(words[:at]))


def _authors(source: Source) -> list[_Person | _Body]:
    return [_author(name) for name in source.authors if _line(name)]


def bibtex(answer: Answer) -> str:
    """The cited sources as BibTeX and BibLaTeX read them, in UTF-8; empty when nothing is cited."""
    return "\n".join(_entry(key, source) for key, source in _keyed(cited(answer)))


def _entry(key: str, source: Source) -> str:
    day, url = _as_date(source.published), web_address(source.url)
    names = [
        f"{{{_latex(one.name)}}}" if isinstance(one, _Body) else f"{_latex(one.family)}, {_latex(one.given)}"
        for one in _authors(source)
    ]
    fields = {
        "author": " and ".join(names),
        # Braces inside keep the capitals: styles would lower them.
        "title": f"{{{_latex(source.title)}}}" if _line(source.title) else "",
        "journal": _latex(source.publisher or ""),
        "date": day.isoformat() if day else "",  # BibLaTeX and reference managers; BibTeX itself has the next two
        "year": str(day.year) if day else "",
        "url": _percented(url, '{}"') if url else "",
    }
    rows = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    if day:
        rows.append(f"  month = {f'{day:%b}'.lower()},")
    kind = "article" if fields["journal"] else "misc"
    return "\n".join([f"@{kind}{{{key},", *rows, "}"]) + "\n"


# Braces are counted even where they are escaped, so each is named instead.
_LATEX = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
}


# Two of these in a row would be set as another sign.
_JOINED = re.compile(r"-(?=-)|`(?=`)|'(?=')|[?!](?=`)")


def _latex(text: str) -> str:
    named = "".join(_LATEX.get(letter, letter) for letter in _line(text))
    return _JOINED.sub(lambda found: found[0] + "{}", named)


def _keyed(sources: tuple[Source, ...]) -> Iterator[tuple[str, Source]]:
    """Each source with a key of its own, such as writer2025bridge."""
    taken: set[str] = set()
    for source in sources:
        first = next(iter(_authors(source)), None)
        name = first.family if isinstance(first, _Person) else first.name if first else source.publisher or ""
        day = _as_date(source.published)
        words = [word for word in map(_plain, source.title.split()) if len(word) > 3]
        key = f"{_plain(name)[:24]}{day.year if day else ''}{words[0][:24] if words else ''}"
        key = key if name and key[:1].isalpha() else f"source{key}"
        unique, number = key, 1
        while unique in taken:
            number += 1
            unique = f"{key}-{number}"
        taken.add(unique)
        yield unique, source


def ris(answer: Answer) -> str:
    """The cited sources as RIS; empty when nothing is cited."""
    return "".join(_record(source) for source in cited(answer))


def _record(source: Source) -> str:
    day, url = _as_date(source.published), web_address(source.url)
    names = [one.name if isinstance(one, _Body) else f"{one.family}, {one.given}" for one in _authors(source)]
    rows = [
        ("TY", "NEWS"),
        *(("AU", name) for name in names),
        ("TI", _line(source.title)),
        ("T2", _line(source.publisher or "")),
        ("PY", str(day.year) if day else ""),
        ("DA", f"{day:%Y/%m/%d}" if day else ""),
        ("UR", url or ""),
    ]
    return "".join(f"{tag}  - {value}\r\n" for tag, value in rows if value) + "ER  - \r\n\r\n"


def csl(answer: Answer) -> str:
    """The cited sources as CSL-JSON; an empty list when nothing is cited."""
    return (
        json.dumps([_item(key, source) for key, source in _keyed(cited(answer))], ensure_ascii=False, indent=2) + "\n"
    )


def _item(key: str, source: Source) -> dict[str, Any]:
    day, url = _as_date(source.published), web_address(source.url)
    fields: dict[str, Any] = {"id": key, "type": "article-newspaper", "title": _line(source.title)}
    fields["author"] = [
        {"literal": one.name} if isinstance(one, _Body) else {"family": one.family, "given": one.given}
        for one in _authors(source)
    ]
    fields["container-title"] = _line(source.publisher or "")
    fields["issued"] = {"date-parts": [[day.year, day.month, day.day]]} if day else None
    fields["URL"] = url
    return {name: value for name, value in fields.items() if value}


# ---------------------------------------------------------------------------------------------- facts


def _line(text: str) -> str:
    """The text on one line, without what only a machine reads."""
    kept = "".join(letter for letter in text if letter.isspace() or unicodedata.category(letter) not in ("Cc", "Cs"))
    return " ".join(kept.split())


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.casefold().replace("ß", "ss"))
    return "".join(letter for letter in letters if letter.isascii() and letter.isalnum())


def _percented(url: str, signs: str) -> str:
    return "".join(quote(letter, safe="") if letter in signs else letter for letter in url)


def _as_date(published: str | None) -> date | None:
    try:
        return date.fromisoformat(published) if published else None
    except ValueError:
        return None


def _day(published: str | None) -> str:
    day = _as_date(published)
    return f"{day.day} {day:%B} {day.year}" if day else ""
