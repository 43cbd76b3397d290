"""Earlier answers as a person meets them: reloading, the list, taking away, rating, and taking filters away."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import bibtexparser
import httpx
import pytest
import rispy
from conftest import FLEETING, ROOT, Collection, Seen, running
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, expect

BRIDGE = "Why was the Pilgrim Bridge closed?"
NOTHING = "What is the capital of Mongolia?"

# An assistant that does as a file says: "slow" gives one answer so far and waits until the file says something else,
# "inferring" reads two filters out of every question, "writing" writes sentences of its own.
PROGRAM = """
import pathlib, sys, threading
from dataclasses import replace
import assistant
from assistant import Assistant
from assistant.answer import Statement
class Told(Assistant):
    def stream(self, question, history=(), since=None, until=None, publishers=(), infer=True):
        how = mode.read_text()
        if how == "inferring" and infer:
            since, publishers = "2025-06-02", ("The Beacon",)
        answers = list(super().stream(question, history, since, until, publishers, infer))
        if how == "inferring" and infer:
            answers = [replace(one, filters=replace(one.filters, inferred=True)) for one in answers]
        if how == "writing":
            answers = [written(one) for one in answers]
        first, *rest = answers
        yield first
        while how == "slow" and mode.read_text() == how:
            threading.Event().wait(0.05)
            yield first
        yield from rest
def written(one):
    said = tuple(Statement(f"Sentence {number} was written by a model.", "supported", statement.quotations)
                 for number, statement in enumerate(one.statements, 1))
    return replace(one, statements=said, left_out=("The moon is made of cheese.", "It was Tuesday."), model="a:b")
