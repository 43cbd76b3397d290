import hashlib
import random
import re
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from index.article import version_of
from index.errors import ArticleGone, StoreDamaged
from index.passages import Passage
from index.readers.fields import Reading
from index.record import (
    Located,
    PassageFacts,
    PassageRow,
    Record,
    Root,
    content_key,
    day_number,
    passage_id,
    vector_key,
)

CUT = "1:model"
FERRY = Reading(
    place="",
    title="Ferry rams pier",
    text="The ferry rammed the pier. Nobody was hurt.",
    publisher="The Beacon",
    authors=("Nadia Harrowell", "Joris Pell"),
    published=date(2025, 7, 9),
    url="https://beacon.example/ferry",
)
BRIDGE = replace(FERRY, title="Bridge closed", text="The bridge is closed.", authors=(), published=date(2025, 6, 14))
FIRST_FORM = (
    "ALTER TABLE contents DROP COLUMN pages; ALTER TABLE contents DROP COLUMN marks; DROP TABLE left_out; "
    "DROP TABLE signatures; DROP TABLE comparisons; DROP INDEX contents_told; DROP INDEX contents_twins; PRAGMA user_version = 1;"
)
PASSAGES = "SELECT vector FROM passages"
PILOT = Reading("", "The pilot", "She brings the ships in.", None, (), None, None)


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    made = Record(tmp_path / "record.sqlite")
    yield made
    made.close()


def add(record: Record, root: str, path: str, *readings: Reading) -> Root:
    """What a build does after it has read a file."""
    record.add_root(Path(root))
    found = next(one for one in record.roots() if one.path == Path(root))
    record.save_contents(readings)
    record.save_file(found, path, "stamp", [(one.place, content_key(one)) for one in readings], [], keep=False)
    return found


def prepare(record: Record, generation: int) -> dict[str, Located]:
    """What a build does before it makes a generation: every article as the roots hold it now."""
    now = {one.id: one for one in record.located()[0]}
    live = record.live(generation - 1)
    gone = [id for id in live if now.get(id) != live[id]]
    record.prepare(generation, gone, [one for id, one in now.items() if live.get(id) != one])
    return now


def cut(record: Record, generation: int) -> None:
    """Two passages an article, each with a vector that tells it."""
    rows = []
    for content in record.uncut(CUT, generation):
        _, text = record.titled_text(content)
        middle = len(text) // 2
        for number, (start, end) in enumerate([(0, middle), (middle, len(text))]):
            rows.append((content, Passage(number, start, end, start, end), vector_key("model", text[start:end])))
    record.save_passages(CUT, rows)
    missing = [key for *_, key in record.unembedded(CUT, generation)]
    record.save_vectors(missing, np.array([vector_of(key) for key in missing], np.float32).reshape(-1, 3))


def vector_of(key: str) -> list[float]:
    return [int(key[i : i + 4], 16) / 65536 for i in (0, 4, 8)]


def change(record: Record, statement: str) -> int:
    """Change the file behind the record's back; how many rows."""
    with sqlite3.connect(record.path) as behind:
        changed = behind.execute(statement).rowcount
    behind.close()
    return changed


