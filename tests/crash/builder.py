"""Imports and loads once what a build needs, then builds in a fork for every line on standard input.

A line: FOLDER, a tab, STORE. The answer on standard output: the fork's process id; then a line a step of its progress;
then `done`, or `failed` and why, and in any case `end` once the fork is gone.
"""

from __future__ import annotations

import functools
import os
import sys

from index import build, embedder


def step(stage: str, done: int, total: int) -> None:
    sys.stdout.write(f"{stage} {done} {total}\n")
    sys.stdout.flush()


def build_once(folder: str, store: str) -> None:
    try:
        build([folder], store, progress=step)
        sys.stdout.write("done\n")
    except Exception as error:
        sys.stdout.write(f"failed {type(error).__name__}: {' '.join(str(error).split())}\n")
    sys.stdout.flush()


def main() -> None:
    embedder.load = functools.cache(embedder.load)
    embedder._packaged = functools.cache(embedder._packaged)
    embedder.load(embedder.find()).count(["warm"])  # not embed: threads of the model would not survive a fork
    for line in sys.stdin:
        folder, store = line.rstrip("\n").split("\t")
        child = os.fork()
        if child == 0:
            sys.stdout.write(f"{os.getpid()}\n")
            sys.stdout.flush()
            build_once(folder, store)
            os._exit(0)
        os.waitpid(child, 0)
        sys.stdout.write("end\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
