import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index.embedder import Vectors
from index.record import PassageRow
from index.vectors import Collection, copy, exists, metadata, steady_files

COUNT, DIMENSION = 300, 16


def row(number: int, publisher: str | None = "the beacon", published: int | None = 20250709) -> PassageRow:
    return PassageRow(f"article{number}:0:0", f"article{number}", "Title", publisher, published, 0, 10, "Text", "key")


ROWS = [row(number) for number in range(COUNT)]


@pytest.fixture(scope="module")
def array() -> Vectors:
    vectors = np.random.default_rng(11).normal(size=(COUNT, DIMENSION)).astype(np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


@pytest.fixture
def collection(tmp_path: Path, array: Vectors) -> Iterator[Collection]:
    made = Collection(tmp_path / "chroma", create=True)
    made.add(ROWS, array)
    yield made
    made.close()


def reopened(collection: Collection, folder: Path) -> Collection:
    collection.close()
    return Collection(folder)


def test_what_was_added_comes_back_after_closing(collection: Collection, tmp_path: Path, array: Vectors) -> None:
    again = reopened(collection, tmp_path / "chroma")
    held = again.everything()
    assert held == {row.id: (row.article_id, row.publisher, row.published, row.start, row.end) for row in ROWS}
    told = again._collection.get(include=["metadatas"])  # as Chroma itself says
    own = {id: {name: value for name, value in one._asdict().items() if value is not None} for id, one in held.items()}
    assert own == dict(zip(told["ids"], told["metadatas"] or [], strict=True))
    ids = [ROWS[7].id, ROWS[3].id]
    np.testing.assert_allclose(again.vectors(ids), array[[7, 3]], atol=1e-6)
    again.close()


@pytest.mark.parametrize(
    "more",
    [
        "UPDATE embedding_metadata SET int_value = 1 WHERE id = 1 AND key = 'article_id'",
        "UPDATE embedding_metadata SET string_value = NULL, int_value = 7 WHERE id = 1 AND key = 'article_id'",
        "UPDATE embedding_metadata SET key = 'other' WHERE id = 1 AND key = 'publisher'",
        "INSERT INTO embedding_metadata VALUES (1, 'other', NULL, NULL, 1.5, NULL)",
        "INSERT INTO embedding_metadata VALUES (1, 'other', NULL, NULL, NULL, NULL)",
        "INSERT INTO embedding_metadata VALUES (99999, 'article_id', 'article1', NULL, NULL, NULL)",
    ],
)
def test_more_than_was_written_about_passages_is_noticed(collection: Collection, tmp_path: Path, more: str) -> None:
    collection.close()
    with closing(sqlite3.connect(tmp_path / "chroma" / "chroma.sqlite3")) as db:
        assert db.execute(more).rowcount == 1
        db.commit()
    again = Collection(tmp_path / "chroma")
    with pytest.raises(ValueError, match="more about passages than was written"):
        again.everything()
    again.close()


def test_metadata_leaves_out_what_is_absent_and_all_text() -> None:
    assert metadata(row(1)) == {
        "article_id": "article1",
        "publisher": "the beacon",
        "published": 20250709,
        "start": 0,
        "end": 10,
    }
    assert metadata(row(1, None, None)) == {"article_id": "article1", "start": 0, "end": 10}


def test_the_nearest_are_those_of_comparing_all(collection: Collection, array: Vectors) -> None:
    queries = np.random.default_rng(5).normal(size=(20, DIMENSION)).astype(np.float32)
    queries /= np.linalg.norm(queries, axis=1, keepdims=True)
    for query, found in zip(queries, collection.nearest(queries, 10), strict=True):
        scores = array @ query
        expected = np.argsort(-scores)[:10]
        assert [id for id, _ in found] == [ROWS[number].id for number in expected]
        np.testing.assert_allclose([cosine for _, cosine in found], scores[expected], atol=1e-5)


def test_every_vector_finds_itself(collection: Collection, array: Vectors) -> None:
    assert [found[0][0] for found in collection.nearest(array, 1)] == [row.id for row in ROWS]


def test_what_was_removed_is_found_no_more(collection: Collection, tmp_path: Path, array: Vectors) -> None:
    gone = [row.id for row in ROWS[:50]]
    collection.remove(gone)
    again = reopened(collection, tmp_path / "chroma")
    assert again.everything().keys() == {row.id for row in ROWS[50:]}
    assert not {id for found in again.nearest(array, 10) for id, _ in found} & set(gone)
    again.close()


def test_adding_again_replaces(collection: Collection, array: Vectors) -> None:
    changed = replace(ROWS[0], published=20250710)
    collection.add([changed], array[1:2])
    assert len(collection.everything()) == COUNT
    assert collection.everything()[changed.id].published == 20250710
    np.testing.assert_allclose(collection.vectors([changed.id]), array[1:2], atol=1e-6)


def test_nothing_can_be_added_removed_and_asked(collection: Collection, array: Vectors) -> None:
    collection.add([], array[:0])
    collection.remove([])
    assert len(collection.everything()) == COUNT


def test_more_than_a_batch_goes_in_and_out(tmp_path: Path) -> None:
    rows = [row(number) for number in range(4100)]
    vectors = np.random.default_rng(3).normal(size=(len(rows), 4)).astype(np.float32)
    made = Collection(tmp_path / "chroma", create=True)
    made.add(rows, vectors)
    assert made.everything().keys() == {row.id for row in rows}
    made.remove([row.id for row in rows[:4050]])
    assert made.everything().keys() == {row.id for row in rows[4050:]}
    made.close()


def test_a_copy_stands_alone(collection: Collection, tmp_path: Path, array: Vectors) -> None:
    copy(tmp_path / "chroma", tmp_path / "copy")  # while it is open
    other = Collection(tmp_path / "copy")
    other.remove([ROWS[0].id])
    other.add([row(COUNT)], array[:1])
    assert other.everything().keys() == {row.id for row in ROWS[1:]} | {f"article{COUNT}:0:0"}
    assert other.nearest(array[:1], 1)[0][0][0] == f"article{COUNT}:0:0"
    assert collection.everything().keys() == {row.id for row in ROWS}
    assert collection.nearest(array[:1], 1)[0][0][0] == ROWS[0].id
    other.close()


@pytest.mark.filterwarnings("ignore:legacy embedding function config")
def test_searching_wider_stays_with_the_collection(collection: Collection, tmp_path: Path, array: Vectors) -> None:
    assert collection.ef_search == 100
    collection.search_wider(400)
    again = reopened(collection, tmp_path / "chroma")
    assert again.ef_search == 400
    assert [found[0][0] for found in again.nearest(array[:20], 1)] == [row.id for row in ROWS[:20]]
    again.close()
    with sqlite3.connect(tmp_path / "chroma" / "chroma.sqlite3") as rows:
        assert "400" in str(rows.execute("SELECT config_json_str, schema_str FROM collections").fetchall())
    rows.close()


def test_steady_files_stay_the_same_while_one_searches(tmp_path: Path) -> None:
    rows = [row(number) for number in range(2100)]  # enough for Chroma to save its graph
    vectors = np.random.default_rng(3).normal(size=(len(rows), 4)).astype(np.float32)
    made = Collection(tmp_path / "chroma", create=True)
    made.add(rows, vectors)
    made.close()
    before = {path: path.read_bytes() for path in steady_files(tmp_path / "chroma")}
    assert any(path.name == "data_level0.bin" for path in before)
    again = Collection(tmp_path / "chroma")
    again.nearest(vectors[:50], 10)
    again.everything()
    again.close()
    assert {path: path.read_bytes() for path in steady_files(tmp_path / "chroma")} == before


def test_a_folder_without_a_collection_is_seen_before_it_is_opened(collection: Collection, tmp_path: Path) -> None:
    assert collection
    assert exists(tmp_path / "chroma")
    (tmp_path / "empty").mkdir()
    assert not exists(tmp_path / "empty")
    assert not exists(tmp_path / "missing")


def test_closing_twice_does_nothing(collection: Collection) -> None:
    collection.close()
    collection.close()


def test_a_setting_in_the_working_folder_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("PERSIST_DIRECTORY=elsewhere\nALLOW_RESET=true\nIS_PERSISTENT=false\n")
    monkeypatch.chdir(tmp_path)
    made = Collection(tmp_path / "chroma", create=True)
    made.add(ROWS[:1], np.ones((1, 4), np.float32))
    made.close()
    assert exists(tmp_path / "chroma")
    assert not (tmp_path / "elsewhere").exists()


def test_what_could_not_be_opened_once_can_be_opened_when_it_is_mended(tmp_path: Path) -> None:
    Collection(tmp_path, create=True).close()
    rows = (tmp_path / "chroma.sqlite3").read_bytes()
    (tmp_path / "chroma.sqlite3").write_bytes(b"no database " * 1_000)
    with pytest.raises(Exception, match="database"):
        Collection(tmp_path)
    (tmp_path / "chroma.sqlite3").write_bytes(rows)
    opened = Collection(tmp_path)
    assert opened.everything() == {}
    opened.close()
