"""How long an answer takes in the browser while 2,000 articles are built, and how long when nothing is.

    python tests/benchmarks/while_building.py CORPORA

Indexes the sample articles, opens the page in Chromium, and asks; then adds a folder of 2,000 articles of CORPORA's
reuters21578 through the Library, and goes on asking until that build has ended.
"""

from __future__ import annotations

import argparse
import gzip
import json
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import cycle
from pathlib import Path

from playwright.sync_api import Page, sync_playwright
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).parents[2]
QUIET = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
QUIET += ["--no-first-run"]
QUESTIONS = [
    json.loads(line)["question"]
    for line in (ROOT / "tests/data/questions.jsonl").read_text(encoding="utf-8").splitlines()
]


def seconds(page: Page, question: str) -> float:
    """From Enter until the whole answer is drawn and the page takes the next question."""
    before = page.locator("#chat .answer").count()
    page.locator("#question textarea").fill(question)
    started = time.perf_counter()
    page.keyboard.press("Enter")
    page.locator("#chat .answer").nth(before).wait_for()
    page.locator("#send").wait_for()
    taken = time.perf_counter() - started
    if before >= 20:  # a conversation of hundreds of turns is drawn more slowly, and nobody has one
        page.locator("#new-chat").click()
        page.locator("#welcome").wait_for()
    return taken


def state(page: Page) -> dict[str, object]:
    found = page.request.get("/library/state").json()
    assert isinstance(found, dict)
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--articles", type=int, default=2_000)
    parser.add_argument("--idle", type=int, default=60, help="questions asked before the build")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        store, folder = Path(scratch, "store"), Path(scratch, "news")
        folder.mkdir()
        with gzip.open(given.corpora / "reuters21578" / "docs.jsonl.gz", "rt", encoding="utf-8") as docs:
            for number, line in zip(range(given.articles), docs, strict=False):
                (folder / f"{number}.json").write_text(line, encoding="utf-8")
        command = [sys.executable, "-m", "assistant", "index", str(ROOT / "articles"), "--store", str(store)]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        serving = subprocess.Popen(
            [sys.executable, "app.py", "--store", str(store), "--port", "0"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert serving.stdout
            address = serving.stdout.readline().split()[-1]
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=QUIET)
                page = browser.new_context(base_url=address).new_page()
                page.goto("/")
                page.locator("#question textarea").wait_for()
                asked = cycle(QUESTIONS)
                seconds(page, next(asked))  # the first one loads the model
                idle = [seconds(page, next(asked)) for _ in range(given.idle)]
                reply = page.request.post("/library/folders", data={"path": str(folder)}, headers={"Origin": address})
                assert reply.ok, reply.text()
                started, building = time.perf_counter(), []
                while state(page)["building"]:
                    building.append(seconds(page, next(asked)))
                built = time.perf_counter() - started
                last = state(page)
                after = [seconds(page, next(asked)) for _ in range(given.idle)]
                browser.close()
        finally:
            serving.terminate()
            serving.communicate()
    table = Table("answers in the browser", "n", "p50 ms", "p90 ms", "most ms", box=None)
    for name, times in (("idle", idle), ("while building", building), ("idle again, larger", after)):
        p90 = statistics.quantiles(times, n=10)[-1]
        table.add_row(
            name, str(len(times)), *(f"{1000 * value:.0f}" for value in (statistics.median(times), p90, max(times)))
        )
    console = Console()
    console.print(table)
    console.print(f"built in {built:.0f} s: {last['last']}")


if __name__ == "__main__":
    main()
