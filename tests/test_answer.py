"""The values of an answer, and the JSON that other programs read."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError, asdict, replace
from typing import Any

import pytest

from assistant.answer import (
    Also,
    Answer,
    Disagreement,
    Filters,
    Nearest,
    Quotation,
    Seconds,
    Source,
    Span,
    Statement,
    Voice,
)

# The contract, name by name, in its order.
ANSWER = [
    "question",
    "standalone",
    "tier",
    "refused",
    "confidence",
    "model",
    "generation",
    "filters",
    "notices",
    "statements",
    "left_out",
    "disagreements",
    "sources",
    "nearest",
    "seconds",
]
FILTERS = ["since", "until", "publishers", "inferred"]
STATEMENT = ["text", "verdict", "quotations"]
QUOTATION = ["source", "start", "end", "text", "page", "voice"]
VOICE = ["speaker", "mention", "cue", "via"]
SPAN = ["start", "end", "text"]
SOURCE = ["number", "article_id", "version", "title", "publisher", "authors", "published", "url", "path", "also"]
ALSO = ["publisher", "published", "article_id"]
NEAREST = ["article_id", "version", "title", "publisher", "published", "start", "end", "text", "score", "found_by"]
SECONDS = ["search", "answer"]

VOICED = Voice("Edda Krayle", Span(21, 27, "Krayle"), Span(28, 32, "told"), via=Span(37, 43, "Beacon"))
FULL = Answer(
    question="And who laughed? “Nobody” – é",
    standalone="And who laughed? (Lady Ansgard)?",
    tier="answer",
    confidence=0.75,
    model=None,
    generation=3,
    filters=Filters("2025-07-01", "2025-07-31", ("The Beacon",), inferred=True),
    statements=(
        Statement("“Somebody laughed.”", "quoted", (Quotation(1, 0, 19, "“Somebody laughed.”", voice=VOICED),)),
        Statement("It was wet.", "supported", (Quotation(1, 20, 31, "It was wet.", page=4),)),
    ),
    sources=(
        Source(
            1, "a1", "f" * 64, "Ferry rams pier", "The Beacon", ("A", "B"), "2025-07-09", "https://beacon.example", "a.md",
            (Also("La Vigie", None, "b2", "e" * 64, newer=True),),
        ),
    ),
    nearest=(Nearest("a1", "f" * 64, "Ferry rams pier", None, None, 0, 19, "“Somebody laughed.”", 0.9, ("meaning",)),),
    seconds=Seconds(0.1, 0.2),
    notices=("1 article has no date.",),
    left_out=("Nobody says this.",),
)  # fmt: skip


def test_fields_are_the_contract_in_its_order() -> None:
    fields = FULL.to_dict()
    (statement, _), (source,), (near,) = fields["statements"], fields["sources"], fields["nearest"]
    (quotation,) = statement["quotations"]
    assert list(fields) == ANSWER
    assert list(fields["filters"]) == FILTERS
    assert list(statement) == STATEMENT
    assert list(quotation) == QUOTATION
    assert list(quotation["voice"]) == VOICE
    assert [list(quotation["voice"][name]) for name in ("mention", "cue", "via")] == [SPAN] * 3
    assert list(source) == SOURCE
    assert [list(also) for also in source["also"]] == [ALSO]
    assert list(near) == NEAREST
    assert list(fields["seconds"]) == SECONDS


def test_json_says_what_the_answer_says() -> None:
    read: dict[str, Any] = json.loads(json.dumps(FULL.to_dict(), allow_nan=False))
    assert read["question"] == FULL.question
    assert read["confidence"] == 0.75
    assert read["model"] is None
    assert read["filters"] == {"since": "2025-07-01", "until": "2025-07-31", "publishers": ["The Beacon"], "inferred": True}  # fmt: skip
    assert read["notices"] == ["1 article has no date."]
    assert read["left_out"] == ["Nobody says this."]
    first, second = (statement["quotations"][0] for statement in read["statements"])
    assert first["voice"] == {
        "speaker": "Edda Krayle",
        "mention": {"start": 21, "end": 27, "text": "Krayle"},
        "cue": {"start": 28, "end": 32, "text": "told"},
        "via": {"start": 37, "end": 43, "text": "Beacon"},
    }
    assert (second["voice"], second["page"]) == (None, 4)
    assert read["sources"][0]["authors"] == ["A", "B"]
    assert read["sources"][0]["also"] == [{"publisher": "La Vigie", "published": None, "article_id": "b2"}]
    assert read["nearest"][0]["found_by"] == ["meaning"]


@pytest.mark.parametrize(("tier", "refused"), [("answer", False), ("closest", False), ("refusal", True)])
def test_refused_is_the_refusal_alone(tier: Any, refused: bool) -> None:
    answer = replace(FULL, tier=tier)
    assert answer.refused is refused
    assert answer.to_dict()["refused"] is refused


def test_a_source_by_its_number() -> None:
    second = replace(FULL.sources[0], number=2, article_id="c3")
    answer = replace(FULL, sources=(*FULL.sources, second))
    assert answer.source(1) is FULL.sources[0]
    assert answer.source(2) is second


def test_adding_up_gives_the_later() -> None:
    later = replace(FULL, statements=FULL.statements[:1])
    assert FULL + later is later
    assert later + FULL is FULL


def test_an_answer_can_not_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        FULL.tier = "refusal"  # type: ignore[misc]


def test_an_answer_comes_back_from_json_whole() -> None:
    second = FULL.statements[1].quotations[0]
    whole = replace(FULL, disagreements=(Disagreement("how wet", (second,), ("wet",)),), confidence=None)
    for answer in (FULL, whole):
        assert Answer.from_dict(json.loads(json.dumps(asdict(answer)))) == answer


@pytest.mark.parametrize(
    "change",
    [
        {"tier": "certain"},
        {"confidence": "high"},
        {"generation": "3"},
        {"generation": True},
        {"statements": {}},
        {"statements": [{"text": "It was wet."}]},
        {"sources": [7]},
        {"filters": None},
        {"seconds": {"search": 0.1}},
        {"question": None},
    ],
)
def test_what_is_no_answer_is_told(change: dict[str, Any]) -> None:
    fields = json.loads(json.dumps(asdict(FULL)))
    with pytest.raises(ValueError, match="is not what was kept|missing"):
        Answer.from_dict({**fields, **change})
    with pytest.raises(ValueError, match="missing"):
        Answer.from_dict({name: value for name, value in fields.items() if name not in change})
