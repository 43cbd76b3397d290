"""Measures written answers: a stand-in model says tests/data/written.jsonl, over the real protocol and real stores.

    python tests/benchmarks/writing.py [--corpora CORPORA] [--store DIR] [--supported FILE] [--show choose|report]

100 answers of ours, 40 % of whose sentences were made false by hand, before the code that judges them was read.
Without CORPORA, the 40 over the sample articles. "caught": false sentences left out; "kept": true ones shown. The
choose half was looked at while the rules were made, of the report half only totals. --supported writes what was shown
with its quotations, without saying what is true, for somebody to read. Prints JSON.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from chat_server import ChatServer, Messages, Reply, serving

from assistant import Answer, Assistant
from assistant.writing import plain
from index import Library, build

TESTS = Path(__file__).parents[1]
OTHERS = 60  # documents beside those that answer


def half(id: str) -> str:
    return ("choose", "report")[int(hashlib.sha256(id.encode()).hexdigest(), 16) % 2]


def documents(folder: Path, wanted: set[str]) -> Iterator[dict[str, Any]]:
    """Those that are wanted, and some others."""
    with gzip.open(folder / "docs.jsonl.gz", "rt", encoding="utf-8") as file:
        docs = [json.loads(line) for line in file]
    yield from (doc for doc in docs if str(doc["id"]) in wanted)
    yield from islice((doc for doc in docs if str(doc["id"]) not in wanted), OTHERS)


def store_of(collection: str, cases: list[dict[str, Any]], corpora: Path | None, place: Path) -> Path:
    store = place / collection
    if collection == "articles":
        build([TESTS.parent / "articles"], store)
        return store
    assert corpora
    folder = place / f"{collection}-docs"
    folder.mkdir(parents=True, exist_ok=True)
    docs = documents(corpora / collection, {id for case in cases for id in case["doc_ids"]})
    (folder / "docs.jsonl").write_text("".join(json.dumps(doc) + "\n" for doc in docs), encoding="utf-8")
    build([folder], store)
    return store


def ask(chat: ChatServer, library: Library, case: dict[str, Any]) -> Answer:
    """The answer to a case's question by a model that says the case's sentences, with a marker behind each."""
    said = " ".join(f"{one['text']} [1]" for one in case["sentences"])

    def reply(_: Messages) -> Reply:
        return Reply(said)

    chat.reply = reply
    return Assistant(library, chat.name).ask(case["question"])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--corpora", type=Path)
    parser.add_argument("--store", type=Path)
    parser.add_argument("--supported", type=Path)
    parser.add_argument("--show", choices=["choose", "report"])
    options = parser.parse_args()
    with (TESTS / "data" / "written.jsonl").open(encoding="utf-8") as file:
        cases = [json.loads(line) for line in file]
    by_collection: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for case in cases:
        if case["collection"] == "articles" or options.corpora:
            by_collection[case["collection"]].append(case)
    right: dict[str, list[bool]] = defaultdict(list)
    counts: dict[str, int] = defaultdict(int)
    shown: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as temporary, serving() as chat:
        for collection, some in by_collection.items():
            with Library.open(store_of(collection, some, options.corpora, options.store or Path(temporary))) as library:
                for case in some:
                    answer = ask(chat, library, case)
                    counts["answers"] += 1
                    if answer.refused:
                        counts["refused, and so not written"] += 1
                        continue
                    carried = {one.text: one for one in answer.statements if one.verdict == "supported"}
                    for sentence in case["sentences"]:
                        text = plain(sentence["text"])
                        kept = text in carried
                        assert kept or text in answer.left_out, (case["id"], text)
                        for row in (half(case["id"]), "all", sentence["kind"] or "true"):
                            right[f"{row}: {'kept' if sentence['true'] else 'caught'}"].append(kept == sentence["true"])
                        if kept:
                            quotations = [
                                [q.text, answer.source(q.source).publisher, answer.source(q.source).published]
                                for q in carried[text].quotations
                            ]
                            shown.append({"case": case["id"], "sentence": text, "quotations": quotations})
                        if half(case["id"]) == options.show and kept != sentence["true"]:
                            quotations = [q.text for q in carried[text].quotations] if kept else []
                            sys.stderr.write(f"{case['id']} {sentence['kind'] or 'true'}: {text} {quotations}\n")
    if options.supported:
        options.supported.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in shown))
    rates = {row: {"rate": round(sum(some) / len(some), 3), "n": len(some)} for row, some in sorted(right.items())}
    sys.stdout.write(json.dumps({**counts, **rates}, indent=1) + "\n")


if __name__ == "__main__":
    main()
