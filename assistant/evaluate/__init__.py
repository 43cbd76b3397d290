"""Scores the search, the answers, the voices, the checker and the reading of pages against labelled data."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from assistant.evaluate import labelled, questions, texts
from assistant.evaluate.labelled import Half, Labelled
from assistant.evaluate.metrics import Score

__all__ = ["Score", "evaluate"]

Progress = Callable[[str, int, int], None]


def evaluate(
    folders: Sequence[Path],
    limit: int | None = None,
    half: Half | None = None,
    keep: Path | None = None,
    embedding_model: str = "",
    progress: Progress = lambda _stage, _done, _total: None,
    note: Callable[[str], None] = lambda _line: None,
) -> list[Score]:
    """The scores on labelled folders: of each whatever it holds labels for, and of all together where several are searched.

    Every file is read, and every line checked, before anything is scored. `half` scores one half of each set, `limit` at
    most so many questions of a sort, documents, claims and pages. Stores are made for the occasion, or kept in a folder;
    ratings are scored on the store that they were given over. What is not scored is told by `note`. Raises BadLabels.
    """
    sets = [labelled.read(folder) for folder in dict.fromkeys(folders)]
    for line in (line for one in sets for line in one.notes):
        note(line)
    scores: list[Score] = []
    rankings: list[questions.Rankings] = []
    with _place(keep) as place:
        searched = [
            questions.prepare(one, place / _name(one), embedding_model, _within(one, progress), note)
            for one in sets
            if one.questions
        ]
        for one in sets:
            show = _within(one, progress)
            for prepared in [ready for ready in searched if ready.labelled.name == one.name]:
                elsewhere = questions.elsewhere(prepared, searched, half)
                asked = questions.ask(prepared, elsewhere, half, limit, show)
                rankings += asked.rankings
                scores += asked.scores
            scores += texts.score_voices(one, half, limit, show)
            scores += texts.score_claims(one, half, limit, embedding_model, show)
            scores += texts.score_pages(one, half, limit, show)
    if len(rankings) > 1:
        scores += questions.together(rankings)
    return scores


def _within(one: Labelled, progress: Progress) -> Progress:
    return lambda stage, done, total: progress(f"{Path(one.name).name}: {stage}", done, total)


@contextmanager
def _place(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        yield keep
        return
    with tempfile.TemporaryDirectory(prefix="clippings-") as folder:
        yield Path(folder)


def _name(one: Labelled) -> str:
    """The name of a set's store: told apart from that of another folder of the same name."""
    whole = Path(one.name).resolve()
    return f"{whole.name}-{hashlib.sha256(str(whole).encode()).hexdigest()[:8]}"
