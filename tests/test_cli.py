"""The command: what it prints where, how it exits, and one clear line for whatever goes wrong."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from chat_server import ChatServer, serving

from assistant import Assistant, cli
from index import Library, build

ROOT = Path(__file__).parent.parent
INDEX = ["generation", "articles", "passages", "added", "changed", "kept", "removed", "duplicates", "unreadable", "seconds"]  # fmt: skip
STATUS = ["generation", "articles", "passages", "roots", "publishers", "undated", "first", "last", "embedding_model", "calibrated", "bytes"]  # fmt: skip
HIT = ["article_id", "version", "title", "publisher", "published", "start", "end", "text", "score", "found_by"]
ARTICLE = ["id", "version", "title", "publisher", "authors", "published", "url", "paths", "pages", "marks", "text"]
BRIDGE = "How much will the repair of the Pilgrim Bridge cost?"
ELSEWHERE = "Who painted the ceiling of the Sistine Chapel?"


@dataclass(frozen=True)
class Done:
    """What a command printed, and its exit status."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def line(self) -> str:
        """The one line on standard error."""
        (line,) = self.err.splitlines()
        assert "Traceback" not in line
        return line


Run = Callable[..., Done]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """The command in this process, from its arguments to its exit status, in an empty folder."""
    for name in os.environ:
        if name.startswith("CLIPPINGS_"):
            monkeypatch.delenv(name)
    for name in ("HF_HUB_OFFLINE", "LANGSMITH_TRACING", "LANGCHAIN_TRACING_V2"):
        monkeypatch.setenv(name, os.environ.get(name, ""))  # main() sets them; this puts them back
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["clippings", *map(str, arguments)])
        capsys.readouterr()
        status = 0
        try:
            cli.main()
        except SystemExit as left:
            status = left.code if isinstance(left.code, int) else 1
        return Done(status, *capsys.readouterr())

    return run