mode = pathlib.Path(sys.argv[1])
assistant.Assistant = Told
import app
sys.exit(app.main(sys.argv[2:]))
"""


@dataclass(frozen=True)
class Opened:
    """A page over a store of its own, and what its assistant is to do."""

    address: str
    store: Path
    mode: Path

    def do(self, how: str) -> None:
        self.mode.write_text(how)

    @property
    def feedback(self) -> Path:
        return self.store / "feedback" / "qa.jsonl"

    def listed(self) -> list[str]:
        found = httpx.get(f"{self.address}/conversations/list").json()["conversations"]
        return [one["title"] for one in found]

    def held(self) -> bytes:
        """All bytes of the file of conversations and of its log."""
        return b"".join(file.read_bytes() for file in self.store.glob("conversations.sqlite*"))


@pytest.fixture(scope="module")
def page_of_its_own(collection: Collection, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    folder = tmp_path_factory.mktemp("past")
    shutil.copytree(collection.store, folder / "store")
    program, mode = folder / "told.py", folder / "mode"
    program.write_text(f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{PROGRAM}", encoding="utf-8")
    with running(str(program), str(mode), "--store", str(folder / "store"), "--port", "0") as address:
        yield Opened(address, folder / "store", mode)


@pytest.fixture
def opened(page_of_its_own: Opened) -> Opened:
    """The page, with no conversations and no ratings."""
    page_of_its_own.do("as usual")
    for file in page_of_its_own.store.glob("conversations.sqlite*"):
        file.unlink()
    page_of_its_own.feedback.unlink(missing_ok=True)
    return page_of_its_own


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    yield context
    context.close()


def visit(context: BrowserContext, opened: Opened) -> Page:
    page = context.new_page()
    page.goto(opened.address)
    page.locator("#question textarea").wait_for()
    return page


def ask(page: Page, question: str) -> Locator:
    """The finished answer to this question."""
    before = page.locator("#chat .actions").count()
    page.locator("#question textarea").fill(question)
    page.keyboard.press("Enter")
    page.locator("#chat .actions .row").nth(before).wait_for()
    page.locator("#send").wait_for()
    return page.locator("#chat .bot-row").nth(before)


def questions(page: Page) -> list[str]:
    return page.locator("#chat .asked").all_inner_texts()


# Reloading


def test_a_reload_shows_the_same_conversation_and_a_second_tab_a_new_one(
    context: BrowserContext, opened: Opened
) -> None:
    page = visit(context, opened)
    ask(page, BRIDGE)
    ask(page, NOTHING)
    before = page.locator("#chat .answer").all_inner_texts()
    page.reload()
    expect(page.locator("#chat .answer")).to_have_count(2)
    assert questions(page) == [BRIDGE, NOTHING]
    assert page.locator("#chat .answer").all_inner_texts() == before
    expect(page.locator("#welcome")).to_be_hidden()
    second = visit(context, opened)
    expect(second.locator(".example:visible").first).to_be_visible()
    assert questions(second) == []
    ask(page, "And who found the cracks in the Pilgrim Bridge?")
    assert len(questions(page)) == 3


def test_a_new_chat_stays_new_after_a_reload(context: BrowserContext, opened: Opened) -> None:
    page = visit(context, opened)
    ask(page, BRIDGE)
    page.get_by_role("button", name="New chat").click()
    expect(page.locator("#chat .answer")).to_have_count(0)
    page.wait_for_function("() => sessionStorage.getItem('conversation') === null")
    page.reload()
    expect(page.locator("#welcome .lead").first).to_be_visible()
    assert questions(page) == []


def test_an_answer_under_way_at_a_reload_is_stopped_and_can_be_asked_again(
    context: BrowserContext, opened: Opened
) -> None:
    opened.do("slow")
    page = visit(context, opened)
    page.locator("#question textarea").fill(BRIDGE)
    page.keyboard.press("Enter")
    page.locator("#chat .answer blockquote").first.wait_for()
    page.reload()
    expect(page.locator("#chat .stopped")).to_have_text("Stopped.")
    expect(page.locator("#chat .answer")).to_have_count(1)
    expect(page.locator("#send")).to_be_visible()
    assert questions(page) == [BRIDGE]
    opened.do("as usual")
    page.get_by_role("button", name="Ask again").click()
    expect(page.locator("#chat .stopped")).to_have_count(0)
    page.get_by_role("button", name="Copy").wait_for()
    expect(page.locator("#chat .answer")).to_have_count(1)
    assert questions(page) == [BRIDGE]


def test_a_question_asked_before_the_page_is_ready_is_not_stopped(context: BrowserContext, opened: Opened) -> None:
    held: list[Route] = []
    early = True
    page = context.new_page()
    # What the page asks for as it loads names nothing that it would hand over.
    page.route(
        "**/queue/join*",
        lambda route: held.append(route) if early and not route.request.post_data_json["data"] else route.continue_(),
    )
    page.goto(opened.address)
    opened.do("slow")
    page.locator("#question textarea").fill(BRIDGE)
    page.keyboard.press("Enter")
    page.locator("#chat .answer blockquote").first.wait_for()
    assert held
    early = False
    for route in held:
        with page.expect_response("**/queue/join*"):
            route.continue_()
    expect(page.locator("#current .ready")).to_be_attached()
    opened.do("as usual")
    page.locator("#chat .actions.finished").wait_for()
    expect(page.locator("#chat .stopped")).to_have_count(0)
    page.reload()
    expect(page.locator("#chat .answer")).to_have_count(1)


def test_a_conversation_outlives_the_page_and_its_articles(
    context: BrowserContext, collection: Collection, opened: Opened
) -> None:
    file = collection.folder / "fleeting.md"
    question = "When did the clock of Ebbe Market stop?"
    page = visit(context, opened)
    words = ask(page, question).locator("a.cite").first.evaluate("link => link.previousSibling.textContent").strip()
    said = page.locator("#chat .answer").inner_text()
    assert words in FLEETING
    try:
        file.unlink()
        Collection(collection.folder, opened.store).index()
        with running("app.py", "--store", str(opened.store), "--port", "0") as address:
            page = context.new_page()
            page.goto(address)
            page.get_by_role("button", name="Conversations").click()
            page.locator("#past").get_by_role("button", name=question, exact=True).click()
            page.locator("#chat a.cite").first.click()
            inside = page.frame_locator("#reader iframe")
            expect(inside.locator(".told")).to_have_text("This article is no longer in the collection.")
            expect(inside.locator("mark")).to_have_text(words)
            assert page.locator("#chat .answer").inner_text() == said
    finally:
        file.write_text(FLEETING, encoding="utf-8")
        Collection(collection.folder, opened.store).index()


# The list


def test_conversations_are_listed_opened_and_deleted(context: BrowserContext, opened: Opened) -> None:
    page = visit(context, opened)
    page.get_by_role("button", name="Conversations").click()
    past = page.locator("#past")
    expect(past.locator(".told")).to_have_text("None yet.")
    page.keyboard.press("Escape")
    ask(page, BRIDGE)
    ask(page, "Who found the cracks?")
    page.get_by_role("button", name="New chat").click()
    expect(page.locator("#chat .asked")).to_have_count(0)
    ask(page, NOTHING)

    page.get_by_role("button", name="Conversations").press("Enter")
    expect(past.locator("li")).to_have_count(2)
    expect(past.locator("li").nth(1)).to_contain_text("2\u00a0questions")
    expect(past.get_by_role("button", name=NOTHING, exact=True)).to_have_attribute("aria-current", "true")
    past.get_by_role("button", name=BRIDGE, exact=True).press("Enter")
    expect(page.locator("#chat .asked")).to_have_text([BRIDGE, "Who found the cracks?"])
    expect(past).to_be_hidden()
    ask(page, "And when?")

    page.get_by_role("button", name="Conversations").click()
    expect(past.locator("li").first).to_contain_text("3\u00a0questions")
    past.get_by_role("button", name=f"Delete “{BRIDGE}”").click()
    expect(past.get_by_role("button", name="Keep")).to_be_focused()
    page.keyboard.press("Enter")
    expect(past.locator("li")).to_have_count(2)
    past.get_by_role("button", name=f"Delete “{BRIDGE}”").click()
    past.get_by_role("button", name="Delete", exact=True).click()
    expect(past.locator("li")).to_have_count(1)
    expect(past.locator(".told")).to_have_text("Deleted.")
    page.keyboard.press("Escape")
    expect(page.locator("#chat .asked")).to_have_count(0)
    page.reload()
    expect(page.locator("#welcome .lead").first).to_be_visible()
    assert b"Mongolia" in opened.held()
    assert b"cracks" not in opened.held()


def test_a_conversation_deleted_in_another_tab_is_not_brought_back(context: BrowserContext, opened: Opened) -> None:
    page = visit(context, opened)
    ask(page, BRIDGE)
    kept = page.evaluate("sessionStorage.getItem('conversation')")
    asked = {"json": {"id": kept}, "headers": {"Origin": opened.address}}
    assert httpx.post(f"{opened.address}/conversations/delete", **asked).status_code == 200
    page.locator("#question textarea").fill(NOTHING)
    page.keyboard.press("Enter")
    expect(page.locator("#chat .asked")).to_have_text([NOTHING])
    page.locator("#chat .actions .row").wait_for()
    assert opened.listed() == [NOTHING]


def test_a_file_that_can_not_be_used_is_told_once_and_stops_no_answer(context: BrowserContext, opened: Opened) -> None:
    (opened.store / "conversations.sqlite").write_bytes(b"no database " * 1_000)
    page = visit(context, opened)
    ask(page, BRIDGE)
    expect(page.locator("#notice .notice")).to_have_count(1)
    expect(page.locator("#notice .notice")).to_contain_text("Conversations are not kept now")
    expect(page.locator("#chat .answer .tier")).to_have_text("From your articles")
    page.reload()
    expect(page.locator("#chat .asked")).to_have_text([BRIDGE])


# Taking an answer away


def test_an_answer_is_copied_with_its_references(context: BrowserContext, opened: Opened) -> None:
    page = visit(context, opened)
    answer = ask(page, BRIDGE)
    answer.get_by_role("button", name="Copy").click()
    expect(answer.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"**{BRIDGE}**\n\nFrom the articles:\n\n> The Pilgrim Bridge")
    assert "\n[1] Pilgrim Bridge closed after divers find cracks." in copied


def test_references_are_exported_by_keyboard(context: BrowserContext, opened: Opened) -> None:
    page = visit(context, opened)
    answer = ask(page, BRIDGE)
    for name, suffix in (("BibTeX", "bib"), ("RIS", "ris"), ("CSL-JSON", "json"), ("Markdown", "md")):
        answer.locator(".export summary").press("Enter")
        with page.expect_download() as download:
            answer.get_by_role("link", name=name).press("Enter")
        assert download.value.suggested_filename.endswith(f"-1.{suffix}")
        expect(answer.locator(".export summary")).to_be_focused()
        text = Path(download.value.path()).read_text(encoding="utf-8")
        title = "Pilgrim Bridge closed after divers find cracks"
        assert title in text
        if suffix == "bib":
            assert title in bibtexparser.parse_string(text).entries[0].fields_dict["title"].value
        elif suffix == "ris":
            assert rispy.loads(text)[0]["title"] == title
        elif suffix == "json":
            assert json.loads(text)[0]["title"] == title
    answer.locator(".export summary").press("Enter")
    page.keyboard.press("Escape")
    expect(answer.get_by_role("link", name="BibTeX")).to_be_hidden()
    expect(answer.locator(".export summary")).to_be_focused()


def test_a_refusal_has_no_bibliography(context: BrowserContext, opened: Opened) -> None:
    page = visit(context, opened)
    answer = ask(page, NOTHING)
    answer.locator(".export summary").click()
    expect(answer.get_by_role("link", name="Markdown")).to_be_visible()
    expect(answer.get_by_role("link", name="BibTeX")).to_have_count(0)
    conversation = page.evaluate("sessionStorage.getItem('conversation')")
    assert httpx.get(f"{opened.address}/conversations/{conversation}/1.bib").status_code == 404
    fetched = httpx.get(f"{opened.address}/conversations/{conversation}/1.md")
    assert fetched.headers["content-disposition"].startswith("attachment;")
    assert fetched.headers["x-content-type-options"] == "nosniff"
    assert httpx.get(f"{opened.address}/conversations/{conversation}/9.md").status_code == 404


# Rating


def test_ratings_come_back_as_questions(context: BrowserContext, opened: Opened) -> None:
    page = visit(context, opened)
    answer = ask(page, BRIDGE)
    up, down = (answer.get_by_role("button", name=f"{name} answer") for name in ("Good", "Bad"))
    down.click()
    expect(down).to_have_attribute("aria-pressed", "true")
    answer.get_by_role("button", name="It should have refused").press("Enter")
    expect(answer.locator(".row .told")).to_have_text("Noted.")
    answer.get_by_role("textbox", name="What is wrong").fill("Nobody   said so")
    page.keyboard.press("Enter")
    expect(answer.locator(".act.reason")).to_have_text("It should have refused: Nobody said so")
    up.click()
    expect(up).to_have_attribute("aria-pressed", "true")
    expect(down).to_have_attribute("aria-pressed", "false")
    answer.get_by_role("button", name="Done").click()

    second = ask(page, NOTHING)
    expect(up).to_have_attribute("aria-pressed", "true")  # though the whole chat was drawn anew
    second.get_by_role("button", name="Bad answer").click()
    expect(second.locator(".rating")).to_be_visible()
    second.get_by_role("button", name="Bad answer").click()
    expect(second.locator(".row .told")).to_have_text("Taken back.")
    expect(second.locator(".rating")).to_have_count(0)

    third = ask(page, "Who was the first keeper of the lighthouse on Mars?")
    third.get_by_role("button", name="Bad answer").click()
    third.get_by_role("button", name="Something is missing").click()
    expect(third.locator(".row .told")).to_have_text("Noted.")
    page.reload()
    expect(up.first).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".act.reason").last).to_have_text("Something is missing")

    latest = {str(line["id"]): line for line in map(json.loads, opened.feedback.read_text().splitlines())}
    assert [(line["thumb"], line["answerable"]) for line in latest.values()] == [
        ("up", True),
        (None, None),
        ("down", None),
    ]
    command = [sys.executable, "-m", "assistant", "evaluate", str(opened.feedback.parent), "--json"]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    rows = json.loads(done.stdout)
    assert [(row["task"], row["system"], row["n"]) for row in rows] == [
        *(("retrieval", system, 1) for system in ("clippings", "dense", "words")),
        ("answers", "clippings", 1),
    ]
    assert rows[-1]["first"] == 1
    assert "1 answer was rated down with no right answer known" in done.stderr
    assert "lighthouse on Mars" in done.stderr


# Filters that were read out of the question


def test_a_filter_of_the_question_is_a_chip_that_can_be_taken_away(context: BrowserContext, opened: Opened) -> None:
    opened.do("inferring")
    page = visit(context, opened)
    answer = ask(page, BRIDGE)
    expect(answer.locator(".chip bdi")).to_have_text(["The Beacon", "from 2 June 2025"])
    expect(answer.locator(".chips")).to_contain_text("as your question says")
    answer.get_by_role("button", name="Search without: The Beacon").press("Enter")
    expect(answer.locator(".chip bdi")).to_have_text(["from 2 June 2025"])
    expect(answer.locator(".without")).to_contain_text("Searched without: The Beacon")
    expect(answer.locator(".sources")).to_contain_text("La Vigie")
    expect(answer.get_by_role("button", name="Copy")).to_be_focused()
    assert questions(page) == [BRIDGE]
    page.get_by_role("button", name="Copy").wait_for()
    page.reload()
    expect(answer.locator(".without")).to_contain_text("Searched without: The Beacon")
    answer.get_by_role("button", name="Search without: from 2 June 2025").click()
    expect(answer.locator(".chip")).to_have_count(0)
    expect(answer.locator(".without")).to_contain_text("Searched without: The Beacon and from 2 June 2025")
    answer.get_by_role("button", name="Put back").click()
    expect(answer.locator(".chip bdi")).to_have_text(["The Beacon", "from 2 June 2025"])
    expect(answer.locator(".without")).to_have_count(0)
    assert questions(page) == [BRIDGE]


# Answers that a model writes


def test_sentences_left_out_are_struck_through_when_they_are_shown(context: BrowserContext, opened: Opened) -> None:
    opened.do("writing")
    page = visit(context, opened)
    answer = ask(page, BRIDGE)
    left_out = answer.locator(".left-out")
    expect(left_out.locator("summary")).to_have_text("2 sentences left out; show")
    expect(left_out.locator("li").first).to_be_hidden()
    left_out.locator("summary").press("Enter")
    expect(left_out.locator("li").first).to_have_css("text-decoration-line", "line-through")
    expect(left_out.locator(".why")).to_contain_text("no quotation from your articles carries them")
    written, quoted = answer.locator(".written").first, answer.locator(".supported blockquote p").first
    assert written.bounding_box()["y"] < quoted.bounding_box()["y"]  # type: ignore[index]


@pytest.mark.parametrize(("width", "dark"), [(390, False), (390, True), (1280, True)])
def test_nothing_goes_over_the_edge(chromium: Browser, opened: Opened, width: int, dark: bool) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 844}, color_scheme="dark" if dark else "light")
    page, seen = context.new_page(), Seen()
    seen.watch(page)
    opened.do("inferring")
    page.goto(opened.address)
    page.locator("#question textarea").wait_for()

    def over() -> int:
        return int(page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth"))

    answer = ask(page, BRIDGE)
    assert over() <= 0
    answer.get_by_role("button", name="Bad answer").click()
    answer.locator(".rating").wait_for()
    assert over() <= 0
    answer.locator(".export summary").click()
    assert over() <= 0
    page.get_by_role("button", name="Conversations").click()
    page.locator("#past li").wait_for()
    assert over() <= 0
    context.close()
    assert seen.errors == []