class TestArticles:
    def test_an_article_comes_back_as_it_was_read(self, record: Record) -> None:
        add(record, "/news", "ferry.md", FERRY)
        (id,) = prepare(record, 1)
        article = record.article(id, 1)
        assert article.to_dict() == {
            "id": id,
            "version": version_of(FERRY.text),
            "title": FERRY.title,
            "publisher": FERRY.publisher,
            "authors": list(FERRY.authors),
            "published": "2025-07-09",
            "url": FERRY.url,
            "paths": ["ferry.md"],
            "pages": [],
            "marks": [],
            "text": FERRY.text,
        }

    def test_what_is_absent_stays_absent(self, record: Record) -> None:
        add(record, "/news", "pilot.md", PILOT)
        (id,) = prepare(record, 1)
        article = record.article(id, 1)
        assert (article.publisher, article.authors, article.published, article.url) == (None, (), None, None)

    def test_another_process_reads_the_same(self, record: Record) -> None:
        add(record, "/news", "ferry.md", FERRY)
        (id,) = prepare(record, 1)
        other = Record(record.path)
        assert other.article(id, 1) == record.article(id, 1)
        other.close()

    @pytest.mark.parametrize("generation", [0, 2])
    def test_an_article_is_there_in_its_generations_alone(self, record: Record, generation: int) -> None:
        root = add(record, "/news", "ferry.md", FERRY)
        (id,) = prepare(record, 1)
        record.remove_file(root, "ferry.md")
        prepare(record, 2)
        assert record.article(id, 1).id == id
        with pytest.raises(ArticleGone, match=f"holds no article {id}"):
            record.article(id, generation)

    def test_the_same_file_in_the_same_place_has_the_same_id_in_any_store(self, record: Record, tmp_path: Path) -> None:
        other = Record(tmp_path / "other.sqlite")
        add(record, "/news", "2025/ferry.md", FERRY)
        add(other, "/elsewhere", "a.md", BRIDGE)
        add(other, "/elsewhere", "2025/ferry.md", PILOT)
        ids = {one.paths: one.id for one in other.located()[0]}
        assert record.located()[0][0].id == ids["2025/ferry.md",]
        other.close()

    def test_two_roots_may_hold_different_articles_at_one_path(self, record: Record) -> None:
        add(record, "/one", "a.md", FERRY)
        add(record, "/two", "a.md", BRIDGE)
        located, duplicates = record.located()
        assert len({one.id for one in located}) == 2
        assert [one.paths for one in located] == [("a.md",), ("a.md",)]
        assert duplicates == 0

    def test_the_records_of_a_file_have_ids_of_their_own(self, record: Record) -> None:
        add(record, "/news", "all.jsonl", replace(FERRY, place="#1"), replace(BRIDGE, place="#2"))
        located, _ = record.located()
        assert [one.paths for one in located] == [("all.jsonl#1",), ("all.jsonl#2",)]
        assert len({one.id for one in located}) == 2

    def test_a_root_that_is_a_file_is_named_by_the_file(self, record: Record) -> None:
        add(record, "/news/ferry.md", "ferry.md", FERRY)
        assert record.located()[0][0].paths == ("ferry.md",)

    def test_a_duplicate_is_one_article_with_several_paths(self, record: Record) -> None:
        add(record, "/one", "b.md", FERRY)
        add(record, "/one", "a.md", FERRY)
        add(record, "/two", "c.jsonl", replace(FERRY, place="#1", authors=("Someone else",)))
        located, duplicates = record.located()
        assert [one.paths for one in located] == [("a.md", "b.md", "c.jsonl#1")]
        assert duplicates == 2
        (id,) = prepare(record, 1)
        assert record.article(id, 1).authors == FERRY.authors

    @pytest.mark.parametrize(
        "other",
        [
            replace(FERRY, title="Ferry hits pier"),
            replace(FERRY, text=FERRY.text + " So it was."),
            replace(FERRY, publisher="Harbour Post"),
            replace(FERRY, publisher=None),
            replace(FERRY, published=date(2025, 7, 10)),
            replace(FERRY, published=None),
            replace(FERRY, url=None),
        ],
    )
    def test_what_differs_in_one_fact_is_no_duplicate(self, record: Record, other: Reading) -> None:
        add(record, "/one", "a.md", FERRY)
        add(record, "/one", "b.md", other)
        located, duplicates = record.located()
        assert (len(located), duplicates) == (2, 0)
        assert content_key(FERRY) != content_key(other)

    def test_facts_do_not_run_into_each_other(self) -> None:
        assert content_key(replace(FERRY, title="ab", text="c")) != content_key(replace(FERRY, title="a", text="bc"))
        assert content_key(replace(FERRY, publisher="u", url=None)) != content_key(
            replace(FERRY, publisher=None, url="u")
        )
        assert vector_key("ab", "c") != vector_key("a", "bc")


