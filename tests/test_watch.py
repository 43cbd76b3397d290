from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from index import Library, build, forget, watch
from index.build import stale
from index.errors import BuildError, NoStore
from index.record import Record

pytestmark = pytest.mark.usefixtures("verified_here")

PATIENCE = 120  # seconds, of which a healthy run needs a few


class Watching:
    """A watcher in a thread of its own, and what it did: its builds, what it told, and a way to wait for both."""

    def __init__(self, store: Path, make: Callable[[Sequence[Path]], object] | None = None) -> None:
        self.store = store
        self.builds: list[list[Path]] = []
        self.told: list[str] = []
        self.stop = threading.Event()
        self.error: BaseException | None = None
        self._make = make or (lambda roots: build(roots, store, known=True))
        self._news = threading.Condition()
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        try:
            watch.watch(self.store, self._build, self.stop, self._tell)
        except BaseException as error:
            self.error = error
        with self._news:
            self._news.notify_all()

    def _build(self, roots: Sequence[Path]) -> None:
        try:
            self._make(roots)
        finally:
            with self._news:
                self.builds.append(list(roots))
                self._news.notify_all()

    def _tell(self, line: str) -> None:
        with self._news:
            self.told.append(line)
            self._news.notify_all()

    def until(self, done: Callable[[], object]) -> None:
        """Wait for builds and lines until something is so."""
        with self._news:
            assert self._news.wait_for(lambda: self.error or done(), PATIENCE), (self.builds, self.told)
        if self.error:
            raise self.error

    def __enter__(self) -> Watching:
        self._thread.start()
        self.until(lambda: self.builds or self.told)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, seconds in (("_QUIET", 0.3), ("_LOOK", 0.2), ("_STEP", 0.05)):
        monkeypatch.setattr(watch, name, seconds)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "root"
    folder.mkdir()
    (folder / "ferry.md").write_text("The ferry rammed the pier.")
    return folder


@pytest.fixture
def store(tmp_path: Path, root: Path) -> Path:
    """A store of one article."""
    build([root], tmp_path / "store")
    return tmp_path / "store"


@pytest.fixture
def held(store: Path) -> Iterator[Callable[[], set[str]]]:
    """What a library that stays open finds."""
    with Library.open(store) as library:
        yield lambda: {hit.text for hit in library.search("what happened at sea?", limit=50)}


def pending(store: Path) -> set[str]:
    """What a build would read or remove now."""
    with closing(Record(store / "record.sqlite")) as record:
        return {path for root in record.roots() for path in stale(record, root, store)}


