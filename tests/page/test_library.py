"""The Library tab as a person meets it: a real browser, the real program, real builds."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Seen, running
from playwright.sync_api import Browser, Locator, Page, expect
from reportlab.pdfgen.canvas import Canvas
from test_browser import ask, marked, quoted, reader

PHONE = pytest.mark.parametrize("page", [(390, 844)], indirect=True)
CLOCK = """---
title: The clock of Ebbe Market
publisher: The Beacon
date: 2025-07-21
---
The clock of Ebbe Market stopped at seven minutes past four on Sunday.
"""
OVEN = """---
title: The oven of Mirre Lane
publisher: La Vigie
date: 2023-02-01
---
The communal oven of Mirre Lane was lit again for the first time in forty years.
"""
STOPPED = "When did the clock of Ebbe Market stop?"
BUILT = 60_000  # milliseconds that a build may take on a machine that has other things to do

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def paper() -> bytes:
    """Three pages, each with a sentence of its own."""
    file = io.BytesIO()
    canvas = Canvas(file)
    for line in (
        "The harbour office published its yearly report on Friday.",
        "The dredger Marguerite lost her anchor in the fairway of Kelverhaven.",
        "Divers will look for the anchor when the tide allows it.",
    ):
        canvas.drawString(72, 700, line)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def file(name: str, content: str | bytes) -> dict[str, object]:
    return {
        "name": name,
        "mimeType": "application/octet-stream",
        "buffer": content.encode() if isinstance(content, str) else content,
    }


def drop(page: Page, name: str, content: str) -> None:
    """Let a file fall on the drop zone, as a file manager would."""
    data = page.evaluate_handle(
        "([name, content]) => { const data = new DataTransfer(); data.items.add(new File([content], name)); return data; }",
        [name, content],
    )
    for event in ("dragenter", "dragover", "drop"):
        page.dispatch_event("#drop", event, {"dataTransfer": data})


def titles(page: Page) -> Locator:
    return page.locator("#rows tbody td.title a")


def built(page: Page, articles: int) -> None:
    """Wait until nothing is built any more and there are so many articles."""
    expect(page.locator("#masthead .facts")).to_have_text(
        re.compile(rf"^{articles} article|No articles" if articles else "No articles"), timeout=BUILT
    )
    expect(page.locator("#running")).to_be_hidden(timeout=BUILT)


def over(page: Page) -> int:
    return int(page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth"))


@pytest.fixture
def empty(chromium: Browser, tmp_path: Path) -> Iterator[Page]:
    """The Library over a store that was never built; its address is a deep link."""
    with running("app.py", "--store", str(tmp_path / "store"), "--port", "0") as address:
        context = chromium.new_context(viewport={"width": 1280, "height": 900})
        opened = context.new_page()
        seen = Seen()
        seen.watch(opened)
        opened.goto(f"{address}/#library")
        opened.locator("body.no-articles").wait_for()
        yield opened
        context.close()
        assert [error for error in seen.errors if not re.search(r"status of 4(00|10)", error)] == []
        assert seen.hosts == {address}


def test_from_nothing_to_an_answer_and_back(empty: Page, tmp_path: Path) -> None:
    page, uploads = empty, tmp_path / "store" / "uploads"
    expect(page.locator("#adding")).to_contain_text("Drop files here")
    expect(page.locator("#again")).to_be_hidden()
    page.locator("#files").set_input_files(
        [file("clock.md", CLOCK), file("paper.pdf", paper()), file("program.exe", "x"), file("broken.json", "{{")]  # type: ignore[list-item]
    )
    expect(page.locator("#sending-told")).to_have_text("3 files taken, 1 not.")
    expect(page.locator("#sent li")).to_have_text(
        [
            re.compile("clock.md *added"),
            re.compile("paper.pdf *added"),
            re.compile("program.exe *not added: this kind of file is not read"),
            re.compile("broken.json *added"),
        ]
    )
    expect(page.locator("#running-bar")).to_be_visible()
    built(page, 2)
    expect(page.locator("#ended")).to_contain_text("2 added, 0 changed, 0 removed, 0 kept and 0 duplicates")
    expect(titles(page)).to_have_count(2)
    expect(page.locator("#unread-count")).to_have_text("1")
    expect(page.locator("#unreadable-list")).to_contain_text("broken.json")
    expect(page.locator("#unreadable-list")).to_contain_text("not JSON")
    expect(page.locator("#coverage-what")).to_contain_text("1 article has no date")

    drop(page, "clock.md", OVEN)
    expect(page.locator("#sent li")).to_have_text([re.compile("added as clock \\(2\\).md")])
    drop(page, "same.md", OVEN)
    expect(page.locator("#sent li")).to_have_text([re.compile("already there as clock \\(2\\).md")])
    built(page, 3)
    assert sorted(path.name for path in uploads.iterdir()) == ["broken.json", "clock (2).md", "clock.md", "paper.pdf"]

    page.locator("#tab-ask").click()
    expect(page.locator("#welcome .none-yet")).to_be_hidden()
    marker = ask(page, STOPPED).locator("a.cite").first
    marker.click()
    assert marked(page) == quoted(marker)
    page.keyboard.press("Escape")
    answer = ask(page, "What did the dredger Marguerite lose in the fairway?")
    expect(answer.locator(".voice").first).to_contain_text("page 2")
    answer.locator("a.cite").first.click()
    assert "Marguerite" in marked(page)
    shown = reader(page).locator(".page")
    assert shown.evaluate_all("all => all.map(one => one.dataset.page)") == ["1", "2", "3"]
    expect(reader(page).locator("mark").first).to_be_in_viewport()
    page.keyboard.press("Escape")

    page.locator("#tab-library").click()
    remove = page.get_by_role("button", name="Remove The clock of Ebbe Market")
    remove.click()
    expect(page.locator("#ask-back")).to_contain_text("Its copy in the store is deleted")
    expect(page.locator("#ask-back-no")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#ask-back")).to_be_hidden()
    expect(remove).to_be_focused()
    remove.click()
    page.locator("#ask-back-no").click()
    expect(titles(page)).to_have_count(3)
    remove.click()
    page.locator("#ask-back-yes").click()
    built(page, 2)
    expect(titles(page)).to_have_count(2)
    assert not (uploads / "clock.md").exists()
    page.get_by_role("button", name=re.compile("Remove .*broken.json")).click()
    expect(page.locator("#ask-back")).to_contain_text("If some articles of it could be read, they leave the library")
    page.locator("#ask-back-yes").click()
    expect(page.locator("#unreadable")).to_be_hidden(timeout=BUILT)
    assert not (uploads / "broken.json").exists()

    page.locator("#tab-ask").click()
    expect(page.locator("#chat .answer")).to_have_count(2)
    expect(ask(page, STOPPED).locator(".tier")).to_have_text("The articles don’t answer this.")


def test_a_folder_is_added_watched_and_removed(empty: Page, tmp_path: Path) -> None:
    page, folder = empty, tmp_path / "articles"
    folder.mkdir()
    (folder / "clock.md").write_text(CLOCK, encoding="utf-8")
    path, told = page.locator("#folder-path"), page.locator("#folder-told")
    for typed, why in (
        ("", "Type the path of a folder."),
        ("articles", "Type the whole path"),
        (str(tmp_path / "nowhere"), f"There is no folder {tmp_path / 'nowhere'}."),
        (str(tmp_path / "store"), "This is the store itself"),
    ):
        if typed.endswith("store"):
            (tmp_path / "store").mkdir(exist_ok=True)
        path.fill(typed)
        path.press("Enter")
        expect(told).to_contain_text(why)
        expect(path).to_be_focused()
    path.fill(str(folder))
    page.get_by_role("button", name="Add folder").click()
    expect(told).to_be_empty()
    built(page, 1)
    expect(page.locator("#roots-list li")).to_contain_text([str(folder)])

    page.get_by_role("switch", name="Watch the folders").click()
    expect(page.get_by_role("switch")).to_have_attribute("aria-checked", "true")
    (folder / "oven.md").write_text(OVEN, encoding="utf-8")
    built(page, 2)
    page.get_by_role("switch").click()
    expect(page.get_by_role("switch")).to_have_attribute("aria-checked", "false")
    page.get_by_role("button", name="Bring up to date").click()
    expect(page.locator("#ended")).to_contain_text(
        "Bringing up to date: 0 added, 0 changed, 0 removed, 2 kept", timeout=BUILT
    )

    page.get_by_role("button", name="Remove The clock of Ebbe Market").click()
    expect(page.locator("#ask-back")).to_contain_text("you can put the article back below")
    page.locator("#ask-back-yes").click()
    built(page, 1)
    expect(page.locator("#left-out-list")).to_contain_text(str(folder / "clock.md"))
    page.get_by_role("button", name="Put back The clock of Ebbe Market").click()
    built(page, 2)
    expect(page.locator("#left-out")).to_be_hidden()

    page.get_by_role("button", name=f"Remove the folder {folder}").click()
    expect(page.locator("#ask-back")).to_contain_text("2 articles leave the library")
    page.locator("#ask-back-yes").click()
    built(page, 0)
    expect(page.locator("#articles")).to_be_hidden()
    assert sorted(path.name for path in folder.iterdir()) == ["clock.md", "oven.md"]


@pytest.fixture
def library(page: Page) -> Page:
    """The page over the sample articles, at its Library."""
    page.locator("#tab-library").click()
    titles(page).first.wait_for()
    return page


def test_columns_sort(library: Page) -> None:
    def column(name: str) -> list[str]:
        return library.locator(f"#rows tbody td.{name}").all_inner_texts()

    head = library.locator("#rows th[data-column=published]")
    expect(head).to_have_attribute("aria-sort", "descending")
    expect(library.locator("#rows tbody td.published").first).to_have_text("26 September 2025")
    assert column("published")[-1] == "no date"
    head.get_by_role("button").click()
    expect(head).to_have_attribute("aria-sort", "ascending")
    expect(library.locator("#rows tbody td.published").first).to_have_text("14 June 2025")
    assert column("published")[-1] == "no date"
    by_title = library.locator("#rows th[data-column=title]")
    by_title.get_by_role("button").click()
    expect(by_title).to_have_attribute("aria-sort", "ascending")
    expect(head).not_to_have_attribute("aria-sort", re.compile(".*"))
    expect(titles(library).first).to_contain_text("<script>")


def test_rows_are_sought_and_filtered(library: Page) -> None:
    told = library.locator("#found-told")
    expect(told).to_have_text(re.compile(r"^1\d articles$"))
    library.get_by_label("Search titles").fill("epave")
    expect(titles(library)).to_have_count(1)
    expect(titles(library)).to_contain_text("Une épave")
    expect(told).to_have_text(re.compile(r"^1 of 1\d articles$"))
    library.get_by_role("button", name="Show all").click()
    expect(library.get_by_label("Search titles")).to_have_value("")
    expect(told).to_have_text(re.compile(r"^1\d articles$"))
    library.locator("#wanted-publisher").select_option("Harbour Post")
    expect(titles(library)).to_have_count(3)
    library.locator("#wanted-since").fill("2025-07-01")
    expect(titles(library)).to_have_count(2)
    library.locator("#wanted-until").fill("2025-07-31")
    expect(titles(library)).to_have_count(1)
    library.get_by_label("Search titles").fill("nothing like this")
    expect(told).to_have_text(re.compile(r"^0 of 1\d articles$"))


def test_a_title_opens_the_article(library: Page) -> None:
    link = titles(library).nth(3)
    link.click()
    expect(reader(library).locator("h1")).to_have_text(link.inner_text())
    beside = library.locator("#library").bounding_box()
    article = library.locator("#reader").bounding_box()
    assert beside
    assert article
    assert beside["width"] > 600
    assert beside["x"] + beside["width"] <= article["x"]
    expect(link).to_have_attribute("aria-current", "true")
    library.keyboard.press("Escape")
    expect(library.locator("#reader")).to_be_hidden()
    expect(link).to_be_focused()


def test_coverage_is_told_to_eyes_keys_and_screen_readers(library: Page) -> None:
    expect(library.locator("#coverage-what")).to_have_text(re.compile(r"^Articles a week, 14 June 2025 to .* no date"))
    plot, told = library.locator("#plot"), library.locator("#plot-told")
    plot.focus()
    library.keyboard.press("Home")
    expect(told).to_have_text("Week of 9 June 2025: 1 article (The Beacon 1)")
    library.keyboard.press("ArrowRight")
    library.keyboard.press("ArrowRight")
    expect(told).to_contain_text("Week of 23 June 2025")
    library.get_by_text("The same as a table").click()
    expect(library.locator("#coverage-table tbody tr").first).to_contain_text("week of 9 June 2025")
    plot.focus()
    library.keyboard.press("Enter")
    expect(library.locator("#wanted-since")).to_have_value("2025-06-23")
    expect(library.locator("#wanted-until")).to_have_value("2025-06-29")
    expect(titles(library)).to_have_count(4)


def test_tabs_by_keyboard_and_by_address(page: Page) -> None:
    asking, library = page.get_by_role("tab", name="Ask"), page.get_by_role("tab", name="Library")
    page.locator("#question textarea").fill("half a question")
    asking.focus()
    page.keyboard.press("ArrowRight")
    expect(library).to_be_focused()
    expect(library).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("tabpanel", name="Library")).to_be_visible()
    expect(page.locator("#ask")).to_be_hidden()
    assert page.url.endswith("/#library")
    page.go_back()
    expect(page.locator("#ask")).to_be_visible()
    expect(asking).to_have_attribute("aria-selected", "true")
    page.go_forward()
    expect(page.locator("#library")).to_be_visible()
    library.focus()
    page.keyboard.press("Home")
    expect(asking).to_be_focused()
    expect(page.locator("#question textarea")).to_have_value("half a question")
    linked = page.context.new_page()
    linked.goto(f"{page.url}#library")
    titles(linked).first.wait_for()
    expect(linked.locator("#ask")).to_be_hidden()


def test_what_an_article_is_called_stays_text(library: Page) -> None:
    library.get_by_label("Search titles").fill("script")
    expect(titles(library)).to_have_count(1)
    expect(titles(library)).to_contain_text("<script>document.title = 'owned'</script><img src=")
    expect(library.locator("#rows tbody td.publisher")).to_have_text("<b>The Quill</b>")
    assert library.locator("#library :is(script, img, iframe, b)").count() == 0
    expect(library).to_have_title("Clippings")


@PHONE
def test_on_a_phone_nothing_goes_over_the_edge_or_is_too_small(library: Page) -> None:
    assert over(library) <= 0
    small = library.locator("#library :is(button, select, input, label.button):visible").evaluate_all(
        "all => all.filter(one => one.id !== 'files' && one.getBoundingClientRect().height < 40).map(one => one.outerHTML)"
    )
    assert small == []
    library.get_by_role("button", name="Remove").first.click()
    expect(library.locator("#ask-back")).to_be_in_viewport()
    assert over(library) <= 0
    library.keyboard.press("Escape")
    titles(library).first.click()
    expect(reader(library).locator("h1")).to_be_in_viewport()
    expect(library.locator("#library")).to_have_attribute("inert", "")
    assert over(library) <= 0
    library.keyboard.press("Escape")
    expect(titles(library).first).to_be_focused()
