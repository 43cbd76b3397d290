from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from random import Random
from zlib import crc32

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import copies
from index.copies import Likeness, Printed, compare, groups, near_copies, sign
from index.readers.fields import Reading
from index.record import Record, content_key

REPORT = """KELVERHAVEN, June 26 (LNA) - Dredgers deepening the fairway have struck the wreck of a merchant ship that is about 640 years old, the city's Maritime Museum said on Thursday.

The oak hull, 23 metres long and lying in nine metres of water, is the best preserved of its kind on this coast, said Alba Venning, who heads the museum's department of archaeology.

Divers have so far brought up 31 barrels of tar, two bronze candlesticks and a child's leather shoe. Growth rings in the timber show that the oak was felled in the winter of 1384, according to Venning.

The find has halted the dredging for at least six weeks. The port authority puts its loss at 75,000 crowns a day. Ilse Marren, the harbour master, said that larger vessels would have to wait for the spring tide."""
WIRE = Printed("Dredgers find medieval merchant ship", REPORT)
PAPERS = {
    "cut at the end": Printed("A ship full of tar, 640 years under the mud", REPORT[:760]),
    "another first line": Printed(
        "Wreck in the fairway",
        "The harbour has given up a secret. " + REPORT.partition(" - ")[2].replace("Dredgers deepening the fairway", "Dredgers"),
    ),
    "another dateline": Printed("Old ship found", REPORT.replace("KELVERHAVEN, June 26 (LNA) -", "Kelverhaven, Friday —")),
    "other spelling": Printed(
        "Medieval ship found off Kelverhaven",
        REPORT.replace("metres", "meters").replace("harbour", "harbor").replace(" said on", " announced on"),
    ),
    "an extra paragraph": Printed(
        "Dredgers strike gold, or rather tar",
        REPORT + "\n\nOur readers have asked whether the ship will be shown. Nobody at the town hall would say, and nobody at the museum picked up the telephone.",
    ),
}  # fmt: skip
# Each pair is made after one pattern.
PATTERNS = {
    "dividends": (
        Printed("KENAN TRANSPORT SETS QUARTERLY", "Qtly div four cts vs four cts prior. Pay April 15. Record March 31."),
        Printed("AUTOCLAVE ENGINEERS DIVIDEND", "Qtly div four cts vs four cts prior. Pay April 15. Record March 31."),
    ),
    "earnings": (
        Printed("Ondine earns more", "Ondine Lines earned 12.4 million crowns in the first quarter, up from 11.1 million a year ago. Sales rose to 87.3 million from 80.2 million. The company expects 50 million for the year."),
        Printed("Ondine earns more", "Ondine Lines earned 13.9 million crowns in the second quarter, up from 12.8 million a year ago. Sales rose to 91.6 million from 85.4 million. The company expects 50 million for the year."),
    ),
    "another company": (
        Printed("Prime rate raised", "Mercantile Bank said it has raised its prime lending rate to 7.75 percent from 7.5 percent, effective immediately, following moves by the major banks of the country earlier this week."),
        Printed("Prime rate raised", "Meridian Trust said it has raised its prime lending rate to 7.75 percent from 7.5 percent, effective immediately, following moves by the major banks of the country earlier this week."),
    ),
    "weather": (
        Printed("The weather", "Mostly cloudy on Monday with showers in the west and winds of up to 40 knots. The high will be 14 degrees in Kelverhaven, 12 in Ostrel and 17 in Marn, the low 6, 4 and 9."),
        Printed("The weather", "Mostly cloudy on Tuesday with showers in the west and winds of up to 35 knots. The high will be 16 degrees in Kelverhaven, 13 in Ostrel and 18 in Marn, the low 7, 5 and 11."),
    ),
    "fixtures": (
        Printed("Saturday's matches", "Kelverhaven plays Ostrel at home on Saturday at 15.00. Marn travels to Lunde, where it has not won since 2019. Harbour United meets Rovers in the evening. All tickets are sold."),
        Printed("Saturday's matches", "Rovers plays Lunde at home on Saturday at 15.00. Ostrel travels to Marn, where it has not won since 2021. Kelverhaven meets Harbour United in the evening. All tickets are sold."),
    ),
    "exchange rates": (
        Printed("Crown firmer", "The crown closed at 1.0823 to the euro in Kelverhaven, against 1.0811 the day before. The dollar stood at 0.9312 crowns after 0.9340, the pound at 1.2708 after 1.2691, dealers said."),
        Printed("Crown firmer", "The crown closed at 1.0840 to the euro in Kelverhaven, against 1.0823 the day before. The dollar stood at 0.9287 crowns after 0.9312, the pound at 1.2733 after 1.2708, dealers said."),
    ),
    "football": (
        Printed("Kelverhaven wins", "Kelverhaven beat Ostrel 3-1 at home on Saturday before 8,400 spectators. Pell scored in the 12th minute, Harrowell made it two after the break, and the visitors had little to set against them."),
        Printed("Kelverhaven wins", "Kelverhaven beat Marn 2-0 at home on Saturday before 7,900 spectators. Orlanda scored in the 31st minute, Krayle made it two after the break, and the visitors had little to set against them."),
    ),
}  # fmt: skip
OTHERS = {
    "a translation": Printed(
        "Une épave sous la drague",
        "Des dragueurs qui approfondissaient le chenal ont heurté l'épave d'un navire marchand vieux d'environ 640 ans, a annoncé jeudi le Musée maritime de la ville. La coque en chêne, longue de 23 mètres, est la mieux conservée de la côte, selon Alba Venning.",
    ),
    "a brief": Printed("Dredgers find ship", REPORT.partition("\n\n")[0]),
    "another report of the event": Printed(
        "Museum wants tank for wreck",
        "The Maritime Museum has asked the state for 3 million crowns to build a tank for the ship that dredgers struck in the fairway. Alba Venning said the hull, 23 metres long, must be kept in fresh water, and that no basin in the city is large enough to hold it.",
    ),
    "nothing": Printed("Nothing", ""),
}  # fmt: skip