class TestFiles:
    def test_roots_are_remembered_once_and_in_order(self, record: Record) -> None:
        for path in ("/two", "/one", "/two"):
            record.add_root(Path(path))
        assert [root.path for root in record.roots()] == [Path("/two"), Path("/one")]

    def test_removing_a_root_forgets_all_of_it_and_nothing_else(self, record: Record) -> None:
        root = add(record, "/one", "a.md", FERRY)
        record.save_file(root, "broken.md", None, [], ["it has no text"], keep=False)
        add(record, "/two", "a.md", BRIDGE)
        record.remove_root(root)
        assert [root.path for root in record.roots()] == [Path("/two")]
        assert [one.content for one in record.located()[0]] == [content_key(BRIDGE)]
        assert record.unreadable() == []
        assert record.stamps(root) == {}

    def test_stamps_come_back(self, record: Record) -> None:
        root = add(record, "/one", "a.md", FERRY)
        record.save_file(root, "b.md", None, [], [], keep=False)
        assert record.stamps(root) == {"a.md": "stamp", "b.md": None}

    def test_a_file_read_again_holds_what_it_holds_now(self, record: Record) -> None:
        add(record, "/one", "a.jsonl", replace(FERRY, place="#1"), replace(BRIDGE, place="#2"))
        add(record, "/one", "a.jsonl", replace(BRIDGE, place="#2"), replace(PILOT, place="#3"))
        assert [one.paths for one in record.located()[0]] == [("a.jsonl#2",), ("a.jsonl#3",)]

    def test_a_file_that_breaks_off_keeps_what_it_held(self, record: Record) -> None:
        root = add(record, "/one", "a.jsonl", replace(FERRY, place="#1"), replace(BRIDGE, place="#2"))
        newer = replace(FERRY, place="#1", title="Newer")
        record.save_contents([newer])
        record.save_file(root, "a.jsonl", "s", [("#1", content_key(newer))], ["cut"], keep=True)
        assert {one.content for one in record.located()[0]} == {content_key(newer), content_key(BRIDGE)}
        assert record.unreadable() == [(Path("/one/a.jsonl"), "cut")]

    def test_reasons_go_once_the_file_can_be_read(self, record: Record) -> None:
        root = add(record, "/one", "a.md")
        record.save_file(root, "a.md", None, [], ["first", "second"], keep=True)
        assert [reason for _, reason in record.unreadable()] == ["first", "second"]
        record.save_file(root, "a.md", "s", [], [], keep=False)
        assert record.unreadable() == []


