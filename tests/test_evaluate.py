"""Scoring: every figure against one worked out by hand, wrong files by file and line, and a small store end to end."""

from __future__ import annotations

import gzip
import hashlib
import json
import math
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from assistant import cli
from assistant.errors import BadLabels
from assistant.evaluate import labelled, questions, texts
from assistant.evaluate.labelled import Claim, Half, Spoken, folded, half, sample
from assistant.evaluate.metrics import auroc, column, interval, ranking, score
from assistant.evaluate.questions import Rankings, together
from index import Library

ARTICLES = Path(__file__).parent.parent / "articles"


def silent(_stage: str, _done: int, _total: int) -> None:
    pass


def write(file: Path, *rows: object) -> Path:
    """A file with one record a line."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return file


# Figures


def test_ranking_by_hand() -> None:
    gains = [{"a": 3, "b": 1}, {"c": 1}, {"d": 2}]
    found = [["b", "x", "a"], [f"x{place}" for place in range(10)] + ["c"], []]
    first, eleventh, nothing = ranking(gains, found).tolist()
    ndcg = (1 / math.log2(2) + 3 / math.log2(4)) / (3 / math.log2(2) + 1 / math.log2(3))  # the gain itself, not 2**gain
    assert first == pytest.approx([ndcg, (1 / 1 + 2 / 3) / 2, 1.0, 1.0])
    assert eleventh == pytest.approx([0, 1 / 11, 0, 0])
    assert nothing == [0, 0, 0, 0]


def test_equal_places_never_decide() -> None:
    """A hundred articles keep the order they were found in."""
    ids = [f"{number:03}" for number in range(100)]
    for place in (0, 49, 99):
        assert ranking([{ids[place]: 1}], [ids])[0, 1] == pytest.approx(1 / (place + 1))


def test_auroc_counts_pairs() -> None:
    draw = np.random.default_rng(1)
    good, bad = draw.integers(0, 6, 40) / 1.0, draw.integers(0, 5, 30) / 1.0
    pairs = [1.0 if one > other else 0.5 if one == other else 0.0 for one, other in product(good, bad)]
    assert auroc(good, bad) == pytest.approx(sum(pairs) / len(pairs))


def test_an_interval_holds_the_figure_and_is_the_same_again() -> None:
    units = np.random.default_rng(2).random((200, 1))
    low, high = interval(column(0), units) or (0, 0)
    error = units.std() / math.sqrt(200)
    assert low == pytest.approx(units.mean() - 1.96 * error, abs=error / 3)
    assert high == pytest.approx(units.mean() + 1.96 * error, abs=error / 3)
    assert interval(column(0), units) == (low, high)


def test_no_interval_of_one_unit_or_of_a_share_of_none() -> None:
    assert interval(column(0), np.ones((1, 1))) is None
    row = score("s", "t", "clippings", [np.zeros((3, 2))], {"share": lambda _: math.nan, "mean": column(0)})
    assert dict(row.figures) == {"mean": 0.0}
    assert list(row.intervals) == ["mean"]


def rankings(set: str, **tables: Sequence[float]) -> Rankings:
    """A set whose questions have these figures, all four alike."""
    return Rankings(set, {system: np.repeat(np.array(values)[:, None], 4, 1) for system, values in tables.items()})


def test_the_difference_is_paired_and_to_the_better_plain_system_of_each_set() -> None:
    hard = np.linspace(0.1, 0.8, 50)
    one = rankings("one", clippings=hard + 0.1, dense=hard, words=hard - 0.1)
    other = rankings("other", clippings=hard, dense=hard - 0.1, words=hard)
    assert (one.baseline, other.baseline) == ("dense", "words")
    ours = questions._retrieval(one)[0]
    assert ours.against == "dense"
    assert ours.figures["difference"] == pytest.approx(0.1)
    assert ours.intervals["difference"] == pytest.approx((0.1, 0.1))  # question by question; the figures vary far more
    low, high = ours.intervals["ndcg@10"]
    assert high - low > 0.08
    both = together([one, other])
    assert [(row.set, row.system, row.n) for row in both] == [("all", name, 100) for name in one.tables]
    assert both[0].figures["difference"] == pytest.approx(0.05)
    assert both[0].figures["ndcg@10"] == pytest.approx(hard.mean() + 0.05)


def test_a_plain_leg_goes_as_deep_as_there_are_articles() -> None:
    passages = [(f"a{number // 30}", 1.0) for number in range(3_000)]
    asked: list[int] = []

    def best(many: int) -> list[tuple[str, float]]:
        asked.append(many)
        return passages[:many]

    assert questions._deep_enough(best, 20) == [f"a{number}" for number in range(20)]
    assert asked == [200, 400, 800]
    assert len(questions._deep_enough(best, 100)) == 54  # and no deeper than 1,600 passages
    assert questions._deep_enough(lambda many: passages[:many][:50], 100) == ["a0", "a1"]


def answer(*quotations: str, tier: str = "answer", confidence: float | None = 0.5) -> Any:
    """As much of an answer as is scored."""
    statements = [SimpleNamespace(quotations=[SimpleNamespace(text=text)]) for text in quotations]
    return SimpleNamespace(statements=statements, tier=tier, refused=tier == "refusal", confidence=confidence)


def question(id: str, *answers: str) -> labelled.Question:
    return labelled.Question(id, id, f"What of {id}?", bool(answers), {}, answers, f"qa.jsonl: line {id}")


def test_answers_by_hand() -> None:
    asked = [
        (question("1", "the red door"), answer("It was the red\n door that opened.", "Nobody came.")),
        (question("2", "a key", "two keys"), answer("He had none.", "She had two keys with her.")),
        (question("3", "rain"), answer(tier="refusal")),
    ]
    (row,) = questions._answers("s", asked)
    expected = {"first": 1 / 3, "any": 2 / 3, "quotations": 2.0, "words": (7 + 2 + 3 + 6) / 4, "refused": 1 / 3}
    assert dict(row.figures) == pytest.approx(expected)


def test_refusals_by_hand() -> None:
    good = [answer(confidence=0.9), answer(confidence=0.4, tier="closest"), answer(confidence=0.1, tier="refusal")]
    bad = [answer(confidence=0.4, tier="closest"), answer(confidence=0.05, tier="refusal")]
    (row,) = questions._refusal("s", "near misses", good, bad)
    assert dict(row.figures) == pytest.approx(
        {
            "auroc": (1 + 1 + 0.5 + 1 + 0 + 1) / 6,
            "refused_unanswerable": 1 / 2,
            "refused_answerable": 1 / 3,
            "answered_unanswerable": 0,
            "answered_answerable": 1 / 3,
        }
    )
    assert (row.n, row.counts) == (5, {"answerable": 3, "unanswerable": 2})
    assert not questions._refusal("s", "near misses", good, [])
    (alone,) = questions._refusal("s", "near misses", [], bad)
    assert dict(alone.figures) == {"refused_unanswerable": 1 / 2, "answered_unanswerable": 0}
    uncalibrated = questions._refusal("s", "elsewhere", good, [answer(confidence=None, tier="closest")])
    assert "auroc" not in uncalibrated[0].figures


TEXT = "The mill burned down, the mayor said. According to Anna Berg, nobody was there. It rained. A boy saw smoke."


def spoken(*attributions: tuple[str, str]) -> Spoken:
    """The text above with these sources and cues attributed in it."""

    def spans(words: str) -> tuple[tuple[int, int], ...]:
        return ((TEXT.index(words), TEXT.index(words) + len(words)),)

    labels = [labelled.Attribution(spans(source), spans(cue), cue) for source, cue in attributions]
    return Spoken("d", TEXT, tuple(labels), 0)


def test_voices_by_hand() -> None:
    document = spoken(("the mayor", "said"), ("Anna Berg", "According to"), ("A boy", "saw"))
    counted = texts._voices(document, frozenset({"said"}))
    assert counted == [2, 2, 3, 2, 2, 2]  # two found, both right; of three attributions two, of two of speech both
    document = spoken(("A boy", "saw"), ("Anna Berg", "said"))  # whose cue is in another sentence
    assert texts._voices(document, frozenset({"said"})) == [2, 0, 2, 0, 1, 0]


def test_pages_by_hand() -> None:
    body = "one two three four five"  # two runs of four words
    assert texts._precision_and_recall("one two three four five", body) == (1, 1)
    assert texts._precision_and_recall("Menu one two three four", body) == (1 / 2, 1 / 2)
    assert texts._precision_and_recall("one two three four", body) == (1, 1 / 2)
    assert texts._precision_and_recall("", body) == (0, 0)
    assert texts._precision_and_recall("one, two", "one two") == (1, 1)
    assert texts._f1(np.array([[1.0, 0.5], [0.5, 0.25]])) == pytest.approx(2 * 0.75 * 0.375 / (0.75 + 0.375))


def test_pages_are_read_as_the_store_reads_them(tmp_path: Path) -> None:
    words = "The windmill of Arbeck burned down at night while the whole village slept. " * 4
    (tmp_path / "html").mkdir()
    with gzip.open(tmp_path / "html" / "a.html.gz", "wt") as file:
        file.write(f"<html><head><title>Mill</title></head><body><article><p>{words}</p></article></body></html>")
    write(tmp_path / "pages.jsonl", {"id": "a", "html": "html/a.html.gz", "gold_text": words})
    ours, plain = texts.score_pages(labelled.read(tmp_path), None, None, silent)
    assert (ours.system, plain.system) == ("clippings", "trafilatura")
    assert ours.figures["f1"] == plain.figures["f1"] == 1


def test_claims_by_hand() -> None:
    rows = [(1, 0.9, 0, 1), (1, 0.4, 1, 1), (0, 0.6, 0, 1), (0, 0.1, 1, 1), (0, 0.2, 1, 1)]  # supported, score, flagged
    table = np.array(rows, float)
    all_of_them = texts._checked("s", table, None)
    expected = {"auroc": (3 + 2) / 6, "caught": 2 / 3, "false_alarms": 1 / 2}
    assert dict(all_of_them.figures) == pytest.approx(expected)
    assert all_of_them.counts == {"supported": 2, "not_supported": 3}
    assert dict(texts._checked("s", table[2:], "dates").figures) == pytest.approx({"caught": 2 / 3})
    assert dict(texts._checked("s", table[:2], "rewording").figures) == pytest.approx({"false_alarms": 1 / 2})


def test_claims_are_checked_kind_by_kind(tmp_path: Path) -> None:
    evidence = ["The bridge was closed on Friday.", "Tomas Dovaly counted 21,000 cars in March."]
    said = [("Tomas Dovaly counted 21,000 cars in March.", "supported", None), ("Tomas Dovaly counted 90,000 cars in March.", "not_supported", "number")]  # fmt: skip
    write(
        tmp_path / "claims.jsonl",
        *({"id": claim, "claim": claim, "evidence_sentences": evidence, "label": label, "kind": kind} for claim, label, kind in said),
    )  # fmt: skip
    every, number, words = texts.score_claims(labelled.read(tmp_path), None, None, "", silent)
    assert dict(every.figures) == {"auroc": 1, "caught": 1, "false_alarms": 0}
    assert (number.kind, dict(number.figures)) == ("number", {"caught": 1})
    assert (words.system, dict(words.figures)) == ("words", {"auroc": 1})


def test_questions_from_elsewhere_are_of_sets_that_share_no_title() -> None:
    def prepared(name: str, *titles: str) -> questions.Prepared:
        asked = tuple(question(f"{name}{number}") for number in range(250))
        return questions.Prepared(labelled.Labelled(name, None, asked, (), (), ()), Path(name), {}, frozenset(titles))

    one, same, other = prepared("a", "normans", "oil"), prepared("b", "oil"), prepared("c", "mussels")
    drawn = questions.elsewhere(one, [one, same, other], None)
    assert {ask.id[0] for ask in drawn} == {"c"}
    assert len(drawn) == 200
    assert drawn == questions.elsewhere(one, [other, one], None)
    halved = questions.elsewhere(one, [one, same, other], "report")
    assert {half(ask.key) for ask in halved} == {"report"}
    assert {ask.id[0] for ask in questions.elsewhere(other, [one, same, other], None)} == {"a", "b"}


# Halves and samples


@dataclass(frozen=True)
class Thing:
    id: str
    key: str


THINGS = [Thing(str(number), str(number // 3)) for number in range(300)]


def test_halves_are_fixed_and_keep_together_what_belongs_together() -> None:
    for key in ("Normans", "630", "-1218875241352839456"):
        odd = int(hashlib.sha256(key.encode()).hexdigest(), 16) % 2
        assert half(key) == ("choose", "report")[odd]
    halves: dict[Half, list[Thing]] = {part: sample(THINGS, part) for part in ("choose", "report")}
    assert sorted((*halves["choose"], *halves["report"]), key=lambda one: int(one.id)) == THINGS
    assert not {one.key for one in halves["choose"]} & {one.key for one in halves["report"]}
    assert 100 < len(halves["choose"]) < 200


def test_a_sample_is_always_the_same_and_grows() -> None:
    ten, fifty = sample(THINGS, limit=10), sample(THINGS, limit=50)
    assert len(ten) == 10
    assert set(ten) < set(fifty)
    assert fifty == [one for one in THINGS if one in fifty]
    assert set(sample(THINGS[::-1], limit=10)) == set(ten)
    assert sample(THINGS, limit=1_000) == THINGS


# What is read

DOCS = [
    {"id": 1, "title": "Mill", "text": "The mill burned."},
    {"id": "2", "title": "Cow", "text": "The cow was sold."},
]
QUESTION = {"id": "q", "question": "What burned?", "doc_id": "1", "answers": ["The mill"]}


def test_questions_with_their_answers(tmp_path: Path) -> None:
    write(tmp_path / "docs.jsonl", *DOCS)
    write(
        tmp_path / "qa.jsonl",
        QUESTION,
        {"id": "r", "question": "Which?", "doc_id": ["1", 2], "answers": [{"text": "The\n mill", "start": 0}, ""]},
        {
            "id": "s",
            "question": "Who?",
            "doc_id": "2",
            "answers": ["sold by Ann"],
            "supporting_sentences": ["Cafe\u0301."],
        },
        {"id": "t", "question": "When?", "doc_id": "1", "answers": ["no"], "answerable": False},
        {"id": "u", "question": "Where?", "answerable": False},
    )
    read = labelled.read(tmp_path).questions
    assert [(one.id, one.key, one.answerable, dict(one.gains), one.answers) for one in read] == [
        ("q", "1", True, {"1": 1}, ("The mill",)),
        ("r", "1", True, {"1": 1, "2": 1}, ("The mill",)),
        ("s", "2", True, {"2": 1}, ("Café.",)),
        ("t", "1", False, {}, ()),
        ("u", "u", False, {}, ()),
    ]


def test_where_most_documents_share_their_titles_questions_are_kept_together_by_them(tmp_path: Path) -> None:
    docs = [{"id": f"{title}#{part}", "title": title, "text": "So."} for title in ("A", "B") for part in (0, 1)]
    write(tmp_path / "docs.jsonl", *docs, {"id": "C#0", "title": "C", "text": "So."})
    write(tmp_path / "qa.jsonl", {**QUESTION, "doc_id": "B#1"}, {**QUESTION, "id": "r", "doc_id": "C#0"})
    assert [one.key for one in labelled.read(tmp_path).questions] == ["B", "C"]


def test_graded_judgements(tmp_path: Path) -> None:
    write(tmp_path / "docs.jsonl", *DOCS)
    with gzip.open(tmp_path / "queries.jsonl.gz", "wt") as file:
        file.write('{"id": 7, "text": "fire"}\n\n{"id": "8", "text": "tax", "answerable": false}\n')
    (tmp_path / "qrels.tsv").write_text("query_id\tdoc_id\trel\n7\t1\t4\n7\t2\t-1\n8\t2\t1\n")
    first, second = labelled.read(tmp_path).questions
    assert (first.id, first.text, dict(first.gains), first.answers) == ("7", "fire", {"1": 4}, ())
    assert (second.answerable, dict(second.gains)) == (False, {})


def test_offsets_of_raw_text_are_moved_or_dropped(tmp_path: Path) -> None:
    text = "\ufeff\n\nRene\u0301 wept, said Ann\u00ade."
    whole, ann = [{"start": text.index(word), "end": text.index(word) + len(word), "text": word} for word in ("said", "Ann\u00ade")]  # fmt: skip
    write(tmp_path / "docs.jsonl", {"id": "d", "text": text})
    write(
        tmp_path / "attributions.jsonl",
        {"id": 1, "doc_id": "d", "source": [ann], "cue": [whole]},
        {"id": 2, "doc_id": "d", "source": [{"start": 0, "end": 3, "text": "Ann"}], "cue": [whole]},
        {"id": 3, "doc_id": "d", "source": [], "cue": [whole]},
    )
    (document,) = labelled.read(tmp_path).spoken
    assert document.text == "René wept, said Anne."
    (one,) = document.attributions
    ((start, end),) = one.source
    assert (document.text[start:end], one.cue_text, document.dropped) == ("Anne", "said", 1)


def test_claims_and_their_kinds(tmp_path: Path) -> None:
    row = {"claim": "It rained.", "evidence_sentences": ["It rained.", ""]}
    write(tmp_path / "claims.jsonl", {**row, "id": 1, "label": "supported"}, {**row, "id": 2, "label": "partly", "kind": "date"})  # fmt: skip
    assert labelled.read(tmp_path).claims == (
        Claim("1", "It rained.", ("It rained.",), True, None),
        Claim("2", "It rained.", ("It rained.",), False, "date"),
    )


WRONG: dict[str, tuple[dict[str, object], str]] = {
    "nothing": ({"notes.txt": "x"}, "{} holds nothing labelled; looked for are qa.jsonl, or queries.jsonl with qrels.tsv"),
    "no docs": ({"qa.jsonl": [QUESTION]}, "{}/qa.jsonl needs docs.jsonl beside it"),
    "no qrels": ({"docs.jsonl": DOCS, "queries.jsonl": [{"id": 1, "text": "a"}]}, "{}/queries.jsonl needs qrels.tsv"),
    "no JSON": ({"docs.jsonl": DOCS, "qa.jsonl": "\n{oh}\n"}, "{}/qa.jsonl: line 2: not JSON"),
    "a list": ({"docs.jsonl": DOCS, "qa.jsonl": [[1]]}, "{}/qa.jsonl: line 1: expected one JSON object"),
    "no id": ({"docs.jsonl": DOCS, "qa.jsonl": [QUESTION, {"question": "?"}]}, "{}/qa.jsonl: line 2: expected a name or a number in “id”"),
    "an id twice": ({"docs.jsonl": [*DOCS, DOCS[0]], "qa.jsonl": [QUESTION]}, "{}/docs.jsonl: line 3: the id 1 stands in line 1, too"),
    "no text": ({"docs.jsonl": [DOCS[0], {"id": 2}], "qa.jsonl": [QUESTION]}, "{}/docs.jsonl: line 2: it has no text"),
    "no document": ({"docs.jsonl": DOCS, "qa.jsonl": [{**QUESTION, "doc_id": "9"}]}, "{}/qa.jsonl: line 1: no document has the id 9"),
    "no doc_id": ({"docs.jsonl": DOCS, "qa.jsonl": [{"id": 1, "question": "Who?"}]}, "{}/qa.jsonl: line 1: expected the document that answers it"),
    "no question": ({"docs.jsonl": DOCS, "qa.jsonl": [{**QUESTION, "question": " "}]}, "{}/qa.jsonl: line 1: expected words in “question”"),
    "answers no list": ({"docs.jsonl": DOCS, "qa.jsonl": [{**QUESTION, "answers": "yes"}]}, "{}/qa.jsonl: line 1: expected a list in “answers”"),
    "an answer no text": ({"docs.jsonl": DOCS, "qa.jsonl": [{**QUESTION, "answers": [1]}]}, "{}/qa.jsonl: line 1: expected texts"),
    "perhaps": ({"docs.jsonl": DOCS, "qa.jsonl": [{**QUESTION, "answerable": "no"}]}, "{}/qa.jsonl: line 1: expected true or false"),
    "qrels of two": ({"docs.jsonl": DOCS, "queries.jsonl": [{"id": 1, "text": "a"}], "qrels.tsv": "q\td\tr\n1\t2\n"}, "{}/qrels.tsv: line 2: expected query_id, doc_id and a whole number"),
    "qrels of halves": ({"docs.jsonl": DOCS, "queries.jsonl": [{"id": 1, "text": "a"}], "qrels.tsv": "q\td\tr\n1\t2\t0.5\n"}, "{}/qrels.tsv: line 2: expected"),
    "qrels of no query": ({"docs.jsonl": DOCS, "queries.jsonl": [{"id": 1, "text": "a"}], "qrels.tsv": "q\td\tr\n3\t2\t1\n"}, "{}/qrels.tsv: line 2: no query has the id 3"),
    "qrels of no document": ({"docs.jsonl": DOCS, "queries.jsonl": [{"id": 1, "text": "a"}], "qrels.tsv": "q\td\tr\n1\t5\t1\n"}, "{}/qrels.tsv: line 2: no document has the id 5"),
    "a span of words": ({"docs.jsonl": DOCS, "attributions.jsonl": [{"id": 1, "doc_id": "1", "source": ["Ann"], "cue": []}]}, "{}/attributions.jsonl: line 1: expected a list of"),
    "no evidence": ({"claims.jsonl": [{"id": 1, "claim": "a", "label": "supported"}]}, "{}/claims.jsonl: line 1: expected sentences"),
    "no page": ({"pages.jsonl": [{"id": 1, "html": "html/1.html", "gold_text": "a"}]}, "{}/pages.jsonl: line 1: there is no file"),
}  # fmt: skip


@pytest.mark.parametrize(("files", "message"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_named_with_its_line(files: Mapping[str, Any], message: str, tmp_path: Path) -> None:
    for name, content in files.items():
        if isinstance(content, str):
            (tmp_path / name).write_text(content)
        else:
            write(tmp_path / name, *content)
    with pytest.raises(BadLabels) as wrong:
        labelled.read(tmp_path)
    assert str(wrong.value).startswith(message.format(tmp_path))
    assert "\n" not in str(wrong.value)


def test_bytes_that_are_no_text_and_half_a_gzip_file(tmp_path: Path) -> None:
    (tmp_path / "claims.jsonl").write_bytes(b'{"id": 1, "claim": "\xff"}\n')
    with pytest.raises(BadLabels, match="claims.jsonl: line 1: not UTF-8"):
        labelled.read(tmp_path)
    (tmp_path / "claims.jsonl").unlink()
    (tmp_path / "claims.jsonl.gz").write_bytes(gzip.compress(b"{}\n" * 10_000)[:-20])
    with pytest.raises(BadLabels, match=r"claims.jsonl.gz: line \d+: "):
        labelled.read(tmp_path)
    with pytest.raises(BadLabels, match="is not a folder"):
        labelled.read(tmp_path / "nowhere")


# The command

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """`clippings evaluate` in this process: exit status, standard output, standard error."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.delenv("CLIPPINGS_EMBEDDING_MODEL", raising=False)

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["clippings", "evaluate", *map(str, arguments)])
        capsys.readouterr()
        status = 0
        try:
            cli.main()
        except SystemExit as left:
            status = left.code if isinstance(left.code, int) else 1
        return status, *capsys.readouterr()

    return run


