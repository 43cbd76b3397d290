# ruff: noqa: ARG001  every way of making a statement false is called alike
"""True statements and false ones made of them, each false in one known way: what checking is measured on.

True: every sentence of the sample articles, verbatim, and the rewordings of data/rewordings.jsonl. False: one of them
with one thing changed. Words here are chosen apart from the tables of assistant/checking.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from assistant.answer import Span, Voice
from assistant.checking import Evidence
from index.passages import sentences
from index.readers import read
from index.readers.fields import Reading

HERE = Path(__file__).parent
ARTICLES = HERE.parent / "articles"
REWORDINGS = HERE / "data" / "rewordings.jsonl"
TRUE_KINDS = ("verbatim", "reworded")


@dataclass(frozen=True)
class Claim:
    """A statement with its quotations; `part` 0 was looked at while the checker was written, 1 was not."""

    id: str
    statement: str
    evidence: tuple[Evidence, ...]
    kind: str
    way: str
    part: int

    @property
    def true(self) -> bool:
        return self.kind in TRUE_KINDS


def claims() -> list[Claim]:
    """All of them, always the same ones in the same order."""
    true = [*_verbatim(), *_reworded()]
    chance = random.Random(11)
    made = list(true)
    for claim in true:
        seen = {claim.statement}
        for kind, way, statement in _mutations(claim, chance):
            if statement not in seen:
                seen.add(statement)
                made.append(replace(claim, id=f"{claim.id}-{len(seen) - 1}", statement=statement, kind=kind, way=way))
    return made


# -------------------------------------------------------------------------------------------- the true


def _verbatim() -> Iterator[Claim]:
    number = 0
    said: set[str] = set()
    for article in _articles():
        spans = sentences(article.text)
        texts = [" ".join(article.text[start:end].split()) for start, end in spans]
        for place, text in enumerate(texts):
            if text in said or len(text.split()) < 6 or text.startswith(("#", "-")):
                continue
            said.add(text)
            number += 1
            beside = texts[place + 1] if place + 1 < len(texts) else texts[place - 1]
            evidence = tuple(Evidence(one, None, article.publisher, article.published) for one in (text, beside))
            yield Claim(f"v{number:03}", text, evidence, "verbatim", "verbatim", number % 2 == 0)


def _articles() -> Iterator[Reading]:
    for path in sorted(ARTICLES.glob("*.md")):
        yield from (one for one in read(path) if isinstance(one, Reading))


def _reworded() -> Iterator[Claim]:
    for line in REWORDINGS.read_text(encoding="utf-8").splitlines():
        one = json.loads(line)
        number = int(one["id"][1:])
        evidence = tuple(_evidence(quotation) for quotation in one["quotations"])
        yield Claim(one["id"], one["statement"], evidence, "reworded", one["kind"], number % 2 == 0)


def _evidence(quotation: dict[str, Any]) -> Evidence:
    speaker, published = quotation.get("speaker"), quotation.get("published")
    voice = Voice(speaker, Span(0, 0, speaker), Span(0, 0, "")) if speaker else None
    return Evidence(
        quotation["text"], voice, quotation.get("publisher"), date.fromisoformat(published) if published else None
    )


# ------------------------------------------------------------------------------------------- the false


def _mutations(claim: Claim, chance: random.Random) -> Iterator[tuple[str, str, str]]:
    """(kind, way, statement) for each way in which this statement can be made false."""
    text = claim.statement
    told = " ".join(one.text for one in claim.evidence)
    for kind, ways in WAYS.items():
        for way in ways:
            for statement in way(text, told, chance):
                yield kind, way.__name__.removeprefix("_"), statement
    for way, statement in _exchanged_by_hand(claim):
        yield "roles", way, statement
    if claim.evidence[0].publisher:
        for statement in _other_publisher(claim, chance):
            yield "outlet", "other_publisher", statement
    for statement in _other_speaker(claim, chance):
        yield "mouth", "other_speaker", statement


def _replaced(text: str, match: re.Match[str], new: str, group: int | str = 0) -> str:
    return text[: match.start(group)] + new + text[match.end(group) :]


# numbers

MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
MONTHS = MONTH.split("|")
WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_YEAR = r"(?<![\d,.$£€¥])(?:1[0-9]|20)\d\d(?![\d,]\d|\d)"
_FIGURES = re.compile(r"(?<![\d.,:/-])\d[\d,]*(?:\.\d+)?(?![\d:/]|-\d|,\d)")
SPELLED = {
    "two": "four", "three": "seven", "four": "six", "five": "eight", "six": "nine", "seven": "three", "eight": "two",
    "nine": "five", "ten": "twelve", "eleven": "thirteen", "twelve": "twenty", "thirteen": "thirty",
    "fourteen": "forty", "seventeen": "seventy", "nineteen": "ninety", "thirty": "fifty", "forty": "fourteen",
    "sixty": "sixteen", "dozen": "hundred", "half": "a third", "third": "fourth", "second": "third", "third-": "fifth",
    "fifth": "sixth", "quarter": "tenth", "twenty": "ninety", "hundred": "thousand",
}  # fmt: skip
UNITS = {
    "metres": "feet", "kilometres": "miles", "centimetres": "millimetres", "percent": "percentage points",
    "per cent": "percentage points", "crowns": "euros", "euros": "dollars", "dollars": "pounds", "hours": "minutes",
    "minutes": "seconds", "days": "weeks", "weeks": "days", "months": "weeks", "years": "months", "tonnes": "kilos",
    "degrees": "percent", "francs": "yen", "pence": "cents", "yen": "rupees", "votes": "percent",
}  # fmt: skip
MAGNITUDES = {"million": "billion", "billion": "million", "thousand": "million"}


def _figures_changed(text: str, told: str, chance: random.Random) -> Iterator[str]:
    for match in _FIGURES.finditer(text):
        if re.match(_YEAR, match[0]) or re.search(rf"(?:{MONTH})\.? $", text[: match.start()]):
            continue
        if re.match(rf"(?:st|nd|rd|th)?(?: of)? (?:{MONTH}|Jan|Sept)", text[match.end() :]):
            continue
        digits = [place for place, one in enumerate(match[0]) if one.isdigit()]
        place = chance.choice(digits)
        other = chance.choice([one for one in "123456789" if one != match[0][place]])
        new = match[0][:place] + other + match[0][place + 1 :]
        if new not in told and float(new.replace(",", "")) != float(match[0].replace(",", "")):
            yield _replaced(text, match, new)


def _spelled_changed(text: str, told: str, chance: random.Random) -> Iterator[str]:
    for match in re.finditer(r"(?<![\w-])(?:" + "|".join(SPELLED) + r")(?![\w])", text, re.IGNORECASE):
        new = SPELLED[match[0].lower()]
        if match[0].lower() == "half" and not re.match(r" (?:of|the)\b", text[match.end() :]):
            continue
        if match[0].lower() == "second" and re.search(r"(?:\d|ten) $", text[: match.start()]):
            continue
        yield _replaced(text, match, new.capitalize() if match[0][0].isupper() else new)


def _unit_changed(text: str, told: str, chance: random.Random) -> Iterator[str]:
    for match in re.finditer(
        r"(?<=\d )(?:" + "|".join(UNITS) + r")\b|(?<=million )(?:crowns|euros|dollars|francs|yen)\b", text
    ):
        yield _replaced(text, match, UNITS[match[0]])
    for match in re.finditer(r"[$£€¥](?=\d)", text):
        yield _replaced(text, match, {"$": "£", "£": "€", "€": "$", "¥": "£"}[match[0]])


def _percent_dropped(text: str, told: str, chance: random.Random) -> Iterator[str]:
    for match in re.finditer(r"(?<=\d)(?:%| per ?cent) of (?:the )?", text):
        yield _replaced(text, match, " ")


def _sign_changed(text: str, told: str, chance: random.Random) -> Iterator[str]:
    for match in re.finditer(r"minus (?=\d)|(?<= )-(?=\d)", text):
        yield _replaced(text, match, "")


def _magnitude_changed(text: str, told: str, chance: random.Random) -> Iterator[str]:
    for match in re.finditer(r"\b(?:" + "|".join(MAGNITUDES) + r")\b|(?<=\d)(?:bn|m)\b", text):
        yield _replaced(text, match, {"bn": "m", "m": "bn", **MAGNITUDES}[match[0]])


# dates


def _year_changed(text: str, told: str, chance: random.Random) -> Iterator[str]:
    for match in re.finditer(_YEAR, text):
        new = str(int(match[0]) + chance.choice([-20, -10, -3, -1, 1, 2, 9, 10]))
        if new not in told:
            yield _replaced(text, match, new)


def _month_changed(text: str, told: str, chance: random.Random) -> Iterator[str]:
    for match in re.finditer(rf"\b(?:{MONTH})\b(?! be\b)", text):
        yield _replaced(text, match, chance.choice([one for one in MONTHS if one not in told and one != match[0]]))


def _day_changed(text: str, told: str, chance: random.Random) -> Iterator[str]:
    pattern = rf"(?:{MONTH}) (\d\d?)\b|\b(\d\d?)(?:st|nd|rd|th)?(?: of)? (?:{MONTH})"
    for match in re.finditer(pattern, text):
        group = 1 if match[1] else 2
        new = chance.choice([str(one) for one in range(4, 21) if not re.search(rf"\b{one}\b", told)])
        yield _replaced(text, match, new, group)


def _weekday_changed(text: str, told: str, chance: random.Random) -> Iterator[str]:
    for match in re.finditer(r"\b(?:" + "|".join(WEEKDAYS) + r")s?\b", text):
        new = chance.choice([one for one in WEEKDAYS if one not in told])
        yield _replaced(text, match, new + ("s" if match[0].endswith("ys") else ""))


def _time_changed(text: str, told: str, chance: random.Random) -> Iterator[str]:
    for match in re.finditer(r"(?<=\d )[ap](?=\.m\.)", text):
        yield _replaced(text, match, "p" if match[0] == "a" else "a")


# names

STRANGERS = ["Halvorsen", "Mbeki", "Castellano", "Yamada", "Petrov", "Quigley", "Zieliński", "Haddad", "Owusu", "Tran"]
PLACES = ["Valparaiso", "Dresden", "Mombasa", "Hobart", "Calgary", "Bergamo", "Lusaka", "Nagoya"]
_NAME = re.compile(r"(?<=[a-z,] )(?:[A-Z][\w’'-]+(?: (?:van|der|de|of)?)?)+(?<! )")
NO_NAMES = {*MONTHS, *WEEKDAYS, "I", "No", "Dr", "St", "Jan", "Sept", "The", "Aug"}
OUTLETS = [
    "Beacon",
    "Harbour Post",
    "La Vigie",
    "Radio Ushel",
    "Evening Capstan",
    "El Norte",
    "Le Courrier du Lac",
    "Reuters",
    "Cell Letters",
]


def _name_places(text: str) -> Iterator[tuple[int, int, str]]:
    """Where names stand: runs of capitalised words that are no day, month or outlet."""
    for match in re.finditer(r"[A-ZÀ-Ý][\w’'-]*[a-zà-ÿ](?: [A-ZÀ-Ý][\w’'-]*[a-zà-ÿ])*", text):
        words = match[0].removesuffix("'s").removesuffix("’s").split()
        first = (
            match.start() == 0
            or text[match.start() - 2 : match.start()] in (". ", "? ", "! ")
            or text[match.start() - 1] in '"“«('
        )
        if first and len(words) == 1:
            continue
        if first and words[0] in (
            "The",
            "In",
            "On",
            "From",
            "Until",
            "Some",
            "At",
            "When",
            "Mayor",
            "Councillor",
            "Most",
            "President",
        ):
            continue
        if NO_NAMES & set(words) or any(word in outlet.split() for word in words for outlet in OUTLETS):
            continue
        yield match.start(), match.start() + len(" ".join(words)), " ".join(words)


def _stranger(text: str, told: str, chance: random.Random) -> Iterator[str]:
    """The last word of a name gives way to a name that nobody mentioned."""
    for _, end, name in _name_places(text):
        last = name.split()[-1]
        new = chance.choice([one for one in STRANGERS + PLACES if one not in told])
        yield text[: end - len(last)] + new + text[end:]


def _first_name(text: str, told: str, chance: random.Random) -> Iterator[str]:
    """The first word of a name of two gives way."""
    for start, _, name in _name_places(text):
        words = name.split()
        if len(words) == 2 and words[0] not in (
            "Mayor",
            "President",
            "Senator",
            "Sen",
            "Professor",
            "Chancellor",
            "Lake",
            "King",
            "Striker",
            "Lady",
        ):
            new = chance.choice([one for one in ("Agatha", "Boris", "Chidi", "Delphine", "Emre") if one not in told])
            yield text[:start] + new + text[start + len(words[0]) :]


def _neighbour_name(text: str, told: str, chance: random.Random) -> Iterator[str]:
    """A name gives way to another one of the quotations that the statement does not have."""
    mine = {name for _, _, name in _name_places(text)}
    others = [name for _, _, name in _name_places(told) if not any(part in text for part in name.split())]
    for start, end, name in _name_places(text):
        if others and name in mine and len(name.split()) <= 2:
            yield text[:start] + chance.choice(others) + text[end:]


# outlets

PAPERS = ["Le Monde", "the Guardian", "Der Spiegel", "the Daily Lantern", "El País", "Kyodo News", "the Tribune"]


def _other_outlet(text: str, told: str, chance: random.Random) -> Iterator[str]:
    for match in re.finditer(r"(?:[Tt]he )?\b(?:" + "|".join(OUTLETS) + r")\b", text):
        if text[match.end() :].startswith(" put"):
            continue
        new = chance.choice(PAPERS)
        yield _replaced(text, match, new[0].upper() + new[1:] if match.start() == 0 else new)


def _other_publisher(claim: Claim, chance: random.Random) -> Iterator[str]:
    """The whole said to be an outlet's that did not print it."""
    text = claim.statement
    if claim.kind != "verbatim" or re.search(
        r"said|says|told|according|accus|wrote|reported|announced|denies|[\"“«]", text
    ):
        return
    lower = (
        text[0].lower() + text[1:] if re.match(r"(?:The|Some|In|From|At|Two|Most|Until|It|A|Of|No) ", text) else text
    )
    yield f"According to {chance.choice(PAPERS)}, {lower}"


