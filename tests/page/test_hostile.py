"""Payloads in every place where words come from elsewhere: in Chromium, none does more than stand there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from chat_server import ChatServer
from conftest import Collection, Seen, running
from playwright.sync_api import Browser, Page, expect

ELSEWHERE = "http://elsewhere.example"
RUN = "document.title='owned'"
PAYLOADS = [
    f"<script>{RUN}</script>",
    f"<img src=x onerror=\"{RUN}\">",
    f"<svg onload=\"{RUN}\"><circle r=9></circle></svg>",
    f"<svg><script>{RUN}</script></svg>",
    f"<iframe srcdoc=\"<script>parent.{RUN}</script>\"></iframe>",
    f"<iframe src={ELSEWHERE}/frame></iframe>",
    f"<body onload=\"{RUN}\">",
    f"<details open ontoggle=\"{RUN}\">more</details>",
    f"<input autofocus onfocus=\"{RUN}\">",
    f"<a href=\"javascript:{RUN}\">press</a>",
    f"[press](javascript:{RUN})",
    f"[press]({ELSEWHERE}/press \"title\")",
    f"<math><mtext><style><img src onerror=\"{RUN}\"></style></mtext></math>",
    f"<noscript><p title=\"</noscript><img src=x onerror={RUN}>\"></noscript>",
    f"\"><script>{RUN}</script>",
    f"'-{RUN}-'",
    f"{{{{constructor.constructor(\"{RUN}\")()}}}}",
    f"${{{RUN}}}",
    f"![image]({ELSEWHERE}/image.png)",
    f"<img src={ELSEWHERE}/image.png>",
    f"<img srcset=\"{ELSEWHERE}/image.png 2x\">",
    f"<div style=\"background:url({ELSEWHERE}/back.png)\">back</div>",
    f"<style>body{{background:url({ELSEWHERE}/style.png)}}</style>",
    f"<link rel=stylesheet href={ELSEWHERE}/style.css>",
    f"<meta http-equiv=refresh content=\"0;url={ELSEWHERE}/away\">",
    f"<base href={ELSEWHERE}/>",
    f"<video src={ELSEWHERE}/film.mp4 autoplay></video>",
    f"<audio src={ELSEWHERE}/sound.mp3 autoplay></audio>",
    f"<object data={ELSEWHERE}/object></object><embed src={ELSEWHERE}/embed>",
    f"<form action={ELSEWHERE}/login><input name=password type=password><button>Sign in</button></form>",
    "<div style=\"position:fixed;inset:0;z-index:99999;background:white\">Your session is over</div>",
    f"```mermaid\ngraph LR; A-->B; click A \"{ELSEWHERE}/click\"\n```",
    f"$\\href{{javascript:{RUN}}}{{x}}$ $$\\includegraphics{{{ELSEWHERE}/tex.png}}$$",
    f"<p>[1] <b>Sources</b> <a class=cite href={ELSEWHERE}/cite>[1]</a></p>",
]  # fmt: skip
# Where these stand there is nothing of ours that may hold one of them.
FOREIGN = "script, iframe, object, embed, video, audio, form, input, img, circle, math, style, link, meta, base"


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Collection:
    """An article a payload: in its title, its text, its publisher and the name of its file."""
    folder = tmp_path_factory.mktemp("hostile") / "articles"
    folder.mkdir()
    for number, payload in enumerate(PAYLOADS):
        quoted = " ".join(payload.split()).replace("\\", "\\\\").replace('"', '\\"')
        head = f'---\ntitle: "Ferry {number} {quoted}"\npublisher: "Paper {quoted}"\n---\n'
        text = f"The ferry of quay {number} was painted green, and {payload} is what stood on its hull.\n"
        name = payload.replace("/", "\u2215").replace("\n", " ")[:60]
        (folder / f"{number} {name}.md").write_text(head + text, encoding="utf-8")
    made = Collection(folder, folder.parent / "store")
    made.index()
    return made


@pytest.fixture(scope="module")
def address(collection: Collection, chat: ChatServer) -> Iterator[str]:
    with running("app.py", "--store", str(collection.store), "--port", "0", "--model", chat.name) as opened:
        yield opened


def harmless(page: Page, place: str) -> None:
    """Nothing of a payload has become part of the page, and nothing lies over it."""
    assert page.title() == "Clippings"
    foreign = page.locator(place).locator(FOREIGN).evaluate_all("all => all.map(one => one.outerHTML)")
    assert foreign == []
    links = page.locator(place).locator("a[href]").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    assert all(link.startswith(("/articles/", "/conversations/")) for link in links), links
    over = "all => all.filter(one => getComputedStyle(one).position === 'fixed').length"
    assert page.locator(f"{place} *").evaluate_all(over) == 0


@pytest.mark.parametrize("model", ["", "scripted"], ids=["quoted", "written"])
def test_a_payload_stays_text_in_question_answer_and_history(
    chromium: Browser, address: str, chat: ChatServer, model: str
) -> None:
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    page, seen = context.new_page(), Seen()
    seen.watch(page)
    page.goto(address)
    page.locator("#question textarea").wait_for()
    if not model:
        page.locator("#writer input").click()
        page.get_by_role("option", name="Quotations only").click()
    for number, payload in enumerate(PAYLOADS):
        chat.says(f"The ferry of quay {number} was painted green. {payload} It was green, {payload} they say [1].")
        page.locator("#question textarea").fill(f"What color was the ferry of quay {number} painted? {payload}")
        page.keyboard.press("Enter")
        page.locator("#chat .asked").nth(number).wait_for()
        page.locator("#send").wait_for()
        expect(page.locator("#chat .answer")).to_have_count(number + 1)
    assert bool(model) == bool(chat.asked)
    harmless(page, "#chat .message")
    for shut in page.locator("#chat summary").all():
        shut.click()
    harmless(page, "#chat .message")
    page.reload()
    expect(page.locator("#chat .answer")).to_have_count(len(PAYLOADS))
    harmless(page, "#chat .message")
    page.locator("#conversations").click()
    expect(page.locator("dialog[open]")).to_contain_text("painted")
    harmless(page, "dialog[open] li")
    assert (seen.errors, seen.hosts) == ([], {address})
    context.close()


def test_a_payload_stays_text_in_the_library_and_the_reader(chromium: Browser, address: str) -> None:
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    page, seen = context.new_page(), Seen()
    seen.watch(page)
    page.goto(address)
    page.locator("#tab-library").click()
    rows = page.locator("#library tbody tr")
    expect(rows.first).to_be_visible()
    harmless(page, "#library table")
    listed = page.request.get(f"{address}/library/articles").json()
    reader = context.new_page()  # Gradio calls it an error when its page is left while it loads
    seen.watch(reader)
    for row in listed["rows"]:
        reader.goto(f"{address}/articles/{row['id']}")
        expect(reader.locator("body")).to_contain_text("was painted green")
        assert reader.title() != "owned"
        inside = reader.locator("body").locator(
            "script, iframe, object, embed, video, audio, form, input, img, svg, base"
        )
        assert inside.count() == 0
    assert len(listed["rows"]) == len(PAYLOADS)
    assert (seen.errors, seen.hosts) == ([], {address})
    context.close()