@pytest.fixture
def bridge(tmp_path: Path) -> Path:
    """Questions on the sample articles, which lie in a folder of files."""
    folder = tmp_path / "bridge"
    cost = ["2025-06-17-harbour-post-bridge-cost.md", "2025-09-26-beacon-bridge-november.md"]
    write(
        folder / "qa.jsonl",
        {"id": 1, "question": "Why was the Pilgrim Bridge closed?", "doc_id": "2025-06-14-beacon-harbour-bridge-closed.md", "answers": ["divers found cracks in two of its seven piers"]},
        {"id": 2, "question": "How much will the repair of the Pilgrim Bridge cost?", "doc_id": cost, "answers": ["5.8 million crowns", "6.1 million crowns"]},
        {"id": 3, "question": "How much does a crane driver in the port earn?", "answerable": False},
    )  # fmt: skip
    (folder / "docs").symlink_to(ARTICLES)
    return folder


@pytest.fixture
def animals(tmp_path: Path) -> Path:
    """Queries with judgements on three records."""
    folder = tmp_path / "animals"
    names = ("zebra", "walrus", "ferret")
    texts = [f"The {name} escaped from the zoo of Trondal on Monday. It was found in a bakery." for name in names]
    write(
        folder / "docs.jsonl",
        *({"id": name, "title": name, "text": text} for name, text in zip(names, texts, strict=True)),
    )
    write(
        folder / "queries.jsonl", {"id": 1, "text": "Where was the walrus found?"}, {"id": 2, "text": "escaped zebra"}
    )
    (folder / "qrels.tsv").write_text("query_id\tdoc_id\trel\n1\twalrus\t2\n2\tzebra\t1\n")
    return folder