# negation

_AUXILIARY = re.compile(
    r"\b(?:was|were|is|are|will|would|has|had|have|can|could|may|should)\b(?! not| no |n't| never| been)"
)
PAST = {
    "bought": "buy", "built": "build", "fell": "fall", "found": "find", "closed": "close", "opened": "open",
    "rose": "rise", "raised": "raise", "won": "win", "lost": "lose", "signed": "sign", "struck": "strike",
    "began": "begin", "started": "start", "voted": "vote", "stopped": "stop", "grew": "grow", "led": "lead",
    "employs": "employ", "cost": "cost", "costs": "cost", "rejected": "reject", "approved": "approve", "left": "leave",
    "took": "take", "drew": "draw", "sold": "sell", "moved": "move", "died": "die", "scored": "score", "sent": "send",
    "measured": "measure", "counted": "count", "announced": "announce", "runs": "run", "wants": "want", "named": "name",
}  # fmt: skip
OPPOSITES = {
    "rose": "fell", "fell": "rose", "fallen": "risen", "rise": "fall", "increased": "decreased", "more": "fewer",
    "most": "few", "higher": "lower", "lower": "higher", "before": "after", "after": "before", "opened": "closed",
    "closed": "opened", "open": "closed", "reopen": "close", "reopens": "closes", "first": "last", "won": "lost",
    "lost": "gained", "bought": "sold", "sold": "bought", "approved": "rejected", "rejected": "approved",
    "accept": "reject", "largest": "smallest", "smallest": "largest", "best": "worst", "north": "south",
    "south": "north", "southern": "northern", "older": "younger", "above": "below", "at least": "at most",
    "more than": "less than", "up to": "at least", "in favour": "against", "against": "in favour of",
    "raises": "cuts", "raised": "cut", "began": "ended", "founded": "dissolved", "arrested": "released",
    "acquitted": "convicted", "faster": "slower", "highest": "lowest", "grew": "shrank", "slowed": "accelerated",
    "deeper": "shallower", "shut": "open", "reduces": "increases", "lowers": "raises", "bans": "allows",
    "forbids": "permits", "built": "demolished", "praised": "criticised", "expensive": "cheap", "began to": "ceased to",
    "strengthen": "weaken", "weaken": "strengthen", "begun": "finished", "resigned": "stayed on", "nobody": "everybody",
    "free": "paid", "longer": "shorter", "win": "lose", "dearer": "cheaper", "seriously": "slightly", "dropped": "soared",
}  # fmt: skip


