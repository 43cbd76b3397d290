"""What is measured on our own small labelled set lies above its floors; and how floors move."""

from __future__ import annotations

import json
import runpy
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from assistant.evaluate import evaluate

QUALITY = Path(__file__).parent / "quality"


@pytest.fixture(scope="module")
def floors() -> Any:
    """The script that keeps the floors."""
    names = runpy.run_path(str(QUALITY / "floors.py"), run_name="floors")
    return SimpleNamespace(**names)


@pytest.mark.usefixtures("verified_here")
def test_our_own_set_holds_its_floors(floors: Any, tmp_path: Path) -> None:
    folder = floors.small(tmp_path)
    measured = floors.figures([score.to_dict() for score in evaluate([folder])])
    assert {name.partition("/")[0] for name in measured["small"]} >= {
        "retrieval",
        "answers",
        "refusal near misses",
        "voices",
    }
    assert not list(floors.missed("small", measured["small"], floors.digest(folder), floors.known().get("small")))


ROWS = [
    {"set": "x/news", "task": "answers", "system": "clippings", "n": 9, "first": 0.8, "words": 30.0, "interval": {"first": [0.7, 0.9], "words": [28.0, 34.0]}},
    {"set": "x/news", "task": "retrieval", "system": "clippings", "n": 9, "ndcg@10": 0.9, "interval": {}},
    {"set": "x/news", "task": "retrieval", "system": "words", "n": 9, "ndcg@10": 0.7, "interval": {}},
    {"set": "x/news", "task": "refusal", "kind": "near misses", "system": "clippings", "n": 9, "auroc": 0.6, "interval": {}},
    {"set": "all", "task": "retrieval", "system": "clippings", "n": 9, "ndcg@10": 0.5, "interval": {}},
]  # fmt: skip


def test_a_floor_lies_half_way_to_the_end_of_the_interval(floors: Any) -> None:
    found = floors.figures(ROWS)["news"]
    assert {name: (one.value, one.floor) for name, one in found.items()} == {
        "answers/first": (0.8, 0.75),
        "answers/words": (30.0, 32.0),
        "retrieval/ndcg@10": (0.9, 0.9),
        "refusal near misses/auroc": (0.6, 0.6),
    }


def test_what_is_missed_is_named(floors: Any) -> None:
    found = floors.figures(ROWS)["news"]
    held = {"answers/first": 0.8, "answers/words": 30.0}
    assert not list(floors.missed("news", found, "d", floors.Floors("d", held)))
    above = {"answers/first": 0.81, "answers/words": 29.0, "pages/f1": 0.9}
    assert list(floors.missed("news", found, "d", floors.Floors("d", above))) == [
        "news/answers/first: 0.8 is below its floor 0.81",
        "news/answers/words: 30.0 is above its ceiling 29.0",
        "news/pages/f1: was not measured; its floor is 0.9",
    ]
    (line,) = floors.missed("news", found, "other", floors.Floors("d", held))
    assert "nothing is compared" in line
    (line,) = floors.missed("news", found, "d", None)
    assert "no floors yet" in line


def test_floors_rise_and_are_lowered_only_by_name(floors: Any) -> None:
    found = floors.figures(ROWS)["news"]
    old = floors.Floors("d", {"answers/first": 0.78, "answers/words": 33.0, "retrieval/ndcg@10": 0.5})
    assert floors.moved("news", found, "d", old, False, []) == old
    assert floors.moved("news", found, "d", old, True, []).floors == {
        "answers/first": 0.78,
        "answers/words": 32.0,
        "refusal near misses/auroc": 0.6,
        "retrieval/ndcg@10": 0.9,
    }
    lowered = floors.moved("news", found, "d", old, False, ["news/answers/first", "elsewhere/retrieval/ndcg@10"])
    assert lowered.floors == {**old.floors, "answers/first": 0.75}
    assert floors.moved("news", found, "other", old, True, ["news/answers/first"]) == old


def test_a_digest_knows_names_and_contents(floors: Any, tmp_path: Path) -> None:
    (tmp_path / "html").mkdir()
    (tmp_path / "html" / "a").write_text("one")
    (tmp_path / "qa.jsonl").write_text("two")
    first = floors.digest(tmp_path)
    (tmp_path / "html" / "a").rename(tmp_path / "html" / "b")
    renamed = floors.digest(tmp_path)
    (tmp_path / "html" / "b").write_text("three")
    assert len({first, renamed, floors.digest(tmp_path)}) == 3


def test_rows_as_markdown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "rows.json").write_text(json.dumps(ROWS))
    monkeypatch.setattr(sys, "argv", ["table.py", str(tmp_path / "rows.json")])
    runpy.run_path(str(QUALITY / "table.py"), run_name="__main__")
    out = capsys.readouterr().out
    assert "| news | clippings | 9 | .800 (.70–.90) | 30.0 (28.0–34.0) |" in out
    assert "| news | clippings, near misses | 9 | .600 |" in out
    assert out.index("| retrieval |") < out.index("| answers |") < out.index("| refusal |")