def likeness_of(texts: dict[str, Printed]) -> Callable[[str, str], Likeness]:
    return lambda one, other: compare(texts[one], texts[other])


def grouped(texts: dict[str, Printed]) -> list[tuple[str, ...]]:
    return groups({name: sign(text) for name, text in texts.items()}, likeness_of(texts))


class TestComparing:
    @pytest.mark.parametrize("paper", PAPERS.values(), ids=PAPERS)
    def test_what_a_paper_cut_or_edited_is_near(self, paper: Printed) -> None:
        assert compare(WIRE, paper) is compare(paper, WIRE) is Likeness.NEAR

    @pytest.mark.parametrize("pattern", PATTERNS.values(), ids=PATTERNS)
    def test_what_one_pattern_was_filled_with_is_another_report(self, pattern: tuple[Printed, Printed]) -> None:
        one, other = pattern
        assert compare(one, other) is compare(other, one) is Likeness.OTHER

    @pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
    def test_what_is_no_copy(self, other: Printed) -> None:
        assert compare(WIRE, other) is not Likeness.NEAR

    def test_a_brief_agrees_with_what_it_was_cut_from(self) -> None:
        assert compare(WIRE, OTHERS["a brief"]) is Likeness.AKIN

    def test_one_number_among_many_may_be_another(self) -> None:
        later = replace(WIRE, text=REPORT.replace("31 barrels", "34 barrels"))
        assert compare(WIRE, later) is Likeness.NEAR
        for old, new in (("640", "520"), ("1384", "1497"), ("75,000", "90,000"), ("23 metres", "28 metres")):
            later = replace(later, text=later.text.replace(old, new))
        assert compare(WIRE, later) is Likeness.OTHER

    def test_a_name_that_is_spelled_otherwise_counts_once(self) -> None:
        assert compare(WIRE, replace(WIRE, text=REPORT.replace("Venning", "Vening"))) is Likeness.NEAR

    def test_a_short_text_without_a_name_is_its_headline_s(self) -> None:
        one, _ = PATTERNS["dividends"]
        assert compare(one, replace(one, title="Corrected: Kenan Transport payout")) is Likeness.NEAR

    @pytest.mark.parametrize("text", [REPORT.upper(), "水" * 60, "الميناء " * 60, "one"])
    def test_a_text_is_near_itself(self, text: str) -> None:
        assert compare(Printed("Title of it", text), Printed("Title of it", text)) is Likeness.NEAR