def _not_added(text: str, told: str, chance: random.Random) -> Iterator[str]:
    matches = list(_AUXILIARY.finditer(text))
    if matches and not re.search(r"\b(?:not|never|no|nobody|without|denie[sd])\b|n't", text):
        match = chance.choice(matches)
        yield _replaced(
            text,
            match,
            match[0] + chance.choice([" not", " never"] if match[0] not in ("is", "are") else [" not", " no longer"]),
        )
        short = {"was": "wasn't", "were": "weren't", "is": "isn't", "will": "won't", "has": "hasn't", "had": "hadn't"}
        if match[0] in short:
            yield _replaced(text, match, short[match[0]])


def _did_not(text: str, told: str, chance: random.Random) -> Iterator[str]:
    for match in re.finditer(
        r"(?<!was )(?<!were )(?<!has )(?<!had )(?<!have )(?<!been )(?<!be )(?<!and )(?<!that )(?<!, )\b(?:"
        + "|".join(PAST)
        + r")\b",
        text,
    ):
        if match.start() == 0 or text[match.end() :].startswith(" by "):
            continue
        yield _replaced(text, match, f"{chance.choice(['did not', 'failed to', 'refused to'])} {PAST[match[0]]}")
        return


def _negation_dropped(text: str, told: str, chance: random.Random) -> Iterator[str]:
    for pattern, new in (
        (r"(?<=[a-z]) (?:not|no longer)\b", ""),
        (r"\bcannot\b", "can"),
        (r"(?<=[a-z])n['’]t\b", ""),
        (r"\b[Nn]obody(?='s|’s|\b)", "somebody"),
        (r"\b[Nn]o one\b", "Someone"),
        (r"\bnever\b ", ""),
        (r"\bfailed to\b", "managed to"),
        (r"\bdenie[sd] that\b", "said that"),
        (r"\bno (?=tank|danger|screaming|son|agreement|passenger|pleasure|jobs)", "some "),
        (r"\b[Nn]one of\b", "Some of"),
    ):
        for match in re.finditer(pattern, text):
            if not re.match(r" only", text[match.end() :]):
                yield _replaced(text, match, new)