@pytest.mark.usefixtures("verified_here")
def test_a_run_over_two_sets(run: Run, bridge: Path, animals: Path, tmp_path: Path) -> None:
    status, out, err = run(bridge, animals, "--json", "--progress", "json", "--store", tmp_path / "kept")
    assert status == 0, err
    rows = json.loads(out)
    names = [(Path(row["set"]).name, row["task"], row.get("kind"), row["system"], row["n"]) for row in rows]
    assert names == [
        *(("bridge", "retrieval", None, system, 2) for system in ("clippings", "dense", "words")),
        ("bridge", "answers", None, "clippings", 2),
        ("bridge", "refusal", "near misses", "clippings", 3),
        ("bridge", "refusal", "elsewhere", "clippings", 4),
        *(("animals", "retrieval", None, system, 2) for system in ("clippings", "dense", "words")),
        ("animals", "refusal", "elsewhere", "clippings", 5),
        *(("all", "retrieval", None, system, 4) for system in ("clippings", "dense", "words")),
    ]
    assert rows[0]["set"] == str(bridge)
    for row in rows:
        for name, (low, high) in row["interval"].items():
            assert low <= row[name] <= high
        if row["task"] == "retrieval":
            assert {"ndcg@10", "map", "recall@10", "mrr@10"} < row.keys()
            assert (row["system"] == "clippings") == ("difference" in row)
    walrus = next(row for row in rows if (Path(row["set"]).name, row["system"]) == ("animals", "clippings"))
    assert (walrus["ndcg@10"], walrus["mrr@10"]) == (1, 1)
    answers = next(row for row in rows if row["task"] == "answers")
    assert answers["any"] == 1
    stages = {json.loads(line)["stage"] for line in err.splitlines()}
    assert {"bridge: embedding", "bridge: asking", "animals: asking"} <= stages

    status, out, err = run(bridge, "--store", tmp_path / "kept", "--limit", "1")
    assert (status, err) == (0, "")
    for word in ("retrieval", "ndcg@10", "difference", "answers", "quotations", "refusal", "near misses"):
        assert word in out
    assert len(list((tmp_path / "kept" / "evaluate").iterdir())) == 2


