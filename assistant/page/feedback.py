"""What people think of answers, a line each, in a file that `clippings evaluate` reads back as questions."""

from __future__ import annotations

import fcntl
import json
import os
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from assistant.page.conversation import Rating, Turn

SHOULD_HAVE_REFUSED = "It should have refused"  # one of the reasons that past.js offers; words may follow it


def line(turn: Turn, rating: Rating | None, when: datetime) -> dict[str, Any]:
    """A rating as a labelled question: what it says of the right answer, and nothing where it says nothing.

    Thumbs up: the articles and quotations are right, or else the refusal is. Thumbs down because the answer should have been
    a refusal: nothing answers it. Any other thumbs down knows no right answer: `answerable` is null until a person adds one.
    """
    found = turn.answer
    assert found is not None
    quoted = [one for statement in found.statements for one in statement.quotations]
    right = rating is not None and rating.thumb == "up" and not found.refused
    answerable: bool | None = None
    if right:
        answerable = True
    elif rating and (rating.thumb == "up" or rating.reason.startswith(SHOULD_HAVE_REFUSED)):
        answerable = False
    return {
        "id": turn.id,
        "question": found.standalone,
        "asked": turn.question,
        "thumb": rating.thumb if rating else None,
        "reason": rating.reason if rating else "",
        "answerable": answerable,
        "doc_id": list(dict.fromkeys(found.source(one.source).article_id for one in quoted)) if right else [],
        "answers": list(dict.fromkeys(one.text for one in quoted)) if right else [],
        "filters": asdict(found.filters),
        "infer": turn.narrowing.infer,
        "tier": found.tier,
        "confidence": found.confidence,
        "model": found.model,
        "generation": found.generation,
        "when": when.astimezone(UTC).isoformat(timespec="seconds"),
    }


def append(file: Path, row: dict[str, Any]) -> None:
    """Add a row to the file whole or not at all, after whatever somebody left there; raises OSError."""
    file.parent.mkdir(parents=True, exist_ok=True)
    written = json.dumps(row).encode() + b"\n"
    with file.open("a+b", buffering=0) as lines:
        fcntl.flock(lines, fcntl.LOCK_EX)
        size = os.fstat(lines.fileno()).st_size
        if size and os.pread(lines.fileno(), 1, size - 1) != b"\n":
            written = b"\n" + written
        try:
            if os.write(lines.fileno(), written) != len(written):
                raise OSError("the disk is full")
            os.fsync(lines.fileno())
        except OSError:
            os.ftruncate(lines.fileno(), size)
            raise
