import math
import random
from pathlib import Path

import pytest
import tantivy
from hypothesis import given
from hypothesis import strategies as st

from index.record import PassageRow
from index.words import _ANALYZER, Words, stems

PUBLISHERS = ("the beacon", "harbour post", "straße", None)
DAYS = (20250614, 20250709, 20250710, None)
NOUNS = ("ferry", "bridge", "mussels", "lantern", "crane")


def row(
    id: str, text: str, title: str = "Untitled", publisher: str | None = None, day: int | None = None
) -> PassageRow:
    return PassageRow(id, id, title, publisher, day, 0, len(text), text, "key")


ROWS = [
    row(f"{noun}-{number}", f"One {noun} and {number} more.", publisher=publisher, day=day)
    for noun in NOUNS
    for number, (publisher, day) in enumerate((publisher, day) for publisher in PUBLISHERS for day in DAYS)
]


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Words:
    made = Words(tmp_path_factory.mktemp("words") / "words", create=True)
    made.change((), ROWS)
    return made


def made_of(folder: Path, *rows: PassageRow) -> Words:
    made = Words(folder / "words", create=True)
    made.change((), rows)
    return made


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The ferries are ramming piers", ["ferri", "ram", "pier"]),
        ("CAFÉ Zürich", ["cafe", "zurich"]),
        ("the and of", []),
        ("", []),
        ("?!", []),
        ("No. 5 at 9:30", ["5", "9", "30"]),
        ("U.S.-made", ["u", "s", "made"]),
        ("x" * 61 + " short", ["short"]),
    ],
)
def test_words_are_folded_stemmed_and_freed_of_stop_words(text: str, expected: list[str]) -> None:
    assert stems(text) == expected


@pytest.mark.parametrize(("one", "other"), [("strike", "strikes"), ("injured", "injures"), ("naïve", "NAIVE")])
def test_forms_of_a_word_are_one_stem(one: str, other: str) -> None:
    assert stems(one) == stems(other) != []


def test_every_passage_comes_back(words: Words) -> None:
    assert words.ids() == {row.id for row in ROWS}
    for one in ROWS:
        assert one.id in {id for id, _ in words.best(one.text, len(ROWS))}