@pytest.fixture
def rated(tmp_path: Path, sample_store: Path) -> tuple[Path, str]:
    """A copy of the sample's store, and the id of its article on the closing of the bridge."""
    store = tmp_path / "store"
    shutil.copytree(sample_store, store)
    with Library.open(store) as library:
        return store, next(one.id for one in library.listing() if one.path.endswith("harbour-bridge-closed.md"))


def rating(id: str, question: str, **fields: object) -> dict[str, object]:
    """A line as the page writes it."""
    filters = {"since": None, "until": None, "publishers": [], "inferred": False}
    whole = {"id": id, "question": question, "asked": question, "thumb": "down", "reason": "", "answerable": None}
    return {**whole, "doc_id": [], "answers": [], "filters": filters, "infer": True, **fields}


WHY, CAPITAL = "Why was the Pilgrim Bridge closed?", "What is the capital of Mongolia?"


def test_ratings_are_scored_on_their_own_store(run: Run, rated: tuple[Path, str]) -> None:
    store, bridge = rated
    right = {"thumb": "up", "answerable": True, "doc_id": [bridge], "answers": ["divers found cracks in two of its"]}
    file = write(
        store / "feedback" / "qa.jsonl",
        rating("a", WHY, reason="Not what I asked"),
        rating("a", WHY, **right),
        rating("b", CAPITAL, answerable=False, reason="It should have refused"),
        rating("c", "Who built it?", reason="Something is missing"),
        rating("d", "Who sank it?", thumb="up", answerable=False),
        rating("d", "Who sank it?", thumb=None),
        rating("e", "Who sails?", **{**right, "doc_id": ["gone"]}),
        rating("f", "What became of the ferry?", doc_id=[bridge], answers=["labelled by hand"]),
    )
    before = sorted(store.iterdir())
    status, out, err = run(store / "feedback", "--json")
    assert status == 0, err
    assert sorted(store.iterdir()) == before
    rows = json.loads(out)
    assert [(row["task"], row["system"], row["n"]) for row in rows] == [
        *(("retrieval", system, 2) for system in ("clippings", "dense", "words")),
        ("answers", "clippings", 2),
        ("refusal", "clippings", 3),
    ]
    assert (rows[3]["any"], rows[4]["refused_unanswerable"]) == (1 / 2, 1)
    assert err.splitlines() == [
        f"{file}: 1 answer was rated down with no right answer known, and is not scored: line 4 (Who built it?). "
        'Add “doc_id” and “answers” to its line, or "answerable": false.',
        f"Not scored, since the store no longer holds their articles: {file}: line 7.",
    ]


