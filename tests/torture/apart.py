"""Imports and loads once what asking and mending need, then does each in a fork: a damaged file may end its process.

A line on standard input: WHAT, a tab, STORE, a tab, FOLDER; WHAT is `ask`, `check`, `repair` or `index`. The answer on
standard output is one line of JSON: what came out, or `error` (said for a person), `raised` (anything else), `ended`.
"""

from __future__ import annotations

import functools
import importlib
import json
import os
import sys
from typing import Any

from index import Library, build, check, embedder
from index.errors import ClippingsError

QUESTIONS = ("ferry", "Why was the bridge closed?", "Who told it at the town hall?", "mussels, 12 July 2025", "Paper 1")


def ask(store: str) -> list[dict[str, Any]]:
    """Each question's hits, or the error that it met."""
    with Library.open(store) as library:
        return [found(library, question) for question in QUESTIONS]


def found(library: Library, question: str) -> dict[str, Any]:
    try:
        hits = library.search(question, 10)
    except ClippingsError as error:
        return {"error": f"{type(error).__name__}: {error}"}
    except BaseException as error:  # Rust's panics are no Exceptions
        return {"raised": f"{type(error).__name__}: {error}"}
    return {"hits": [{**hit.to_dict(), "path": hit.article.paths[0]} for hit in hits]}


def checked(store: str, repair: bool) -> list[str]:
    """What check disproves."""
    return [f"{one.name}: {one.detail}" for one in check(store, repair) if not one.ok]


def do(what: str, store: str, folder: str) -> dict[str, Any]:
    try:
        if what == "ask":
            return {"answers": ask(store)}
        if what == "index":
            build([folder], store)
            return {}
        return {"failed": checked(store, what == "repair")}
    except ClippingsError as error:
        return {"error": f"{type(error).__name__}: {error}"}
    except BaseException as error:
        return {"raised": f"{type(error).__name__}: {error}"}


def main() -> None:
    for slow in ("chromadb", "tantivy"):  # else each fork would import them
        importlib.import_module(slow)
    embedder.load = functools.cache(embedder.load)
    embedder._packaged = functools.cache(embedder._packaged)
    embedder.load(embedder.find()).count(["warm"])  # not embed: threads of the model would not survive a fork
    for line in sys.stdin:
        what, store, folder = line.rstrip("\n").split("\t")
        child = os.fork()
        if child == 0:
            sys.stdout.write(json.dumps(do(what, store, folder)) + "\n")
            sys.stdout.flush()
            os._exit(0)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if status:
            sys.stdout.write(json.dumps({"ended": status}) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
