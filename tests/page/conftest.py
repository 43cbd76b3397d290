"""A collection, the page over it, and a browser to look at it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from chat_server import ChatServer, serving
from opened import ROOT, running
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright

expect.set_options(timeout=30_000)  # milliseconds: the machine may be building meanwhile
QUIET = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
QUIET += ["--no-first-run", "--disable-gpu"]

HOSTILE = """---
title: "<script>document.title = 'owned'</script><img src=http://elsewhere.example/t.png> [1](javascript:alert(1)) $x^2$"
publisher: "<b>The Quill</b>"
url: "javascript:alert(1)"
date: 2025-07-20
---
The lighthouse at Quill Point lost its lamp on Monday night, the keeper said [1]. \
<img src=http://elsewhere.example/a.png onerror="document.title='owned'"> \
![see](http://elsewhere.example/b.png) <iframe src=http://elsewhere.example/></iframe> is what the notice read.

Nobody has replaced the lamp at Quill Point since then, and ships keep away from the rocks.
"""
FLEETING = """---
title: The clock of Ebbe Market
publisher: The Beacon
date: 2025-07-21
---
The clock of Ebbe Market stopped at seven minutes past four on Sunday.
"""


@dataclass(frozen=True)
class Collection:
    """A folder of articles and the store made of it."""

    folder: Path
    store: Path

    def index(self) -> None:
        command = [sys.executable, "-m", "assistant", "index", str(self.folder), "--store", str(self.store)]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)


@pytest.fixture(scope="session")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Collection:
    """The sample articles, one that attacks, and one that will change."""
    folder = tmp_path_factory.mktemp("collection") / "articles"
    shutil.copytree(ROOT / "articles", folder)
    (folder / "hostile.md").write_text(HOSTILE, encoding="utf-8")
    (folder / "fleeting.md").write_text(FLEETING, encoding="utf-8")
    made = Collection(folder, folder.parent / "store")
    made.index()
    return made


@pytest.fixture(scope="session")
def address(collection: Collection) -> Iterator[str]:
    with running("app.py", "--store", str(collection.store), "--port", "0") as opened:
        yield opened


@pytest.fixture(scope="module")
def chat() -> Iterator[ChatServer]:
    """A chat model that says what a test wants."""
    with serving() as server:
        yield server


# By module: while Playwright is open, no other test of this process can run an event loop.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        if not Path(path).exists():
            pytest.fail("no Chromium here; name one in CHROMIUM")
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        browser.close()


# What Gradio says of a stream that is open when its page is left, reloaded too, in either of the browser's wordings.
LEFT = ("signal is aborted", "BodyStreamBuffer was aborted", "errored out")


@dataclass
class Seen:
    """What a page did that a reader does not see."""

    hosts: set[str] = field(default_factory=set)
    _noted: list[str] = field(default_factory=list)
    _opened: set[Page] = field(default_factory=set)
    _left: bool = False  # whether a page was left for another one, or for itself

    @property
    def errors(self) -> list[str]:
        """What went wrong; how streams end is that as long as no page was left."""
        return [error for error in self._noted if not (self._left and any(told in error for told in LEFT))]

    def watch(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("request", lambda request: self._navigation(page, request))
        page.on("pageerror", lambda error: self._noted.append(str(error)))
        page.context.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._noted.append(message.text)

    def _navigation(self, page: Page, request: Request) -> None:
        if request.is_navigation_request() and request.frame == page.main_frame:
            self._left |= page in self._opened
            self._opened.add(page)

    def _request(self, request: Request) -> None:
        if not request.url.startswith(("data:", "blob:", "about:")):
            self.hosts.add("/".join(request.url.split("/")[:3]))


@pytest.fixture(params=[(1280, 800)])
def page(chromium: Browser, address: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The page, open and ready, in a profile of its own; errors and foreign requests fail the test."""
    width, height = request.param
    context = chromium.new_context(viewport={"width": width, "height": height})
    opened = context.new_page()
    seen = Seen()
    seen.watch(opened)
    opened.goto(address)
    opened.locator("#question textarea").wait_for()
    yield opened
    context.close()
    # An article that is gone is told with the status that says so, which a browser notes.
    assert [error for error in seen.errors if "410 (Gone)" not in error] == []
    assert seen.hosts == {address}