def test_ratings_of_refusals_alone_are_scored_too(run: Run, rated: tuple[Path, str]) -> None:
    store, _ = rated
    write(
        store / "feedback" / "qa.jsonl",
        rating("b", CAPITAL, answerable=False),
        rating("c", "Who?"),
        rating("d", "Why?"),
    )
    status, out, err = run(store / "feedback")
    assert status == 0, err
    assert "refused" in out
    assert (
        "2 answers were rated down with no right answer known, and are not scored: line 2 (Who?); line 3 (Why?)" in err
    )


def test_a_question_rated_under_filters_is_asked_under_them(tmp_path: Path) -> None:
    (tmp_path / "record.sqlite").touch()
    filters = {"since": "2025-06-01", "until": None, "publishers": ["The Beacon"], "inferred": True}
    write(
        tmp_path / "feedback" / "qa.jsonl",
        rating("a", WHY, answerable=False, filters=filters, infer=True),
        rating("b", WHY, answerable=False, filters={**filters, "inferred": False}, infer=False),
    )
    inferred, chosen = labelled.read(tmp_path / "feedback").questions
    assert inferred.within == {}
    assert chosen.within == {"since": "2025-06-01", "until": None, "publishers": ("The Beacon",), "infer": False}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (rating("a", WHY, answerable=True), "line 1: expected the article that answers it in “doc_id”"),
        (rating("a", WHY, doc_id=["x"], answerable="no"), "line 1: expected true or false in “answerable”"),
        (rating("a", WHY, answerable=False, filters=7), "line 1: expected an object in “filters”"),
        (rating("a", WHY, answerable=False, filters={"since": 7}, infer=False), "line 1: expected dates and names"),
        (rating("", WHY), "line 1: expected a name or a number in “id”"),
        (rating("a", " "), "line 1: expected words in “question”"),
    ],
)
def test_a_rating_that_was_spoiled_by_hand_is_named(line: object, message: str, tmp_path: Path) -> None:
    (tmp_path / "record.sqlite").touch()
    write(tmp_path / "feedback" / "qa.jsonl", line)
    with pytest.raises(BadLabels, match=message):
        labelled.read(tmp_path / "feedback")


