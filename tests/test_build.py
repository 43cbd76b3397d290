import fcntl
import gzip
import importlib
import json
import os
import shutil
import sqlite3
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TextIO

import pytest

from index import Library, Report, build, check, embedder, forget
from index.embedder import Vectors
from index.errors import ModelError, NoArticles, NoStore, RootError, StoreDamaged, StoreLocked
from index.generation import Generation, current, folder_of
from index.record import Record

pytestmark = pytest.mark.usefixtures("verified_here")

TEXTS = {
    "ferry.md": "---\ntitle: Ferry\ndate: 2025-07-09\n---\nThe ferry rammed the pier.",
    "bridge.md": "---\ntitle: Bridge\n---\nThe bridge was closed.",
    "news/wreck.txt": "Dredgers found a wreck.",
    "news/all.jsonl": '{"id": 1, "text": "The strike is over."}\n{"id": 2, "text": "Mussels are banned."}\n',
}
ALL = {"The ferry rammed the pier.", "The bridge was closed.", "Dredgers found a wreck.", "The strike is over."} | {
    "Mussels are banned."
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder of five articles in four files."""
    folder = tmp_path / "root"
    for name, content in TEXTS.items():
        write(folder / name, content)
    return folder


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


def write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def texts(store: Path) -> dict[str, str]:
    """What the store holds: texts by id, each by way of the library."""
    with Library.open(store) as library, library.view() as view:
        return {id: view.article(id).text for id in view.some_articles(999)}


def counts(report: Report) -> dict[str, int]:
    fields = report.to_dict()
    return {name: fields[name] for name in ("added", "changed", "kept", "removed", "duplicates") if fields[name]}


def reasons(report: Report, folder: Path) -> dict[str, str]:
    return {str(Path(path).relative_to(folder)): reason for path, reason in report.unreadable}


@pytest.fixture
def embedded(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many vectors were stored, each time."""
    stored: list[int] = []
    save = Record.save_vectors

    def counted(self: Record, keys: list[str], vectors: Vectors) -> None:
        stored.append(len(keys))
        save(self, keys, vectors)

    monkeypatch.setattr(Record, "save_vectors", counted)
    return stored


class TestCounts:
    def test_everything_is_counted_by_what_became_of_it(self, root: Path, store: Path) -> None:
        first = build([root], store)
        assert counts(first) == {"added": 5}
        assert (first.generation, first.articles, first.passages) == (1, 5, 5)
        assert set(texts(store).values()) == ALL
        ids = {text: id for id, text in texts(store).items()}

        write(root / "ferry.md", "---\ntitle: Ferry\ndate: 2025-07-09\n---\nThe ferry sank.")
        write(root / "new.md", "A whale came.")
        (root / "news" / "wreck.txt").unlink()
        write(root / "news" / "again.txt", "A whale came.")
        second = build([root], store)
        assert counts(second) == {"added": 1, "changed": 1, "kept": 3, "removed": 1, "duplicates": 1}
        assert (second.generation, second.articles) == (2, 5)
        after = {text: id for id, text in texts(store).items()}
        assert after["The ferry sank."] == ids["The ferry rammed the pier."]
        assert {text for text in ids if ids[text] in after.values()} == ALL - {"Dredgers found a wreck."}

    def test_a_report_is_json(self, root: Path, store: Path) -> None:
        write(root / "empty.md", "")
        fields = json.loads(json.dumps(build([root], store).to_dict()))
        assert list(fields) == [
            "generation", "articles", "passages", "added", "changed", "kept", "removed", "duplicates", "unreadable",
            "seconds",
        ]  # fmt: skip
        assert fields["unreadable"] == [{"path": str(root / "empty.md"), "reason": "the file is empty"}]

    def test_nothing_changed_is_the_same_generation_without_a_model(
        self, root: Path, store: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        build([root], store)

        def files() -> dict[Path, bytes]:
            paths = [path for path in folder_of(store, 1).rglob("*") if path.is_file()]
            # Chroma writes a row whenever it is opened.
            return {path: path.read_bytes() for path in paths if path.name != "chroma.sqlite3"}

        before = files()

        def never(*_: object) -> None:
            raise AssertionError("a model was loaded, or a file read, for nothing")

        monkeypatch.setattr(embedder, "load", never)
        monkeypatch.setattr("index.readers.apart.Reader.read", never)
        for again in (build([root], store), build((), store)):
            assert counts(again) == {"kept": 5}
            assert again.generation == 1
        assert files() == before

    def test_a_file_that_is_only_touched_changes_nothing(self, root: Path, store: Path) -> None:
        build([root], store)
        os.utime(root / "ferry.md")
        assert build([root], store).generation == 1

    def test_a_changed_date_alone_is_a_changed_article_and_embeds_nothing(
        self, root: Path, store: Path, embedded: list[int]
    ) -> None:
        build([root], store)
        write(root / "ferry.md", TEXTS["ferry.md"].replace("07-09", "07-10"))
        embedded.clear()
        assert counts(build([root], store)) == {"changed": 1, "kept": 4}
        assert embedded == []
        with Library.open(store) as library:
            (ferry,) = [hit.article for hit in library.search("ferry", since="2025-07-10")]
        assert str(ferry.published) == "2025-07-10"

    def test_nothing_is_embedded_twice(self, root: Path, store: Path, embedded: list[int]) -> None:
        build([root], store)
        assert sum(embedded) == 5
        write(root / "copy.md", TEXTS["ferry.md"].replace("07-09", "07-10"))
        write(root / "new.md", "A whale came.")
        build([root], store)
        assert sum(embedded) == 6
        build([root], store, rebuild=True)
        assert sum(embedded) == 6

    def test_a_rebuild_makes_a_new_generation_of_the_same(self, root: Path, store: Path) -> None:
        build([root], store)
        before = texts(store)
        again = build([root], store, rebuild=True)
        assert counts(again) == {"kept": 5}
        assert again.generation == 2
        assert texts(store) == before

    def test_progress_names_every_stage_and_ends_full(self, root: Path, store: Path) -> None:
        seen: list[tuple[str, int, int]] = []
        build([root], store, progress=lambda *step: seen.append(step))
        assert list(dict.fromkeys(stage for stage, _, _ in seen)) == [
            "reading", "cutting", "embedding", "writing", "comparing", "verifying",
        ]  # fmt: skip
        assert all(done <= total for _, done, total in seen)
        last = {stage: (done, total) for stage, done, total in seen}
        assert all(done == total for done, total in last.values())


class TestRoots:
    def test_without_paths_all_roots_are_brought_up_to_date(self, root: Path, store: Path, tmp_path: Path) -> None:
        other = write(tmp_path / "single" / "whale.md", "A whale came.")
        build([root, other], store)
        write(other, "Two whales came.")
        (root / "ferry.md").unlink()
        assert counts(build((), store)) == {"changed": 1, "kept": 4, "removed": 1}

    def test_with_paths_the_other_roots_stay_as_they_are(self, root: Path, store: Path, tmp_path: Path) -> None:
        other = write(tmp_path / "other" / "whale.md", "A whale came.").parent
        build([root], store)
        (root / "ferry.md").unlink()
        assert counts(build([other], store)) == {"added": 1, "kept": 5}

    def test_a_missing_root_is_an_error_and_removes_nothing(self, root: Path, store: Path) -> None:
        build([root], store)
        before = texts(store)
        root.rename(root.with_name("moved"))
        for paths in ((), (root,)):
            with pytest.raises(RootError, match="root is missing; nothing was removed"):
                build(paths, store)
        assert texts(store) == before
        assert current(store) == 1

    def test_of_known_roots_those_that_are_there_are_read_and_none_is_added(
        self, root: Path, store: Path, tmp_path: Path
    ) -> None:
        single = write(tmp_path / "single.md", "A whale came.")
        other = write(tmp_path / "other" / "wreck.md", "Another wreck was found.").parent
        build([root, single], store)
        write(root / "new.md", "A seal came.")
        single.unlink()
        report = build([root, single, other], store, known=True)
        assert (counts(report), report.unreadable) == ({"added": 1, "kept": 6}, ())
        assert counts(build((), store, known=True)) == {"kept": 7}
        write(single, "A whale came.")
        forget(single, store)
        build([single], store)
        forget(next(id for id, text in texts(store).items() if text == "A whale came."), store)
        assert counts(build([single], store, known=True)) == {"kept": 6}
        with Library.open(store) as library:
            assert library.status().roots == (str(root), str(single))

    def test_a_wrong_path_leaves_no_store_behind(self, store: Path, tmp_path: Path) -> None:
        with pytest.raises(RootError, match="nowhere is missing"):
            build([tmp_path / "nowhere"], store)
        assert not store.exists()

    def test_without_a_store_something_must_be_named(self, store: Path) -> None:
        with pytest.raises(NoStore, match="name what to index"):
            build((), store)
        with pytest.raises(NoStore, match="There is no store in"):
            forget("root", store)
        with pytest.raises(NoStore, match="make one with: clippings index FOLDER"):
            check(store)
        assert not store.exists()

    def test_forgetting_removes_a_root_and_its_articles(self, root: Path, store: Path, tmp_path: Path) -> None:
        other = write(tmp_path / "other" / "whale.md", "A whale came.").parent
        build([root, other], store)
        forgotten = forget(root, store)
        assert counts(forgotten.report) == {"removed": 5, "kept": 1}
        assert (forgotten.left_out, forgotten.deleted) == ((), ())
        assert set(texts(store).values()) == {"A whale came."}
        assert (root / "ferry.md").exists()
        assert counts(build((), store)) == {"kept": 1}
        remains = b"".join(path.read_bytes() for path in store.rglob("*") if path.is_file())
        assert b"rammed the pier" not in remains
        assert b"A whale came" in remains

    def test_a_root_that_is_gone_can_be_forgotten(self, root: Path, store: Path, tmp_path: Path) -> None:
        other = write(tmp_path / "other" / "whale.md", "A whale came.").parent
        build([root, other], store)
        root.rename(root.with_name("moved"))
        assert counts(forget(root, store).report) == {"removed": 5, "kept": 1}

    def test_what_is_no_root_can_not_be_forgotten(self, root: Path, store: Path) -> None:
        build([root], store)
        with pytest.raises(RootError, match="news is not a root of this store, nor a file or .*; its roots: .*root"):
            forget(root / "news", store)
        assert len(texts(store)) == 5

    def test_a_store_without_articles_goes_on(self, root: Path, store: Path) -> None:
        build([root], store)
        report = forget(root, store).report
        assert (report.articles, report.passages, report.removed) == (0, 0, 5)
        assert texts(store) == {}
        assert all(one.ok for one in check(store))
        assert counts(build([root], store)) == {"added": 5}

    def test_a_vanished_file_takes_its_articles_along(self, root: Path, store: Path) -> None:
        build([root], store)
        (root / "news" / "all.jsonl").unlink()
        assert counts(build([root], store)) == {"kept": 3, "removed": 2}
        assert set(texts(store).values()) == ALL - {"The strike is over.", "Mussels are banned."}

    def test_a_record_that_vanished_from_its_file_is_removed(self, root: Path, store: Path) -> None:
        build([root], store)
        write(root / "news" / "all.jsonl", '{"id": 2, "text": "Mussels are banned."}\n')
        assert counts(build([root], store)) == {"kept": 4, "removed": 1}

    def test_a_root_inside_a_root_gives_no_article_twice(self, root: Path, store: Path) -> None:
        report = build([root, root / "news"], store)
        assert counts(report) == {"added": 5, "duplicates": 3}

    def test_a_store_inside_its_own_root_is_not_indexed(self, root: Path) -> None:
        build([root], root / "store")
        write(root / "store" / "stray.md", "Not an article.")
        write(root / "store" / "uploads" / "upload.md", "An upload.")
        report = build([root], root / "store")
        assert counts(report) == {"kept": 5}
        assert counts(build((), root / "store")) == {"added": 1, "kept": 5}

    def test_uploads_are_a_root(self, store: Path) -> None:
        write(store / "uploads" / "upload.md", "An upload.")
        assert counts(build((), store)) == {"added": 1}
        (store / "uploads" / "upload.md").unlink()
        assert counts(build((), store)) == {"removed": 1}

    def test_links_in_a_circle_do_not_hang(self, root: Path, store: Path) -> None:
        (root / "news" / "up").symlink_to(root, target_is_directory=True)
        (root / "loop.md").symlink_to(root / "loop.md")
        (root / "alias.md").symlink_to(root / "ferry.md")
        report = build([root], store)
        assert counts(report) == {"added": 5, "duplicates": 1}
        assert set(reasons(report, root)) == {"loop.md"}

    def test_hidden_files_and_other_kinds_are_passed_over(self, root: Path, store: Path) -> None:
        for name in (".hidden.md", ".git/a.md", "picture.png", "notes.doc"):
            write(root / name, "Not an article.")
        report = build([root], store)
        assert (counts(report), report.unreadable) == ({"added": 5}, ())

    @pytest.mark.skipif(sys.platform == "darwin", reason="its file names are always UTF-8")
    def test_a_name_that_is_not_utf_8_is_read(self, root: Path, store: Path) -> None:
        (root / os.fsdecode(b"caf\xe9.md")).write_text("A café opened.")
        (root / os.fsdecode(b"\xe9")).mkdir()
        (root / os.fsdecode(b"\xe9") / "bad.md").write_bytes(b"\0")
        report = build([root], store)
        assert counts(report) == {"added": 6}
        assert reasons(report, root) == {"\\xe9/bad.md": "not text: it holds binary data"}
        assert "A café opened." in texts(store).values()
        assert build([root], store).generation == 1
        with pytest.raises(RootError, match="is not UTF-8; rename what is not"):
            build([root / os.fsdecode(b"\xe9")], store)

    def test_a_record_named_by_half_a_character_is_read(self, root: Path, store: Path) -> None:
        write(
            root / "half.jsonl",
            json.dumps({"id": "\ud800", "text": "Half \ud800.", "title": "\udfff", "url": "\ud800"}),
        )
        assert counts(build([root], store)) == {"added": 6}
        assert "Half \ufffd." in texts(store).values()


@pytest.fixture
def ids(root: Path, store: Path) -> dict[str, str]:
    """The ids of the five articles, by text, in a store that was built."""
    build([root], store)
    return {text: id for id, text in texts(store).items()}


def remains(store: Path) -> bytes:
    return b"".join(path.read_bytes() for path in store.rglob("*") if path.is_file())


class TestLeavingOut:
    FERRY = "The ferry rammed the pier."

    def test_an_article_is_left_out_until_its_file_is_named(self, root: Path, store: Path, ids: dict[str, str]) -> None:
        forgotten = forget(ids[self.FERRY], store)
        assert counts(forgotten.report) == {"removed": 1, "kept": 4}
        assert [str(one) for one in forgotten.left_out] == [str(root / "ferry.md")]
        assert forgotten.left_out[0].title == "Ferry"
        assert b"rammed the pier" not in remains(store)
        assert (root / "ferry.md").exists()
        (root / "ferry.md").write_text("The ferry rammed it again.")
        for rebuild in (False, True):
            assert counts(build((), store, rebuild)) == {"kept": 4}
        assert all(one.ok for one in check(store, repair=True))
        with Library.open(store) as library:
            assert library.left_out() == list(forgotten.left_out)
        assert b"rammed it again" not in remains(store)
        assert counts(build([root / "ferry.md"], store)) == {"added": 1, "kept": 4}
        assert texts(store)[ids[self.FERRY]] == "The ferry rammed it again."
        with Library.open(store) as library:
            assert library.left_out() == []
            assert library.status().roots == (str(root),)

    def test_a_record_of_a_file_of_many_is_left_out_alone(self, root: Path, store: Path, ids: dict[str, str]) -> None:
        (left_out,) = forget(ids["Mussels are banned."], store).left_out
        assert (str(left_out), left_out.title) == (f"{root / 'news' / 'all.jsonl'}#2", None)
        assert b"Mussels are banned" not in remains(store)
        write(root / "news" / "all.jsonl", TEXTS["news/all.jsonl"] + '{"id": 3, "text": "A whale came."}\n')
        assert counts(build((), store)) == {"added": 1, "kept": 4}
        assert set(texts(store).values()) == ALL - {"Mussels are banned."} | {"A whale came."}
        assert counts(build([root / "news" / "all.jsonl"], store)) == {"added": 1, "kept": 5}

    def test_an_article_is_left_out_with_all_its_places(self, root: Path, store: Path, ids: dict[str, str]) -> None:
        write(root / "news" / "copy.md", TEXTS["ferry.md"])
        build((), store)
        forgotten = forget(ids[self.FERRY], store)
        assert [str(one.file.relative_to(root)) for one in forgotten.left_out] == ["ferry.md", "news/copy.md"]
        assert counts(build((), store)) == {"kept": 4}

    def test_a_file_is_left_out_with_all_that_it_holds(self, root: Path, store: Path, ids: dict[str, str]) -> None:
        assert ids
        (left_out,) = forget(root / "news" / "all.jsonl", store).left_out
        assert (left_out.file, left_out.place, left_out.title) == (root / "news" / "all.jsonl", "", None)
        write(root / "news" / "all.jsonl", "a broken line, and nothing else")
        report = build((), store)
        assert (counts(report), report.unreadable) == ({"kept": 3}, ())

    def test_an_article_in_another_file_stays(self, root: Path, store: Path, ids: dict[str, str]) -> None:
        write(root / "news" / "copy.md", TEXTS["ferry.md"])
        build((), store)
        assert not counts(forget(root / "news" / "copy.md", store).report).keys() & {"added", "removed"}
        assert texts(store)[ids[self.FERRY]] == self.FERRY

    def test_a_file_that_is_away_for_a_while_stays_left_out(self, root: Path, store: Path, ids: dict[str, str]) -> None:
        forget(ids[self.FERRY], store)
        (root / "ferry.md").rename(root / "ferry.away")
        build((), store)
        (root / "ferry.away").rename(root / "ferry.md")
        assert counts(build((), store)) == {"kept": 4}

    def test_a_root_that_is_a_file_is_left_out_and_put_back(self, root: Path, store: Path) -> None:
        build([root / "ferry.md", root / "bridge.md"], store)
        id = next(id for id, text in texts(store).items() if text == self.FERRY)
        assert [one.file for one in forget(id, store).left_out] == [root / "ferry.md"]
        assert counts(build((), store)) == {"kept": 1}
        assert counts(build([root / "ferry.md"], store)) == {"added": 1, "kept": 1}

    def test_it_stays_out_under_a_root_that_is_added_around_or_inside(
        self, root: Path, store: Path, ids: dict[str, str]
    ) -> None:
        forget(ids["Dredgers found a wreck."], store)
        build([root / "news"], store)
        build([root.parent], store)
        assert set(texts(store).values()) == ALL - {"Dredgers found a wreck."}
        with Library.open(store) as library:
            assert [one.file for one in library.left_out()] == [root / "news" / "wreck.txt"]
        forget(root, store)
        assert "Dredgers found a wreck." not in texts(store).values()
        assert counts(build([root / "news" / "wreck.txt"], store))["added"] == 1

    def test_a_link_is_a_file_of_its_own(self, root: Path, store: Path) -> None:
        (root / "alias.md").symlink_to(root / "ferry.md")
        build([root], store)
        assert [one.file for one in forget(root / "alias.md", store).left_out] == [root / "alias.md"]
        assert self.FERRY in texts(store).values()
        build([root / "alias.md"], store)
        with Library.open(store) as library:
            assert library.left_out() == []

    def test_with_its_root_it_is_forgotten(self, root: Path, store: Path, ids: dict[str, str]) -> None:
        forget(ids[self.FERRY], store)
        forget(root, store)
        assert counts(build([root], store)) == {"added": 5}

    def test_a_broken_record_still_tells_what_was_left_out(
        self, store: Path, ids: dict[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        forget(ids[self.FERRY], store)

        def broken(_: Record) -> None:
            monkeypatch.undo()
            raise StoreDamaged("The record is damaged.")

        monkeypatch.setattr(Record, "mend", broken)
        check(store, repair=True)
        assert (store / "damaged-record.sqlite").exists()
        assert set(texts(store).values()) == ALL - {self.FERRY}

    def test_an_upload_is_deleted(self, root: Path, store: Path) -> None:
        upload = write(store / "uploads" / "upload.md", "An upload.")
        many = write(store / "uploads" / "many.jsonl", TEXTS["news/all.jsonl"])
        write(root / "same.md", "An upload.")
        build([root], store)
        build((), store)
        ids = {text: id for id, text in texts(store).items()}
        forgotten = forget(ids["An upload."], store)
        assert (forgotten.deleted, upload.exists()) == ((upload,), False)
        assert [one.file for one in forgotten.left_out] == [root / "same.md"]
        forgotten = forget(ids["Mussels are banned."], store)
        assert (forgotten.deleted, many.exists()) == ((), True)
        forgotten = forget(many, store)
        assert (forgotten.deleted, many.exists()) == ((many,), False)
        assert set(texts(store).values()) == ALL - {"Mussels are banned."}

    def test_an_upload_that_is_added_again_is_read_whole(self, root: Path, store: Path) -> None:
        many = write(store / "uploads" / "many.jsonl", TEXTS["news/all.jsonl"])
        build([root / "ferry.md"], store)
        build((), store)
        for text in ("Mussels are banned.", "The strike is over."):
            forget(next(id for id, one in texts(store).items() if one == text), store)
        assert not many.exists()
        with Library.open(store) as library:
            assert library.left_out() == []
        write(many, TEXTS["news/all.jsonl"])
        assert counts(build((), store)) == {"added": 2, "kept": 1}

    def test_what_the_store_does_not_hold_can_not_be_left_out(
        self, root: Path, store: Path, ids: dict[str, str]
    ) -> None:
        write(root / "later.md", "Not read yet.")
        for name in ("0123456789abcdef", root / "later.md", root / "news"):
            with pytest.raises(
                RootError, match="is not a root of this store, nor a file or the id of an article in it"
            ):
                forget(name, store)
        assert texts(store).keys() == set(ids.values())

    def test_a_listing_names_every_article(self, root: Path, store: Path, ids: dict[str, str]) -> None:
        with Library.open(store) as library:
            listing = library.listing()
            unreadable = library.unreadable()
        assert {one.id for one in listing} == set(ids.values())
        ferry = next(one for one in listing if one.id == ids[self.FERRY])
        assert (ferry.title, str(ferry.published), ferry.publisher) == ("Ferry", "2025-07-09", None)
        assert (ferry.passages, ferry.root, ferry.path, ferry.marks) == (1, str(root), "ferry.md", ())
        assert unreadable == []


class TestUnreadable:
    def test_a_file_that_became_binary_keeps_its_article_and_is_named(self, root: Path, store: Path) -> None:
        build([root], store)
        write(root / "ferry.md", b"\0\1\2")
        for report in (build([root], store), build([root], store)):
            assert counts(report) == {"kept": 5}
            assert reasons(report, root) == {"ferry.md": "not text: it holds binary data"}
        assert set(texts(store).values()) == ALL
        write(root / "ferry.md", "The ferry is back.")
        report = build([root], store)
        assert (counts(report), report.unreadable) == ({"changed": 1, "kept": 4}, ())

    def test_a_file_cut_off_keeps_what_it_held(self, root: Path, store: Path) -> None:
        rows = "".join(
            json.dumps({"id": n, "text": f"Article {n} of many, {'so ' * (n % 7)}."}) + "\n" for n in range(60)
        )
        packed = gzip.compress(rows.encode())
        write(root / "many.jsonl.gz", packed)
        build([root], store)
        write(root / "many.jsonl.gz", packed[: len(packed) // 2])
        report = build([root], store)
        assert counts(report) == {"kept": 65}
        assert list(reasons(report, root)) == ["many.jsonl.gz"]

    def test_a_bad_record_costs_that_record(self, root: Path, store: Path) -> None:
        write(root / "news" / "all.jsonl", TEXTS["news/all.jsonl"] + '{"id": 3}\n{"id": 4, "text": "Four."}\n')
        report = build([root], store)
        assert counts(report) == {"added": 6}
        assert reasons(report, root) == {"news/all.jsonl": "line 3: it has no text: expected a field “text” or “body”"}

    def test_two_records_of_one_id_are_told(self, root: Path, store: Path) -> None:
        write(root / "two.jsonl", '{"id": 7, "text": "One."}\n{"id": 7, "text": "Two."}\n{"id": 7, "text": "One."}\n')
        report = build([root], store)
        assert counts(report) == {"added": 6}
        assert reasons(report, root) == {"two.jsonl": "7: another record has the same id; the first is kept"}
        assert "One." in texts(store).values()

    def test_a_first_build_with_nothing_readable_says_why(self, tmp_path: Path, store: Path) -> None:
        write(tmp_path / "root" / "a.md", b"\0")
        with pytest.raises(NoArticles, match=r"No articles were found. .*a.md: not text: it holds binary data"):
            build([tmp_path / "root"], store)
        assert current(store) == 0
        write(tmp_path / "root" / "a.md", "Now an article.")
        assert counts(build([tmp_path / "root"], store)) == {"added": 1}

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
    def test_a_folder_that_is_closed_keeps_its_articles(self, root: Path, store: Path) -> None:
        build([root], store)
        (root / "news").chmod(0)
        try:
            report = build([root], store)
        finally:
            (root / "news").chmod(0o755)
        assert counts(report) == {"kept": 5}
        assert reasons(report, root) == {"news": "the folder can't be read (Permission denied)"}


class TestOneWriter:
    @pytest.mark.parametrize(
        "write_to",
        [
            lambda root, store: build([root], store),
            lambda root, store: forget(root, store),
            lambda _, store: check(store, repair=True),
        ],
        ids=["build", "forget", "repair"],
    )
    def test_a_second_writer_is_refused_and_told_who_holds_the_lock(
        self, root: Path, store: Path, write_to: Callable[[Path, Path], object]
    ) -> None:
        build([root], store)
        with (store / "lock").open("r+") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            held.truncate()
            held.write("process 4711 (since 12:00:00)")
            held.flush()
            with pytest.raises(StoreLocked, match="is being written by process 4711 .since 12:00:00.; try again"):
                write_to(root, store)
            with Library.open(store) as library:
                assert library.search("ferry")
            assert all(one.ok for one in check(store))
        write_to(root, store)

    def test_a_writer_waits_for_a_reader_that_tidies_up(
        self, root: Path, store: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        build([root], store)
        flock = fcntl.flock
        with (store / "lock").open("r+") as held:
            flock(held, fcntl.LOCK_EX)
            held.truncate()
            held.write("process 4711 (tidying up)")
            held.flush()

            def wait(file: TextIO, how: int) -> None:
                if how == fcntl.LOCK_EX:  # from here on the writer waits, so the reader may come to its end
                    flock(held, fcntl.LOCK_UN)
                flock(file, how)

            monkeypatch.setattr(fcntl, "flock", wait)
            assert build([root], store).kept

    def test_a_failed_build_releases_the_lock(self, tmp_path: Path, store: Path) -> None:
        (tmp_path / "empty").mkdir()
        for _ in range(2):
            with pytest.raises(NoArticles):
                build([tmp_path / "empty"], store)


class TestModels:
    def test_an_unknown_model_leaves_the_old_generation(
        self, root: Path, store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
        build([root], store)
        before = texts(store)
        write(root / "new.md", "A whale came.")
        for name in ("nobody/nothing", str(tmp_path)):
            with pytest.raises(ModelError, match="embedding model"):
                build([root], store, embedding_model=name)
        assert (current(store), texts(store)) == (1, before)
        assert counts(build([root], store)) == {"added": 1, "kept": 5}

    def test_another_model_makes_a_generation_of_its_own_and_stays(
        self, root: Path, store: Path, tmp_path: Path, embedded: list[int]
    ) -> None:
        build([root], store)
        folder = tmp_path / "model"
        folder.mkdir()
        for path in embedder.find().folder.rglob("*"):
            if path.is_file():
                (folder / path.relative_to(embedder.find().folder)).parent.mkdir(exist_ok=True, parents=True)
                (folder / path.relative_to(embedder.find().folder)).symlink_to(path)
        write(folder / "note.txt", "The same model with one more file has another digest.")
        embedded.clear()
        report = build([root], store, embedding_model=str(folder))
        assert (report.generation, counts(report), sum(embedded)) == (2, {"kept": 5}, 5)
        with Library.open(store) as library:
            assert library.status().embedding_model == str(folder)
            assert library.search("ferry")[0].text == "The ferry rammed the pier."
        assert build((), store).generation == 2


class TestAnotherModel:
    def test_searches_go_on_while_it_is_built(self, root: Path, store: Path, other_model: Path) -> None:
        build([root], store)
        write(root / "ferry.md", "The ferry sank.")
        found: set[tuple[int, frozenset[str]]] = set()
        troubles: list[BaseException] = []
        built, switched = threading.Event(), threading.Event()

        def ask(library: Library) -> None:
            try:
                while not switched.is_set():
                    last = built.is_set()  # before the search: it must see what was built
                    with library.view() as view:
                        hits = view.search("what happened to the ferry?", limit=20).hits
                        found.add((view.number, frozenset(hit.text for hit in hits)))
                    if last:
                        switched.set()
            except BaseException as error:
                troubles.append(error)

        with Library.open(store) as library:
            asking = [threading.Thread(target=ask, args=(library,)) for _ in range(3)]
            for thread in asking:
                thread.start()
            report = build((), store, embedding_model=str(other_model))
            built.set()
            for thread in asking:
                thread.join(120)
            status = library.status()
        assert not troubles
        assert found == {
            (1, frozenset(ALL)),
            (2, frozenset(ALL - {"The ferry rammed the pier."} | {"The ferry sank."})),
        }
        assert (report.generation, counts(report)) == (2, {"changed": 1, "kept": 4})
        assert (status.embedding_model, status.model_digest) == (
            str(other_model),
            embedder.find(str(other_model)).digest,
        )
        assert all(one.ok for one in check(store))

    def test_coming_back_embeds_only_what_is_new(
        self, root: Path, store: Path, other_model: Path, embedded: list[int]
    ) -> None:
        build([root], store)
        build((), store, embedding_model=str(other_model))
        write(root / "whale.md", "A whale came.")
        assert build((), store).generation == 3  # by the store's own model
        assert sum(embedded) == 5 + 5 + 1
        build((), store, embedding_model=embedder.DEFAULT)
        assert sum(embedded) == 5 + 5 + 1 + 1
        build((), store, embedding_model=str(other_model))
        assert sum(embedded) == 5 + 5 + 1 + 1
        with Library.open(store) as library:
            assert library.status().embedding_model == str(other_model)
            assert "A whale came." in {hit.text for hit in library.search("whale")}

    def test_no_more_than_two_models_are_kept(
        self, root: Path, store: Path, other_model: Path, tmp_path: Path, embedded: list[int]
    ) -> None:
        third = shutil.copytree(other_model, tmp_path / "third")
        write(third / "note.txt", "The same model with one more file has another digest.")
        build([root], store)
        build((), store, embedding_model=str(other_model))
        build((), store, embedding_model=str(third))
        with closing(sqlite3.connect(store / "record.sqlite")) as db:
            cuts = {cut.partition(":")[2] for (cut,) in db.execute("SELECT DISTINCT cut FROM passages")}
            (vectors,) = db.execute("SELECT count(*) FROM vectors").fetchone()
        assert cuts == {embedder.find(str(other_model)).digest, embedder.find(str(third)).digest}
        assert vectors == 10
        embedded.clear()
        build((), store, embedding_model=embedder.DEFAULT)
        assert sum(embedded) == 5

    def test_passages_of_a_former_splitter_are_not_kept(
        self, root: Path, store: Path, monkeypatch: pytest.MonkeyPatch, embedded: list[int]
    ) -> None:
        build([root], store)
        monkeypatch.setattr(importlib.import_module("index.build"), "SPLITTER_VERSION", 999)
        assert build((), store).generation == 2
        with closing(sqlite3.connect(store / "record.sqlite")) as db:
            assert [cut.partition(":")[0] for (cut,) in db.execute("SELECT DISTINCT cut FROM passages")] == ["999"]
        assert sum(embedded) == 5  # the texts are the same

    def test_a_model_that_is_gone_or_changed_is_told(
        self, root: Path, store: Path, other_model: Path, tmp_path: Path, embedded: list[int]
    ) -> None:
        own = shutil.copytree(other_model, tmp_path / "own")
        build([root], store, embedding_model=str(own))
        own.rename(tmp_path / "away")
        write(root / "whale.md", "A whale came.")
        for ask in (lambda: build((), store), lambda: Library.open(store).search("ferry")):
            with pytest.raises(ModelError, match="own is missing; bring the folder back, or build with another one"):
                ask()
        (tmp_path / "away").rename(own)
        assert counts(build((), store)) == {"added": 1, "kept": 5}
        write(own / "note.txt", "Changed.")
        with Library.open(store) as library, pytest.raises(StoreDamaged, match="own are not those that the store was"):
            library.search("ferry")
        embedded.clear()
        assert counts(build((), store)) == {"kept": 6}
        assert sum(embedded) == 6
        with Library.open(store) as library:
            assert library.search("whale")


class TestRepair:
    def test_a_sound_store_is_sound(self, root: Path, store: Path) -> None:
        build([root], store)
        assert all(one.ok for one in check(store))
        assert all(one.ok for one in check(store, repair=True))
        assert set(texts(store).values()) == ALL

    def test_a_damaged_record_is_healed_from_the_roots(self, root: Path, store: Path) -> None:
        build([root], store)
        before = texts(store)
        with sqlite3.connect(store / "record.sqlite") as behind:
            behind.execute("UPDATE contents SET text = 'Changed.' WHERE title = 'Ferry'")
            behind.execute("UPDATE vectors SET vector = zeroblob(1536) WHERE key IN (SELECT key FROM vectors LIMIT 2)")
        behind.close()
        failed = {one.name for one in check(store) if not one.ok}
        assert "record's rows" in failed
        assert all(one.ok for one in check(store, repair=True))
        assert texts(store) == before

    def test_a_record_whose_index_is_broken_is_made_again(self, root: Path, store: Path) -> None:
        build([root], store)
        before = texts(store)
        with sqlite3.connect(store / "record.sqlite") as behind:
            behind.execute("PRAGMA writable_schema = ON")
            behind.execute(
                "UPDATE sqlite_master SET rootpage = (SELECT rootpage FROM sqlite_master WHERE name = 'articles_by_content') WHERE name = 'passages_by_vector'"
            )
        behind.close()
        assert "record's rows" in {one.name for one in check(store) if not one.ok}
        assert all(one.ok for one in check(store, repair=True))
        assert texts(store) == before

    def test_what_can_not_be_read_again_is_gone_and_named(self, root: Path, store: Path) -> None:
        build([root], store)
        with sqlite3.connect(store / "record.sqlite") as behind:
            behind.execute("UPDATE contents SET text = 'Changed.' WHERE title = 'Ferry'")
        behind.close()
        write(root / "ferry.md", b"\0")
        (failed,) = [one for one in check(store, repair=True) if not one.ok]
        assert (failed.name, failed.detail) == ("articles read again", "lost: “Ferry” (ferry.md)")
        assert all(one.ok for one in check(store))
        assert set(texts(store).values()) == ALL - {"The ferry rammed the pier."}
        assert reasons(build((), store), root) == {"ferry.md": "not text: it holds binary data"}

    def test_a_lost_record_is_made_again(self, root: Path, store: Path) -> None:
        build([root], store)
        before = texts(store)
        for path in store.glob("record.sqlite*"):
            path.unlink()
        assert build([root], store).generation == 2
        assert texts(store) == before
        assert all(one.ok for one in check(store))

    def test_a_store_without_a_generation_says_so(self, tmp_path: Path, store: Path) -> None:
        (tmp_path / "empty").mkdir()
        with pytest.raises(NoArticles):
            build([tmp_path / "empty"], store)
        assert [one.name for one in check(store) if not one.ok] == ["generation"]


def test_what_a_build_makes_is_what_it_reports(root: Path, store: Path) -> None:
    report = build([root], store)
    made = Generation(store, report.generation)
    assert (made.manifest.articles, made.manifest.passages) == (report.articles, report.passages)
    assert len(made.ids) == report.passages
    made.close()


def test_a_copy_that_another_user_adds_takes_no_articles_place(tmp_path: Path) -> None:
    store, late = tmp_path / "store", tmp_path / "late"
    uploads = store / "uploads"
    for folder in (uploads / "bob", late):
        folder.mkdir(parents=True)
    (uploads / "light.txt").write_text("The light of Quill Point went out.")
    (uploads / "bob" / "otter.txt").write_text("An otter was seen at the lock.")
    build([uploads], store)
    with Library.open(store) as library:
        before = {row.title: row.id for row in library.listing()}
    (uploads / "bob" / "light.txt").write_text("The light of Quill Point went out.")
    (late / "otter.txt").write_text("An otter was seen at the lock.")
    build([late], store)
    build([uploads], store)
    with Library.open(store) as library:
        after = {row.title: (row.id, row.path, Path(row.root).name) for row in library.listing()}
    assert after["The light of Quill Point went out."] == (
        before["The light of Quill Point went out."],
        "light.txt",
        "uploads",
    )
    # What was a user's alone is the owner's once the owner has it, too.
    assert after["An otter was seen at the lock."][1:] == ("otter.txt", "late")
