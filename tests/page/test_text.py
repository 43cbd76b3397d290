"""Text from outside stays text."""

from __future__ import annotations

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small import ATTACKS

from assistant.page.text import listed, literal, plain_date, reader_address
from assistant.references import web_address


@given(st.text() | st.sampled_from(ATTACKS))
def test_text_from_outside_has_no_sign_left_that_means_something(text: str) -> None:
    safe = literal(text)
    signs = set(safe) - set("&#;")
    assert all(sign.isalnum() or sign == " " or ord(sign) >= 0xA0 for sign in signs)
    assert "\n" not in safe


@given(st.text(st.characters(blacklist_categories=["Cc", "Cs"], blacklist_characters="\u2028\u2029")))
def test_it_reads_as_it_was(text: str) -> None:
    assert html.unescape(literal(text)) == text


@pytest.mark.parametrize("url", ["https://beacon.example/a?b=1&c=2", "http://beacon.example:8080/"])
def test_a_page_of_the_web_is_linked(url: str) -> None:
    assert web_address(url) == url


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        " javascript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "file:///etc/passwd",
        "//elsewhere.example/",
        "/gradio_api/upload",
        "https:",
        "https://[",
        "https:\\\\elsewhere.example",
    ],
)
def test_any_other_address_is_not(url: str | None) -> None:
    assert web_address(url) is None


def test_an_address_of_the_reader_carries_the_place() -> None:
    assert reader_address("a1", "ff", 3, 9) == "/articles/a1?version=ff&start=3&end=9#quotation"
    assert reader_address("a1", "ff") == "/articles/a1?version=ff"


def test_facts_are_told_in_plain_words() -> None:
    assert plain_date("2025-06-04") == "4 June 2025"
    assert plain_date(None) == "no date"
    assert listed(["A", "B", "C"]) == "A, B and C"
