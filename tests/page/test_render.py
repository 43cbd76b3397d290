"""What the chat shows of an answer."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small import ATTACKS, answer

from assistant.answer import Also, Disagreement, Filters, Quotation, Source, Span, Statement, Voice
from assistant.page import render
from assistant.page.conversation import Rating, Turn

TAG = re.compile(
    r"</?(?:div|p|blockquote|footer|bdi|ol|ul|li|span|details|summary)"
    r"(?: (?:class|dir|role)=\"[a-z -]+\"| id=\"[0-9a-z-]+\"| value=\"\d+\")*>"
    r"|<a class=\"(?:cite|open)\" href=\"/articles/a1\?version=0{64}(?:&amp;start=\d+&amp;end=\d+#quotation)?\""
    r"(?: dir=\"auto\")?>"
    r"|<a class=\"out\" href=\"https?://[^\"<>]*\" target=\"_blank\" rel=\"noopener noreferrer nofollow\">"
    r"|</a>"
)


def words(shown: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "\n", shown))


@given(st.text() | st.sampled_from(ATTACKS), st.sampled_from(["answer", "closest", "refusal"]))
def test_only_our_own_tags_are_shown(text: str, tier: str) -> None:
    shown = render.answer(answer(text, tier), "t1", (text,))
    shown += render.actions("c1", Turn(text, 1, "t1", answer(text, tier), rating=Rating("down", text)))
    assert "<" not in TAG.sub("", shown)
    assert "\n" not in shown


@given(st.text() | st.sampled_from(ATTACKS))
def test_a_question_or_notice_shows_no_tag_of_its_own(text: str) -> None:
    assert "<" not in TAG.sub("", render.question(text) + render.notice(text))


@pytest.mark.parametrize(
    ("tier", "told"),
    [
        ("answer", "From your articles"),
        ("closest", "Closest in the articles: nothing answers it surely; this comes near"),
        ("refusal", "The articles don’t answer this."),
    ],
)
def test_the_tier_comes_first(tier: str, told: str) -> None:
    assert words(render.answer(answer(tier=tier))).strip().startswith(told)


def test_a_quotation_has_its_marker_and_its_voice() -> None:
    shown = render.answer(answer())
    quoted = shown[shown.index("<blockquote") : shown.index("</blockquote>")]
    assert html.unescape(re.sub(r"<[^>]*>", "", quoted)).startswith("The bridge is shut. [1]")
    assert '&amp;start=0&amp;end=19#quotation">&#91;1&#93;</a>' in quoted


SAID = Span(0, 1, "x")


@pytest.mark.parametrize(
    ("voice", "publisher", "told"),
    [
        (None, "The Beacon", "in The Beacon"),
        (None, None, "in the article"),
        (Voice("Le Monde", SAID, SAID), None, "Le Monde, according to the article"),
        (
            Voice("Andrei Yusov", SAID, SAID, Span(0, 1, "a Ukrainian TV channel")),
            "The Beacon",
            "Andrei Yusov, via a Ukrainian TV channel, according to The Beacon",
        ),
    ],
)
def test_a_voice_is_named_with_its_way(voice: Voice | None, publisher: str | None, told: str) -> None:
    assert html.unescape(re.sub(r"<[^>]*>", "", render.voice(voice, publisher))) == told


@pytest.mark.parametrize(
    ("confidence", "tier", "told"),
    [
        (0.87, "answer", "The chance that this answers it: about 87 in 100."),
        (0.999, "answer", "The chance that this answers it: more than 99 in 100."),
        (0.001, "refusal", "The chance that they do after all: less than 1 in 100."),
        (None, "answer", "No confidence is given: this embedding model has not been calibrated."),
    ],
)
def test_confidence_is_told_in_plain_words(confidence: float | None, tier: str, told: str) -> None:
    assert render.confidence(answer(tier=tier, confidence=confidence)) == told


def test_a_source_is_told_with_its_copies_and_linked_only_to_the_web() -> None:
    also = (Also("La Vigie", "2025-06-27", "a2", "2" * 64), Also(None, None, "a3", "3" * 64))
    bad = Source(1, "a1", "0" * 64, "Ship", None, (), None, "javascript:alert(1)", "ship.md", also)
    shown = render.answer(answer(sources=(bad,)))
    assert "also printed in La Vigie (27 June 2025) and an unnamed outlet (no date)" in " ".join(words(shown).split())
    assert f'href="/articles/a2?version={"2" * 64}"' in shown
    assert "newer version" not in shown
    assert "javascript" not in shown
    assert 'class="out"' not in shown


def test_a_newer_version_is_told_as_one_and_linked() -> None:
    also = (Also("La Vigie", "2025-06-27", "a2", "2" * 64), Also("<Beacon>", "2025-07-12", "a3", "3" * 64, newer=True))
    source = Source(1, "a1", "0" * 64, "Ship", "<Beacon>", (), "2025-07-09", None, "ship.md", also)
    shown = render.answer(answer(sources=(source,)))
    told = " ".join(words(shown).split())
    assert "newer version: <Beacon> (12 July 2025)" in told
    assert "also printed in La Vigie (27 June 2025)" in told
    assert "<Beacon>" not in shown
    assert f'href="/articles/a3?version={"3" * 64}"' in shown


def test_a_written_statement_shows_its_quotations_below() -> None:
    written = Statement("It is closed.", "supported", (Quotation(1, 0, 19, "The bridge is shut."),))
    text = words(render.answer(answer(statements=(written,))))
    assert text.index("It is closed.") < text.index("The bridge is shut.", text.index("It is closed."))
    assert text.count("[1]") == 2


def test_a_refusal_shows_the_nearest_passages_and_no_sources() -> None:
    shown = render.answer(answer(tier="refusal"))
    assert "Nearest passages" in shown
    assert "Sources" not in shown
    assert 'class="open" href="/articles/a1?' in shown


def test_what_the_search_was_narrowed_to_is_told() -> None:
    filters = Filters("2025-06-01", "2025-06-30", ("The Beacon", "<b>"))
    told = words(render.answer(answer(filters=filters)))
    assert "Searched only articles from 1 June 2025 until 30 June 2025 in The Beacon and <b>." in told


def test_filters_that_can_be_taken_away_are_chips() -> None:
    filters = Filters("2025-06-01", None, ("The Beacon", "<b>"), inferred=True)
    shown = render.answer(answer(filters=filters), "t1", ("until 3 June 2025", "<i>"))
    chips = re.findall(r'<span class="chip" id="filter-t1-([a-z0-9-]+)">(.*?)</span>', shown)
    assert [(name, words(told).strip()) for name, told in chips] == [
        ("publisher-0", "The Beacon"),
        ("publisher-1", "<b>"),
        ("since", "from 1 June 2025"),
    ]
    assert "Searched only, as your question says:" in words(shown)
    assert "Searched without: until 3 June 2025 and <i>" in words(shown)
    assert "Searched only articles" not in words(shown)


@pytest.mark.parametrize(
    ("left_out", "told", "why"),
    [
        (
            ("a", "b"),
            "2 sentences left out; show",
            "The model wrote them, and no quotation from your articles carries them",
        ),
        (("a",), "1 sentence left out; show", "The model wrote it, and no quotation from your articles carries it"),
    ],
)
def test_sentences_left_out_are_counted(left_out: tuple[str, ...], told: str, why: str) -> None:
    shown = render.answer(answer(left_out=left_out))
    assert told in re.sub("\n", "", words(shown))
    assert why in words(shown)
    assert [words(row).strip() for row in re.findall("<li[^>]*>(.*?)</li>", shown.split("left-out")[1])][
        : len(left_out)
    ] == list(left_out)


def differing(about: str, value: str, quoted: str, voice: Voice | None = None) -> str:
    """An answer of which two sources differ, one of them in these words."""
    first = Source(1, "a1", "0" * 64, "Ferry", "The Beacon", (), "2025-07-09", None, "a.md")
    second = Source(2, "a1", "0" * 64, quoted, "Harbour Post", (), "2025-07-10", None, "b.md")
    sides = (
        Quotation(1, 0, 26, "Fourteen people were hurt.", 3, None),
        Quotation(2, 0, max(len(quoted), 1), quoted, None, voice),
    )
    one = Disagreement(about, sides, ("Fourteen", value))
    return render.answer(answer(sources=(first, second), disagreements=(one,), left_out=()))


def test_where_sources_differ_each_value_stands_with_its_paper_day_voice_and_marker() -> None:
    shown = differing("how many", "17", "Seventeen were hurt.", Voice("Ann Vik", SAID, SAID))
    block = shown[shown.index('<div class="disagreement">') : shown.index('<div class="sources">')]
    assert " ".join(words(block).split()) == (
        "The articles differ: how many "
        "Fourteen The Beacon · 9 July 2025 · page 3 Fourteen people were hurt. [1] "
        "17 Harbour Post · 10 July 2025 Seventeen were hurt. [2] Ann Vik , according to Harbour Post"
    )
    assert block.count("<li>") == block.count('class="cite"') == 2
    assert shown.index('class="statement"') < shown.index('class="disagreement"')


def test_without_a_difference_none_is_told() -> None:
    assert "disagreement" not in render.answer(answer())


@given(st.text() | st.sampled_from(ATTACKS))
def test_what_differs_shows_no_tag_of_its_own(text: str) -> None:
    shown = differing(text, text, text, Voice(text, SAID, SAID))
    assert "<" not in TAG.sub("", shown)
    assert "\n" not in shown
