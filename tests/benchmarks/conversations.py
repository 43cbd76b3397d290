"""Asks the conversations of tests/data through the assistant, each turn with the real answers before it.

    python tests/benchmarks/conversations.py [--corpora CORPORA] [--show]

Counts how often the right article is quoted first at the last turn; an answer that is refused counts as wrong. With
CORPORA, a folder of labelled sets, the conversations over its seed are asked as well, in one store with the sample
articles; and it is counted how many questions of squad2 and xquad, which stand alone, are changed behind another one.
--show prints each conversation of the choose half; of the other half there are totals alone. Prints JSON.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant import Answer, Assistant
from assistant.evaluate.labelled import half, read, sample
from assistant.page.render import spoken
from assistant.question import standalone
from index import Library, build

ROOT = Path(__file__).parents[2]
CONVERSATIONS = ROOT / "tests" / "data" / "conversations.jsonl"
ALONE = ("squad2", "xquad")
PAIRS = 500  # questions of a set that are asked behind one of another article


@dataclass(frozen=True)
class Turn:
    """A question with the files of which any is right to be quoted first."""

    question: str
    right: frozenset[str]


@dataclass(frozen=True)
class Conversation:
    """Questions that follow each other."""

    id: str
    collection: str
    turns: tuple[Turn, ...]


def conversations(collections: Sequence[str]) -> list[Conversation]:
    """The conversations over these collections."""
    rows = [json.loads(line) for line in CONVERSATIONS.read_text(encoding="utf-8").splitlines()]
    return [
        Conversation(
            row["id"],
            row["collection"],
            tuple(Turn(turn["question"], frozenset(turn["doc_id"])) for turn in row["turns"]),
        )
        for row in rows
        if row["collection"] in collections
    ]


def held(assistant: Assistant, conversation: Conversation) -> Iterator[tuple[Turn, Answer]]:
    """Each turn with its answer, asked with the answers before it."""
    history: list[tuple[str, str]] = []
    for turn in conversation.turns:
        answer = assistant.ask(turn.question, history)
        history.append((turn.question, spoken(answer)))
        yield turn, answer


def right(turn: Turn, answer: Answer) -> bool:
    """Whether the first quotation is of an article that is right."""
    return bool(answer.statements) and Path(answer.source(1).path).name in turn.right


def changed(corpora: Path, name: str) -> tuple[int, int]:
    """How many of so many questions are changed behind a question of another article."""
    questions = sample(read(corpora / name).questions, "choose", 2 * PAIRS)
    pairs = [
        (before, after) for before, after in zip(questions, reversed(questions), strict=True) if before.key != after.key
    ][:PAIRS]
    history = [[(before.text, " ".join(before.answers[:1]))] for before, _ in pairs]
    moved = [
        (standalone(after.text, turns), after.text)
        for turns, (_, after) in zip(history, pairs, strict=True)
        if standalone(after.text, turns) != standalone(after.text, [])
    ]
    for asked, _ in moved[:40]:
        sys.stderr.write(f"{name}: {asked}\n")
    return len(moved), len(pairs)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path)
    parser.add_argument("--show", action="store_true")
    given = parser.parse_args()
    roots = [ROOT / "articles", *([given.corpora / "seed"] if given.corpora else [])]
    count: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        build(roots, Path(folder) / "store")
        with Library.open(Path(folder) / "store") as library:
            assistant = Assistant(library)
            for one in conversations(("articles", "seed") if given.corpora else ("articles",)):
                *_, (turn, last) = turns = list(held(assistant, one))
                for part in ("all", half(one.id), one.collection):
                    count[f"{part} n"] += 1
                    count[f"{part} right"] += right(turn, last)
                if given.show and half(one.id) == "choose":
                    for turn, answer in turns:
                        first = Path(answer.source(1).path).name if answer.statements else "-"
                        mark = "+" if right(turn, answer) else "-"
                        sys.stderr.write(f"{one.id} {mark} {answer.tier:8} {answer.standalone} -> {first}\n")
    found: dict[str, object] = dict(sorted(count.items()))
    for name in ALONE if given.corpora else ():
        found[f"{name} changed"] = changed(given.corpora, name)
    sys.stdout.write(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
