"""Files from the browser: whole or not at all, under harmless names, in one folder alone."""

from __future__ import annotations

import asyncio
import os
import random
import tempfile
import unicodedata
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app import create_app
from assistant.page import uploads
from assistant.page.uploads import Refused, Taken, Uploads, harmless

HOSTILE = [
    "../../x.md",
    "..\\..\\x.md",
    "/etc/passwd.md",
    "C:\\Users\\me\\x.md",
    "a\u202efdp.exe.md",
    "a\u200b.md",
    "a\x00b.md",
    "a\nb.md",
    ".bashrc.md",
    "...md",
    "~.md",
    "-rf.md",
    "%2e%2e%2fx.md",
    "a/.md/b.md",
    "x" * 5_000 + ".jsonl.gz",
    "é" * 300 + ".MD",
    "e\u0301.md",
    "\ud800.md",
    "\u2028.md",
]


async def said(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


async def broken(piece: bytes) -> AsyncIterator[bytes]:
    yield piece
    raise ConnectionResetError("gone")


def take(held: Uploads, name: str, *pieces: bytes) -> Taken:
    return asyncio.run(held.take(name, said(*pieces)))


@pytest.fixture
def held(tmp_path: Path) -> Uploads:
    return Uploads(tmp_path / "store" / "uploads")


def names(held: Uploads) -> list[str]:
    return sorted(os.listdir(held.folder))


def test_a_file_is_kept_as_it_came(held: Uploads) -> None:
    assert take(held, "notes.md", b"The ferry ", b"sails.") == Taken("notes.md", "added")
    assert (held.folder / "notes.md").read_bytes() == b"The ferry sails."


def test_a_name_that_is_taken_gets_a_number(held: Uploads) -> None:
    for number, name in enumerate(["notes.json.gz", "notes (2).json.gz", "notes (3).json.gz"], 1):
        assert take(held, "notes.json.gz", b"x" * number) == Taken(name, "added")


def test_the_same_bytes_are_there_already(held: Uploads) -> None:
    take(held, "notes.md", b"The ferry sails.")
    take(held, "other.md", b"The ferry stays.")
    assert take(held, "again.md", b"The ferry sails.") == Taken("notes.md", "there")
    assert names(held) == ["notes.md", "other.md"]


@pytest.mark.parametrize(
    "name", ["", ".", "..", ".md", ".bashrc", "x", "x.exe", "x.md.exe", "\u202e.md", "a/", "x.md/"]
)
def test_what_has_no_name_or_is_of_no_kind_of_ours_is_refused(held: Uploads, name: str) -> None:
    with pytest.raises(Refused, match="This kind of file is not read") as refused:
        take(held, name, b"x")
    assert refused.value.status == 415
    assert not held.folder.exists()


@given(
    st.one_of(
        st.text(), st.sampled_from(HOSTILE), st.text(alphabet="./\\ \u202e\0-~md\n", max_size=40).map("{}.md".format)
    )
)
@example("a\u202efdp.exe.md")
@settings(max_examples=500)
def test_a_name_hides_nothing_and_leads_nowhere(name: str) -> None:
    try:
        kept = harmless(name)
    except Refused:
        return
    assert kept not in ("", ".", "..")
    assert not kept.startswith((".", " "))
    assert not set(kept) & set("/\\")
    assert all(unicodedata.category(letter)[0] != "C" for letter in kept)
    assert len(kept.encode()) <= 180
    assert harmless(kept) == kept
    assert Path("/store/uploads", kept).parent == Path("/store/uploads")


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_leads_out_of_the_folder(held: Uploads, name: str) -> None:
    try:
        taken = take(held, name, b"x")
    except Refused:
        return
    found = [path for path in held.folder.parent.parent.rglob("*") if path.is_file()]
    assert found == [held.folder / taken.name]


PIECES = [
    "..",
    ".",
    "/",
    "\\",
    "%2e%2e",
    "%2f",
    "~",
    "\0",
    "\n",
    "\u202e",
    "\u200b",
    "C:",
    "con",
    "-rf",
    " ",
    "é" * 99,
    "a",
    ".md",
]


def test_of_500_hostile_names_none_leads_out_of_the_folder(tmp_path: Path) -> None:
    chance = random.Random(500)
    tried = ["".join(chance.choices(PIECES, k=chance.randint(1, 12))) + chance.choice([".md", ""]) for _ in range(500)]

    async def sending(names: list[str], page: FastAPI) -> set[int]:
        transport, here = httpx.ASGITransport(page), "http://127.0.0.1:7860"
        headers = {"Origin": here, "Content-Type": "application/octet-stream"}
        async with httpx.AsyncClient(transport=transport, base_url=here, headers=headers) as client:
            sent = [await client.post("/library/files", params={"name": name}, content=name.encode()) for name in names]
        return {answer.status_code for answer in sent}

    for start in range(0, 500, 100):  # a page takes so many at a time
        store = tmp_path / f"{start}" / "store"
        assert asyncio.run(sending(tried[start : start + 100], create_app(store))) == {200, 415}
    kept = [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "conversations.sqlite"]
    assert [path for path in kept if path.parent.parts[-2:] != ("store", "uploads")] == []
    assert len(kept) > 100


@pytest.mark.parametrize(
    ("pieces", "status"),
    [((), 400), ((b"",), 400), ((b"x" * 60, b"x" * 60), 413)],
)
def test_nothing_is_left_of_a_file_that_is_refused(
    held: Uploads, pieces: tuple[bytes, ...], status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "FILE_LIMIT", 100)
    with pytest.raises(Refused) as refused:
        take(held, "x.md", *pieces)
    assert refused.value.status == status
    assert names(held) == []


def test_nothing_is_left_of_a_file_that_breaks_off(held: Uploads) -> None:
    with pytest.raises(ConnectionResetError):
        asyncio.run(held.take("x.md", broken(b"half")))
    assert names(held) == []


def test_what_a_page_left_when_it_was_killed_goes_at_the_next_start(held: Uploads) -> None:
    take(held, "x.md", b"whole")
    (held.folder / ".partial-abc").write_bytes(b"half")
    Uploads(held.folder)
    assert names(held) == ["x.md"]


def test_so_many_at_a_time_and_no_more(held: Uploads, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "FILES_AT_A_TIME", 2)
    monkeypatch.setattr(uploads, "BYTES_AT_A_TIME", 100)
    take(held, "1.md", b"x" * 60)
    with pytest.raises(Refused, match="bring the library up to date first") as refused:
        take(held, "2.md", b"x" * 41)
    assert refused.value.status == 413
    take(held, "3.md", b"x" * 10)
    with pytest.raises(Refused):
        take(held, "4.md", b"y")
    held.begin_anew()
    take(held, "4.md", b"y")
    assert names(held) == ["1.md", "3.md", "4.md"]


def test_nothing_passes_through_the_systems_own_folder(
    held: Uploads, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    elsewhere.chmod(0o500)
    monkeypatch.setattr(tempfile, "tempdir", str(elsewhere))
    seen: list[list[str]] = []

    async def looked() -> AsyncIterator[bytes]:
        for piece in (b"a", b"b"):
            yield piece
            seen.append([*os.listdir(elsewhere), *os.listdir(held.folder)])

    asyncio.run(held.take("x.md", looked()))
    assert [len(names) for names in seen] == [1, 1]
    assert all(name.startswith(".partial-") for names in seen for name in names)