class TestGrouping:
    def test_one_report_in_five_papers_is_one_group(self) -> None:
        texts = {"wire": WIRE, **PAPERS, **OTHERS}
        texts |= {f"{name} {place}": text for name, pair in PATTERNS.items() for place, text in enumerate(pair)}
        (group,) = grouped(texts)
        assert set(group) == {"wire", *PAPERS}

    def test_the_lead_is_what_the_others_were_made_of(self) -> None:
        (group,) = grouped({"wire": WIRE, **PAPERS})
        assert all(compare(WIRE, PAPERS[name]) is Likeness.NEAR for name in group if name != "wire")

    def test_one_between_two_that_differ_draws_only_one_of_them_in(self) -> None:
        near = {frozenset("ab"), frozenset("bc")}
        signature = sign(WIRE)
        found = groups(
            dict.fromkeys("abc", signature),
            lambda one, other: Likeness.NEAR if {one, other} in near else Likeness.OTHER,
        )
        assert [len(group) for group in found] == [2]
        assert "b" in found[0]

    def test_nothing_is_grouped_of_nothing(self) -> None:
        assert groups({}, lambda *_: Likeness.NEAR) == []
        assert grouped({"wire": WIRE}) == []

    @settings(max_examples=40, deadline=None)
    @given(
        st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["", *PAPERS]), st.integers(0, 4)), max_size=14),
        st.randoms(),
    )
    def test_groups_hold_together_whatever_the_order(self, made: list[tuple[int, str, int]], chance: Random) -> None:
        texts = {str(number): variant(*one) for number, one in enumerate(made)}
        found = grouped(texts)
        members = [name for group in found for name in group]
        assert len(members) == len(set(members))
        for lead, *others in found:
            assert others
            assert all(compare(texts[lead], texts[other]) is Likeness.NEAR for other in others)
            assert all(compare(texts[a], texts[b]) is not Likeness.OTHER for a, b in combinations(others, 2))
        shuffled = list(texts.items())
        chance.shuffle(shuffled)
        assert grouped(dict(shuffled)) == found

    def test_a_signature_is_the_same_for_ever(self) -> None:
        """What records hold must not change under them: a change needs another COMPARED_VERSION."""
        assert sign(Printed("", "The ferry rammed the pier."))[:16].hex() == SIGNATURE
        assert len(sign(WIRE)) == len(sign(OTHERS["nothing"])) == 4 * 145


SIGNATURE = "0500000014e33c658918b882905d0975"


def variant(topic: int, edit: str, changes: int) -> Printed:
    """The report of one of four events, as a paper printed it, with some of its numbers changed."""
    text = PAPERS[edit] if edit else WIRE
    told = text.text
    for name, other in (("Venning", "Orlan"), ("Marren", "Pell"), ("Maritime Museum", "Seamen's Guild")):
        told = told.replace(name, f"{other} {topic}") if topic else told
    for old, new in (("640", "520"), ("1384", "1497"), ("75,000", "90,000"), ("23", "28"))[:changes]:
        told = told.replace(old, new)
    return replace(text, text=told)