def _opposite(text: str, told: str, chance: random.Random) -> Iterator[str]:
    for match in re.finditer(
        r"(?<![\w-])(?:" + "|".join(sorted(OPPOSITES, key=len, reverse=True)) + r")(?![\w-])", text
    ):
        if match[0] == "first" and re.match(r" (?:went|the bicycles)", text[match.end() :]):
            continue
        behind = text[match.end() :]
        if (match[0] == "up to" and not re.match(r" (?:\d|four)", behind)) or (
            match[0] == "most" and not behind.startswith(" of")
        ):
            continue
        if (match[0] in ("lower", "open", "free") and re.match(r" the", behind)) or re.match(r" \w+ly\b", behind):
            continue
        if match[0] in ("longer", "more") and re.search(r"(?:no|any|the) $", text[: match.start()]):
            continue
        yield _replaced(text, match, OPPOSITES[match[0]])


def _denied(text: str, told: str, chance: random.Random) -> Iterator[str]:
    for match in re.finditer(r"\bsa(?:id|ys)(?= that\b)|\breported(?= that)", text):
        yield _replaced(text, match, "denied")


# roles


def _numbers_exchanged(text: str, told: str, chance: random.Random) -> Iterator[str]:
    found = [match for match in _FIGURES.finditer(text) if not re.match(_YEAR, match[0])]
    spelled = list(re.finditer(r"\b(?:" + "|".join(list(SPELLED)[:19]) + r")\b", text))
    for group in (found, spelled):
        if len(group) == 2 and group[0][0] != group[1][0] and "." not in (group[0][0] + group[1][0]):
            first, second = group
            between = text[first.end() : second.start()]
            if not re.fullmatch(r"(?:-| to | and |,? or | of | of its )", between):
                yield text[: first.start()] + second[0] + between + first[0] + text[second.end() :]