def test_what_two_threads_index_in_segments_is_searched_as_what_one_does(
    words: Words, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.words._SEGMENT", 1)
    made = made_of(tmp_path, *ROWS)
    assert made._searcher.num_segments > words._searcher.num_segments == 1
    assert made.ids() == words.ids()
    assert dict(made.best("ferry or bridge", 100)) == pytest.approx(dict(words.best("ferry or bridge", 100)))


def test_what_is_on_the_disk_is_the_same(tmp_path: Path) -> None:
    made = made_of(tmp_path, *ROWS)
    again = Words(tmp_path / "words")
    assert again.ids() == made.ids()
    assert again.best("ferry", 100) == made.best("ferry", 100) != []


@pytest.mark.parametrize("since", [None, 20250614, 20250709, 20250711])
@pytest.mark.parametrize("until", [None, 20250614, 20250709, 20250101])
@pytest.mark.parametrize("publishers", [(), ("the beacon",), ("straße", "harbour post"), ("nobody",)])
def test_filters_pass_what_they_say(
    words: Words, since: int | None, until: int | None, publishers: tuple[str, ...]
) -> None:
    dated = since is not None or until is not None
    expected = {
        one.id
        for one in ROWS
        if one.id.startswith("ferry")
        and (not publishers or one.publisher in publishers)
        and (not dated or (one.published is not None and (since or 0) <= one.published <= (until or 99999999)))
    }
    found = words.best("the ferries", len(ROWS), since, until, publishers)
    assert {id for id, _ in found} == expected
    unfiltered = dict(words.best("the ferries", len(ROWS)))
    assert all(score == pytest.approx(unfiltered[id], abs=1e-5) for id, score in found)


def test_the_best_come_first_and_no_more_than_asked(words: Words) -> None:
    found = words.best("ferry bridge", 7)
    assert len(found) == 7
    assert [score for _, score in found] == sorted((score for _, score in found), reverse=True)


def test_scores_are_bm25(tmp_path: Path) -> None:
    texts = ["ferry", "ferry ferry crane", "crane crane crane crane", "bridge lantern"]
    made = made_of(tmp_path, *(row(str(number), text, title="") for number, text in enumerate(texts)))
    lengths = [len(text.split()) for text in texts]
    average = sum(lengths) / len(texts)
    idf = math.log(1 + (4 - 2 + 0.5) / (2 + 0.5))
    expected = {
        str(number): idf * count * 2.2 / (count + 1.2 * (0.25 + 0.75 * lengths[number] / average))
        for number, count in enumerate(text.split().count("ferry") for text in texts)
        if count
    }
    assert dict(made.best("ferry", 10)) == pytest.approx(expected, rel=1e-3)
    assert made.rarity("ferri") == pytest.approx(idf)
    assert made.rarity("unheard") == pytest.approx(math.log(1 + 4.5 / 0.5))


def test_how_rare_a_word_is_titles_and_publishers_do_not_tell(tmp_path: Path) -> None:
    rows = [row(str(number), f"Crane {number}.", title="Ferry", publisher="the ferry") for number in range(4)]
    made = made_of(tmp_path, *rows, row("text", "A ferry."))
    assert made.rarity("ferri") == pytest.approx(math.log(1 + (5 - 1 + 0.5) / (1 + 0.5)))


def test_what_was_made_before_is_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    former = tantivy.SchemaBuilder()
    former.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    for name in ("title", "publisher", "text"):
        former.add_text_field(name, tokenizer_name="words", index_option="freq")
    monkeypatch.setattr("index.words._schema", former.build)
    Words(tmp_path / "words", create=True)
    monkeypatch.undo()
    index = tantivy.Index.open(str(tmp_path / "words"))
    index.register_tokenizer("words", _ANALYZER)
    writer = index.writer(15_000_000, 1)
    for number in range(3):
        writer.add_document(tantivy.Document(id=str(number), title="Lock", text=f"A ferry, {number} cranes."))
    writer.commit()
    writer.wait_merging_threads()
    made = Words(tmp_path / "words")
    assert {id for id, _ in made.best("ferry", 9)} == {"0", "1", "2"}
    assert made.rarity("ferri") == pytest.approx(math.log(1 + 0.5 / 3.5))


def test_titles_and_publishers_are_searched_too(tmp_path: Path) -> None:
    made = made_of(
        tmp_path,
        row("title", "Nothing here.", title="The ferry"),
        row("publisher", "Nothing here.", publisher="ferry news"),
        row("text", "A ferry here."),
        row("none", "Nothing here."),
    )
    assert {id for id, _ in made.best("ferry", 10)} == {"title", "publisher", "text"}


def test_a_word_in_both_title_and_text_counts_little_more_than_in_one(tmp_path: Path) -> None:
    made = made_of(
        tmp_path,
        row("both", "A ferry here.", title="The ferry"),
        row("text", "A ferry here.", title="The crane"),
        row("title", "A crane here.", title="The ferry"),
    )
    found = dict(made.best("ferry", 10))
    assert found["text"] == pytest.approx(found["title"])
    assert found["text"] < found["both"] < 1.5 * found["text"]


def test_a_word_said_twice_counts_once(words: Words) -> None:
    assert words.best("ferry ferry ferries", 100) == words.best("ferry", 100)


def test_a_word_of_most_passages_counts_only_where_nothing_else_is_asked(tmp_path: Path) -> None:
    harbour = [row(f"harbour-{number}", f"The harbour on day {number}.") for number in range(5)]
    made = made_of(tmp_path, row("ferry", "The ferry in the harbour."), row("other", "Nothing."), *harbour)
    assert [id for id, _ in made.best("ferry in the harbour", 9)] == ["ferry"]
    assert made.best("ferry in the harbour", 9) == made.best("ferry", 9)
    assert {id for id, _ in made.best("harbour", 9)} == {"ferry", *(one.id for one in harbour)}
    made.change([one.id for one in harbour[:3]], ())
    assert {id for id, _ in made.best("a harbour, where?", 9)} == {"ferry", "harbour-3", "harbour-4"}


@pytest.mark.parametrize("text", ["", "the", "?!", "xyzzy", '"', "title:seal^99 AND (", "\0", "*", "\ufffd"])
def test_what_has_no_word_of_the_collection_finds_nothing_and_is_no_syntax(words: Words, text: str) -> None:
    assert words.best(text, 100) == []


COMMON_TO_RARE = [f"word{number}" for number in range(60)]


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Words:
    """A thousand dated passages of words of which the first ones are common, the last ones rare."""
    chance, weights = random.Random(7), [1 / (number + 1) for number in range(len(COMMON_TO_RARE))]
    texts = [" ".join(chance.choices(COMMON_TO_RARE, weights, k=chance.randint(1, 80))) for _ in range(1_000)]
    return made_of(
        tmp_path_factory.mktemp("many"), *(row(str(number), text, day=20250614) for number, text in enumerate(texts))
    )


@given(st.lists(st.sampled_from(COMMON_TO_RARE), min_size=1, max_size=20), st.integers(1, 200))
def test_what_is_passed_over_is_not_among_the_best(many: Words, words: list[str], limit: int) -> None:
    """A filter that all pass has every passage weighed."""
    found, weighed = (many.best(" ".join(words), limit, since=since) for since in (None, 20250101))
    assert [score for _, score in found] == pytest.approx([score for _, score in weighed])


@given(st.text(max_size=40))
def test_any_text_can_be_asked(words: Words, text: str) -> None:
    assert {id for id, _ in words.best(text, 100)} <= words.ids()


def test_what_was_removed_is_found_no_more(tmp_path: Path) -> None:
    made = made_of(tmp_path, *ROWS)
    made.change([one.id for one in ROWS if one.id.startswith("ferry")], [row("new", "A new ferry came.")])
    for one in (made, Words(tmp_path / "words")):
        assert one.ids() == {row.id for row in ROWS if not row.id.startswith("ferry")} | {"new"}
        assert [id for id, _ in one.best("ferry", 100)] == ["new"]


def test_what_shared_a_segment_with_what_went_is_as_it_was_and_of_that_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.words._SEGMENT", 5)
    rows = [row(f"{number}", f"A ferry called word{number}.") for number in range(30)]
    made, gone = made_of(tmp_path, *rows), {"3", "4", "29"}
    segments = made._searcher.num_segments
    beside = made.beside(gone)
    assert gone < beside < {one.id for one in rows}  # some segments are left alone
    left = [one for one in rows if one.id not in gone]
    made.change(beside, [one for one in left if one.id in beside])

    fresh = made_of(tmp_path / "fresh", *left)
    assert made._searcher.num_segments <= segments
    assert made.ids() == fresh.ids()
    for one in rows:
        word = f"word{one.id}"
        assert dict(made.best(word, 9)) == pytest.approx(dict(fresh.best(word, 9)))
        assert made.rarity(word) == fresh.rarity(word)
    assert made._searcher.terms_with_prefix("text", "") == fresh._searcher.terms_with_prefix("text", "")


def test_an_id_is_removed_as_it_stands(tmp_path: Path) -> None:
    made = made_of(tmp_path, row("a:b:1", "A ferry."), row("a:b:11", "A ferry."), row("A:B:1", "A ferry."))
    made.change(["a:b:1"], ())
    assert made.ids() == {"a:b:11", "A:B:1"}


def test_an_empty_collection_finds_nothing(tmp_path: Path) -> None:
    made = made_of(tmp_path)
    assert made.ids() == set()
    assert made.best("ferry", 10) == []
