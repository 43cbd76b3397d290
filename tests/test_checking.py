"""Whether quotations carry a statement: named cases, and rates on generated true and false statements."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mutations import Claim, claims

from assistant.answer import Span, Voice
from assistant.checking import Check, Evidence, check, remembering
from assistant.checking.quantities import facts
from assistant.checking.tokens import tokens
from index.embedder import Embedder, Vectors

BRIDGE = "Fourteen people died and 30 were hurt when the bridge collapsed on 9 July 2025, police said."


def one_vector(texts: Sequence[str]) -> Vectors:
    """Vectors that are all alike: what remains is decided by words and facts."""
    return np.full((len(texts), 4), 0.5, np.float32)


def checked(statement: str, *quotations: str | Evidence) -> Check:
    evidence = [Evidence(one) if isinstance(one, str) else one for one in quotations]
    return check(statement, evidence, one_vector)


def spoken(text: str, speaker: str, publisher: str | None = None) -> Evidence:
    return Evidence(text, Voice(speaker, Span(0, 0, speaker), Span(0, 0, "")), publisher)


# --------------------------------------------------------------------------------- what is carried


@pytest.mark.parametrize(
    ("statement", "quotation"),
    [
        (BRIDGE, BRIDGE),
        ("Police said that 14 people died when the bridge collapsed on July 9, 2025.", BRIDGE),
        ("The fund lost $2.5 billion.", "The fund lost $2.5bn in the first half of the year."),
        ("Twelve shops closed.", "A dozen shops closed after the spring."),
        ("Half a million people fled the city.", "500,000 people fled the city."),
        ("It fell to -12 degrees in the valley.", "It fell to minus 12 degrees in the valley."),
        ("Lucie Havel was beaten by Amara Okonjo.", "Amara Okonjo beat Lucie Havel in the final."),
        ("No agreement was reached in Doha.", "The two sides failed to reach an agreement in Doha."),
        ("The WHO declared the outbreak over.", "The World Health Organization declared the outbreak over."),
        ("The US signed the accord.", "The United States signed the accord in Ottawa."),
        ("He wouldn't stand again, the president said.", "The president said he would not stand again."),
        ("The ban took effect in the nineteenth century.", "The ban took effect in the 19th century."),
    ],
)
def test_a_harmless_rewording_is_carried(statement: str, quotation: str) -> None:
    found = checked(statement, quotation)
    assert found.supported, found.reasons
    assert found.reasons == ()


def test_a_weekday_is_a_date_of_the_week_it_was_printed_in() -> None:
    ferry = Evidence("The ferry rammed the pier on Wednesday.", None, "The Beacon", date(2025, 7, 10))
    assert checked("The ferry rammed the pier on 9 July 2025.", ferry).supported
    assert not checked("The ferry rammed the pier on 8 July 2025.", ferry).supported


def test_a_publisher_says_what_it_prints() -> None:
    refinery = Evidence("The refinery in Aktau was shut down after a leak.", None, "Reuters")
    assert checked("Reuters reported that the refinery in Aktau was shut down after a leak.", refinery).supported
    assert not checked("Le Monde reported that the refinery in Aktau was shut down after a leak.", refinery).supported


def test_the_speaker_of_a_quotation_may_be_named() -> None:
    said = spoken('"I cannot let a bus drive over that."', "Tomas Dovaly")
    assert checked('Tomas Dovaly said: "I cannot let a bus drive over that."', said).supported
    assert not checked('Ottoline Brask said: "I cannot let a bus drive over that."', said).supported


# ------------------------------------------------------------------------------- what is not carried


def test_what_a_fuzzy_matcher_takes_for_a_quotation() -> None:
    """A wrong number, a reversed claim and a wrong outlet, each alone and all together."""
    true = "Engineers had warned of cracks in 1999, according to Reuters."
    assert checked(true, true).supported
    for false, reason in (
        ("Engineers had warned of cracks in 2019, according to Le Monde.", "2019"),
        ("Engineers had warned of cracks in 2019, according to Reuters.", "2019"),
        ("Engineers had not warned of cracks in 1999, according to Reuters.", "opposite"),
        ("Engineers had warned of cracks in 1999, according to Le Monde.", "Le Monde"),
        ("Nobody had warned of cracks in 1999, according to Reuters.", ""),
    ):
        found = checked(false, true)
        assert not found.supported, false
        assert any(reason in one for one in found.reasons), found.reasons


@pytest.mark.parametrize(
    ("statement", "quotation"),
    [
        ("30 people died and fourteen were hurt when the bridge collapsed, police said.", BRIDGE),
        ("Fourteen people died when the bridge collapsed, doctors said.", BRIDGE),
        ("Fourteen people died when the bridge collapsed on 9 July 2025.", BRIDGE),
        ("Forty people died when the bridge collapsed, police said.", BRIDGE),
        ("Fourteen people died when the bridge collapsed on 9 June 2025, police said.", BRIDGE),
        ("Wages rose by 3 percentage points.", "Wages rose by 3 percent."),
        ("It fell to 12 degrees.", "It fell to minus 12 degrees."),
        ("The repair costs 4 billion crowns.", "The repair costs 4 million crowns."),
        ("The repair costs 4 million euros.", "The repair costs 4 million crowns."),
        ("More than 60 people were hurt.", "Fewer than 60 people were hurt."),
        ("Lucie Havel beat Amara Okonjo.", "Amara Okonjo beat Lucie Havel in the final."),
        ("Amara Okonjo was beaten by Lucie Havel.", "Amara Okonjo beat Lucie Havel in the final."),
        ("The airport controls the rebels.", "The rebels control the airport."),
        ("Exports rose after the war.", "Exports rose before the war."),
        ("Exports fell after the war.", "Exports rose after the war."),
        ("The beds are no longer open.", "The beds are open."),
        ("The bridge is unsafe.", "The mayor said that the bridge is unsafe."),
        ("The mayor denied that the bridge is unsafe.", "The mayor said that the bridge is unsafe."),
        ("The mayor said that the bridge is unsafe.", "The bridge is unsafe. The mayor resigned."),
        ("Jonas Brask rejected the charge.", "Jonas Feddery spoke. Ottoline Brask rejected the charge."),
    ],
)
def test_a_changed_fact_is_not_carried(statement: str, quotation: str) -> None:
    found = checked(statement, quotation)
    assert not found.supported
    assert found.reasons


@pytest.mark.parametrize("line", (Path(__file__).parent / "data" / "exchanged.jsonl").read_text("utf-8").splitlines())
def test_who_did_it_to_whom(line: str) -> None:
    """A quotation, a harmless rewording, and one with two parts exchanged."""
    one = json.loads(line)
    assert checked(one["quotation"], one["quotation"]).supported
    assert checked(one["true"], one["quotation"]).supported
    assert not checked(one["false"], one["quotation"]).supported


TURNED = [
    json.loads(line) for line in (Path(__file__).parent / "data" / "turned.jsonl").read_text("utf-8").splitlines()
]
# Of the half looked at and the half kept apart: what is caught of the false, and what is kept of the true.
TURNED_FLOORS = {
    "roles": ((0.95, 0.95), (0.79, 0.75)),
    "names": ((0.66, 0.83), (0.99, 0.83)),
    "quantifier": ((0.99, 0.99), (0.99, 0.99)),
    "hedge": ((0.99, 0.99), (0.8, 0.99)),
    "swapped": ((0.9, 0.95), (0.81, 0.84)),
    "numbers": ((0.99, 0.94), (0.93, 0.8)),
    "order": ((0.6, 0.99), (0.99, 0.66)),
    "comparison": ((0.99, 0.75), (0.5, 0.5)),
    "negated": ((0.94, 0.94), (0.92, 0.84)),
    "quantity": ((0.99, 0.99), (0.85, 0.42)),
    "speaker": ((0.99, 0.8), (0.75, 0.99)),
    "facts": ((0.99, 0.97), (0.97, 0.91)),
}


@pytest.mark.parametrize("kind", TURNED_FLOORS)
@pytest.mark.parametrize("part", [0, 1], ids=["looked_at", "kept_apart"])
def test_turned_rates_keep_their_floors(part: int, kind: str) -> None:
    """Rewordings with something turned round, another quantity or another fact are refused, without it carried."""
    lines = [one for one in TURNED[part::2] if one["kind"] == kind]
    caught, kept = TURNED_FLOORS[kind][part]
    assert np.mean([not checked(one["false"], one["quotation"]).supported for one in lines]) >= caught
    assert np.mean([checked(one["true"], one["quotation"]).supported for one in lines]) >= kept


@pytest.mark.parametrize(
    ("statement", "quotation"),
    [
        ("Selma bought the mill from Igor.", "Igor sold the mill to Selma."),
        ("A bus is slower than a train.", "A train is faster than a bus."),
        ("Some of the pupils were ill.", "Several pupils were ill."),
        ("The bridge might close.", "The bridge may close."),
        ("On 4 May Selma bought Igor's Danish mills.", "Igor sold his Danish mills to Selma on 4 May."),
        ("Peru borrowed two million dollars from Chad in 2015.", "Chad lent Peru two million dollars in 2015."),
        ("Ilse Krug learned from Hugo Brandt.", "Hugo Brandt taught Ilse Krug."),
        ("Three climbers died in an avalanche.", "An avalanche killed three climbers."),
        ("Norden was sued by its rival, the brewer Pelagia.", "The brewer Pelagia sued its rival Norden."),
        ("Jan Marsh voted against the plan.", "Among those who voted against the plan was Jan Marsh."),
        (
            "In May 2021 the moon was photographed by Halcyon.",
            "Halcyon, built in 2013, photographed the moon in May 2021.",
        ),
        (
            "In the spring of 1710 riots followed.",
            "Prices rose in the winter of 1709; riots followed in the spring of 1710.",
        ),
        (
            "The letter that called Rask a coward was signed by three mayors.",
            "Three mayors signed the letter, which called Rask a coward.",
        ),
        (
            "A week before the chairman resigned, the shares fell.",
            "The chairman resigned a week after the shares fell.",
        ),
        ("Because the harvest failed, bread became dear.", "Bread became dear because the harvest failed."),
        ("Prices fell after the port opened.", "After the port opened, prices fell."),
        ("No fewer than 17 judges got letters.", "At least 17 judges got letters."),
        (
            "The firm has refused to pay the bonus that the union wants.",
            "The union wants a bonus, but the firm has refused.",
        ),
        ("Two thirds of the pupils did not pass the exam.", "Two thirds of the pupils failed the exam."),
        (
            "The plant made 4.2 million tyres in 2022, and 3.6 million in 2021.",
            "The plant made 4.2 million tyres in 2022 and 3.6 million a year earlier.",
        ),
        ("Some of the 212 passengers knew of it.", "Fifteen of the 212 passengers knew of it."),
        ("Lena Vogel finished ahead of Grace Mutai.", "Grace Mutai finished behind Lena Vogel."),
        ("The union demands a bonus.", "The union wants a bonus."),
        ("The German Lena Vogel won.", "Germany's Lena Vogel won."),
    ],
)
def test_the_same_from_the_other_side(statement: str, quotation: str) -> None:
    found = checked(statement, quotation)
    assert found.supported, found.reasons


@pytest.mark.parametrize(
    ("statement", "quotation"),
    [
        ("Igor bought the mill from Selma.", "Igor sold the mill to Selma."),
        ("A train is slower than a bus.", "A train is faster than a bus."),
        ("All of the pupils were ill.", "Several pupils were ill."),
        ("The bridge closes.", "The bridge may close."),
        ("The bridge will close in May.", "The bridge may close in May."),
        ("Igor bought Selma's Danish mills on 4 May.", "Igor sold his Danish mills to Selma on 4 May."),
        ("Hugo Brandt learned from Ilse Krug.", "Hugo Brandt taught Ilse Krug."),
        ("Pelagia was sued by its rival, the brewer Norden.", "The brewer Pelagia sued its rival Norden."),
        ("Chad imports its gas from Peru.", "Peru imports its gas from Chad and sells timber to Gabon."),
        (
            "A mill in Bergen was opened by Talgo in 2010.",
            "Sanyo opened a mill in Bergen in 2010; Talgo built one in Oslo.",
        ),
        (
            "The company rejected the workers' offer on Thursday.",
            "Harbour workers rejected the company's offer on Thursday.",
        ),
        ("The chairman resigned a week before the shares fell.", "The chairman resigned a week after the shares fell."),
        ("Because bread became dear, the harvest failed.", "Bread became dear because the harvest failed."),
        ("The rain will last if the dam fails.", "The dam will fail if the rain lasts."),
        ("The dam will fail.", "The dam will fail if the rain lasts."),
        ("Silver costs more than saffron.", "Saffron costs more than silver."),
        ("Bees visit yellow tulips as often as blue roses.", "Bees visit blue roses twice as often as yellow tulips."),
        ("212 of the 15 passengers knew of it.", "15 of the 212 passengers knew of it."),
        ("The offer was rejected by 498 votes to 512.", "The offer was rejected by 512 votes to 498."),
        ("Most of the 212 passengers knew of it.", "Fifteen of the 212 passengers knew of it."),
        ("Jan Marsh voted for the plan.", "Jan Marsh voted against the plan."),
        ("The firm agreed to pay the bonus.", "The firm refused to pay the bonus."),
        ("No fewer than 17 judges got letters.", "At most 17 judges got letters."),
        (
            "The plant made 3.6 million tyres in 2020.",
            "The plant made 4.2 million tyres in 2022 and 3.6 million a year earlier.",
        ),
    ],
)
def test_the_other_side_of_it(statement: str, quotation: str) -> None:
    assert not checked(statement, quotation).supported


def test_nothing_carries_nothing() -> None:
    assert not checked("The bridge is closed.").supported
    assert not checked("", BRIDGE).supported
    assert not checked("?!", BRIDGE).supported
    assert not checked("The bridge is closed.", "").supported
    assert not checked("word " * 500, BRIDGE).supported


# ---------------------------------------------------------------------------------------- numbers


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("twenty-six ships", "26 ships"),
        ("1,200,000 people", "1.2 million people"),
        ("45 000 seats", "45,000 seats"),
        ("three quarters of it", "75% of it"),
        ("one in five", "20 per cent"),
        ("two and a half hours", "150 minutes"),
        ("1.5 kilometres", "1,500 m"),
        ("£1.4m", "1.4 million pounds"),
        ("9:30 p.m.", "21:30"),
        ("the 3rd of August 1854", "August 3, 1854"),
        ("2014-09-27", "27 Sept. 2014"),
        ("a quarter of a percentage point", "0.25 percentage points"),
        ("the seventies", "the 1970s"),
        ("twenty-first place", "21st place"),
        ("a 34-year-old", "34 years old"),
        ("a year and a half", "18 months"),
        ("30.11.2005", "30 November 2005"),
        ("11/25/2005", "25 November 2005"),
        ("half past six", "6:30"),
        ("at 3.20 in the morning", "3:20 a.m."),
        ("seven o'clock in the evening", "7 pm"),
        ("EUR 14 million", "14 million euros"),
        ("60 kilometres an hour", "60 km/h"),
        ("45m crowns and 60m", "45 million crowns and 60 million crowns"),
    ],
)
def test_one_value_written_in_two_ways(one: str, other: str) -> None:
    values = [[fact.value for fact in facts(tokens(text))] for text in (one, other)]
    assert values[0]
    assert values[0] == values[1]


# ------------------------------------------------------------------------------------------- rates


@cache
def _results(part: int) -> dict[str, list[bool]]:
    table: dict[str, list[bool]] = defaultdict(list)
    for claim in claims():
        if claim.part == part:
            found = check(claim.statement, claim.evidence, one_vector)
            table[claim.kind].append(found.supported == claim.true)
    return table


FLOORS = {
    "verbatim": 0.99,
    "reworded": 0.98,
    "number": 0.99,
    "date": 0.99,
    "name": 0.98,
    "outlet": 0.99,
    "negation": 0.99,
    "roles": 0.9,
    "mouth": 0.97,
}


@pytest.mark.parametrize("kind", FLOORS)
@pytest.mark.parametrize("part", [0, 1], ids=["looked_at", "kept_apart"])
def test_rates_keep_their_floors(part: int, kind: str) -> None:
    right = _results(part)[kind]
    assert len(right) > 20
    assert np.mean(right) >= FLOORS[kind], f"{kind}: {sum(right)} of {len(right)}"


@cache
def _true() -> list[Claim]:
    return [claim for claim in claims() if claim.true and claim.evidence[0].text]


@settings(max_examples=60, deadline=None)
@given(st.data(), st.integers(2, 9), st.sampled_from(["million", "percent", "kilometres", "years"]))
def test_an_added_number_is_never_carried(data: st.DataObject, number: int, unit: str) -> None:
    claim = data.draw(st.sampled_from(_true()))
    value = f"{number}{number}.{number} {unit}"
    found = check(f"{claim.statement.rstrip('.')}, {value} in all.", claim.evidence, one_vector)
    assert not found.supported


@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from(["Wojciechowski", "Ngozi Adichie", "Der Spiegel", "Antananarivo"]))
def test_an_added_name_is_never_carried(data: st.DataObject, name: str) -> None:
    claim = data.draw(st.sampled_from(_true()))
    found = check(f"{claim.statement.rstrip('.')} near {name}.", claim.evidence, one_vector)
    assert not found.supported


# --------------------------------------------------------------------------------------- any text


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=300), st.lists(st.text(max_size=300), max_size=3))
def test_any_text_is_checked(statement: str, quotations: list[str]) -> None:
    found = checked(statement, *quotations)
    assert 0.0 <= found.score <= 1.0
    assert found.supported == (not found.reasons)


HOSTILE = [
    "1 ",
    "May ",
    "not ",
    "half a ",
    "two hundred and ",
    ", a",
    "(",
    '" ',
    "according to ",
    "Ann. Bob ",
    "1-",
    "1/",
    "after a, ",
    "as b than if ",
    "X that saw ",
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_text_is_checked_in_bounded_time(piece: str) -> None:
    text = (piece * 10_000)[:10_000]
    checked(text[:100], text)  # whatever is made once, is made now
    for statement, quotation in ((text[:2_000], text), (text, BRIDGE), (BRIDGE, text)):
        begun = time.process_time()
        checked(statement, quotation)
        assert time.process_time() - begun < 10.0  # where it takes a tenth of a second; what has no bound takes hours


def test_a_remembered_text_is_embedded_once() -> None:
    asked: list[str] = []

    def embed(texts: Sequence[str]) -> Vectors:
        asked.extend(texts)
        return np.array([[len(text), 1.0] for text in texts], np.float32)

    remembered = remembering(embed, most=2)
    assert remembered(["one", "three", "one"])[:, 0].tolist() == [3, 5, 3]
    assert remembered(["one", "four"])[:, 0].tolist() == [3, 4]
    remembered(["one"])
    assert asked == ["one", "three", "four", "one"]


def test_meaning_counts_where_no_fact_differs(model: Embedder) -> None:
    quotation = [Evidence("The dockers voted to accept the agreement.")]
    near = check("The dockers agreed to the deal.", quotation, model.embed)
    far = check("Whales sing to each other over great distances.", quotation, model.embed)
    assert far.score < near.score
    assert not far.supported


def test_a_name_that_only_the_title_has_is_known_and_carries_nothing(model: Embedder) -> None:
    bare = Evidence("The bridge was opened in 1931 and overhauled in 1988.")
    titled = replace(bare, about="Pilgrim Bridge closed in June")
    statement = "The Pilgrim Bridge was opened in 1931 and overhauled in 1988."
    assert not check(statement, [bare], model.embed).supported
    assert check(statement, [titled], model.embed).supported
    assert not check("The Pilgrim Bridge was closed in June.", [titled], model.embed).supported
