import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from index import readers
from index.errors import Unreadable
from index.readers import apart
from index.readers.apart import _TIRED, Reader

ARTICLES = Path(__file__).parent.parent / "articles"


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader() as opened:
        yield opened


def reason(reader: Reader, path: Path) -> str:
    with pytest.raises(Unreadable) as caught:
        list(reader.read(path))
    return str(caught.value)


@pytest.mark.parametrize("path", sorted(ARTICLES.glob("*.md")), ids=lambda path: path.stem)
def test_a_file_reads_as_in_this_process(reader: Reader, path: Path) -> None:
    assert list(reader.read(path)) == list(readers.read(path))


def test_records_come_one_by_one_with_those_that_cannot_be_read(reader: Reader, tmp_path: Path) -> None:
    path = tmp_path / "news.jsonl"
    texts = ["Ünë\u2028bridge. " * 1000, "b", "𝒳 " * 5000]
    lines = [json.dumps({"id": number, "text": text, "authors": ["Ann", "Bo"]}) for number, text in enumerate(texts)]
    path.write_text("\n".join([lines[0], "{", *lines[1:]]), encoding="utf-8")
    found = list(reader.read(path))
    assert [type(one).__name__ for one in found] == ["Reading", "Unreadable", "Reading", "Reading"]
    assert [str(one) for one in found] == [str(one) for one in readers.read(path)]


def test_a_file_that_is_gone_is_an_error_of_the_system(reader: Reader, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        list(reader.read(tmp_path / "none.md"))


def test_a_name_of_any_bytes_is_read(reader: Reader, tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/n\xff\nm.md"))
    path.write_text("Words.", encoding="utf-8")
    assert [one.text for one in reader.read(path) if not isinstance(one, Unreadable)] == ["Words."]


def test_a_file_read_in_part_is_left_for_the_next(reader: Reader, tmp_path: Path) -> None:
    path = tmp_path / "news.jsonl"
    path.write_text('{"text": "one"}\n{"text": "two"}\n', encoding="utf-8")
    first = reader.read(path)
    next(first)
    first.close()  # type: ignore[attr-defined]
    assert [one.text for one in reader.read(path) if not isinstance(one, Unreadable)] == ["one", "two"]


def test_what_hangs_is_stopped_and_the_next_file_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A pipe that nobody writes to stands in for a share that does not answer: opening it never ends.
    monkeypatch.setattr(apart, "SECONDS", 0.5)
    stuck, good = tmp_path / "stuck.md", tmp_path / "good.md"
    good.write_text("Words.", encoding="utf-8")
    script = "import index.readers.apart as apart, os; apart.read_file = lambda path: os.open(path, os.O_RDONLY) if 'stuck' in path.name else real(path)"
    os.mkfifo(stuck)
    own = apart.own_python

    def patched(statement: str) -> tuple[list[str], dict[str, str]]:
        return own(f"import index.readers; real = index.readers.read; {script}; {statement}")

    monkeypatch.setattr(apart, "own_python", patched)
    with Reader() as reader:
        monkeypatch.setattr(apart, "SECONDS", 60)
        assert len(list(reader.read(good))) == 1
        monkeypatch.setattr(apart, "SECONDS", 0.5)
        assert "more than 0.5 seconds" in reason(reader, stuck)
        monkeypatch.setattr(apart, "SECONDS", 60)
        assert len(list(reader.read(good))) == 1


def test_a_pipe_is_not_opened(reader: Reader, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.md")
    assert "a pipe" in reason(reader, tmp_path / "pipe.md")


def test_links_that_loop_are_an_error_of_the_system(reader: Reader, tmp_path: Path) -> None:
    (tmp_path / "a.md").symlink_to(tmp_path / "b.md")
    (tmp_path / "b.md").symlink_to(tmp_path / "a.md")
    with pytest.raises(OSError, match="symbolic links"):
        list(reader.read(tmp_path / "a.md"))


def test_a_reader_that_dies_costs_its_file_alone(reader: Reader, tmp_path: Path) -> None:
    path = tmp_path / "news.jsonl"
    # The second record is more than a pipe holds, so the process can't have told all of it before it dies.
    path.write_text(f'{{"text": "one"}}\n{{"text": "{"two " * 1_000_000}"}}\n', encoding="utf-8")
    reading = reader.read(path)
    next(reading)
    assert reader._process
    os.kill(reader._process.pid, signal.SIGSEGV)
    reader._process.wait()
    with pytest.raises(Unreadable, match="broke down over it .Segmentation fault"):
        next(reading)
    assert len(list(reader.read(path))) == 2


def test_a_reader_that_died_meanwhile_costs_nothing(reader: Reader, tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("Words.", encoding="utf-8")
    assert len(list(reader.read(path))) == 1
    assert reader._process
    os.kill(reader._process.pid, signal.SIGKILL)
    os.waitid(os.P_PID, reader._process.pid, os.WEXITED | os.WNOWAIT)
    assert len(list(reader.read(path))) == 1


def test_nothing_can_be_written_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.md"
    path.write_text("Words.", encoding="utf-8")
    script = "import os, index.readers.apart as apart"
    script += "; apart.read_file = lambda path: os.write(os.open(path, os.O_WRONLY | os.O_APPEND), b'more')"
    own = apart.own_python
    monkeypatch.setattr(apart, "own_python", lambda statement: own(f"{script}; {statement}"))
    with Reader() as reader, pytest.raises(OSError, match="File too large"):
        list(reader.read(path))
    assert path.read_text(encoding="utf-8") == "Words."


def test_a_large_process_does_not_make_its_reader_tired(reader: Reader, tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("Words.", encoding="utf-8")
    reader.close()
    held = bytearray(b"x" * 2 * _TIRED)  # Linux counts it as the other's, too, until that one has begun
    list(reader.read(path))
    first = reader._process
    list(reader.read(path))
    assert first is not None
    assert reader._process is first
    assert held
