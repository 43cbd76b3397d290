"""What kinds of documents have in common: raised figures, properties that programs fill in, colours no eye tells apart."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

Colour = tuple[float, float, float]  # red, green and blue, from 0 to 1
WHITE: Colour = (1.0, 1.0, 1.0)

# Of 1; what stays legible on white, such as pure yellow or a light grey, differs by more in at least one of the three.
_ALIKE = 0.06
_FILE_NAME = re.compile(
    r"(?i)\.(?:docx?|docm|dotx?|rtf|odt|pages|wpd|pdf|indd|inx|qx[dp]|pub|pptx?|xlsx?|tex|dvi|e?ps|txt|md|html?|tmp)$|[\\/]\w*$"
)
_PROGRAM = re.compile(r"(?i)^(?:microsoft (?:word|powerpoint|excel|publisher)|word|writer)\s*[-–]\s*")
_NO_TITLE = re.compile(
    r"(?i)(?:untitled(?: document)?|unnamed|unknown|title|document|dokument|new document|no title|none|null|blank|about:blank|print|"
    r"word document|powerpoint presentation|presentation|slide|page|layout|scan|scanned|\(?anonymous\)?|template)"
    r"[\s_-]*\d*"
)
_NO_PERSON = re.compile(
    r"(?i)(?:anonymous|unknown|unspecified|none|null|n/?a|author|owner|user|users|usuario|benutzer|utilisateur|utente|"
    r"admin|administrator|administrador|root|default|guest|test|student|staff|office|pc|home|me|editor|writer|"
    r"hp|dell|acer|asus|lenovo|toshiba|samsung|apple|macbook|microsoft|adobe|python-docx|openpyxl|reportlab|"
    r"latex|pandoc|apache poi|libreoffice|openoffice|google docs|chromium|(?:microsoft|ms)[- ]?office(?: user)?|"
    r"(?:windows|office|word|my|default|registered|local|hp|dell|acer|lenovo|asus)[- ](?:user|pc|owner|account|customer))"
    r"[\s_-]*\d*"
)
_NAME = re.compile(r"[^\W\d_](?:[^\W\d_]|[\s.,'’()&-])*")


_RAISED = str.maketrans("0123456789-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁻")


def raised(text: str) -> str:
    """Raised figures as such: the number of a note, or of a power, must not become part of the number before it."""
    return text.translate(_RAISED) if re.fullmatch(r"[\d\s,−-]*\d\s*", text) else text


def alike(colour: Colour, other: Colour) -> bool:
    """Whether text of one colour can't be seen on the other."""
    return all(abs(one - two) <= _ALIKE for one, two in zip(colour, other, strict=True))


def stated_title(value: object) -> str | None:
    """A title that somebody gave: no name of a file, and nothing that a program puts where no title is."""
    if not isinstance(value, str):
        return None
    title = " ".join(value.split())
    bare = _PROGRAM.sub("", title)
    if _FILE_NAME.search(bare) or _NO_TITLE.fullmatch(bare.strip("().[]")) or not re.search(r"[^\W\d_]{2}", bare):
        return None
    if " " not in bare and re.search(r"[_\d]", bare):  # scan0001, beacon_2025_06
        return None
    return bare


def stated_people(values: Sequence[object]) -> list[str]:
    """The people among these, each once; one value may name several. Log-in names and programs are nobody."""
    names = [name for value in values if isinstance(value, str) for name in _several(" ".join(value.split()))]
    return list(dict.fromkeys(name for name in names if _is_person(name)))


def _several(value: str) -> Iterable[str]:
    if ";" in value:
        return [name.strip() for name in value.split(";")]
    parts = [name.strip() for name in re.split(r",(?:\s+and)?\s+|\s+and\s+|\s+&\s+", value)]
    # “Harrowell, Nadia” is one person, and “Lode & Partners” a firm.
    return parts if all(" " in name for name in parts) else [value]


def _is_person(name: str) -> bool:
    if _NO_PERSON.fullmatch(name.strip("()")) or not _NAME.fullmatch(name):
        return False
    return len(name.split()) <= 6 and not (name.isascii() and name.islower())


def same_words(one: str, other: str) -> bool:
    """Whether two texts have the same letters and digits, in whatever case and layout."""
    return bool(bare(one)) and bare(one) == bare(other)


def bare(text: str) -> str:
    """The letters and digits of a text, casefolded."""
    return "".join(filter(str.isalnum, text.casefold()))
