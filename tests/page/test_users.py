"""Several users at one page, as each of them meets it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import LEFT, Collection, Seen, running
from opened import ROOT
from playwright.sync_api import Browser, Page, expect

from assistant.accounts import Accounts

PASSWORDS = {"ann": "seven slow ferries", "bob": "nine quick tugboats"}
BRIDGE = "Why was the Pilgrim Bridge closed?"
CLOCK = "The tower clock of Vantle was wound by hand until 1962, the keeper wrote."
# What a browser notes of each request that is refused, and Gradio when its page is left, or loses its server's leave.
EXPECTED = ("401 (Unauthorized)", "403 (Forbidden)", *LEFT)


@pytest.fixture
def store(collection: Collection, tmp_path: Path) -> Path:
    """A store that ann owns and bob may use."""
    mine = shutil.ignore_patterns("conversations.sqlite*")  # of other tests, which the owner would see
    shutil.copytree(collection.store, tmp_path / "store", ignore=mine)
    for name, password in PASSWORDS.items():
        Accounts(tmp_path / "store").add(name, password)
    return tmp_path / "store"


Visit = Callable[[], Page]


@pytest.fixture
def visit(chromium: Browser, store: Path) -> Iterator[Visit]:
    """Opens the page in a profile of its own, each time."""
    seen, contexts = Seen(), []
    with running("app.py", "--store", str(store), "--port", "0") as address:

        def visiting() -> Page:
            contexts.append(chromium.new_context(viewport={"width": 1280, "height": 800}))
            page = contexts[-1].new_page()
            seen.watch(page)
            page.goto(f"{address}/#library")
            return page

        yield visiting
        for context in contexts:
            context.close()
    assert [error for error in seen.errors if not any(told in error for told in EXPECTED)] == []
    assert seen.hosts == {address}


def sign_in(page: Page, name: str) -> None:
    try_to_sign_in(page, name, PASSWORDS[name])
    expect(page.locator("#masthead .account bdi")).to_have_text(name)


def try_to_sign_in(page: Page, name: str, password: str) -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def ask(page: Page, question: str) -> None:
    page.get_by_role("tab", name="Ask").click()
    page.locator("#question textarea").fill(question)
    page.locator("#send").click()
    expect(page.locator("#chat .quotation").first).to_be_visible()
    expect(page.locator("#stop")).to_be_hidden()


def listed(page: Page, questions: list[str]) -> None:
    """These are the conversations that the page lists."""
    page.get_by_role("tab", name="Ask").click()
    page.get_by_role("button", name="Conversations").click()
    shown = page.locator("#past li")
    expect(page.locator("#past .told")).to_have_text("" if questions else "None yet.")
    expect(shown).to_have_count(len(questions))
    for number, question in enumerate(questions):
        expect(shown.nth(number)).to_contain_text(question)
    page.keyboard.press("Escape")


def test_signing_in_shows_the_page_that_was_asked_for(visit: Visit) -> None:
    page = visit()
    expect(page.get_by_label("Name")).to_be_visible()
    try_to_sign_in(page, "bob", "not the password")
    expect(page.get_by_role("alert")).to_have_text("Name or password is wrong.")
    sign_in(page, "bob")
    expect(page.locator("#rows tbody tr").first).to_be_visible()


def test_another_user_sees_what_there_is_and_changes_their_own(visit: Visit, store: Path) -> None:
    bob = visit()
    sign_in(bob, "bob")
    rows = bob.locator("#rows tbody tr")
    expect(rows.first).to_be_visible()
    expect(bob.locator(".shared")).to_have_text(
        "Everybody who signs in here can ask what you add. Only you and the owner can remove it."
    )
    for hidden in ("#folder", "#again", "#watching", "#roots", "#left-out"):
        expect(bob.locator(hidden)).to_be_hidden()
    removing = bob.get_by_role("button", name="Remove", exact=False)
    expect(rows.get_by_role("button")).to_have_count(0)
    bob.locator("#files").set_input_files({"name": "clock.md", "mimeType": "text/markdown", "buffer": CLOCK.encode()})
    expect(bob.locator("#ended")).to_contain_text("1 added")
    expect(rows.get_by_role("button")).to_have_count(1)
    assert (store / "uploads" / "bob" / "clock.md").read_text() == CLOCK

    ann = visit()
    sign_in(ann, "ann")
    shown = ann.locator("#rows tbody tr")
    expect(shown.first).to_be_visible()
    for there in ("#folder", "#again", "#watching", "#roots"):
        expect(ann.locator(there)).to_be_visible()
    expect(ann.locator(".shared")).to_be_hidden()
    assert shown.get_by_role("button").count() == shown.count()
    ask(ann, "Who wound the tower clock of Vantle?")
    expect(ann.locator("#chat .quotation").first).to_contain_text("wound by hand until 1962")

    removing.last.click()
    bob.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(bob.locator("#ended")).to_contain_text("1 article removed")
    expect(rows.get_by_role("button")).to_have_count(0)
    assert list((store / "uploads" / "bob").iterdir()) == []


def test_nobody_sees_what_another_asked(visit: Visit) -> None:
    page = visit()
    sign_in(page, "bob")
    ask(page, BRIDGE)
    listed(page, [BRIDGE])
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Password")).to_be_visible()
    sign_in(page, "ann")
    listed(page, [])
    expect(page.locator("#chat .quotation")).to_have_count(0)
    ask(page, "What does the ferry cost?")
    listed(page, ["What does the ferry cost?"])
    again = visit()
    sign_in(again, "bob")
    listed(again, [BRIDGE])
    again.get_by_role("button", name="Conversations").click()
    again.locator("#past li").first.get_by_role("button").first.click()
    expect(again.locator("#chat .quotation").first).to_be_visible()


def test_a_user_who_is_removed_is_out_at_once(visit: Visit, store: Path) -> None:
    page = visit()
    sign_in(page, "bob")
    ask(page, BRIDGE)
    command = [sys.executable, "-m", "assistant", "user", "remove", "bob", "--store", str(store)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    expect(page.get_by_label("Password")).to_be_visible()
    try_to_sign_in(page, "bob", PASSWORDS["bob"])
    expect(page.get_by_role("alert")).to_have_text("Name or password is wrong.")
    assert list((store / "users").iterdir()) == []