def _names_exchanged(text: str, told: str, chance: random.Random) -> Iterator[str]:
    found = list(_name_places(text))
    for (start, end, one), (second, last, other) in zip(found, found[1:], strict=False):
        between = text[end:second]
        if re.fullmatch(r"(?:,? (?:and|or|with|&) |, | of (?:the )?|['’]s? | in )", between) or one == other:
            continue
        yield text[:start] + other + between + one + text[last:]


# Two phrases of a rewording whose exchange turns its sense round, by its id.
EXCHANGED = {
    "r001": ("lightning", "the spire of St. Olaf's church in Tromsund"), "r002": ("the budget", "the parliament of Estavia"),
    "r004": ("the missing hikers", "rangers"), "r005": ("the bakery chain Oven & Oak", "Veltro Foods"),
    "r006": ("the city", "Napoleon's troops"), "r008": ("Lucie Havel", "Amara Okonjo"),
    "r009": ("the critic Leopold Stahl", "the novel"), "r010": ("Portuguese engineers", "the dam"),
    "r011": ("two men", "police"), "r014": ("a storm", "212 houses"),
    "r015": ("the former minister Rui Saldanha", "the court"), "r022": ("vehicles", "bridge"),
    "r030": ("Ingrid Solheim", "Bergen"), "r042": ("the exhibition", "visitors"),
    "r044": ("the coach", "his young goalkeeper"), "r046": ("farmers", "government"), "r052": ("1,200,000", "1,350,000"),
    "r069": ("9 am", "16:30"), "r080": ("June 12", "June 26"), "r088": ("Kovarik", "the dam"), "r089": ("the WHO", "the outbreak"),
    "r094": ("Nguyen Thi Lan", "the prize"), "r095": ("Porto Verde", "Adeyemi"), "r103": ("road", "rain"),
    "r108": ("1247", "1645"), "r132": ("El Norte", "the president"), "r134": ("the prosecutor", "Bergmann"),
    "r142": ("9", "140"), "r143": ("1966", "1989"), "r144": ("the union", "the company"),
    "r146": ("The Beacon", "the Harbour Post"), "r153": ("rejected", "accepted"), "r154": ("prices", "wages"),
    "r155": ("the rebels", "the airport"), "r156": ("fire", "the archive"), "r163": ("daughters", "son"),
    "r170": ("Lake Miran", "Lake Turgoz"), "r171": ("prices", "wages"), "r179": ("12", "410"),
    "r181": ("nerve cells", "mice"), "r182": ("Mina Kestrel", "the smallest boat"), "r186": ("the court", "Dmitri Vasilenko"),
    "r188": ("the emperor", "his brother"), "r191": ("9", "sixty"), "r193": ("Agnes Holloway", "the mill"),
    "r194": ("the merger with the city", "voters in Halmark"), "r196": ("landslides", "torrential rain"),
    "r200": ("Lucien Ardoval", "La Vigie"),
}  # fmt: skip


