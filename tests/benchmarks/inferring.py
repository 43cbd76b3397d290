"""Asks labelled questions with filters inferred from them and without, and compares what is quoted.

    python tests/benchmarks/inferring.py CORPORA [--half choose|report] [--limit N] [--show]

Of each set: in how many questions filters were inferred, and dropped again; and with and without, the share of the right
articles that are quoted (recall), of the quoted that are right (precision), nDCG@10 of the articles in the order in which
they are quoted, how many questions without an answer are refused and how many with one. "multihop named" asks for each article, by its outlet, month and the beginning of its title:
multihop's own questions are long, and nothing is inferred from a question of several parts. --show prints the questions whose
answers differ. Prints JSON.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import sys
import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from statistics import mean

from assistant import Answer, Assistant
from assistant.evaluate.labelled import Labelled, Question, read, sample
from assistant.evaluate.questions import prepare
from index import Library

SETS = ("multihop", "multihop named", "squad2", "xquad", "clapnq")


def quoted(answer: Answer) -> list[str]:
    """The ids of the articles that an answer quotes, in their order, near-copies aside."""
    order = [quotation.source for statement in answer.statements for quotation in statement.quotations]
    return [answer.source(number).article_id for number in dict.fromkeys(order)]


def ndcg(found: list[str], right: set[str]) -> float:
    """nDCG@10 with every right article worth the same."""
    gained = sum(1 / math.log2(place + 2) for place, id in enumerate(found[:10]) if id in right)
    return gained / (sum(1 / math.log2(place + 2) for place in range(min(10, len(right)))) or 1.0)


def asked(corpora: Path, name: str) -> Labelled:
    """A labelled set; or for each article of one "named", a short question that names its outlet, or its month too."""
    found = read(corpora / name.removesuffix(" named"))
    if not name.endswith(" named"):
        return found
    with gzip.open(corpora / name.removesuffix(" named") / "docs.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    questions = []
    for row in rows:
        about, day = " ".join(row["title"].split()[:4]), date.fromisoformat(row["date"][:10])
        for month in ("", f" in {day:%B %Y}"):
            text = f"What did {row['source']} report about {about}{month}?"
            questions.append(Question(f"{row['id']}{month}", row["id"], text, True, {row["id"]: 1}, (), ""))
    return replace(found, questions=tuple(questions))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--sets", nargs="+", default=SETS)
    parser.add_argument("--half", choices=("choose", "report"))
    parser.add_argument("--limit", type=int)
    parser.add_argument("--stores", type=Path)
    parser.add_argument("--show", action="store_true")
    given = parser.parse_args()
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in given.sets:
            prepared = prepare(
                asked(given.corpora, name), (given.stores or Path(folder)) / name, "", lambda *_: None, lambda _: None
            )
            rows: dict[bool, list[dict[str, float]]] = {True: [], False: []}
            inferred = dropped = 0
            with Library.open(prepared.store) as library:
                assistant = Assistant(library)
                for question in sample(prepared.labelled.questions, given.half, given.limit):
                    right = {prepared.article_of[doc] for doc in question.gains if doc in prepared.article_of}
                    answers = {infer: assistant.ask(question.text, infer=infer) for infer in (True, False)}
                    inferred += answers[True].filters.inferred
                    dropped += any(text.startswith("Not narrowed") for text in answers[True].notices)
                    for infer, answer in answers.items():
                        row = {"refused" if right else "refused_unanswerable": float(answer.refused)}
                        if right:
                            ids = quoted(answer)
                            row["recall"] = len(right & set(ids)) / len(right)
                            row["ndcg"] = ndcg(ids, right)
                            if ids:
                                row["precision"] = len(right & set(ids)) / len(ids)
                        rows[infer].append(row)
                    if given.show and quoted(answers[True]) != quoted(answers[False]):
                        scores = [round(rows[infer][-1].get("recall", -1), 2) for infer in (False, True)]
                        sys.stderr.write(f"{name} {question.id} {scores} {answers[True].filters} {question.text}\n")
            found[name] = {
                "n": len(rows[True]),
                "inferred": inferred,
                "dropped": dropped,
                **{
                    "with" if infer else "without": {
                        figure: round(mean(row[figure] for row in own if figure in row), 4)
                        for figure in sorted({figure for row in own for figure in row})
                    }
                    for infer, own in rows.items()
                },
            }
    sys.stdout.write(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
