"""Confidence: a chance that rises with every feature, and none where none was measured."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant import Assistant, confidence
from assistant.confidence import Calibration, calibrated, calibration, features, tier
from assistant.ranking import Sentence
from assistant.retriever import RankedHit, by_part, retrieve
from index import Article, Hit, Library, build, embedder
from index.embedder import Embedder

TEXT = "The bridge was closed on Friday."
ARTICLE = Article("a1", TEXT, "Bridge closed", None, (), None, None, ("a.txt",), "f" * 64)
SEEN = sorted({name.removeprefix("most_") for name in calibration().weights})


def ranked(features: dict[str, float], score: float = 1.0) -> RankedHit:
    """A hit of one sentence, in which this is seen."""
    hit = Hit(ARTICLE, 0, len(TEXT), 1.0, ("meaning",), 0.5)
    return RankedHit(hit, (Sentence(0, 0, len(TEXT), score, 9, features),), 0.5)


hits = st.lists(
    st.builds(ranked, st.fixed_dictionaries(dict.fromkeys(SEEN, st.floats(0, 1))), st.floats(-9, 9)),
    min_size=1,
    max_size=5,
)


def seen(found: list[RankedHit]) -> dict[str, float]:
    return features(sorted((one.best for one in found), key=lambda one: -one.score))


@given(hits)
def test_is_a_chance(found: list[RankedHit]) -> None:
    assert 0.0 <= confidence.confidence(found) <= 1.0
    assert seen(found).keys() == calibration().weights.keys()


def test_nothing_found_is_no_chance() -> None:
    assert confidence.confidence([]) == 0.0


@given(hits, st.lists(hits, min_size=1, max_size=4))
def test_parts_make_it_surer_never_less_sure_and_not_surer_than_the_surest(
    found: list[RankedHit], parts: list[list[RankedHit]]
) -> None:
    whole, alone = confidence.confidence(found), [confidence.confidence(part) for part in parts]
    together = confidence.confidence(found, parts)
    assert whole <= together <= max(whole, *alone)
    assert together >= min(alone)


TWO_PARTS = (
    "Why was the Pilgrim Bridge in Kelverhaven closed to all traffic by the city engineer on that Friday in June, "
    "and how many people were injured when the ferry Lady Ansgard rammed the pier in the evening rush of July?"
)


def test_a_long_question_is_as_sure_as_its_parts_let_it_be(library: Library) -> None:
    with library.view() as view:
        ranked, _ = retrieve(view, TWO_PARTS)
        parts = by_part(view, TWO_PARTS, ranked)
        assert len(parts) == 2
        assert by_part(view, "Why was the bridge closed?", ranked) == []
        assert confidence.confidence(ranked, parts) > confidence.confidence(ranked)


def test_each_part_of_a_long_question_has_its_quotation(library: Library) -> None:
    answer = Assistant(library).ask(TWO_PARTS)
    assert answer.tier != "refusal"
    assert "cracks in two of its seven piers" in answer.statements[0].text
    assert any("14 people were injured" in statement.text for statement in answer.statements)


@given(hits, st.sampled_from(sorted(calibration().weights)), st.floats(0.01, 0.5))
def test_rises_with_every_feature(found: list[RankedHit], name: str, more: float) -> None:
    """One feature at a time is raised in what confidence is computed of; the weight's sign says which way it goes."""
    before, weight = seen(found), calibration().weights[name]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(confidence, "features", lambda _: {**before, name: before[name] + more})
        after = confidence.confidence(found)
    assert weight == 0 or (after - confidence.confidence(found)) * weight > 0


@given(hits)
def test_what_is_seen_is_that_of_the_best_sentence_and_the_most_of_any(found: list[RankedHit]) -> None:
    best = max(found, key=lambda one: one.best.score).best
    for name, value in seen(found).items():
        most = max(one.best.features[name.removeprefix("most_")] for one in found)
        assert value == most if name.startswith("most_") else value == best.features[name]


def test_the_file_is_sound() -> None:
    written = json.loads(Path(confidence.__file__).with_name("confidence.json").read_text(encoding="utf-8"))
    assert written.keys() == {field.name for field in fields(Calibration)}
    assert 0.0 < written["closest"] <= written["answer"] < 1.0


def test_is_calibrated_for_the_packaged_model_alone(model: Embedder) -> None:
    assert calibrated(model.files.digest)
    assert not calibrated("0" * 64)


def test_tiers_begin_where_the_calibration_says() -> None:
    fitted, little = calibration(), 1e-9
    assert [tier(1.0), tier(fitted.answer)] == ["answer", "answer"]
    assert tier(fitted.closest - little) == tier(0.0) == "refusal"
    if fitted.closest < fitted.answer:
        assert tier(fitted.answer - little) == tier(fitted.closest) == "closest"
    assert tier(None) == "closest"


def test_a_question_that_repeats_a_sentence_is_surer_than_one_from_elsewhere(library: Library) -> None:
    with library.view() as view:
        near, _ = retrieve(view, "Were 21,000 vehicles crossing the Pilgrim Bridge on a working day?")
        far, _ = retrieve(view, "Which enzyme splits lactose in the small intestine?")
    assert confidence.confidence(near) > confidence.confidence(far)


@pytest.fixture(scope="module")
def other_model(tmp_path_factory: pytest.TempPathFactory, model: Embedder) -> Path:
    """The packaged model with one file more: another digest, the same vectors."""
    folder = tmp_path_factory.mktemp("model") / "other"
    folder.mkdir()
    for file in model.files.folder.rglob("*"):
        place = folder / file.relative_to(model.files.folder)
        if file.is_dir():
            place.mkdir(exist_ok=True)
        elif "__pycache__" not in file.parts:
            place.symlink_to(file)
    (folder / "NOTES.txt").write_text("another one\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def other_library(other_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """Two articles, embedded with a model for which nothing was measured."""
    place = tmp_path_factory.mktemp("uncalibrated")
    (place / "read").mkdir()
    (place / "read" / "bridge.txt").write_text(f"{TEXT} Divers had found cracks.\n", encoding="utf-8")
    (place / "read" / "ferry.txt").write_text("The ferry hit the pier. Nobody was hurt.\n", encoding="utf-8")
    build([place / "read"], place / "store", embedding_model=str(other_model))
    with Library.open(place / "store") as opened:
        yield opened


@pytest.mark.parametrize("question", ["When was the bridge closed?", "Who painted the Sistine Chapel?"])
def test_a_model_that_was_not_measured_gives_no_confidence(other_library: Library, question: str) -> None:
    answer = Assistant(other_library).ask(question)
    assert answer.confidence is None
    assert answer.tier == "closest"
    assert answer.statements
    assert any("not measured" in notice for notice in answer.notices)


def test_the_measured_model_needs_no_notice(library: Library) -> None:
    answer = Assistant(library).ask("Why was the Pilgrim Bridge closed?")
    assert answer.confidence is not None
    assert answer.notices == ()


def test_hits_are_values() -> None:
    one = ranked({})
    assert replace(one) == one
    assert one.best == one.sentences[0]


def test_another_model_has_another_name(other_model: Path, model: Embedder) -> None:
    assert embedder.find(str(other_model)).digest != model.files.digest