class TestChanges:
    def test_what_is_saved_changed_moved_and_deleted_is_found(
        self, root: Path, store: Path, held: Callable[[], set[str]]
    ) -> None:
        with Watching(store) as watching:
            (root / "whale.md").write_text("A whale came.")
            watching.until(lambda: held() == {"The ferry rammed the pier.", "A whale came."})
            (root / "ferry.md").write_text("The ferry sank.")
            watching.until(lambda: held() == {"The ferry sank.", "A whale came."})
            (root / "new").mkdir()
            (root / "whale.md").rename(root / "new" / "wreck.md")
            watching.until(lambda: held() == {"The ferry sank.", "A whale came."})
            with Library.open(store) as library:
                watching.until(lambda: "new/wreck.md" in {one.path for one in library.listing()})
            (root / "ferry.md").unlink()
            watching.until(lambda: held() == {"A whale came."})
            (root / "new").rename(root.parent / "elsewhere")
            watching.until(lambda: held() == set())
            (root.parent / "elsewhere").rename(root / "back")
            watching.until(lambda: held() == {"A whale came."})
        assert watching.told == []

    def test_what_changed_before_is_brought_up_to_date_at_start(
        self, root: Path, store: Path, held: Callable[[], set[str]]
    ) -> None:
        (root / "ferry.md").write_text("The ferry sank.")
        with Watching(store) as watching:
            watching.until(lambda: held() == {"The ferry sank."})
        assert watching.builds == [[root]]

    def test_what_changes_while_it_is_built_is_built_next(self, root: Path, store: Path) -> None:
        def make(roots: Sequence[Path]) -> None:
            build(roots, store, known=True)
            if not (root / "later.md").exists():
                (root / "later.md").write_text("A whale came.")

        with Watching(store, make) as watching:
            watching.until(lambda: not pending(store))
            watching.until(lambda: len(watching.builds) == 2)

    def test_a_thousand_files_are_one_build(self, root: Path, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(watch, "_QUIET", 2.0)  # longer than a busy machine may pause between two of them
        found: list[set[str]] = []
        with Watching(store, lambda _: found.append(pending(store))) as watching:
            for number in range(1000):
                (root / f"{number}.md").write_text(f"Article {number}.")
            watching.until(lambda: len(watching.builds) == 2)
            (root / "last.md").write_text("The last one.")
            watching.until(lambda: len(watching.builds) == 3)
        thousand = {f"{number}.md" for number in range(1000)}
        assert found == [set(), thousand, thousand | {"last.md"}]

    def test_uploads_are_watched_as_soon_as_there_are_any(self, store: Path, held: Callable[[], set[str]]) -> None:
        with Watching(store) as watching:
            (store / "uploads").mkdir()
            (store / "uploads" / "upload.md").write_text("An upload.")
            watching.until(lambda: "An upload." in held())
            (store / "uploads" / "upload.md").unlink()
            watching.until(lambda: "An upload." not in held())

    def test_what_is_no_article_causes_no_build(self, root: Path, store: Path) -> None:
        found: list[set[str]] = []
        with Watching(store, lambda _: found.append(pending(store))) as watching:
            for name in (".hidden.md", ".ferry.md.swp", "ferry.md~", "a.tmp", "a.md.part", "a.crdownload", "a.png"):
                (root / name).write_text("Not an article.")
                (root / name).unlink()
                (root / name).write_text("Not an article.")
            (root / ".git").mkdir()
            (root / ".git" / "a.md").write_text("Not an article.")
            os.utime(root)
            watching.until(lambda: watching.builds)
            (root / "last.md").write_text("An article.")
            watching.until(lambda: len(watching.builds) == 2)
        assert found == [set(), {"last.md"}]

    def test_a_store_inside_a_root_is_not_its_own_reason(self, root: Path) -> None:
        store = root / "store"
        build([root], store)
        with Watching(store) as watching:
            for number in (2, 3):
                (root / f"{number}.md").write_text(f"Article {number}.")
                watching.until(lambda number=number: current_articles(store) == number)  # type: ignore[misc]
            watching.until(lambda: len(watching.builds) == 3)

    def test_a_store_that_is_itself_a_root_comes_to_rest(self, root: Path) -> None:
        build([root], root)
        with Watching(root) as watching:
            (root / "2.md").write_text("A whale came.")
            watching.until(lambda: current_articles(root) == 2)
            assert pending(root) == set()


@pytest.mark.parametrize(
    ("path", "matters"),
    [
        ("/root/a.md", True), ("/root/sub/a.jsonl.gz", True), ("/root/gone", True), ("/root/.a.md", False),
        ("/root/.git/a.md", False), ("/root/store/record.sqlite-wal", False), ("/root/store/uploads/a.md", True),
        ("/root/store/uploads/.a.md", False), ("/root/store/generations/000001/manifest.json", False),
        ("/alone/a.md", True), ("/alone/b.md", False), ("/root", True),
    ],
)  # fmt: skip
def test_what_matters(path: str, matters: bool) -> None:
    folders, files = [Path("/root"), Path("/root/store/uploads")], [Path("/alone/a.md")]
    assert watch._matters(Path(path), folders, files, Path("/root/store")) is matters


def current_articles(store: Path) -> int:
    with Library.open(store) as library:
        return library.status().articles


class Growing(threading.Event):
    """A stop that makes a file grow each time the watcher waits for it to be quiet."""

    def __init__(self, file: Path, times: int) -> None:
        super().__init__()
        self.file, self.left = file, times

    def wait(self, timeout: float | None = None) -> bool:
        if self.left and self.file.exists():
            self.left -= 1
            with self.file.open("a") as file:
                file.write("It grows. ")
        return super().wait(timeout)


class TestHalfWritten:
    def test_a_file_that_grows_is_waited_for(self, root: Path, store: Path) -> None:
        read: list[int] = []
        watching = Watching(store, lambda _: read.append((root / "slow.md").stat().st_size))
        watching.stop = Growing(root / "slow.md", 5)
        (root / "slow.md").write_text("")
        with watching:
            pass
        assert read == [5 * len("It grows. ")]

    def test_a_file_that_never_stops_growing_does_not_block_the_others(
        self, root: Path, store: Path, held: Callable[[], set[str]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(watch, "_LONGEST", 0.5)
        watching = Watching(store)
        watching.stop = Growing(root / "log.txt", 10**9)
        with watching:
            (root / "log.txt").write_text("")
            (root / "whale.md").write_text("A whale came.")
            watching.until(lambda: "A whale came." in held())


class TestRoots:
    def test_a_root_that_is_a_file_may_be_replaced_by_another(
        self, tmp_path: Path, store: Path, held: Callable[[], set[str]]
    ) -> None:
        single = tmp_path / "alone" / "whale.md"
        single.parent.mkdir()
        single.write_text("A whale came.")
        build([single], store)
        with Watching(store) as watching:
            for text in ("Two whales came.", "Three whales came."):
                (single.parent / "whale.new").write_text(text)
                (single.parent / "whale.new").replace(single)
                watching.until(lambda text=text: text in held())  # type: ignore[misc]

    @pytest.mark.parametrize("back", ["empty first", "at once"])
    def test_a_root_that_vanishes_loses_nothing_and_is_watched_again(
        self, root: Path, store: Path, held: Callable[[], set[str]], tmp_path: Path, back: str
    ) -> None:
        other = tmp_path / "other"
        other.mkdir()
        (other / "whale.md").write_text("A whale came.")
        build([other], store)
        with Watching(store) as watching:
            root.rename(tmp_path / "away")
            watching.until(lambda: any("root is missing; nothing was removed" in line for line in watching.told))
            (other / "wreck.md").write_text("Dredgers found a wreck.")
            watching.until(lambda: "Dredgers found a wreck." in held())
            assert "The ferry rammed the pier." in held()
            if back == "empty first":
                (tmp_path / "away" / "ferry.md").write_text("The ferry sank.")
            (tmp_path / "away").rename(root)
            watching.until(lambda: f"{root} is back." in watching.told)
            (root / "ferry.md").write_text("The ferry sank in the end.")
            watching.until(lambda: "The ferry sank in the end." in held())
        assert len(watching.told) == 2

    def test_a_root_that_is_missing_at_start_is_told_once(
        self, root: Path, store: Path, held: Callable[[], set[str]]
    ) -> None:
        root.rename(root.with_name("away"))
        with Watching(store) as watching:
            root.with_name("away").rename(root)
            watching.until(lambda: watching.builds)
            (root / "whale.md").write_text("A whale came.")
            watching.until(lambda: len(held()) == 2)
        assert [line.endswith("is back.") for line in watching.told] == [False, True]

    def test_an_empty_folder_where_a_share_was_removes_nothing(
        self, root: Path, store: Path, held: Callable[[], set[str]]
    ) -> None:
        root.rename(root.with_name("away"))
        root.mkdir()
        with Watching(store) as watching:
            assert "root is empty; nothing was removed" in watching.told[0]
            assert held() == {"The ferry rammed the pier."}
            (root / "whale.md").write_text("A whale came.")
            watching.until(lambda: held() == {"A whale came."})

    def test_roots_of_other_processes_are_found_and_let_go(
        self, root: Path, store: Path, held: Callable[[], set[str]], tmp_path: Path
    ) -> None:
        other = tmp_path / "other"
        other.mkdir()
        (other / "whale.md").write_text("A whale came.")
        with Watching(store) as watching:
            build([other], store)
            (other / "wreck.md").write_text("Dredgers found a wreck.")
            watching.until(lambda: "Dredgers found a wreck." in held())
            forget(root, store)
            (root / "new.md").write_text("Nobody looks here.")
            (other / "last.md").write_text("The last one.")
            watching.until(lambda: "The last one." in held())
            assert held() == {"A whale came.", "Dredgers found a wreck.", "The last one."}
        assert [root] not in watching.builds[1:]

    def test_what_is_left_out_is_no_reason(self, root: Path, store: Path) -> None:
        (root / "whale.md").write_text("A whale came.")
        build([root], store)
        forget(root / "ferry.md", store)
        found: list[set[str]] = []
        with Watching(store, lambda _: found.append(pending(store))) as watching:
            (root / "ferry.md").write_text("The ferry sank.")
            (root / "last.md").write_text("The last one.")
            watching.until(lambda: len(watching.builds) == 2)
        assert found == [set(), {"last.md"}]


class TestTrouble:
    def test_another_builder_is_waited_for(self, root: Path, store: Path, held: Callable[[], set[str]]) -> None:
        (root / "whale.md").write_text("A whale came.")
        with (store / "lock").open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            with Watching(store) as watching:
                watching.until(lambda: len(watching.builds) == 2)
                fcntl.flock(lock, fcntl.LOCK_UN)
                watching.until(lambda: len(held()) == 2)
        assert [line.partition(":")[0] for line in watching.told] == ["Waiting"]

    def test_a_build_that_fails_is_told_and_the_next_one_goes_on(
        self, root: Path, store: Path, held: Callable[[], set[str]]
    ) -> None:
        failing = [BuildError("The disk is full."), OSError("No space left")]

        def make(roots: Sequence[Path]) -> None:
            if failing:
                raise failing.pop(0)
            build(roots, store, known=True)

        with Watching(store, make) as watching:
            (root / "whale.md").write_text("A whale came.")
            watching.until(lambda: len(watching.builds) == 2)
            (root / "wreck.md").write_text("Dredgers found a wreck.")
            watching.until(lambda: len(held()) == 3)
        assert watching.told == ["The disk is full.", "No space left"]

    def test_a_file_that_can_not_be_read_is_asked_for_once(self, root: Path, store: Path) -> None:
        (root / "loop.md").symlink_to(root / "loop.md")
        with Watching(store) as watching:
            assert pending(store) == {"loop.md"}
            (root / "whale.md").write_text("A whale came.")
            watching.until(lambda: pending(store) == {"loop.md"})
        assert len(watching.builds) == 2

    def test_where_the_system_can_not_tell_it_is_looked(
        self, root: Path, store: Path, held: Callable[[], set[str]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*_: object, **__: object) -> None:
            raise OSError("OS file watch limit reached")

        monkeypatch.setattr("watchfiles.watch", full)
        monkeypatch.setattr(watch, "_SCAN_DEAF", 0.1)
        with Watching(store) as watching:
            (root / "whale.md").write_text("A whale came.")
            watching.until(lambda: len(held()) == 2)
            (root / "whale.md").unlink()
            watching.until(lambda: len(held()) == 1)
        assert [line.partition(":")[0] for line in watching.told] == [
            "The system can't tell of changes in so many folders"
        ]

    def test_what_nobody_tells_of_is_found_in_the_end(
        self, root: Path, store: Path, held: Callable[[], set[str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setattr(watch, "_SCAN", 0.1)
        target = tmp_path / "target.md"
        target.write_text("A whale came.")
        (root / "alias.md").symlink_to(target)
        with Watching(store) as watching:
            target.write_text("Two whales came.")  # behind a link: the system tells nothing
            watching.until(lambda: "Two whales came." in held())

    def test_without_a_store_there_is_nothing_to_watch(self, tmp_path: Path) -> None:
        with pytest.raises(NoStore, match="name what to index"):
            watch.watch(tmp_path / "store", lambda _: None, threading.Event(), lambda _: None)
