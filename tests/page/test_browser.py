"""The page as a person meets it: a real browser, the real program, the sample articles."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest
from conftest import FLEETING, ROOT, Collection, running
from playwright.sync_api import Browser, FrameLocator, Locator, Page, expect

PHONE = pytest.mark.parametrize("page", [(390, 844)], indirect=True)
BRIDGE = "Why was the Pilgrim Bridge closed?"
NOTHING = "What is the capital of Mongolia?"


def ask(page: Page, question: str) -> Locator:
    """The finished answer to this question."""
    before = page.locator("#chat .answer").count()
    page.locator("#question textarea").fill(question)
    page.keyboard.press("Enter")
    answer = page.locator("#chat .answer").nth(before)
    answer.wait_for()
    page.locator("#send").wait_for()
    return answer


def reader(page: Page) -> FrameLocator:
    return page.frame_locator("#reader iframe")


def quoted(marker: Locator) -> str:
    """The words in front of a marker."""
    return marker.evaluate("link => link.previousSibling.textContent").strip()


def marked(page: Page) -> str:
    marks = reader(page).locator("mark")
    marks.first.wait_for()
    return " ".join(marks.all_inner_texts())


def test_a_question_is_answered_in_quotations(page: Page) -> None:
    answer = ask(page, BRIDGE)
    expect(answer.locator(".tier")).to_have_text("From your articles")
    expect(answer.locator("blockquote").first).to_contain_text("Pilgrim Bridge")
    expect(answer.locator("a.cite").first).to_have_text("[1]")
    expect(answer.locator(".voice").first).not_to_be_empty()
    expect(answer.locator(".sources li").first).to_contain_text("2025")
    expect(page.locator("#chat .asked")).to_have_text(BRIDGE)
    expect(page.locator("#question textarea")).to_have_value("")


def test_the_head_tells_what_there_is(page: Page) -> None:
    expect(page).to_have_title("Clippings")
    expect(page.locator("#masthead .facts")).to_contain_text(re.compile(r"1\d articles from \d publishers, .* to "))


def test_a_marker_opens_the_article_at_its_words(page: Page) -> None:
    marker = ask(page, BRIDGE).locator("a.cite").first
    marker.click()
    assert marked(page) == quoted(marker)
    expect(reader(page).locator("mark").first).to_be_in_viewport()
    expect(marker).to_have_attribute("aria-current", "true")
    page.get_by_role("button", name="Close the article").click()
    expect(page.locator("#reader")).to_be_hidden()
    expect(marker).to_be_focused()


def test_the_same_by_keyboard(page: Page) -> None:
    marker = ask(page, BRIDGE).locator("a.cite").first
    page.locator("#new-chat").focus()
    for _ in range(20):
        page.keyboard.press("Tab")
        if marker.evaluate("link => link === document.activeElement"):
            break
    expect(marker).to_be_focused()
    page.keyboard.press("Enter")
    assert marked(page) == quoted(marker)
    expect(reader(page).locator("mark").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#reader")).to_be_hidden()
    expect(marker).to_be_focused()


def test_a_refusal_shows_what_came_nearest(page: Page) -> None:
    answer = ask(page, NOTHING)
    expect(answer.locator(".tier")).to_have_text("The articles don’t answer this.")
    expect(answer.locator("blockquote")).to_have_count(0)
    near = answer.locator(".nearest li").first
    near.locator("a.open").click()
    shown = near.locator(".excerpt").inner_text().removesuffix(" …")
    assert re.sub(r"\s+", " ", marked(page)).startswith(re.sub(r"\s+", " ", shown))


def test_an_example_is_asked_with_a_click(page: Page) -> None:
    example = page.locator(".example:visible").first
    text = example.inner_text()
    example.click()
    expect(page.locator("#chat .asked")).to_have_text(text)
    page.locator("#chat .answer").wait_for()
    expect(page.locator("#welcome")).to_be_hidden()


def test_a_new_chat_starts_empty(page: Page) -> None:
    ask(page, BRIDGE)
    page.locator("#new-chat").click()
    expect(page.locator("#chat .answer")).to_have_count(0)
    expect(page.locator(".example:visible").first).to_be_visible()


def test_an_empty_question_asks_nothing(page: Page) -> None:
    page.locator("#question textarea").fill("   ")
    page.keyboard.press("Enter")
    ask(page, NOTHING)
    expect(page.locator("#chat .asked")).to_have_count(1)


# Holds back the server's "close_stream" until what is asked next has been taken.
HELD_BACK = """
const plain = window.fetch;
let taken;
const asked = new Promise((done) => (taken = done));
window.fetch = async (...request) => {
  const address = request[0].url ?? String(request[0]);
  const told = document.documentElement.classList.contains("told");
  const answer = await plain(...request);
  const through = (stream) => new Response(answer.body.pipeThrough(stream), answer);
  if (told && address.includes("/queue/join"))
    return through(new TransformStream({ flush: () => void requestIdleCallback(taken) })); // Gradio has read it
  if (!address.includes("/queue/data")) return answer;
  const late = new TransformStream({
    async transform(chunk, controller) {
      if (new TextDecoder().decode(chunk).includes("close_stream")) {
        document.documentElement.classList.add("told");
        await asked;
      }
      controller.enqueue(chunk);
    },
  });
  return through(late);
};
"""


def test_what_is_asked_as_the_stream_of_events_ends_is_answered(chromium: Browser, address: str) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.add_init_script(HELD_BACK)
    page.goto(address)
    page.locator("html.told").wait_for(state="attached")
    expect(ask(page, BRIDGE).locator(".cite").first).to_be_visible()
    context.close()


def test_a_question_too_long_is_told_and_kept(page: Page) -> None:
    page.locator("#question textarea").fill("why " * 600)
    page.keyboard.press("Enter")
    expect(page.locator("#notice")).to_contain_text("2,399 characters")
    expect(page.locator("#question textarea")).not_to_have_value("")
    expect(page.locator("#chat .asked")).to_have_count(0)


def test_what_an_article_holds_stays_text(page: Page) -> None:
    answer = ask(page, "What happened to the lamp of the lighthouse at Quill Point?")
    expect(answer.locator(".sources, .nearest").first).to_contain_text("<script>document.title = 'owned'</script>")
    assert answer.locator("script, img, iframe, b").count() == 0
    links = answer.locator("a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert all(link.startswith("/articles/") for link in links)
    answer.locator('a[href^="/articles/"]').first.click()
    body = reader(page).locator("body")
    expect(body).to_contain_text("<img src=http://elsewhere.example/t.png>")
    expect(body).to_contain_text("the keeper said [1]")
    assert body.locator("script, img, iframe, .text a").count() == 0
    expect(page).to_have_title("Clippings")


def test_a_question_stays_text_too(page: Page) -> None:
    text = "![x](http://elsewhere.example/q.png) <img src=http://elsewhere.example/r.png> $x^2$ `code`"
    ask(page, text)
    expect(page.locator("#chat .asked")).to_have_text(text)
    assert page.locator("#chat img").count() == 0


@PHONE
def test_on_a_phone_nothing_goes_over_the_edge(page: Page) -> None:
    def over() -> int:
        return int(page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth"))

    assert over() <= 0
    marker = ask(page, BRIDGE).locator("a.cite").first
    assert over() <= 0
    marker.click()
    expect(reader(page).locator("mark").first).to_be_in_viewport()
    assert over() <= 0
    page.keyboard.press("Escape")
    expect(marker).to_be_focused()


def test_an_article_that_changes_or_goes_still_has_its_words(page: Page, collection: Collection) -> None:
    file = collection.folder / "fleeting.md"
    marker = ask(page, "When did the clock of Ebbe Market stop?").locator("a.cite").first
    words = quoted(marker)
    assert words in FLEETING
    try:
        file.write_text(FLEETING.replace("stopped", "was mended"), encoding="utf-8")
        collection.index()
        marker.click()
        expect(reader(page).locator(".told")).to_have_text("This article has changed since it was quoted.")
        assert marked(page) == words
        expect(reader(page).locator(".text")).to_contain_text("was mended")
        page.keyboard.press("Escape")
        file.unlink()
        collection.index()
        marker.click()
        expect(reader(page).locator(".told")).to_have_text("This article is no longer in the collection.")
        assert marked(page) == words
    finally:
        file.write_text(FLEETING, encoding="utf-8")
        collection.index()


def test_an_article_has_an_address_of_its_own(page: Page, address: str) -> None:
    marker = ask(page, BRIDGE).locator("a.cite").first
    answered = httpx.get(f"{address}{marker.get_attribute('href')}")
    assert answered.status_code == 200
    assert "<mark" in answered.text
    assert httpx.get(f"{address}/articles/{'0' * 32}").status_code == 404


def test_before_there_are_articles_the_page_says_what_to_do(
    chromium: Browser, collection: Collection, tmp_path: Path
) -> None:
    empty = Collection(collection.folder, tmp_path / "store")
    with running("app.py", "--store", str(empty.store), "--port", "0") as address:
        page = chromium.new_page()
        page.goto(address)
        expect(page.locator("#welcome")).to_contain_text("clippings index FOLDER")
        expect(page.locator("#masthead")).to_contain_text("No articles yet")
        page.locator("#question textarea").fill(BRIDGE)
        page.keyboard.press("Enter")
        expect(page.locator("#notice .notice")).to_be_visible()
        expect(page.locator("#question textarea")).to_have_value(BRIDGE)
        page.get_by_role("link", name="Library").click()
        expect(page.locator("#drop")).to_be_visible()
        page.go_back()
        empty.index()
        ask(page, BRIDGE)
        expect(page.locator("#masthead")).to_contain_text("articles from")
        page.close()


# An assistant that gives one answer so far and then thinks until it is stopped or the file is there.
SLOW = """
import pathlib, sys, threading
import assistant
from assistant import Assistant
class Slow(Assistant):
    def stream(self, question, **within):
        first, *rest = super().stream(question, **within)
        yield first
        while not pathlib.Path(sys.argv[1]).exists():
            threading.Event().wait(0.05)
            yield first
        yield from rest
assistant.Assistant = Slow
import app
sys.exit(app.main(sys.argv[2:]))
"""


def test_stop_stops(chromium: Browser, collection: Collection, tmp_path: Path) -> None:
    go = tmp_path / "go"
    program = tmp_path / "slow.py"
    program.write_text(f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{SLOW}", encoding="utf-8")
    with running(str(program), str(go), "--store", str(collection.store), "--port", "0") as address:
        page = chromium.new_page()
        page.goto(address)
        page.locator("#question textarea").fill(BRIDGE)
        page.keyboard.press("Enter")
        page.locator("#chat .answer").wait_for()
        page.locator("#stop").click()
        expect(page.locator("#chat .stopped")).to_have_text("Stopped.")
        expect(page.locator("#send")).to_be_visible()
        expect(page.locator("#chat .answer")).to_have_count(1)
        go.touch()
        expect(ask(page, NOTHING)).to_contain_text("The articles don’t answer this.")
        expect(page.locator("#chat .stopped")).to_have_count(1)
        page.close()
