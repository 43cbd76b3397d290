"""What the page loads before the first question."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from fastapi.testclient import TestClient

from assistant.page.desk import Desk
from assistant.page.home import Home


def test_what_a_first_question_needs_is_loaded_once(sample_store: Path) -> None:
    desk = Desk(sample_store)
    desk.read_ahead()
    first = desk._ahead
    desk.read_ahead()
    assert first is not None
    assert desk._ahead is first
    first.join()
    with desk.library() as library:
        assert library._embedders


@pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")
def test_without_a_store_there_is_nothing_to_load_and_no_error(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.read_ahead()
    assert desk._ahead is not None
    desk._ahead.join()
    assert desk._library is None


def test_who_opens_the_page_is_told_of() -> None:
    opened: list[bool] = []
    application = FastAPI()
    application.add_api_route("/", lambda: HTMLResponse("<head></head>"))
    application.add_api_route("/other", lambda: "other")
    page = TestClient(Home(application, lambda: opened.append(True)))
    assert page.get("/other").text == '"other"'
    assert opened == []
    assert "/page/page.js" in page.get("/").text
    assert opened == [True]