def _exchanged_by_hand(claim: Claim) -> Iterator[tuple[str, str]]:
    """Both phrases exchanged in the rewording, and in what was reworded."""
    if claim.id not in EXCHANGED:
        return
    texts = [("reworded", claim.statement)]
    if len(claim.evidence) == 1:
        texts.append(("quoted", claim.evidence[0].text))
    phrases = "|".join(re.escape(phrase) for phrase in EXCHANGED[claim.id])
    for way, text in texts:
        found = list(re.finditer(rf"(?<![\w.])(?:{phrases})(?![\w.]\w)", text, re.IGNORECASE))
        if len(found) == 2 and found[0][0].lower() != found[1][0].lower():
            first, second = found
            middle = text[first.end() : second.start()]
            turned = text[: first.start()] + second[0] + middle + _small(first[0]) + text[second.end() :]
            yield f"exchanged_{way}", turned[0].upper() + turned[1:]


def _small(phrase: str) -> str:
    return (
        phrase[0].lower() + phrase[1:]
        if phrase.split()[0] in ("The", "Two", "A", "Fire", "Police", "Prices")
        else phrase
    )


# mouths

_TRAILING = re.compile(
    r",? according to [\w.’', ]+?\.?$|, (?:said|says|warned|announced|alleges) [\w.’', ]+?\.?$"
    r"|, (?:[A-Z]|it )[\w. ]*(?:said|says|warned)(?: in [\w ]+)?\.?$"
)
_LEADING = re.compile(
    r"^(?:[A-Z][^,\"“«:]*?(?:, [^,\"“«]*,)? (?:said|says|told [\w ]+?|warned|wrote to the council on Thursday)(?: on \w+)? that "
    r"|According to [^,]+(?:, [A-Z]\w+ \w+)?, )"
)
SPEAKERS = [
    "Mayor Ottoline Brask",
    "Tomas Dovaly",
    "Ilse Marren",
    "Hanneke Bool",
    "the finance minister",
    "Greta Ommerly",
]


