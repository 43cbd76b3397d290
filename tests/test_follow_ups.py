"""Conversations as people hold them, asked with the real answers before each turn."""

from __future__ import annotations

import runpy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from assistant import Assistant
from index import Library


@pytest.fixture(scope="module")
def benchmark() -> Any:
    """The script that asks the conversations."""
    path = Path(__file__).parent / "benchmarks" / "conversations.py"
    return SimpleNamespace(**runpy.run_path(str(path), run_name="conversations"))


def test_the_right_article_is_quoted_first_at_the_last_turn(benchmark: Any, library: Library) -> None:
    assistant = Assistant(library)
    right = []
    for conversation in benchmark.conversations(["articles"]):
        *_, (turn, answer) = benchmark.held(assistant, conversation)
        right.append(benchmark.right(turn, answer))
    assert len(right) == 22
    assert sum(right) >= 19


def test_labels_name_files_that_there_are(benchmark: Any) -> None:
    files = {path.name for path in (Path(__file__).parent.parent / "articles").iterdir()}
    conversations = benchmark.conversations(["articles", "seed"])
    assert len({one.id for one in conversations}) == len(conversations) == 30
    for one in conversations:
        assert len(one.turns) > 1
        named = frozenset().union(*(turn.right for turn in one.turns))
        assert one.collection == "seed" or named <= files