class TestDamage:
    """No byte that was changed behind the record's back comes out of it."""

    @pytest.fixture
    def id(self, record: Record) -> str:
        add(record, "/news", "ferry.md", FERRY)
        (id,) = prepare(record, 1)
        cut(record, 1)
        return id

    @pytest.mark.parametrize(
        "changed",
        [
            "text = replace(text, 'Nobody', 'Somebody')",
            "title = 'Ferry rams whale'",
            "publisher = 'The Bacon'",
            "publisher = NULL",
            "authors = '[]'",
            "authors = 'no list'",
            "pages = '[7]'",
            "marks = '[\"scanned\"]'",
            "published = 20250710",
            "published = NULL",
            "url = 'https://elsewhere.example'",
        ],
    )
    def test_a_changed_content_never_comes_out(self, record: Record, id: str, changed: str) -> None:
        assert change(record, f"UPDATE contents SET {changed}") == 1
        with pytest.raises(StoreDamaged, match="the text of “"):
            record.article(id, 1)
        with pytest.raises(StoreDamaged, match="the text of “"):
            record.titled_text(content_key(FERRY))
        with pytest.raises(StoreDamaged, match="the text of “"):
            list(record.passage_rows(CUT, 1))
        assert len(record.faults(1)) == 1

    @pytest.mark.parametrize(
        "changed", ["paths = '[\"other.md\"]'", "digest = 'x'", f"content = '{content_key(PILOT)}'"]
    )
    def test_a_changed_article_row_never_comes_out(self, record: Record, id: str, changed: str) -> None:
        record.save_contents([PILOT])
        assert change(record, f"UPDATE articles SET {changed}") == 1
        with pytest.raises(StoreDamaged, match=f"the row of article {id}"):
            record.article(id, 1)
        with pytest.raises(StoreDamaged, match=f"the row of article {id}"):
            record.live(1)

    def test_a_changed_vector_never_comes_out(self, record: Record, id: str) -> None:
        keys = [row.vector for row in record.passage_rows(CUT, 1)]
        assert id
        assert change(record, f"UPDATE vectors SET vector = zeroblob(12) WHERE key = '{keys[1]}'") == 1
        assert record.vectors(keys[:1]).tolist() == [pytest.approx(vector_of(keys[0]))]
        with pytest.raises(StoreDamaged, match="a vector"):
            record.vectors(keys)
        assert record.faults(1) == ["1 vectors differ from their hashes"]

    def test_a_missing_vector_is_noticed(self, record: Record, id: str) -> None:
        keys = [row.vector for row in record.passage_rows(CUT, 1)]
        assert id
        assert change(record, f"DELETE FROM vectors WHERE key = '{keys[1]}'") == 1
        with pytest.raises(StoreDamaged, match="1 vectors are missing"):
            record.vectors(keys)

    @pytest.mark.parametrize("changed", ["text = 'Changed.'", "twin = 'none'"])
    def test_mending_drops_what_was_changed_and_has_its_file_read_again(
        self, record: Record, id: str, changed: str
    ) -> None:
        root = add(record, "/news", "pilot.md", PILOT)
        prepare(record, 2)
        cut(record, 2)
        change(record, f"UPDATE contents SET {changed} WHERE title = 'Ferry rams pier'")
        change(record, "UPDATE vectors SET vector = zeroblob(12) WHERE key IN (SELECT key FROM vectors LIMIT 1)")
        assert len(record.faults(2)) == 2
        record.mend()
        assert record.faults(2) == []
        assert record._all(f"SELECT 1 FROM vectors WHERE key NOT IN ({PASSAGES})") == []
        assert id not in record.live(2)
        assert len(record.live(2)) == 1
        assert record.stamps(root) == {"ferry.md": None, "pilot.md": "stamp"}

    @pytest.mark.parametrize("changed", ["signatures SET signature = zeroblob(12)", "comparisons SET likeness = 0"])
    def test_what_near_copies_are_told_by_is_named_and_dropped_where_it_changed(
        self, record: Record, id: str, changed: str
    ) -> None:
        record.save_contents([PILOT])
        assert id
        pair = content_key(FERRY), content_key(PILOT)
        record.save_signatures(1, dict.fromkeys(pair, b"signature"))
        record.save_comparisons(1, {pair: 2})
        assert record.faults(1) == []
        rows = change(record, f"UPDATE {changed}")
        assert record.faults(1) == [f"{rows} signatures or comparisons of near-copies differ from their hashes"]
        record.mend()
        assert record.faults(1) == []
        assert len(record.signatures(1)) + len(record.comparisons(1)) == 3 - rows

    @pytest.mark.parametrize(
        "changed",
        [
            "articles SET digest",
            "articles SET id",
            "contents SET title",
            "contents SET authors",
            "signatures SET digest",
            "comparisons SET digest",
        ],
    )
    def test_what_is_no_utf_8_any_more_is_named_and_dropped(self, record: Record, id: str, changed: str) -> None:
        assert id
        own = content_key(FERRY)
        record.save_signatures(1, {own: b"signature"})
        record.save_comparisons(1, {(own, own): 2})
        assert change(record, f"UPDATE {changed} = CAST(X'46ff' AS TEXT)") == 1
        (named,) = record.faults(1)
        assert named.encode()
        if not changed.startswith(("signatures", "comparisons")):  # those are made anew, and no answer waits for them
            with pytest.raises(StoreDamaged, match="check --repair"):
                list(record.passage_rows(CUT, 1))
        record.mend()
        assert record.faults(1) == []

    def test_a_sound_record_has_no_faults_and_mending_changes_nothing(self, record: Record, id: str) -> None:
        assert record.faults(1) == []
        before = [record.article(id, 1), *record.passage_rows(CUT, 1)]
        record.mend()
        assert [record.article(id, 1), *record.passage_rows(CUT, 1)] == before

    def test_a_file_that_is_no_database_is_damaged(self, tmp_path: Path) -> None:
        (tmp_path / "record.sqlite").write_bytes(b"This is not a database." * 100)
        with pytest.raises(StoreDamaged, match="record.sqlite is damaged"):
            Record(tmp_path / "record.sqlite")

    def test_a_record_of_another_form_is_refused(self, record: Record) -> None:
        change(record, "PRAGMA user_version = 99")
        with pytest.raises(StoreDamaged, match="another version of Clippings .form 99, expected [0-9]+."):
            Record(record.path)