def test_what_can_not_be_scored_is_one_line_and_status_1(run: Run, bridge: Path, tmp_path: Path) -> None:
    with (bridge / "qa.jsonl").open("a") as file:
        file.write('{"id": 4, "question": "And?", "doc_id": "missing.md"}\n')
    status, out, err = run(bridge)
    assert (status, out) == (1, "")
    assert f"{bridge}/qa.jsonl: line 4: no document missing.md was read" in err.splitlines()[-1]
    status, out, err = run(tmp_path / "nowhere")
    assert (status, out, len(err.splitlines())) == (1, "", 1)
    assert run()[0] == 2
    assert run(bridge, "--half", "both")[0] == 2
    assert run(bridge, "--limit", "0")[0] == 2


@pytest.mark.usefixtures("verified_here")
def test_a_question_that_fails_ends_the_run(run: Run, animals: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from index.errors import StoreDamaged

    def damaged(*_: object) -> None:
        raise StoreDamaged("a row is not what it was")

    monkeypatch.setattr("assistant.evaluate.questions.ranked_articles", damaged)
    status, out, err = run(animals)
    assert (status, out) == (1, "")
    assert "queries.jsonl: line 1: asking it failed: a row is not what it was" in err


def test_folding_is_the_readers_and_spaces() -> None:
    assert folded(" Cafe\u0301\u200b\n au  lait ") == "Café au lait"
