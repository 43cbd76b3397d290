"""Written answers as a person meets them: a real browser, the real page, a chat model that says what the test wants."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest
from chat_server import ChatServer, Messages, Reply
from conftest import ROOT, Collection, running
from playwright.sync_api import Browser, Locator, Page, expect

WHY = "Why was the Pilgrim Bridge closed?"
CRACKS = "Divers found cracks in two of the seven piers of the Pilgrim Bridge."
VEHICLES = "On a working day, some 21,000 vehicles cross the bridge."
INVENTED = "The mayor resigned on <b>Monday</b> ![x](http://elsewhere.example/x.png)."


@pytest.fixture(scope="module")
def address(collection: Collection, chat: ChatServer) -> Iterator[str]:
    """The address of a page with two models to choose from."""
    models = f"{chat.name}, openai:nobody@http://127.0.0.1:9/v1"
    with running("app.py", "--store", str(collection.store), "--port", "0", "--model", models) as opened:
        yield opened


def ask(page: Page, question: str) -> Locator:
    """The answer to this question, as it grows."""
    before = page.locator("#chat .answer").count()
    page.locator("#question textarea").fill(question)
    page.keyboard.press("Enter")
    return page.locator("#chat .answer").nth(before)


def ended(page: Page) -> None:
    page.locator("#send").wait_for()


@pytest.mark.parametrize("page", [(1280, 800), (390, 844)], indirect=True)
def test_an_answer_grows_and_what_is_left_out_can_be_shown(page: Page, chat: ChatServer) -> None:
    go_on = threading.Event()
    chat.reply = lambda _: Reply([f"{CRACKS} {INVENTED} And", f" so on. {VEHICLES}"], until=go_on)
    answer = ask(page, WHY)
    expect(answer.locator(".written")).to_have_text(f"{CRACKS} [1]")
    expect(page.locator("#chat .pending")).to_have_text("openai:scripted is writing…")
    go_on.set()
    ended(page)
    expect(page.locator("#chat .pending")).to_have_count(0)
    expect(answer.locator(".written")).to_have_count(2)
    expect(answer.locator(".remark")).to_contain_text("Written by openai:scripted")
    expect(answer.locator("blockquote").first).to_contain_text("cracks in two of its seven piers")
    left = answer.locator(".left-out")
    expect(left.locator("summary")).to_have_text("2 sentences left out; show")
    expect(left.locator("li").first).to_be_hidden()
    left.locator("summary").click()
    expect(left.locator("li")).to_have_text(["The mayor resigned on Monday.", "And so on."])
    expect(left.locator("li").first).to_have_css("text-decoration-line", "line-through")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_stopping_a_silent_model(page: Page, chat: ChatServer) -> None:
    chat.dropped.clear()
    chat.reply = lambda _: Reply([f"{CRACKS} And"], until=threading.Event())
    answer = ask(page, WHY)
    expect(page.locator("#chat .pending")).to_have_text("openai:scripted is writing…")
    page.locator("#stop").click()
    expect(page.locator("#chat .stopped")).to_be_visible()
    expect(page.locator("#chat .pending")).to_have_count(0)
    ended(page)
    assert chat.dropped.wait(30)  # the request has ended, too
    chat.says(CRACKS)
    expect(ask(page, WHY).locator(".written")).to_have_text(f"{CRACKS} [1]")
    expect(answer).to_be_visible()


def test_a_failing_model_is_told_over_the_quotations(page: Page, chat: ChatServer) -> None:
    chat.says("", status=429)
    answer = ask(page, WHY)
    expect(answer.locator(".remark")).to_have_text(
        "openai:scripted did not write this answer, so quotations stand here. "
        "The model's server takes no more questions for now (429); ask again later."
    )
    expect(answer.locator("blockquote").first).to_contain_text("Pilgrim Bridge")
    expect(answer.locator(".written")).to_have_count(0)
    ended(page)


def test_who_writes_is_chosen(page: Page, chat: ChatServer) -> None:
    chat.says(CRACKS)
    chosen = page.get_by_label("How to answer")
    expect(chosen).to_have_value("Written by openai:scripted")
    chosen.click()
    page.get_by_role("option", name="Quotations only").click()
    chat.asked.clear()
    answer = ask(page, WHY)
    expect(answer.locator("blockquote").first).to_contain_text("Pilgrim Bridge")
    ended(page)
    assert chat.asked == []
    chosen.click()
    page.get_by_role("option", name="Written by openai:nobody").click()
    expect(ask(page, WHY).locator(".remark")).to_contain_text("can't be reached: is it running?")
    ended(page)


def test_a_follow_up_shows_how_it_was_asked(page: Page, chat: ChatServer) -> None:
    def reply(asked: Messages) -> Reply:
        rewriting = "rewrite the last question" in asked[0]["content"]
        return Reply("How many vehicles cross the Pilgrim Bridge?" if rewriting else VEHICLES)

    chat.reply = reply
    ask(page, WHY).locator(".written").wait_for()
    ended(page)
    answer = ask(page, "And how many cross it?")
    answer.locator(".written").wait_for()
    ended(page)
    expect(answer.locator(".remark").filter(has_text="Asked as")).to_have_text(
        "Asked as: How many vehicles cross the Pilgrim Bridge?"
    )
    expect(answer.locator(".written")).to_have_text(f"{VEHICLES} [1]")


def test_a_slow_model_blocks_nobody(page: Page, chat: ChatServer, chromium: Browser, address: str) -> None:
    go_on = threading.Event()
    chat.reply = lambda _: Reply([f"{CRACKS} And"], until=go_on)
    pages = [chromium.new_context().new_page() for _ in range(5)]
    for slow in pages:  # more than Gradio would run at once
        slow.goto(address)
        slow.locator("#question textarea").wait_for()
        ask(slow, WHY)
        slow.locator("#chat .written").wait_for()
    page.get_by_label("How to answer").click()
    page.get_by_role("option", name="Quotations only").click()
    expect(ask(page, WHY).locator("blockquote").first).to_contain_text("Pilgrim Bridge")
    ended(page)
    go_on.set()
    for slow in pages:
        ended(slow)
        slow.context.close()


def test_a_written_answer_survives_a_reload(page: Page, chat: ChatServer) -> None:
    chat.says(f"{CRACKS} {INVENTED}")
    ask(page, WHY).locator(".written").wait_for()
    ended(page)
    before = page.locator("#chat .answer").inner_text()
    page.reload()
    expect(page.locator("#chat .written")).to_have_text(f"{CRACKS} [1]")
    assert page.locator("#chat .answer").inner_text() == before


def test_an_answer_under_way_is_finished_before_the_page_ends(
    collection: Collection, chat: ChatServer, chromium: Browser
) -> None:
    go_on = threading.Event()
    chat.reply = lambda _: Reply([f"{CRACKS} And", f" so on. {VEHICLES}"], until=go_on)
    command = [sys.executable, "app.py", "--store", str(collection.store), "--port", "0", "--model", chat.name]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stderr
    context = chromium.new_context()
    page = context.new_page()
    page.goto(process.stdout.readline().split()[-1])
    answer = ask(page, WHY)
    expect(answer.locator(".written")).to_have_text(f"{CRACKS} [1]")
    process.terminate()
    assert process.stderr.readline() == "Waiting for answers under way; Ctrl-C ends at once.\n"
    go_on.set()
    expect(answer.locator(".written")).to_have_count(2)
    ended(page)
    out, err = process.communicate()
    assert (process.returncode, out, err) == (0, "", "")
    context.close()
