"""Asks a store, question after question, until its standard input ends and it has asked enough: STORE SEARCHES.

Prints a line once it has read; at the end one of JSON: how many searches, what went wrong, and of each round when the
last search began that it answered.
"""

from __future__ import annotations

import functools
import json
import re
import sys
import threading
import time
from collections import Counter

from index import Library
from index.embedder import Embedder

QUESTIONS = ("the ferry in the news", "Why was the bridge in the news?", "the wreck", "Nobody knew why")
ROUND = re.compile(r"in the news in round (\d+)\.")


def main() -> None:
    read = functools.cache(Embedder.stretches)  # the same few questions, again and again
    Embedder.stretches = lambda self, text, stretches: read(self, text, tuple(stretches))
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    searches = 0
    wrong: Counter[str] = Counter()
    last: dict[int, float] = {}
    with Library.open(sys.argv[1]) as library:
        while searches < int(sys.argv[2]) or not ended.is_set():
            began = time.time()
            searches += 1
            try:
                with library.view() as view:
                    hits = view.search(QUESTIONS[searches % len(QUESTIONS)], 10).hits
                    rounds = {int(found[1]) for hit in hits if (found := ROUND.search(hit.article.text))}
            except Exception as error:
                wrong[f"{type(error).__name__}: {error}"] += 1
                continue
            if rounds != {view.number - 1}:
                wrong["mixed"] += 1
            last[view.number - 1] = began
            if searches == 1:
                sys.stdout.write("reading\n")
                sys.stdout.flush()
    sys.stdout.write(json.dumps({"searches": searches, "wrong": wrong, "last": last}) + "\n")


if __name__ == "__main__":
    main()