class TestForms:
    def test_a_record_of_the_first_form_goes_on(self, tmp_path: Path) -> None:
        path = tmp_path / "record.sqlite"
        with closing(Record(path)) as record:
            add(record, "/news", "ferry.md", FERRY)
            (id,) = prepare(record, 1)
        with closing(sqlite3.connect(path)) as old:
            old.executescript(FIRST_FORM)
        with closing(Record(path)) as record:
            assert record.article(id, 1).text == FERRY.text
            assert record.faults(1) == []
            assert record.left_out() == []

    def test_many_open_a_record_of_the_first_form_at_once(self, tmp_path: Path) -> None:
        path = tmp_path / "record.sqlite"
        Record(path).close()
        for _ in range(5):
            with closing(sqlite3.connect(path)) as old:
                old.executescript(FIRST_FORM)
            with ThreadPoolExecutor(4) as pool:
                for record in pool.map(Record, [path] * 4):
                    record.close()

    def test_pages_and_marks_come_back(self, record: Record) -> None:
        add(record, "/news", "ferry.pdf", replace(FERRY, pages=(0, 9), marks=("hidden text left out",)))
        (id,) = prepare(record, 1)
        article = record.article(id, 1)
        assert (article.pages, article.marks) == ((0, 9), ("hidden text left out",))
        change(record, "UPDATE contents SET pages = '[0, 8]'")
        with pytest.raises(StoreDamaged):
            record.article(id, 1)


