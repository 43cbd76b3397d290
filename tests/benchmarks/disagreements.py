"""Measures the disagreements that answers show, where sources were made to differ and where they agree.

    python tests/benchmarks/disagreements.py --corpora CORPORA [--stores DIR] [--most N] [--show]

rgb below CORPORA has true passages and the same with a planted false answer: they become articles of two papers, and
each question is asked of both papers together (what is shown is right when one side holds the true answer and the other
the planted one) and of the true passages alone, spread over two papers (what is shown is false). What is shown on
questions of squad2, xquad, multihop and clapnq is counted, too: their articles agree, as good as always. --show prints
what was wrong or missing on the half that chooses, never on the half that reports. Prints JSON.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from assistant.answer import Answer, Disagreement
from assistant.chain import Assistant
from assistant.evaluate.labelled import half, read, sample
from assistant.evaluate.questions import prepare
from index import Library, build

TRUE, PLANTED = "The True Paper", "The Planted Paper"
AGREEING = ("squad2", "xquad", "multihop", "clapnq")


def folded(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def spellings(answer: Any) -> list[str]:
    """The ways in which an answer may be written."""
    if isinstance(answer, str):
        return [answer]
    return [one for row in answer for one in spellings(row)]


def holds(text: str, answers: Sequence[str]) -> bool:
    return any(f" {folded(answer)} " in f" {folded(text)} " for answer in answers)


def stored(folder: Path, articles: Iterator[tuple[str, str]]) -> Path:
    """A store of (publisher, text) in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    docs = folder / "docs.jsonl"
    lines = [
        json.dumps({"id": str(number), "text": text, "source": publisher}, ensure_ascii=False)
        for number, (publisher, text) in enumerate(dict.fromkeys(articles))
    ]
    docs.write_text("\n".join(lines) + "\n", encoding="utf-8")
    build([docs], folder / "store")
    return folder / "store"


def both(rows: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for row in rows:
        yield from ((TRUE, text) for text in row["positive"])
        yield from ((PLANTED, text) for text in row["positive_wrong"])


def agreeing(rows: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for row in rows:
        yield from ((("The One", "The Other")[place % 2], text) for place, text in enumerate(row["positive"]))


def right(shown: Disagreement, answer: Answer, row: Mapping[str, Any]) -> bool:
    """Whether the true paper's side holds the true answer, and the planted paper's the planted one."""
    sides = [(answer.source(one.source).publisher, one.text) for one in shown.quotations]
    return any(paper == TRUE and holds(text, spellings(row["answer"])) for paper, text in sides) and any(
        paper == PLANTED and holds(text, spellings(row["fakeanswer"])) for paper, text in sides
    )


def told(answer: Answer) -> Iterator[str]:
    """What an answer shows, for the person who looks for mistakes."""
    for one in answer.disagreements:
        yield f"  about {one.about}"
        for quotation, value in zip(one.quotations, one.values, strict=True):
            yield f"    {value} | {answer.source(quotation.source).publisher} | {' '.join(quotation.text.split())[:300]}"


def say(*lines: str) -> None:
    sys.stderr.write("\n".join(lines) + "\n")


def planted(rows: Sequence[Mapping[str, Any]], store: Path, show: bool) -> dict[str, Any]:
    counts = {part: {"questions": 0, "refused": 0, "shown": 0, "right": 0, "found": 0} for part in ("choose", "report")}
    with Library.open(store) as library:
        assistant = Assistant(library)
        for row in rows:
            part = half(str(row["id"]))
            answer = assistant.ask(row["query"])
            judged = [right(one, answer, row) for one in answer.disagreements]
            counts[part]["questions"] += 1
            counts[part]["refused"] += answer.refused
            counts[part]["shown"] += len(judged)
            counts[part]["right"] += sum(judged)
            counts[part]["found"] += any(judged)
            if show and part == "choose" and not (judged and all(judged)):
                say(f"{row['id']} {row['query']} [{answer.tier}] {row['answer']} / {row['fakeanswer']}", *told(answer))
    total = {name: sum(counts[part][name] for part in counts) for name in counts["choose"]}
    return {
        part: {
            **some,
            "precision": round(some["right"] / some["shown"], 3) if some["shown"] else None,
            "recall": round(some["found"] / some["questions"], 3),
        }
        for part, some in {**counts, "all": total}.items()
    }


def false(questions: Sequence[tuple[str, str]], store: Path, show: bool) -> dict[str, int]:
    """How many of (key, question) show a disagreement, where the articles agree."""
    shown = {"questions": 0, "refused": 0, "shown_choose": 0, "shown_report": 0}
    with Library.open(store) as library:
        assistant = Assistant(library)
        for key, question in questions:
            part = half(key)
            answer = assistant.ask(question)
            shown["questions"] += 1
            shown["refused"] += answer.refused
            shown[f"shown_{part}"] += bool(answer.disagreements)
            if show and part == "choose" and answer.disagreements:
                say(f"FALSE {question} [{answer.tier}]", *told(answer))
    return shown


def added(store: Path, questions: Sequence[str]) -> float:
    """Milliseconds of the processor that looking for disagreements takes a question, each the first on its articles."""
    from assistant.disagreements import differing
    from assistant.retriever import retrieve

    spent = []
    with Library.open(store) as library, library.view() as view:
        for question in questions:
            ranked, _ = retrieve(view, question)
            begun = time.thread_time()
            differing(question, ranked)
            spent.append(1000 * (time.thread_time() - begun))
    return round(sum(spent) / len(spent), 2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, required=True, help="folder with rgb, squad2, xquad, multihop, clapnq")
    parser.add_argument("--stores", type=Path, help="keep the stores here, and use them the next time")
    parser.add_argument("--most", type=int, default=150, help="questions of each set whose articles agree")
    parser.add_argument("--show", action="store_true", help="print what was wrong or missing on the choosing half")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        stores = options.stores or Path(folder)
        with (options.corpora / "rgb" / "en_fact.jsonl").open(encoding="utf-8") as file:
            rows = [json.loads(line) for line in file]
        pair = stored(stores / "planted", both(rows))
        printed: dict[str, Any] = {"planted": planted(rows, pair, options.show)}
        alone = stored(stores / "agreeing", agreeing(rows))
        questions = [(str(row["id"]), row["query"]) for row in rows]
        printed["agreeing"] = {"rgb": false(questions, alone, options.show)}
        printed["milliseconds"] = added(pair, [question for _, question in questions])
        for name in AGREEING:
            one = prepare(read(options.corpora / name), stores / name, "", lambda *_: None, lambda _: None)
            asked = sample(one.labelled.questions, None, options.most)
            printed["agreeing"][name] = false([(each.key, each.text) for each in asked], one.store, options.show)
    sys.stdout.write(json.dumps(printed, indent=1) + "\n")


if __name__ == "__main__":
    main()
