"""What people think of answers, as lines of a file."""

from __future__ import annotations

import errno
import json
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from small import answer

from assistant.answer import Filters
from assistant.page import feedback
from assistant.page.conversation import Narrowing, Rating, Turn

WHEN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def line(rating: Rating | None, tier: str = "answer", **fields: Any) -> dict[str, Any]:
    whole = {
        "number": 2,
        "id": "t1",
        "answer": answer("The bridge is shut.", tier, standalone="Why (bridge)?"),
        **fields,
    }
    return feedback.line(Turn("And why?", **whole), rating, WHEN)


def test_a_line_says_what_was_asked_and_what_was_answered() -> None:
    filters = Filters("2025-06-01", None, ("The Beacon",))
    found = answer("The bridge is shut.", standalone="Why (bridge)?", filters=filters, model="a:b")
    told = line(Rating("up", "Short."), answer=found, narrowing=Narrowing(infer=False))
    assert told == {
        "id": "t1",
        "question": "Why (bridge)?",
        "asked": "And why?",
        "thumb": "up",
        "reason": "Short.",
        "answerable": True,
        "doc_id": ["a1"],
        "answers": ["The bridge is shut."],
        "filters": {"since": "2025-06-01", "until": None, "publishers": ("The Beacon",), "inferred": False},
        "infer": False,
        "tier": "answer",
        "confidence": 0.87,
        "model": "a:b",
        "generation": 1,
        "when": "2026-01-02T03:04:05+00:00",
    }


@pytest.mark.parametrize(
    ("rating", "tier", "answerable"),
    [
        (Rating("up"), "answer", True),
        (Rating("up"), "closest", True),
        (Rating("up"), "refusal", False),
        (Rating("down", "It should have refused"), "answer", False),
        (Rating("down", "It should have refused: nobody said so"), "closest", False),
        (Rating("down", "Something is missing"), "answer", None),
        (Rating("down"), "refusal", None),
        (None, "answer", None),
    ],
)
def test_a_rating_says_of_the_right_answer_what_it_knows(rating: Rating | None, tier: str, answerable: object) -> None:
    told = line(rating, tier)
    assert told["answerable"] is answerable
    assert (told["doc_id"], told["answers"]) == ((["a1"], ["The bridge is shut."]) if answerable else ([], []))
    assert told["thumb"] == (rating.thumb if rating else None)


def test_lines_come_one_after_the_other_whoever_writes(tmp_path: Path) -> None:
    file = tmp_path / "feedback" / "qa.jsonl"
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: feedback.append(file, {"id": number, "x": "é\n" * 2_000}), range(60)))
    assert sorted(json.loads(row)["id"] for row in file.read_text().splitlines()) == list(range(60))


def test_a_line_is_added_after_one_that_was_left_open(tmp_path: Path) -> None:
    file = tmp_path / "qa.jsonl"
    file.write_text('{"id": 1}\n{"id": 2}')
    feedback.append(file, {"id": 3})
    assert file.read_text() == '{"id": 1}\n{"id": 2}\n{"id": 3}\n'


@pytest.mark.parametrize("fails", ["raises", "writes half"])
def test_half_a_line_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: str) -> None:
    file = tmp_path / "qa.jsonl"
    feedback.append(file, {"id": 1})
    real = os.write

    def full(handle: int, written: bytes) -> int:
        real(handle, written[:5])
        if fails == "raises":
            raise OSError(errno.ENOSPC, "No space left on device")
        return 5

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OSError, match="No space left|the disk is full"):
        feedback.append(file, {"id": 2})
    assert file.read_text() == '{"id": 1}\n'
