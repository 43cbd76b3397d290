"""An article's page: its text, the marked words, and what it says when the article is another or gone."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small import ATTACKS, answer, article

from assistant.page import reader
from assistant.page.kept import Quotations
from assistant.page.reader import Reference
from index.article import Article, normalise
from index.errors import ArticleChanged, ArticleGone

TEXTS = st.builds(
    normalise,
    st.lists(st.text(max_size=40) | st.sampled_from([*ATTACKS, "\n", "\n\n", "\n \n", "é👩‍🔬"]), max_size=8).map(
        "".join
    ),
)


@dataclass
class Shelf:
    """Articles by id, as a library gives them."""

    articles: dict[str, Article] = field(default_factory=dict)

    def article(self, article_id: str, version: str | None = None, /) -> Article:
        if article_id not in self.articles:
            raise ArticleGone(article_id)
        found = self.articles[article_id]
        if version is not None and found.version != version:
            raise ArticleChanged(article_id)
        return found


def text_of(page: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", page))


@given(TEXTS)
def test_without_its_tags_the_text_is_the_article(text: str) -> None:
    assert text_of(reader.body(text)) == text


@given(TEXTS, st.data())
def test_the_marked_words_are_the_quotation(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, max(0, len(text) - 1)))
    end = data.draw(st.integers(start, len(text)))
    shown = reader.body(text, (start, end))
    assert text_of(shown) == text
    if "<mark" not in shown:
        assert not text[start:end].strip()
        return
    before, rest = shown.split("<mark", 1)
    marked, after = rest.rsplit("</mark>", 1)
    inside = text_of(f"<mark{marked}")
    lead = text[start:end].index(inside)
    assert not (text[start:end][:lead] + text[start:end][lead + len(inside) :]).strip()
    assert text_of(before) + inside + text_of(after) == text
    assert shown.count('id="quotation"') == 1


@given(TEXTS, st.data())
def test_page_numbers_are_no_part_of_the_text(text: str, data: st.DataObject) -> None:
    pages = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
    start = data.draw(st.integers(0, len(text)))
    assert text_of(reader.body(text, (start, len(text)), pages)) == text


def test_each_page_is_marked_where_its_words_begin() -> None:
    shown = reader.body("One two.\n\nThree four. Five.\n\nSix.", (10, 21), (0, 9, 16, 28, 28))
    marked = re.sub(r'<span class="page" data-page="(\d)"></span>', r"{\1}", shown)
    assert text_of(marked) == "{1}One two.\n\n{2}Three {3}four. Five.\n\n{5}Six."


def test_an_article_says_how_it_was_read() -> None:
    shelf = Shelf({"a1": article(marks=("hidden text left out",), pages=(0,))})
    page = reader.read(shelf, Quotations(), Reference("a1")).html
    assert '<p class="marks">Hidden text left out.</p>' in page
    assert 'data-page="1"' in page


def test_a_quotation_over_two_paragraphs_is_marked_in_both() -> None:
    shown = reader.body("One. Two.\n\nThree. Four.", (5, 17))
    assert re.findall(r"<mark[^>]*>([^<]*)</mark>", shown) == ["Two.", "Three."]


@given(st.text() | st.sampled_from(ATTACKS))
def test_nothing_of_an_article_becomes_a_tag(text: str) -> None:
    shelf = Shelf({"a1": article(text, text, publisher=text, authors=(text,), url=text, paths=(text,))})
    page = reader.read(shelf, Quotations(), Reference("a1")).html
    ours = {"!doctype", "html", "head", "meta", "title", "link", "style", "body", "main", "header", "h1", "p"}
    ours |= {"span", "bdi", "div", "footer", "dl", "dt", "dd", "a"}
    assert {name.lower() for name in re.findall(r"</?([^\s>/]+)", page.replace(reader.STYLE, ""))} <= ours


def test_an_article_is_told_with_its_facts() -> None:
    page = reader.read(Shelf({"a1": article()}), Quotations(), Reference("a1"))
    told = text_of(page.html.replace(reader.STYLE, ""))
    assert page.status == 200
    for fact in ["The bridge", "The Beacon", "Ann Writer", "14 June 2025", "bridge.md", "Rain fell."]:
        assert fact in told
    assert 'href="https://beacon.example/bridge" target="_blank" rel="noopener noreferrer nofollow"' in page.html


def test_an_address_that_does_things_is_no_link() -> None:
    shelf = Shelf({"a1": article(url="javascript:alert(1)", published=None)})
    page = reader.read(shelf, Quotations(), Reference("a1")).html
    assert "<a " not in page
    assert "no date" in page


def quoted(shelf: Shelf) -> tuple[Quotations, Reference]:
    """Quotations that hold the bridge's last sentence, and where it stood."""
    kept = Quotations()
    found = answer("The bridge is shut.")
    version = shelf.articles["a1"].version
    kept.keep(replace(found, sources=(replace(found.sources[0], version=version),), nearest=()))
    return kept, Reference("a1", version, (0, 19))


def test_a_changed_article_shows_the_words_as_they_were_and_itself_as_it_is() -> None:
    shelf = Shelf({"a1": article()})
    kept, place = quoted(shelf)
    shelf.articles["a1"] = article("The bridge is open.")
    page = reader.read(shelf, kept, place)
    told = text_of(page.html)
    assert "This article has changed since it was quoted." in told
    assert told.index("The bridge is shut.") < told.index("as it is now") < told.index("The bridge is open.")
    assert page.html.count("<mark") == 1


def test_an_article_that_is_gone_still_shows_the_words() -> None:
    shelf = Shelf({"a1": article()})
    kept, place = quoted(shelf)
    shelf.articles.clear()
    page = reader.read(shelf, kept, place)
    assert page.status == 410
    assert "This article is no longer in the collection." in page.html
    assert "The bridge is shut.</mark>" in page.html


def test_words_no_longer_kept_are_said_to_be() -> None:
    page = reader.read(Shelf(), Quotations(), Reference("a1", "0" * 64, (0, 19)))
    assert page.status == 404
    assert "The words that were quoted are no longer kept." in page.html


def test_a_place_beyond_the_end_is_not_found() -> None:
    page = reader.read(Shelf({"a1": article("Short.")}), Quotations(), Reference("a1", None, (2, 99)))
    assert page.status == 404


@pytest.mark.parametrize(
    ("article_id", "version", "start", "end"),
    [
        ("a/b", None, None, None),
        ("a<b", None, None, None),
        ("", None, None, None),
        ("a" * 200, None, None, None),
        ("a1", "nothex", None, None),
        ("a1", None, "1", None),
        ("a1", None, "5", "5"),
        ("a1", None, "-1", "5"),
        ("a1", None, "1e3", "5000"),
        ("a1", None, "٣", "٩"),
        ("a1", None, "1", "9" * 30),
    ],
)
def test_an_address_that_cannot_be_an_articles_is_refused(
    article_id: str, version: str | None, start: str | None, end: str | None
) -> None:
    assert reader.reference(article_id, version, start, end) is None


def test_quotations_forget_the_oldest_first() -> None:
    kept = Quotations(characters=25)
    first, second = answer("The bridge is shut.", nearest=()), answer("The ferry sails.", nearest=())
    kept.keep(first)
    kept.keep(second)
    version = "0" * 64
    assert kept.find(reader.Place("a1", version, 0, 19)) is None
    held = kept.find(reader.Place("a1", version, 0, 16))
    assert held is not None
    assert held.text == "The ferry sails."