class TestGenerations:
    def test_what_another_cut_needed_alone_is_erased_with_it(self, record: Record) -> None:
        add(record, "/news", "ferry.md", FERRY)
        prepare(record, 1)
        cut(record, 1)
        assert len(record._all(f"{PASSAGES} UNION SELECT key FROM vectors")) == 2
        record.purge(1, [CUT])
        assert len(record._all("SELECT 1 FROM vectors")) == 2
        record.purge(1, ["another cut"])
        assert record._all(f"{PASSAGES} UNION SELECT key FROM vectors") == []

    def test_the_current_generation_answers_unchanged_while_the_next_is_prepared(self, record: Record) -> None:
        root = add(record, "/news", "ferry.md", FERRY)
        add(record, "/news", "bridge.md", BRIDGE)
        before = prepare(record, 1)
        cut(record, 1)
        rows = list(record.passage_rows(CUT, 1))
        record.remove_file(root, "bridge.md")
        add(record, "/news", "ferry.md", replace(FERRY, text="Another text."))
        add(record, "/news", "pilot.md", PILOT)
        after = prepare(record, 2)
        cut(record, 2)
        assert record.live(1) == before
        assert list(record.passage_rows(CUT, 1)) == rows
        assert record.live(2) == after
        assert {record.article(id, 2).text for id in after} == {"Another text.", PILOT.text}

    def test_what_was_never_published_is_taken_back(self, record: Record) -> None:
        root = add(record, "/news", "ferry.md", FERRY)
        before = prepare(record, 1)
        record.remove_file(root, "ferry.md")
        add(record, "/news", "pilot.md", PILOT)
        prepare(record, 2)
        record.discard_after(1)
        assert record.live(1) == record.live(2) == before

    def test_purging_keeps_this_generation_whole(self, record: Record) -> None:
        root = add(record, "/news", "ferry.md", FERRY)
        add(record, "/news", "bridge.md", BRIDGE)
        prepare(record, 1)
        cut(record, 1)
        record.remove_file(root, "bridge.md")
        after = prepare(record, 2)
        rows = list(record.passage_rows(CUT, 2))
        record.purge(2)
        assert record.live(2) == after
        assert list(record.passage_rows(CUT, 2)) == rows
        assert len(record.vectors([row.vector for row in rows])) == 2
        assert record.live(1) == after
        assert record.faults(2) == []

    def test_purging_keeps_what_the_roots_hold(self, record: Record) -> None:
        add(record, "/news", "ferry.md", FERRY)
        record.purge(1)
        assert len(prepare(record, 1)) == 1

    def test_no_byte_of_a_deleted_text_stays_on_the_disk(self, record: Record, tmp_path: Path) -> None:
        secret = "The informant’s name is Quillimander Vosk. "
        long = replace(FERRY, text=secret * 2000, title="Quillimander", authors=("Quillimander",))
        root = add(record, "/news", "secret.md", long)
        add(record, "/news", "bridge.md", BRIDGE)
        prepare(record, 1)
        cut(record, 1)
        vectors = [row.vector for row in record.passage_rows(CUT, 1) if row.title == "Quillimander"]
        blob = record.vectors(vectors[:1]).tobytes()
        files = lambda: b"".join(path.read_bytes() for path in tmp_path.glob("record.sqlite*"))  # noqa: E731
        assert b"Quillimander" in files()
        assert blob in files()
        record.remove_file(root, "secret.md")
        prepare(record, 2)
        record.purge(2)
        assert b"Quillimander" not in files()
        assert blob not in files()
        assert b"The bridge is closed." in files()

    @pytest.mark.parametrize("seed", [1, 2, 3])
    def test_no_copy_of_a_deleted_text_stays_in_unused_room_of_its_pages(
        self, record: Record, tmp_path: Path, seed: int
    ) -> None:
        chance = random.Random(seed)
        word = "zq{:06}x".format
        root = 0
        living: set[int] = set()
        for generation in range(1, 41):
            gone = set(chance.sample(sorted(living), len(living) // 5))
            come = set(range(generation * 100, generation * 100 + (40 if generation == 1 else len(gone))))
            for number in gone:
                record.remove_file(root, f"{number}.md")
            for number in come:
                text = f"{word(number)} was said of it. " * chance.randint(1, 40)
                root = add(record, "/news", f"{number}.md", replace(FERRY, text=text))
            living = living - gone | come
            prepare(record, generation)
            record.purge(generation)
            held = b"".join(path.read_bytes() for path in tmp_path.glob("record.sqlite*"))
            found = {int(one) for one in re.findall(rb"zq(\d{6})x", held)}
            assert found == living
            assert record.faults(generation) == []

    def test_a_failed_transaction_leaves_nothing(self, record: Record) -> None:
        root = add(record, "/news", "ferry.md", FERRY)
        with pytest.raises(StoreDamaged, match="NOT NULL constraint failed"):
            record.save_file(root, "ferry.md", "new", [("", None)], [], keep=False)  # type: ignore[list-item]
        assert record.stamps(root) == {"ferry.md": "stamp"}
        assert len(record.located()[0]) == 1


class TestPassages:
    def test_rows_come_back_as_stored(self, record: Record) -> None:
        add(record, "/news", "ferry.md", FERRY)
        (id,) = prepare(record, 1)
        content = content_key(FERRY)
        record.save_passages(
            CUT, [(content, Passage(0, 0, 26, 0, 26), "a"), (content, Passage(1, 27, 43, 27, 34), "b")]
        )
        expected = [
            PassageRow(
                passage_id(id, content, 0), id, FERRY.title, "the beacon", 20250709, 0, 26, FERRY.text[:26], "a"
            ),
            PassageRow(passage_id(id, content, 1), id, FERRY.title, "the beacon", 20250709, 27, 43, "Nobody ", "b"),
        ]
        assert list(record.passage_rows(CUT, 1)) == expected
        assert list(record.passage_keys(CUT, 1)) == [
            (row.id, PassageFacts(id, "the beacon", 20250709, row.start, row.end), row.vector) for row in expected
        ]
        assert record.passage_ids(CUT, 1, [id]) == {id: [row.id for row in expected]}
        assert list(record.passage_rows("another cut", 1)) == []

    def test_only_some_articles_are_given(self, record: Record) -> None:
        add(record, "/news", "ferry.md", FERRY)
        add(record, "/news", "bridge.md", BRIDGE)
        one, other = sorted(prepare(record, 1))
        cut(record, 1)
        assert {row.article_id for row in record.passage_rows(CUT, 1, frozenset([other]))} == {other}
        assert {row.article_id for row in record.passage_rows(CUT, 1)} == {one, other}
        assert {facts.article_id for _, facts, _ in record.passage_keys(CUT, 1, {other})} == {other}
        assert list(record.passage_keys(CUT, 1, ())) == []
        assert record.passage_ids(CUT, 1, {one, other}).keys() == {one, other}
        assert record.passage_ids(CUT, 1, {other, "unheard"}).keys() == {other}
        assert record.passage_ids(CUT, 1, ()) == {}

    def test_nothing_is_cut_or_embedded_twice(self, record: Record) -> None:
        add(record, "/news", "ferry.md", FERRY)
        add(record, "/news", "twin.md", replace(FERRY, publisher="Harbour Post"))
        prepare(record, 1)
        assert sorted(record.uncut(CUT, 1)) == sorted(
            [content_key(FERRY), content_key(replace(FERRY, publisher="Harbour Post"))]
        )
        cut(record, 1)
        assert record.uncut(CUT, 1) == []
        assert record.unembedded(CUT, 1) == []
        (count,) = sqlite3.connect(record.path).execute("SELECT count(*) FROM vectors").fetchone()
        assert count == 2  # of four passages: two texts
        assert len(record.uncut("another cut", 1)) == 2

    def test_of_what_came_later_alone_is_told_what_is_to_be_cut_and_embedded(self, record: Record) -> None:
        add(record, "/news", "ferry.md", FERRY)
        prepare(record, 1)
        add(record, "/news", "bridge.md", BRIDGE)
        prepare(record, 2)
        assert record.uncut(CUT, 2, since=1) == [content_key(BRIDGE)]
        assert record.uncut(CUT, 2, since=2) == []
        assert len(record.uncut(CUT, 2)) == 2
        cut(record, 2)
        record._all("DELETE FROM vectors")
        assert {content for content, *_ in record.unembedded(CUT, 2, since=1)} == {content_key(BRIDGE)}
        assert len({content for content, *_ in record.unembedded(CUT, 2)}) == 2

    def test_an_article_in_its_next_state_has_other_passage_ids(self, record: Record) -> None:
        add(record, "/news", "ferry.md", FERRY)
        (id,) = prepare(record, 1)
        cut(record, 1)
        add(record, "/news", "ferry.md", replace(FERRY, published=None))
        assert list(prepare(record, 2)) == [id]
        cut(record, 2)
        assert not set(record.passage_ids(CUT, 1, [id])[id]) & set(record.passage_ids(CUT, 2, [id])[id])

    @pytest.mark.parametrize("scanned", [0, 20_000])
    def test_vectors_come_back_in_the_order_asked(
        self, record: Record, scanned: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("index.record._SCANNED", scanned)
        keys = [f"{n:064x}" for n in range(1200)]  # more than one statement takes
        vectors = np.random.default_rng(7).random((1200, 3)).astype(np.float32)
        record.save_vectors(keys, vectors)
        np.testing.assert_array_equal(record.vectors(keys[::-1]), vectors[::-1])
        np.testing.assert_array_equal(record.vectors([keys[3], keys[3]]), vectors[[3, 3]])
        assert record.vectors([]).shape[0] == 0
        digests = [hashlib.sha256(vector).digest() for vector in vectors]
        assert record.vector_digests(keys[::-1]) == digests[::-1]
        assert record.vector_digests([]) == []
        for tell in (record.vectors, record.vector_digests):
            with pytest.raises(StoreDamaged, match="2 vectors are missing"):
                tell([*keys, "another", "third"])


COLLECTION = [
    replace(FERRY, title=f"{publisher} {day}", text=f"Text {n}.", publisher=publisher, published=day)
    for n, (publisher, day) in enumerate(
        [
            ("The Beacon", date(2025, 6, 14)), ("The Beacon", date(2025, 7, 9)), ("the BEACON", None),
            ("Straße", date(2025, 7, 9)), ("Straße", date(2025, 7, 10)), (None, date(2025, 7, 11)), (None, None),
        ]
    )
]  # fmt: skip


def test_what_is_left_is_counted_and_filtered_after_a_purge(record: Record) -> None:
    gone = add(record, "/gone", "ferry.md", FERRY)
    add(record, "/kept", "bridge.md", BRIDGE)
    prepare(record, 1)
    record.remove_root(gone)
    (kept,) = prepare(record, 2)
    record.purge(2)
    assert record.counts(2).publishers == {"The Beacon": 1}
    assert record.filtered(2, BRIDGE.published, None, ["The Beacon"]) == ({kept}, 0)
    assert record.latest(2, 9) == [kept]


def test_a_listing_counts_the_passages_of_one_cut(record: Record) -> None:
    marked = replace(FERRY, marks=("hidden text left out",))
    add(record, "/news", "ferry.md", marked)
    add(record, "/other", "pilot.md", PILOT)
    prepare(record, 1)
    cut(record, 1)
    record.save_passages("another cut", [(content_key(marked), Passage(0, 0, 26, 0, 26), "a")])
    ferry, pilot = record.listing(CUT, 1)
    assert (ferry.title, ferry.publisher, ferry.published) == (FERRY.title, FERRY.publisher, FERRY.published)
    assert (ferry.root, ferry.path, ferry.passages, ferry.marks) == ("/news", "ferry.md", 2, ("hidden text left out",))
    assert (pilot.root, pilot.path, pilot.passages, pilot.published) == ("/other", "pilot.md", 2, None)
    assert [one.passages for one in record.listing("no cut", 1)] == [0, 0]
    assert record.listing(CUT, 0) == []


class TestFilters:
    @pytest.fixture
    def full(self, record: Record) -> Record:
        for number, one in enumerate(COLLECTION):
            add(record, "/news", f"{number}.md", one)
        prepare(record, 1)
        return record

    @pytest.mark.parametrize("since", [None, date(2025, 7, 9), date(2025, 7, 10), date(2026, 1, 1)])
    @pytest.mark.parametrize("until", [None, date(2025, 7, 9), date(2025, 6, 14), date(2024, 1, 1)])
    @pytest.mark.parametrize("publishers", [(), ("the beacon",), ("STRASSE", "The Beacon"), ("Nobody",)])
    def test_the_filters_pass_what_they_say(
        self, full: Record, since: date | None, until: date | None, publishers: tuple[str, ...]
    ) -> None:
        named = [
            one
            for one in COLLECTION
            if not publishers or (one.publisher or "").casefold() in [name.casefold() for name in publishers]
        ]
        dated = since or until
        expected = [
            one
            for one in named
            if not dated or (one.published and (since or date.min) <= one.published <= (until or date.max))
        ]
        kept, undated = full.filtered(1, since, until, publishers)
        assert {full.article(id, 1).text for id in kept} == {one.text for one in expected}
        assert undated == (sum(one.published is None for one in named) if dated else 0)

    def test_counts_are_of_articles(self, full: Record) -> None:
        counts = full.counts(1)
        assert counts.publishers == {"Straße": 2, "The Beacon": 2, "the BEACON": 1}
        assert list(counts.publishers) == ["Straße", "The Beacon", "the BEACON"]
        assert (counts.undated, counts.first, counts.last) == (2, date(2025, 6, 14), date(2025, 7, 11))

    def test_counts_of_nothing_are_none(self, record: Record) -> None:
        counts = record.counts(1)
        assert (counts.publishers, counts.undated, counts.first, counts.last) == ({}, 0, None, None)

    def test_the_latest_come_one_publisher_after_the_other(self, full: Record) -> None:
        latest = [full.article(id, 1).text for id in full.latest(1, 10)]
        assert latest[:3] == ["Text 5.", "Text 4.", "Text 1."]  # each publisher's latest
        assert latest[3:5] == ["Text 3.", "Text 0."]  # each one's second; undated ones last
        assert sorted(latest) == sorted(one.text for one in COLLECTION)
        assert full.latest(1, 2) == full.latest(1, 10)[:2]


@pytest.mark.parametrize(("day", "number"), [(None, None), (date(2025, 7, 9), 20250709), (date(1, 1, 1), 10101)])
def test_a_day_is_a_number_that_sorts_as_the_day_does(day: date | None, number: int | None) -> None:
    assert day_number(day) == number