def _stripped(text: str, told: str, chance: random.Random) -> Iterator[str]:
    if re.search(r"[\"“«]", text):
        return
    for pattern in (_TRAILING, _LEADING):
        match = pattern.search(text)
        if match:
            rest = (text[: match.start()] + text[match.end() :]).strip(" ,.")
            if (
                len(rest.split()) > 4
                and " that " not in match[0][:12]
                and not re.search(r"\b(?:sa(?:id|ys)|told|according)\b", rest)
                and f"{rest}." not in told
            ):
                yield rest[0].upper() + rest[1:] + "."


def _put_in_a_mouth(text: str, told: str, chance: random.Random) -> Iterator[str]:
    if re.search(
        r"\b(?:sa(?:id|ys)|told|according|accus\w+|wrote|report(?:ed|s)?|announced|den\w+|warn\w+|alleg\w+|speaks|call\w+|demands|expect|show|suggest)\b|[\"“«:]",
        text + told,
    ):
        return
    lower = (
        text[0].lower() + text[1:]
        if re.match(r"(?:The|Some|In|From|At|Two|Most|Until|It|A|Of|No|After|On|Because) ", text)
        else text
    )
    yield f"{chance.choice(SPEAKERS)} said that {lower}".replace(" the finance", " The finance")


def _other_speaker(claim: Claim, chance: random.Random) -> Iterator[str]:
    """The speaker gives way to the other person that the quotations name, or to one they don't."""
    text = claim.statement
    told = " ".join(one.text for one in claim.evidence)
    for match in re.finditer(
        r"(?<=[,\"”»] )([A-Z]\w+(?: [A-Z]\w+)?)(?= sa(?:id|ys)\b)|(?<=said )([A-Z]\w+(?: [A-Z]\w+)?)|(?<=according to )([A-Z]\w+)(?=[.,])",
        text,
    ):
        group = next(one for one in (1, 2, 3) if match[one])
        if match[group].split()[0] not in ("Dr", "Mayor", "President"):
            yield _replaced(text, match, chance.choice([one for one in SPEAKERS[1:4] if one not in told]), group)


WAYS = {
    "number": (_figures_changed, _spelled_changed, _unit_changed, _percent_dropped, _sign_changed, _magnitude_changed),
    "date": (_year_changed, _month_changed, _day_changed, _weekday_changed, _time_changed),
    "name": (_stranger, _first_name, _neighbour_name),
    "outlet": (_other_outlet,),
    "negation": (_not_added, _did_not, _negation_dropped, _opposite, _denied),
    "roles": (_numbers_exchanged, _names_exchanged),
    "mouth": (_stripped, _put_in_a_mouth),
}