def child(*arguments: object, cwd: Path = ROOT, **variables: str) -> Done:
    """The command as a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "assistant", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), **variables},
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three articles, of which two are dated."""
    place = tmp_path / "read"
    place.mkdir()
    (place / "mill.md").write_text(
        "---\ntitle: Windmill burns\npublisher: The Gazette\ndate: 2024-03-03\n---\nThe windmill of Arbeck burned down at night.\n",
        encoding="utf-8",
    )
    (place / "cow.md").write_text(
        "---\ntitle: Last cow sold\npublisher: Morvane Post\ndate: 2024-05-01\n---\nThe abbey of Morvane sold its last cow.\n",
        encoding="utf-8",
    )
    (place / "ice.txt").write_text("The glacier of Trondal lost forty metres of ice.\n", encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of one article, to be copied."""
    place = tmp_path_factory.mktemp("made")
    (place / "read").mkdir()
    (place / "read" / "mill.txt").write_text("The windmill of Arbeck burned down at night.\n", encoding="utf-8")
    build([place / "read"], place / "store")
    return place


@pytest.fixture
def own(made: Path, tmp_path: Path) -> Path:
    """A copy of that store, to be damaged or locked; its root is the first one's."""
    return Path(shutil.copytree(made / "store", tmp_path / "store"))


# index, forget, status


@pytest.mark.usefixtures("verified_here")
def test_index_counts_articles(run: Run, folder: Path) -> None:
    first = run("index", folder, "--json")
    assert (first.status, first.err) == (0, "")
    assert list(first.json) == INDEX
    expected = {"generation": 1, "articles": 3, "passages": 3, "added": 3, "changed": 0, "kept": 0, "removed": 0, "duplicates": 0, "unreadable": []}  # fmt: skip
    assert {**first.json, "seconds": 0} == {**expected, "seconds": 0}

    again = run("index", "--json").json
    assert {**again, "seconds": 0} == {**expected, "added": 0, "kept": 3, "seconds": 0}

    (folder / "mill.md").write_text("The windmill of Arbeck was built up again.", encoding="utf-8")
    (folder / "cow.md").unlink()
    shutil.copy(folder / "ice.txt", folder / "same.txt")
    (folder / "empty.txt").touch()
    third = run("index", "--json").json
    assert third["unreadable"] == [{"path": str(folder / "empty.txt"), "reason": "the file is empty"}]
    counts = {name: third[name] for name in ("generation", "articles", "added", "changed", "kept", "removed", "duplicates")}  # fmt: skip
    assert counts == {"generation": 2, "articles": 2, "added": 0, "changed": 1, "kept": 1, "removed": 1, "duplicates": 1}  # fmt: skip


@pytest.mark.usefixtures("verified_here")
def test_what_can_not_be_read_is_named_and_fails_nothing(run: Run, folder: Path) -> None:
    (folder / "empty.txt").touch()
    (folder / "picture.txt").write_bytes(bytes(range(256)) * 20)
    (folder / "bad.jsonl").write_text('{"text": "The tide is high."}\n{"text": \n', encoding="utf-8")
    (folder / "latin.txt").write_bytes(
        "Le café de la gare a été fermé en février par décision du préfet. Le propriétaire est très déçu.".encode(
            "latin-1"
        )  # fmt: skip
    )
    done = run("index", folder)
    assert (done.status, done.out) == (0, "")
    *named, last = done.err.splitlines()
    assert len(named) == 3
    for name, reason in (("empty.txt", "empty"), ("picture.txt", "not text"), ("bad.jsonl", "line 2: not JSON")):
        assert any(line.startswith(f"Not read: {folder / name}: ") and reason in line for line in named)
    assert last.startswith("5 articles in 5 passages (5 added, 0 changed, 0 removed, 0 kept)")
    found = run("search", "café", "--limit", 1, "--json").json
    assert found[0]["text"].startswith("Le café de la gare a été fermé")


@pytest.mark.usefixtures("verified_here")
def test_the_very_first_time_articles_are_indexed(run: Run, folder: Path, tmp_path: Path) -> None:
    nothing = run("index")
    assert nothing.status == 1
    assert "clippings index FOLDER" in nothing.line
    assert not (tmp_path / "store").exists()
    folder.rename(tmp_path / "articles")
    assert run("index", "--json").json["articles"] == 3


@pytest.mark.usefixtures("verified_here")
def test_rebuild_makes_a_new_generation_of_the_same(run: Run, own: Path) -> None:
    done = run("index", "--rebuild", "--store", own, "--json").json
    assert (done["generation"], done["articles"], done["kept"]) == (2, 1, 1)


@pytest.mark.usefixtures("verified_here")
def test_forget_removes_a_root(run: Run, own: Path, made: Path) -> None:
    wrong = run("forget", "nowhere", "--store", own)
    assert wrong.status == 1
    assert str(made / "read") in wrong.line  # which roots there are
    done = run("forget", made / "read", "--store", own)
    assert (done.status, done.out) == (0, "")
    assert "1 article removed, 0 left" in done.line
    assert (made / "read" / "mill.txt").exists()
    status = run("status", "--store", own, "--json").json
    assert (status["articles"], status["roots"]) == (0, [])


@pytest.mark.usefixtures("verified_here")
def test_an_article_or_a_file_is_left_out_and_put_back(run: Run, folder: Path) -> None:
    run("index", folder)
    id = run("search", "windmill", "--limit", 1, "--json").json[0]["article_id"]
    done = run("forget", id)
    assert (done.status, done.out) == (0, "")
    left_out, removed = done.err.splitlines()
    assert left_out == f"Left out: {folder / 'mill.md'}; put it back with: clippings index {folder / 'mill.md'}"
    assert removed == "1 article removed, 2 left."
    assert run("show", id).status == 1
    assert run("forget", folder / "cow.md").err.splitlines()[1] == "1 article removed, 1 left."
    assert run("index", "--json").json["articles"] == 1
    again = run("index", folder / "mill.md", folder / "cow.md", "--json").json
    assert (again["articles"], again["added"]) == (3, 2)
    assert run("show", id).status == 0


@pytest.mark.usefixtures("verified_here")
def test_an_upload_that_is_forgotten_is_deleted(run: Run, folder: Path, tmp_path: Path) -> None:
    run("index", folder)
    (tmp_path / "store" / "uploads").mkdir()
    upload = (folder / "ice.txt").rename(tmp_path / "store" / "uploads" / "ice.txt")
    run("index")
    done = run("forget", upload)
    deleted, removed = done.err.splitlines()
    assert (done.status, deleted) == (0, f"Deleted: {upload}, the store's own copy.")
    assert removed == "1 article removed, 2 left."
    assert not upload.exists()


@pytest.mark.parametrize(("sent", "status"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)], ids=["TERM", "INT"])
def test_watch_says_a_line_a_build_until_it_is_ended(own: Path, tmp_path: Path, sent: int, status: int) -> None:
    root = tmp_path / "added"
    root.mkdir()
    (root / "cow.txt").write_text("The abbey of Morvane sold its last cow.", encoding="utf-8")
    build([root], own)
    with subprocess.Popen(
        [sys.executable, "-m", "assistant", "watch", "--store", str(own)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as watching:
        assert watching.stdout is not None
        assert watching.stderr is not None
        assert watching.stderr.readline().startswith("2 articles in 2 passages (0 added, 0 changed")
        (root / "ice.txt").write_text("The glacier of Trondal lost forty metres of ice.", encoding="utf-8")
        assert watching.stderr.readline().startswith("3 articles in 3 passages (1 added, 0 changed")
        with Library.open(own) as library:
            assert library.search("glacier", limit=1)[0].text.startswith("The glacier of Trondal")
        watching.send_signal(sent)
        out, err = watching.communicate(timeout=120)
        assert (watching.returncode, out, "Traceback" in err) == (status, "", False)


@pytest.mark.usefixtures("verified_here")
def test_another_model_answers_without_a_confidence(
    run: Run, folder: Path, other_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("index", folder)
    monkeypatch.setenv("CLIPPINGS_EMBEDDING_MODEL", str(other_model))
    assert run("index", "--json").json["generation"] == 2
    monkeypatch.delenv("CLIPPINGS_EMBEDDING_MODEL")
    status = run("status", "--json").json
    assert (status["embedding_model"], status["calibrated"]) == (str(other_model), False)
    assert "confidence was not measured for it" in " ".join(run("status").out.split())
    answer = run("ask", ELSEWHERE, "--json").json
    assert (answer["confidence"], answer["refused"]) == (None, False)
    assert any("Confidence was not measured for this embedding model" in notice for notice in answer["notices"])
    assert run("index", "--json").json["generation"] == 2  # the store goes on with its own model
    monkeypatch.setenv("CLIPPINGS_EMBEDDING_MODEL", "all-MiniLM-L6-v2")
    assert run("index", "--json").json["generation"] == 3
    status = run("status", "--json").json
    assert (status["embedding_model"], status["calibrated"]) == ("all-MiniLM-L6-v2", True)


def test_status(run: Run, sample_store: Path) -> None:
    done = run("status", "--store", sample_store, "--json")
    assert (done.status, done.err) == (0, "")
    status = done.json
    assert list(status) == STATUS
    assert (status["generation"], status["articles"], status["undated"]) == (1, 16, 1)
    assert (status["first"], status["last"]) == ("2025-06-14", "2025-09-26")
    assert status["roots"] == [str(ROOT / "articles")]
    assert sum(status["publishers"].values()) == 15  # one has none
    assert status["calibrated"] is True
    assert status["bytes"] > 100_000
    shown = run("status", "--store", sample_store)
    assert shown.status == 0
    for words in ("16 in", "2025-06-14 to 2025-09-26", "The Beacon (", "all-MiniLM-L6-v2"):
        assert words in shown.out


# check


def test_check_of_a_sound_store(run: Run, own: Path) -> None:
    done = run("check", "--store", own, "--json")
    assert (done.status, done.err) == (0, "")
    assert list(done.json) == ["sound", "checks"]
    assert done.json["sound"] is True
    assert len(done.json["checks"]) > 5
    for one in done.json["checks"]:
        assert list(one) == ["name", "ok", "detail"]
        assert one["ok"] is True


def test_check_finds_damage_and_repair_mends_it(run: Run, own: Path) -> None:
    vectors = own / "generations" / "000001" / "vectors.npy"
    data = bytearray(vectors.read_bytes())
    data[-3] ^= 0xFF
    vectors.write_bytes(data)
    done = run("check", "--store", own, "--json")
    assert done.status == 1
    assert "clippings check --repair" in done.line
    assert done.json["sound"] is False
    assert any("vectors" in f"{one['name']} {one['detail']}" for one in done.json["checks"] if not one["ok"])
    table = run("check", "--store", own)
    assert table.status == 1
    assert "FAILED" in table.out
    assert run("check", "--repair", "--store", own, "--json").json["sound"] is True
    assert run("check", "--store", own).status == 0


# show, search


def test_show(run: Run, sample_store: Path) -> None:
    (hit,) = run("search", "mussel beds algal toxin", "--limit", 1, "--store", sample_store, "--json").json
    done = run("show", hit["article_id"], "--store", sample_store, "--json")
    assert (done.status, done.err) == (0, "")
    article = done.json
    assert list(article) == ARTICLE
    assert article["text"][hit["start"] : hit["end"]] == hit["text"]
    assert article["paths"] == ["2025-08-12-la-vigie-mussel-ban.md"]
    shown = run("show", hit["article_id"], "--store", sample_store).out
    assert article["text"] in shown
    assert article["title"] in shown
    missing = run("show", "0123456789abcdef", "--store", sample_store)
    assert missing.status == 1
    assert "0123456789abcdef" in missing.line


def test_search(run: Run, sample_store: Path) -> None:
    done = run("search", "ferry pier injured", "--store", sample_store, "--json")
    assert (done.status, done.err) == (0, "")
    hits = done.json
    assert 1 <= len(hits) <= 10
    assert all(list(hit) == HIT for hit in hits)
    assert all(set(hit["found_by"]) <= {"meaning", "words"} and hit["found_by"] for hit in hits)
    shown = run("search", "ferry pier injured", "--limit", 2, "--store", sample_store)
    assert shown.out.startswith("1. ")
    assert "\n2. " in shown.out
    assert "\n3. " not in shown.out


def test_search_within_dates_and_publishers(run: Run, sample_store: Path) -> None:
    said = ("search", "ferry", "--store", sample_store, "--json")
    days = {hit["published"] for hit in run(*said, "--since", "2025-07-09", "--until", "2025-07-10").json}
    assert days == {"2025-07-09", "2025-07-10"}
    names = {hit["publisher"] for hit in run(*said, "--publisher", "THE BEACON", "--publisher", "la vigie").json}
    assert names == {"The Beacon", "La Vigie"}


# ask


def test_ask(run: Run, sample_store: Path) -> None:
    done = run("ask", BRIDGE, "--publisher", "The Beacon", "--until", "2025-12-31", "--store", sample_store, "--json")
    assert (done.status, done.err) == (0, "")
    with Library.open(sample_store) as library:
        expected = Assistant(library).ask(BRIDGE, until="2025-12-31", publishers=["The Beacon"]).to_dict()
    assert list(done.json) == list(expected)
    untimed = {"seconds": None, "confidence": None, "nearest": None}
    assert {**done.json, **untimed} == json.loads(json.dumps({**expected, **untimed}))


def test_an_answer_to_read(run: Run, sample_store: Path) -> None:
    done = run("ask", BRIDGE, "--store", sample_store)
    assert (done.status, done.err) == (0, "")
    assert "million crowns" in done.out
    assert "[1]" in done.out
    refused = run("ask", ELSEWHERE, "--store", sample_store)
    assert refused.status == 0  # a refusal is an answer
    assert refused.out.startswith("The articles don't answer this")
    assert "Nearest passages:" in refused.out


def test_ask_for_references(run: Run, sample_store: Path) -> None:
    expected = {
        "text": "From your articles (confidence",
        "markdown": f"**{BRIDGE}**\n\nFrom the articles:\n\n> ",
        "bibtex": "@article{",
        "ris": "TY  - NEWS\n",
        "csl": '[\n  {\n    "id": ',
    }
    for form, beginning in expected.items():
        done = run("ask", BRIDGE, "--format", form, "--store", sample_store)
        assert (done.status, done.err) == (0, "")
        assert done.out.replace("\r\n", "\n").startswith(beginning)
    assert run("ask", BRIDGE, "--format", "word", "--store", sample_store).status == 2
    assert run("ask", BRIDGE, "--format", "ris", "--json", "--store", sample_store).status == 2
    assert run("ask", ELSEWHERE, "--format", "ris", "--store", sample_store).out == ""


def test_ask_a_file(run: Run, sample_store: Path, tmp_path: Path) -> None:
    """A line out for each line in, in order; bad ones say why, and the whole then fails."""
    rows = [
        (b'{"id": "a", "question": "%s"}' % BRIDGE.encode(), None),
        (b"not json", "not JSON"),
        (b'{"id": 7, "question": "Who?", "colour": "red"}', "unknown field colour"),
        (b'{"id": "no question"}', "expected"),
        (b'{"id": "b", "question": "When was it built?", "history": [["Who rammed Pier No. 5, the Lady Ansgard?", ""]]}', None),
        (b'{"id": "empty", "question": "  "}', "empty"),
        (b'{"id": "date", "question": "Who?", "since": "June"}', "is not a date"),
        (b'{"id": "turns", "question": "Who?", "history": ["Who?"]}', "history"),
        (b'{"id": "names", "question": "Who?", "publishers": "The Beacon"}', "publishers"),
        (b'["question"]', "expected"),
        (b'{"id": "latin", "question": "caf\xe9"}', "not JSON"),
        (b"[" * 100_000, "not JSON"),
        ('{"id": "é", "question": "Half a character: \\ud800?", "until": "2025-07-10", "publishers": ["La Vigie"]}'.encode(), None),
    ]  # fmt: skip
    file = tmp_path / "questions.jsonl"
    file.write_bytes(b"\n".join(row for row, _ in rows) + b"\n")
    done = run("ask", "--file", file, "--store", sample_store, "--json")
    assert done.status == 1
    assert str(file) in done.line
    lines = [json.loads(line) for line in done.out.splitlines()]
    assert len(lines) == len(rows)
    for number, (line, (raw, why)) in enumerate(zip(lines, rows, strict=True), 1):
        if why:
            assert list(line) == ["id", "error"], raw
            assert line["error"].startswith(f"line {number}: ")
            assert why in line["error"]
        else:
            assert list(line)[:4] == ["id", "question", "standalone", "tier"]
    ids = ["a", None, 7, "no question", "b", "empty", "date", "turns", "names", None, None, None, "é"]
    assert [line["id"] for line in lines] == ids
    assert "Lady Ansgard" in lines[4]["standalone"]
    assert lines[-1]["filters"] == {"since": None, "until": "2025-07-10", "publishers": ["La Vigie"], "inferred": False}


def test_filters_read_off_the_question(run: Run, sample_store: Path, tmp_path: Path) -> None:
    question = "What did the Beacon report about the ferry in July 2025?"
    shown = run("ask", question, "--store", sample_store)
    assert "Only articles from 2025-07-01 until 2025-07-31 by The Beacon, as the question says" in shown.out
    shown = run("ask", question, "--publisher", "The Beacon", "--store", sample_store)
    assert "Only articles from 2025-07-01 until 2025-07-31, as the question says" in shown.out
    assert "as the question says" not in run("ask", question, "--no-infer", "--store", sample_store).out
    rows = [{"question": question, "infer": False}, {"question": question}, {"question": question, "infer": "no"}]
    file = tmp_path / "questions.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    lines = run("ask", "--file", file, "--store", sample_store, "--json").out.splitlines()
    without, within, bad = map(json.loads, lines)
    assert [one["filters"]["inferred"] for one in (without, within)] == [False, True]
    assert "“infer” is true or false" in bad["error"]


def test_a_file_of_good_questions(run: Run, sample_store: Path, tmp_path: Path) -> None:
    file = tmp_path / "questions.jsonl"
    file.write_text('\ufeff{"id": 1, "question": "Who painted the Sistine Chapel?"}\n\n', encoding="utf-8")
    done = run("ask", "--file", file, "--until", "2025-06-30", "--store", sample_store, "--json")
    assert (done.status, done.err) == (0, "")
    assert done.json["id"] == 1
    assert done.json["filters"]["until"] == "2025-06-30"
    missing = run("ask", "--file", tmp_path / "none.jsonl", "--store", sample_store, "--json")
    assert missing.status == 1
    assert "none.jsonl can't be read" in missing.line


# Misuse


@pytest.mark.parametrize(
    "arguments",
    [
        ("ask",),
        ("ask", "Who?", "--file", "questions.jsonl", "--json"),
        ("ask", "--file", "questions.jsonl"),
        ("fly",),
        ("search", "bridge", "--limit", "0"),
        ("search", "bridge", "--colour"),
        ("index", "--progress", "loud"),
        ("chat", "--port", "many"),
        ("show",),
    ],
    ids=" ".join,
)
def test_misuse_is_status_2(run: Run, arguments: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert done.status == 2
    assert done.out == ""
    assert "Usage: " in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize("arguments", [("--help",), ("index", "--help"), ("ask", "--help")], ids=" ".join)
def test_help(run: Run, arguments: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert (done.status, done.err) == (0, "")
    assert "--help" in done.out


# One clear line


@pytest.mark.parametrize(
    "arguments",
    [("status",), ("check",), ("search", "x"), ("ask", "x"), ("show", "x"), ("forget", "x"), ("watch",)],
    ids=" ".join,
)
def test_no_store(run: Run, arguments: tuple[str, ...], tmp_path: Path) -> None:
    done = run(*arguments, "--store", tmp_path / "none")
    assert (done.status, done.out) == (1, "")
    assert str(tmp_path / "none") in done.line
    assert not (tmp_path / "none").exists()


def test_no_articles(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bare").mkdir()
    (tmp_path / "bare" / "photo.jpg").touch()
    done = run("index", tmp_path / "bare")
    assert (done.status, done.out) == (1, "")
    assert "No articles were found" in done.line
    assert ".md" in done.line


@pytest.mark.usefixtures("verified_here")
def test_a_missing_root_removes_nothing(run: Run, folder: Path) -> None:
    assert run("index", folder).status == 0
    folder.rename(folder.with_name("away"))
    done = run("index")
    assert (done.status, done.out) == (1, "")
    assert "nothing was removed" in done.line
    assert "clippings forget" in done.line
    assert run("status", "--json").json["articles"] == 3
    folder.with_name("away").rename(folder)
    assert run("index", "--json").json["kept"] == 3


def test_a_locked_store(run: Run, own: Path, made: Path) -> None:
    with (own / "lock").open("a+", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.truncate(0)
        lock.write("process 12 (since 09:00:00)")
        lock.flush()
        for command in (("index",), ("forget", made / "read"), ("check", "--repair")):
            done = run(*command, "--store", own)
            assert (done.status, done.out) == (1, "")
            assert "process 12 (since 09:00:00)" in done.line
            assert "try again" in done.line
        assert run("status", "--store", own).status == 0  # reading needs no lock


@pytest.mark.parametrize("day", ["June", "2025-13-01", "2025-W27-3", "01.06.2025", ""])
def test_a_bad_date(run: Run, own: Path, day: str) -> None:
    for command in (("search", "x", "--since", day), ("ask", "x", "--until", day)):
        done = run(*command, "--store", own, "--json")
        assert (done.status, done.out) == (2, "")
        assert f"“{day}” is not a date; write it as YYYY-MM-DD" in done.line


def test_a_place_that_can_not_be_a_store(run: Run, folder: Path) -> None:
    done = run("index", folder, "--store", folder / "ice.txt" / "store")
    assert (done.status, done.out) == (1, "")
    assert str(folder / "ice.txt") in done.line


@pytest.mark.parametrize("command", ["ask", "search"])
def test_an_empty_question(run: Run, own: Path, command: str) -> None:
    done = run(command, "  ", "--store", own, "--json")
    assert (done.status, done.out) == (2, "")
    assert "empty" in done.line


def test_a_damaged_store_says_how_to_mend_it(run: Run, own: Path) -> None:
    (own / "CURRENT").write_text("one", encoding="ascii")
    for command in (("status",), ("ask", "x")):
        done = run(*command, "--store", own)
        assert done.status == 1
        assert "clippings check --repair" in done.line


# As a process


def test_an_unknown_embedding_model(folder: Path, tmp_path: Path) -> None:
    done = child(
        "index", folder, "--store", tmp_path / "store", CLIPPINGS_EMBEDDING_MODEL="no-such", HF_HUB_OFFLINE="1"
    )
    assert (done.status, done.out) == (1, "")
    assert "no embedding model “no-such”" in done.line


def test_json_alone_goes_to_standard_output(own: Path) -> None:
    done = child("ask", "When did the windmill of Arbeck burn down \udcff?", "--store", own, "--json")
    assert (done.status, done.err) == (0, "")
    assert done.json["question"].endswith("\udcff?")


def test_progress_in_json(folder: Path, tmp_path: Path) -> None:
    done = child("index", folder, "--store", tmp_path / "store", "--progress", "json", "--json")
    assert done.status == 0
    assert done.json["articles"] == 3
    steps = [json.loads(line) for line in done.err.splitlines()]
    assert all(list(step) == ["stage", "done", "total"] for step in steps)
    assert all(0 <= step["done"] <= step["total"] for step in steps)
    stages = list(dict.fromkeys(step["stage"] for step in steps))
    assert stages == ["reading", "cutting", "embedding", "writing", "comparing", "verifying"]


def test_interrupted(folder: Path, tmp_path: Path, run: Run) -> None:
    """Ctrl-C before anything is embedded: status 130, no traceback, and the next run does it all."""
    command = [sys.executable, "-m", "assistant", "index", folder, "--store", tmp_path / "store", "--progress", "json"]
    process = subprocess.Popen(
        list(map(str, command)), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    with process:
        assert process.stderr is not None
        for line in process.stderr:
            if json.loads(line)["stage"] == "embedding":
                process.send_signal(signal.SIGINT)
                break
        out, err = process.communicate()
    assert (process.returncode, out) == (130, "")
    assert "Traceback" not in err
    none_yet = run("status", "--store", tmp_path / "store")
    assert none_yet.status == 1
    assert "Nothing is indexed" in none_yet.line
    assert run("index", "--store", tmp_path / "store", "--json").json["articles"] == 3


def test_a_reader_that_goes_away(own: Path) -> None:
    """As in `clippings show … | head -0`: no traceback."""
    read, write = os.pipe()
    os.close(read)
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "assistant", "status", "--store", str(own), "--json"],
            cwd=ROOT, stdout=write, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
    finally:
        os.close(write)
    _, err = process.communicate()
    assert process.returncode == 1
    assert "Traceback" not in err


# Written by a chat model

CRACKS = "Divers found cracks in two of the seven piers of the Pilgrim Bridge."
WHY = "Why was the Pilgrim Bridge closed?"


@pytest.fixture
def chat() -> Iterator[ChatServer]:
    with serving() as server:
        server.says(f"{CRACKS} The mayor resigned.")
        yield server


def test_a_model_writes_the_answer(run: Run, sample_store: Path, chat: ChatServer) -> None:
    done = run("ask", WHY, "--model", chat.name, "--store", sample_store, "--json")
    assert (done.status, done.json["model"]) == (0, "openai:scripted")
    assert [(one["text"], one["verdict"]) for one in done.json["statements"]] == [(CRACKS, "supported")]
    assert done.json["left_out"] == ["The mayor resigned."]


def test_a_written_answer_in_the_terminal(run: Run, sample_store: Path, chat: ChatServer) -> None:
    told = run("ask", WHY, "--model", chat.name, "--store", sample_store).out
    assert f"\n{CRACKS} [1]\n\n  “The Pilgrim Bridge, the only direct road" in told
    assert "Left out, since no quotation carries it (1 sentence):\n  - The mayor resigned.\n" in told


def test_the_variable_names_the_model_too(
    run: Run, sample_store: Path, chat: ChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLIPPINGS_MODEL", f"{chat.name}, openai:another")
    assert run("ask", WHY, "--store", sample_store, "--json").json["model"] == "openai:scripted"
    assert run("ask", WHY, "--store", sample_store, "--model", "", "--json").json["model"] is None


@pytest.mark.parametrize(
    "how", [{"status": 429}, {"status": 500}, {"body": b"It works!"}, {"cut": True}, {"reason": None}]
)
def test_a_model_that_fails_is_a_notice(run: Run, sample_store: Path, chat: ChatServer, how: dict[str, Any]) -> None:
    chat.says(CRACKS, **how)
    done = run("ask", WHY, "--model", chat.name, "--store", sample_store, "--json")
    (notice,) = done.json["notices"]
    assert (done.status, done.err, done.json["model"]) == (0, "", None)
    assert notice.startswith("openai:scripted did not write this answer, so quotations stand here. The model's ")
    assert {one["verdict"] for one in done.json["statements"]} == {"quoted"}


def test_a_name_that_names_no_model(run: Run, sample_store: Path) -> None:
    done = run("ask", WHY, "--model", "gpt-5", "--store", sample_store)
    assert (done.status, done.out) == (2, "")
    assert done.line.startswith("“gpt-5” names no chat model: write provider:model")


def test_a_file_of_questions_with_a_model(run: Run, sample_store: Path, chat: ChatServer, tmp_path: Path) -> None:
    (tmp_path / "questions.jsonl").write_text(json.dumps({"id": 1, "question": WHY}) + "\n", encoding="utf-8")
    done = run("ask", "--file", tmp_path / "questions.jsonl", "--model", chat.name, "--store", sample_store, "--json")
    assert json.loads(done.out)["model"] == "openai:scripted"