class TestKeeping:
    @pytest.fixture
    def record(self, tmp_path: Path) -> Iterator[Record]:
        with closing(Record(tmp_path / "record.sqlite")) as opened:
            yield opened

    @pytest.fixture
    def compared(self, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
        """The titles of every two texts that are compared."""
        seen: list[tuple[str, str]] = []

        def spy(one: Printed, other: Printed) -> Likeness:
            seen.append((one.title, other.title))
            return compare(one, other)

        monkeypatch.setattr(copies, "compare", spy)
        return seen

    def test_what_was_compared_is_not_compared_again(self, record: Record, compared: list[tuple[str, str]]) -> None:
        hold(record, 1, {"wire": WIRE, **PAPERS})
        before = near_copies(record, 1, lambda *_: None)
        assert [len(group) for group in before] == [6]
        assert compared
        compared.clear()
        assert near_copies(record, 1, lambda *_: None) == before
        assert compared == []
        new = Printed("Sixth paper", REPORT.replace("struck", "hit"))
        hold(record, 2, {"wire": WIRE, **PAPERS, "new": new})
        assert [len(group) for group in near_copies(record, 2, lambda *_: None)] == [7]
        assert compared
        assert all("Sixth paper" in pair for pair in compared)

    @pytest.mark.parametrize("seed", [*range(40), 136, 650, 758])  # the last: of full buckets
    def test_what_is_kept_of_the_groups_before_is_what_grouping_all_finds(
        self, record: Record, monkeypatch: pytest.MonkeyPatch, seed: int
    ) -> None:
        """Some come, some change, some go: of texts whose eighths are alike by chance, with few and with many around."""
        chance = Random(seed)
        monkeypatch.setattr(copies, "_AROUND", chance.choice([3, 99]))
        monkeypatch.setattr(copies, "_BUCKET", chance.choice([2, 200]))
        first, kinds, kept = chance.choice([2, 9]), chance.choice([2, 4, 9, 90]), chance.choice([0.5, 0.98])

        def signed(printed: Printed) -> bytes:
            parts = [int(part) for part in printed.text.split()[:8]]
            return np.array([99, *np.repeat(parts, 18)], "<u4").tobytes()

        def compared(one: Printed, other: Printed) -> Likeness:
            return Likeness(min(crc32("".join(sorted((one.text, other.text))).encode()) % 5, 2))

        def text(name: str) -> Printed:
            parts = (chance.randrange(first if part < 2 else kinds) for part in range(8))
            return Printed("", " ".join([*map(str, parts), name]))

        monkeypatch.setattr(copies, "sign", signed)
        monkeypatch.setattr(copies, "compare", compared)
        before = {f"{number:02}": text("held") for number in range(chance.randrange(50))}
        now = {name: one for name, one in before.items() if chance.random() < kept}
        now |= {f"{chance.randrange(60):02}": text("new") for _ in range(chance.randrange(3))}
        hold(record, 1, before)
        grouped = near_copies(record, 1, lambda *_: None)
        hold(record, 2, now)
        assert near_copies(record, 2, lambda *_: None, grouped) == near_copies(record, 2, lambda *_: None)

    def test_where_what_went_was_signed_otherwise_all_are_grouped(self, record: Record) -> None:
        hold(record, 1, {"wire": WIRE, **PAPERS})
        before = near_copies(record, 1, lambda *_: None)
        record._all(
            "UPDATE signatures SET signature = zeroblob(580) WHERE content = ?", (content_key(reading_of(WIRE)),)
        )
        hold(record, 2, PAPERS)
        assert near_copies(record, 2, lambda *_: None, before) == near_copies(record, 2, lambda *_: None) != before

    def test_what_nothing_came_near_to_is_not_asked_for(self, record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
        hold(record, 1, {"wire": WIRE, **PAPERS})
        before = near_copies(record, 1, lambda *_: None)
        hold(record, 2, {"wire": WIRE, **PAPERS, "nothing": OTHERS["nothing"]})
        grouped: list[int] = []
        groups = copies.groups
        monkeypatch.setattr(copies, "groups", lambda signed, _: grouped.append(len(signed)) or groups(signed, _))
        assert near_copies(record, 2, lambda *_: None, before) == before
        assert grouped == [1]
        assert near_copies(record, 2, lambda *_: None) == before
        assert grouped == [1, 7]

    @pytest.mark.parametrize("table", ["signatures", "comparisons"])
    def test_what_its_hash_disowns_is_made_anew(self, record: Record, table: str) -> None:
        hold(record, 1, {"wire": WIRE, **PAPERS})
        before = near_copies(record, 1, lambda *_: None)
        kept = getattr(record, table)(copies.COMPARED_VERSION)
        change = "signature = zeroblob(580)" if table == "signatures" else "likeness = 0"
        record._all(f"UPDATE {table} SET {change}")
        assert getattr(record, table)(copies.COMPARED_VERSION) == {}
        assert near_copies(record, 1, lambda *_: None) == before
        assert getattr(record, table)(copies.COMPARED_VERSION) == kept

    def test_another_version_keeps_nothing(self, record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
        hold(record, 1, {"wire": WIRE, **PAPERS})
        before = near_copies(record, 1, lambda *_: None)
        monkeypatch.setattr(copies, "COMPARED_VERSION", 99)
        assert record.signatures(99) == record.comparisons(99) == {}
        assert near_copies(record, 1, lambda *_: None) == before

    def test_what_is_erased_leaves_no_signature(self, record: Record) -> None:
        hold(record, 1, {"wire": WIRE, **PAPERS})
        near_copies(record, 1, lambda *_: None)
        hold(record, 2, {"wire": WIRE})
        record.purge(2)
        assert len(record.signatures(copies.COMPARED_VERSION)) == 1
        assert record.comparisons(copies.COMPARED_VERSION) == {}


def reading_of(printed: Printed) -> Reading:
    return Reading("", printed.title, printed.text, None, (), None, None)


def hold(record: Record, generation: int, texts: dict[str, Printed]) -> None:
    """What a build does before it makes a generation of a root with these articles."""
    readings = {name: reading_of(one) for name, one in texts.items()}
    record.add_root(Path("/news"))
    (root,) = record.roots()
    for path in record.stamps(root).keys() - readings.keys():
        record.remove_file(root, path)
    for name, reading in readings.items():
        record.save_contents([reading])
        record.save_file(root, name, "stamp", [("", content_key(reading))], [], keep=False)
    now = {one.id: one for one in record.located()[0]}
    live = record.live(generation - 1)
    gone = [id for id in live if now.get(id) != live[id]]
    record.prepare(generation, gone, [one for id, one in now.items() if live.get(id) != one])
