"""What tests/benchmarks/speed.py measures of Clippings inside one process, each as a line of JSON.

python tests/benchmarks/ours.py search STORE QUESTIONS.txt [YYYY-MM-DD]
python tests/benchmarks/ours.py answer STORE QUESTIONS.txt
python tests/benchmarks/ours.py embed TEXTS.txt
python tests/benchmarks/ours.py build_float32 STORE FOLDER
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from index import Library, build, embedder


def _timed(asked: list[str], ask: Callable[[str], object]) -> dict[str, Any]:
    ask(asked[0])
    seconds = []
    for question in asked:
        begun = time.monotonic()
        ask(question)
        seconds.append(time.monotonic() - begun)
    return {"seconds": seconds}


def search(store: str, questions: str, before: str = "") -> dict[str, Any]:
    with Library.open(store) as library:
        asked = Path(questions).read_text(encoding="utf-8").splitlines()
        return _timed(asked, lambda question: library.search(question, limit=4, until=before or None))


def answer(store: str, questions: str) -> dict[str, Any]:
    from assistant import Assistant

    with Library.open(store) as library:
        return _timed(Path(questions).read_text(encoding="utf-8").splitlines(), Assistant(library).ask)


def embed(texts: str) -> dict[str, Any]:
    some = Path(texts).read_text(encoding="utf-8").splitlines()
    loaded = embedder.load(embedder.find())
    loaded.embed(some[:8])
    begun = time.monotonic()
    loaded.embed(some)
    lengths = [min(count + 2, loaded.limit) for count in loaded.count(some)]
    return {"seconds": time.monotonic() - begun, "lengths": lengths}


def build_float32(store: str, folder: str) -> dict[str, Any]:
    """As on a processor that has no bfloat16."""
    embedder._precision = lambda _: "f32"
    return build([folder], store).to_dict()


if __name__ == "__main__":
    told = {"search": search, "answer": answer, "embed": embed, "build_float32": build_float32}[sys.argv[1]](
        *sys.argv[2:]
    )
    sys.stdout.write(json.dumps(told) + "\n")
