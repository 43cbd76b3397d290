"""A disk that is full at twenty sizes: the build says so in a line, and what was there before goes on answering."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from measuring import Figures
from rounds import Builder, ids, ids_of_a_clean_build, of_round, round_that_answers, texts, write_round

from index import Library, check

SIZES = 20
ROOM = 1 << 30
OF_THE_DISK = re.compile(r"disk|No space left on device", re.IGNORECASE)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system in memory."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "none", str(folder)], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.fail(f"mounting a file system needs root, as in sudo make torture ({mounted.stderr.strip()})")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def resize(disk: Path, size: int) -> None:
    subprocess.run(["mount", "-o", f"remount,size={size}", str(disk)], check=True)


def used(disk: Path) -> int:
    return shutil.disk_usage(disk).used


def test_a_full_disk(disk: Path, tmp_path: Path, builder: Builder, figures: Figures) -> None:
    articles, store = tmp_path / "articles", disk / "store"
    write_round(articles, 0)
    assert builder.build(articles, store)[-1] == "done"
    before = used(disk)
    most = 0

    def sample(*_: object) -> None:
        nonlocal most
        most = max(most, used(disk) - before)

    write_round(articles, 1)
    assert builder.watch(articles, store, sample)[-1] == "done"
    said: Counter[str] = Counter()
    answered = kept = 0
    wrong: Counter[str] = Counter()
    for number in range(2, SIZES + 2):
        write_round(articles, number)
        with Library.open(store) as library:
            assert library.search("the ferry")
            resize(
                disk,
                used(disk) + most * (number - 2) // SIZES // os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PAGE_SIZE"),
            )
            (*_, last) = builder.build(articles, store)
            said[re.sub(r"/\S+|\d+", "…", last)] += 1
            kept += texts(library) == of_round(1) and bool(library.search("the ferry"))
        try:
            answered += round_that_answers(store, 1, number) == 1
        except Exception as error:
            wrong[f"{type(error).__name__}: {error}"] += 1
        resize(disk, ROOM)
    plain = sum(many for line, many in said.items() if line.startswith("failed") and OF_THE_DISK.search(line))
    figures.add("full disk: builds that say so", SIZES, f"{plain} {dict(said)}", plain == SIZES)
    figures.equal("full disk: the open library answers with the old round", SIZES, kept)
    figures.add(
        "full disk: opened anew, it answers with the old round",
        SIZES,
        f"{answered} {dict(wrong) or ''}".strip(),
        answered == SIZES,
    )
    assert builder.build(articles, store)[-1] == "done"
    figures.equal(
        "full disk: once there is room, ids as of a clean build",
        ids_of_a_clean_build(articles, tmp_path / "clean") == ids(store),
        True,
    )
    figures.equal("full disk: faults that check finds then", [], [one for one in check(store) if not one.ok])
