import hashlib
import unicodedata
from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.article import Article, conceals, normalise, version_of

HIDDEN = {
    "null": "\0",
    "backspace": "\x08",
    "escape": "\x1b",
    "delete": "\x7f",
    "C1 control": "\x9f",
    "soft hyphen": "\u00ad",
    "combining grapheme joiner": "\u034f",
    "Arabic letter mark": "\u061c",
    "left-to-right mark": "\u200e",
    "right-to-left mark": "\u200f",
    "Hangul choseong filler": "\u115f",
    "Hangul jungseong filler": "\u1160",
    "Hangul filler": "\u3164",
    "halfwidth Hangul filler": "\uffa0",
    "Khmer vowel inherent aq": "\u17b4",
    "Khmer vowel inherent aa": "\u17b5",
    "Mongolian vowel separator": "\u180e",
    "zero-width space": "\u200b",
    "word joiner": "\u2060",
    "byte order mark": "\ufeff",
    "left-to-right embedding": "\u202a",
    "right-to-left override": "\u202e",
    "first strong isolate": "\u2068",
    "pop directional isolate": "\u2069",
    "function application": "\u2061",
    "invisible plus": "\u2064",
    "inhibit symmetric swapping": "\u206a",
    "nominal digit shapes": "\u206f",
    "interlinear annotation anchor": "\ufff9",
    "interlinear annotation terminator": "\ufffb",
    "tag character": "\U000e0041",
    "cancel tag": "\U000e007f",
    "variation selector 17": "\U000e0100",
    "variation selector 256": "\U000e01ef",
}
JOINED = {
    "Persian": "می\u200cخواهم",
    "Arabic before a joiner": "ه\u200d",
    "vowelled Persian": "مُ\u200cخ",
    "tatweel": "ـ\u200d",
    "Hindi": "क्\u200dष",
    "Hindi apart": "क्\u200cष",
    "Bengali": "র\u200d্য",
    "Malayalam": "ന്\u200d",
    "Sinhala": "ශ්\u200dරී",
    "a family": "👨\u200d👩\u200d👧\u200d👦",
    "a woman of a skin colour at a computer": "👩🏽\u200d💻",
    "a heart on fire": "❤️\u200d🔥",
    "the rainbow flag": "🏳️\u200d🌈",
}
LINE_ENDS = ["\r\n", "\r", "\n", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"]

# Every code point, and often those that something is done with.
texts = st.text(
    st.characters(exclude_categories=())
    | st.sampled_from("".join(HIDDEN.values()) + "\u200c\u200d\r\n\u0301\u093c\u064ee\u0645👩")
)


@pytest.mark.parametrize("character", HIDDEN.values(), ids=HIDDEN)
def test_a_hidden_character_goes_and_its_neighbours_stay(character: str) -> None:
    assert normalise(f"har{character}bour {character}ship{character}") == "harbour ship"


@pytest.mark.parametrize("text", JOINED.values(), ids=JOINED)
def test_a_joiner_stays_where_its_script_needs_it(text: str) -> None:
    assert normalise(text) == text


@pytest.mark.parametrize("joiner", ["\u200c", "\u200d"], ids=["ZWNJ", "ZWJ"])
@pytest.mark.parametrize("before", ["a", "é", "Ж", "7", " ", "\n", ".", "中", ""])
def test_a_joiner_goes_where_no_script_needs_it(before: str, joiner: str) -> None:
    assert normalise(f"{before}{joiner}b") == f"{before}b"


def test_a_non_joiner_goes_between_emoji() -> None:
    assert normalise("👨\u200c👩") == "👨👩"


@pytest.mark.parametrize("end", LINE_ENDS, ids=[f"U+{ord(end[0]):04X}{'+' * (len(end) - 1)}" for end in LINE_ENDS])
def test_every_line_end_becomes_one_line_feed(end: str) -> None:
    assert normalise(f"one{end}two{end}{end}three") == "one\ntwo\n\nthree"


def test_visible_white_space_stays() -> None:
    text = "a\tb\n\n  c\u00a0d\u202fe\u3000f"
    assert normalise(text) == text


def test_letters_are_composed() -> None:
    assert normalise("Zu\u0308rich, cafe\u0301") == "Zürich, café"


def test_letters_are_composed_across_a_hidden_character() -> None:
    assert normalise("cafe\u200b\u0301") == "café"


def test_half_a_character_becomes_the_sign_for_one_that_is_lost() -> None:
    assert normalise("a\ud83db\udc00") == "a\ufffdb\ufffd"


@given(texts)
@example("\u0301\u093c\u200d")  # the marks change places
@example("e\u200d\u0301\r\u2028\ud800")
@example("\u0915\u200b\u200d\u093c")  # composed, U+0958 falls apart again
@example("\u200d\u200c\u200d")
@example("م\u200c\u200d\u200c")
@example("👩\u200d\u200d👩")
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once


@given(texts)
def test_what_comes_out_is_composed_clean_and_can_be_written(text: str) -> None:
    clean = normalise(text)
    assert unicodedata.is_normalized("NFC", clean)
    assert not set(clean) & (set("".join(HIDDEN.values())) | {"\r", "\x85", "\u2028", "\u2029"})
    assert clean.encode().decode() == clean


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E) | st.just("\n")))
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert normalise(text) == text


def test_a_version_is_the_sha256_of_the_text() -> None:
    assert version_of("Zürich") == hashlib.sha256("Zürich".encode()).hexdigest()


def test_an_article_shows_its_first_path_and_all_fields() -> None:
    article = Article(
        "id", "Text.", "Title", None, ("Ann",), date(2025, 7, 9), None, ("a.md", "b.md"), version_of("Text.")
    )
    assert article.path == "a.md"
    assert article.to_dict() == {
        "id": "id",
        "version": version_of("Text."),
        "title": "Title",
        "publisher": None,
        "authors": ["Ann"],
        "published": "2025-07-09",
        "url": None,
        "paths": ["a.md", "b.md"],
        "pages": [],
        "marks": [],
        "text": "Text.",
    }


@pytest.mark.parametrize(("offset", "page"), [(0, 1), (9, 1), (10, 2), (24, 2), (25, 3), (99, 3)])
def test_a_character_stands_on_the_page_that_began_before_it(offset: int, page: int) -> None:
    article = Article("id", "x" * 100, "T", None, (), None, None, ("a.pdf",), "v", pages=(0, 10, 25))
    assert article.page(offset) == page


def test_where_there_are_no_pages_nothing_stands_on_one() -> None:
    assert Article("id", "Text.", "T", None, (), None, None, ("a.md",), "v").page(3) is None


@pytest.mark.parametrize(
    "text",
    [
        "a\u200bb",
        "a\u2060b",
        "a\ufeffb",
        "a\U000e0041b",
        "a\u202eb",
        "a\u2066b",
        "a\u200db",
        "a\u3164b",
        "a\U000e0101b",
    ],
)
def test_characters_that_hide_are_noticed(text: str) -> None:
    assert conceals(text)


@pytest.mark.parametrize(
    "text",
    [
        "plain",
        "\ufeffa file that begins with its mark",
        "a hy\u00adphen",
        "right\u200f to left",
        "👩\u200d🚒",
        "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
        "می\u200cخواهم",
    ],
)
def test_everyday_typography_hides_nothing(text: str) -> None:
    assert not conceals(text)
