"""Scores the text of web pages against their bodies as people marked them, beside trafilatura alone.

    python tests/benchmarks/pages.py CORPORA

As the article-extraction benchmark scores: words are runs of letters and digits, each text is a multiset of runs of
four words (a shorter text is one run), precision and recall are means over the pages, and F1 is made of the two means.
Reads article_pages below CORPORA; options were chosen on the half *choose*, by a hash of the page's id.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import trafilatura

from index.errors import Unreadable
from index.readers import html

RUN = 4


@dataclass(frozen=True, slots=True)
class Page:
    id: str
    data: bytes
    body: str

    @property
    def half(self) -> str:
        return ("choose", "report")[int(hashlib.sha256(self.id.encode()).hexdigest(), 16) % 2]


def pages(folder: Path) -> Iterator[Page]:
    with gzip.open(folder / "pages.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            with gzip.open(folder / row["html"]) as file:
                yield Page(row["id"], file.read(), row["gold_text"])


def clippings(data: bytes) -> str:
    try:
        (one,) = html.read(io.BytesIO(data))
    except Unreadable:
        return ""
    return one.text


def trafilatura_alone(data: bytes) -> str:
    return trafilatura.extract(data) or ""


def trafilatura_precise(data: bytes) -> str:
    return trafilatura.extract(data, include_comments=False, favor_precision=True) or ""


def runs(text: str) -> Counter[tuple[str, ...]]:
    words = re.findall(r"\w+", text)
    return Counter(tuple(words[start : start + RUN]) for start in range(max(1, len(words) - RUN + 1)) if words)


def score(found: str, body: str) -> tuple[float, float]:
    """Precision and recall of one page."""
    got, wanted = runs(found), runs(body)
    common = (got & wanted).total()
    return common / got.total() if got else 0.0, common / wanted.total() if wanted else 1.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path)
    folder = parser.parse_args().corpora / "article_pages"
    read = list(pages(folder))
    systems: list[Callable[[bytes], str]] = [clippings, trafilatura_alone, trafilatura_precise]
    out = [f"{'':30}{'pages':>8}{'precision':>11}{'recall':>8}{'F1':>8}{'seconds':>9}"]
    for system in systems:
        started = time.monotonic()
        scores = [(page.half, *score(system(page.data), page.body)) for page in read]
        seconds = time.monotonic() - started
        for half in ("all", "choose", "report"):
            some = [one for one in scores if half in ("all", one[0])]
            precision, recall = (sum(one[place] for one in some) / len(some) for place in (1, 2))
            f1 = 2 * precision * recall / (precision + recall)
            name = (
                f"{system.__name__.replace('_', ' ')}, {half}" if half != "all" else system.__name__.replace("_", " ")
            )
            took = f"{seconds:9.1f}" if half == "all" else ""
            out.append(f"{name:30}{len(some):8}{precision:11.3f}{recall:8.3f}{f1:8.3f}{took}")
    sys.stdout.write("\n".join(out) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
