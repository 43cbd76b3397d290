"""Prints the rows of `clippings evaluate --json` as tables in Markdown, a table a task, each figure with its interval.

clippings evaluate FOLDER... --half report --json > rows.json
python tests/quality/table.py rows.json
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

TASKS = {
    "retrieval": ("ndcg@10", "map", "recall@10", "mrr@10", "difference"),
    "answers": ("first", "any", "quotations", "words", "refused"),
    "refusal": ("auroc", "refused_unanswerable", "refused_answerable"),
    "voices": ("precision", "recall", "recall_speech"),
    "checking": ("auroc", "caught", "false_alarms"),
    "pages": ("f1", "precision", "recall"),
}


def number(value: float, places: int) -> str:
    """.927 for a share, 18.6 for a count."""
    text = f"{value:.{places}f}" if abs(value) < 2 else f"{value:.1f}"
    return text.replace("0.", ".", 1) if abs(value) < 1 else text


def cell(row: dict[str, Any], figure: str) -> str:
    """A figure, and its interval in brackets; nothing where it was not measured."""
    if figure not in row:
        return ""
    ends = row["interval"].get(figure)
    return number(row[figure], 3) + (f" ({number(ends[0], 2)}–{number(ends[1], 2)})" if ends else "")


def table(task: str, rows: Sequence[dict[str, Any]]) -> Iterator[str]:
    """The lines of one task's table."""
    figures = [name for name in TASKS[task] if any(name in row for row in rows)]
    yield f"| {task} | | n | " + " | ".join(name.replace("_", " ") for name in figures) + " |"
    yield "|---|---|---|" + "---|" * len(figures)
    for row in rows:
        what = ", ".join(filter(None, (row["system"], row.get("kind"))))
        cells = [Path(row["set"]).name, what, str(row["n"]), *(cell(row, name) for name in figures)]
        yield "| " + " | ".join(cells) + " |"
    yield ""


def main() -> None:
    rows = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    for task in TASKS:
        if some := [row for row in rows if row["task"] == task]:
            sys.stdout.write("\n".join(table(task, some)) + "\n")


if __name__ == "__main__":
    main()
