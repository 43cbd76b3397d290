"""A build that is killed at any moment leaves a library that answers, all of it from before or all of it from after."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from rounds import ARTICLES, Builder, ids, ids_of_a_clean_build, round_that_answers, write_round

from index import check

KILLS = 20


@pytest.fixture
def builder() -> Iterator[Builder]:
    started = Builder()
    yield started
    started.close()


def test_killed_builds_leave_one_round_whole(tmp_path: Path, builder: Builder) -> None:
    chance = random.Random(20250709)
    folder, store = tmp_path / "articles", tmp_path / "store"
    write_round(folder, 0)
    assert builder.build(folder, store)[-1] == "done"
    published, stages = 0, set()
    for number in range(1, KILLS + 1):
        write_round(folder, number)
        # Of 39 lines 32 say that a file was read; the others are met more often than their number says.
        kill_at = chance.choice([chance.randint(1, ARTICLES), *range(ARTICLES + 3, ARTICLES + 10)])
        lines = builder.build(folder, store, kill_at)
        stages.add(lines[-1].split()[0])
        assert not any(line.startswith("failed") for line in lines), lines
        published = round_that_answers(store, published, number)
    assert stages >= {"reading", "cutting", "embedding", "writing", "verifying"}  # else the moments do not say much

    assert builder.build(folder, store)[-1] == "done"
    assert ids(store) == ids_of_a_clean_build(folder, tmp_path / "clean")
    assert [one for one in check(store) if not one.ok] == []
    assert len(list((store / "generations").iterdir())) == 1
