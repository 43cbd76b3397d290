"""What the page asks about earlier answers: the list of conversations, references to take away, ratings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, HTTPException
from fastapi import Path as InPath
from fastapi.responses import Response

from assistant import references
from assistant.answer import Answer
from assistant.page import feedback
from assistant.page.conversation import Rating, Turn
from assistant.page.conversations import Conversations, NotKept
from assistant.page.drawers import Drawers
from assistant.page.signing_in import Whose

Id = Annotated[str, Body(pattern=r"^[0-9a-f]{32}$")]
Number = Annotated[int, Body(ge=1, le=1_000_000)]


@dataclass(frozen=True, slots=True)
class Format:
    """A way to take an answer's references away."""

    suffix: str
    media_type: str
    write: Callable[[Answer], str]


FORMATS = {
    one.suffix: one
    for one in (
        Format("bib", "application/x-bibtex", references.bibtex),
        Format("ris", "application/x-research-info-systems", references.ris),
        Format("json", "application/vnd.citationstyles.csl+json", references.csl),
        Format("md", "text/markdown", references.markdown),
    )
}


def routes(store: Path, drawers: Drawers) -> APIRouter:
    """The requests about conversations, each user's own."""
    router = APIRouter(prefix="/conversations")

    @router.get("/list")
    def listed(whose: Whose) -> dict[str, Any]:
        conversations = drawers.of(whose).conversations
        return {"conversations": [asdict(one) for one in conversations.all()], "trouble": conversations.trouble}

    @router.api_route("/{id}/{number}.{suffix}", methods=["GET", "HEAD"])
    def taken_away(
        whose: Whose,
        id: Annotated[str, InPath(pattern=r"^[0-9a-f]{32}$")],
        number: Annotated[int, InPath(ge=1)],
        suffix: Literal["bib", "ris", "json", "md"],
    ) -> Response:
        answer, wanted = _found(drawers.of(whose).conversations, id, number).answer, FORMATS[suffix]
        assert answer is not None
        if wanted.suffix != "md" and not references.cited(answer):
            raise HTTPException(404, "This answer cites nothing.")
        written = wanted.write(answer).encode(errors="replace")
        name = f"answer-{id[:6]}-{number}.{suffix}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
        return Response(written, media_type=f"{wanted.media_type}; charset=utf-8", headers=headers)

    @router.post("/delete")
    def delete(whose: Whose, id: Annotated[str, Body(embed=True, pattern=r"^[0-9a-f]{32}$")]) -> None:
        with _plainly():
            drawers.of(whose).conversations.delete(id)

    @router.post("/rate")
    def rate(
        whose: Whose,
        id: Id,
        number: Number,
        asked: Annotated[str, Body(pattern=r"^[0-9a-f]{16}$")],
        thumb: Annotated[Literal["up", "down"] | None, Body()] = None,
        reason: Annotated[str, Body(max_length=1_000)] = "",
    ) -> None:
        conversations = drawers.of(whose).conversations
        turn = _found(conversations, id, number)
        if turn.id != asked:
            raise HTTPException(404, "This answer has been replaced by another one.")
        rating = Rating(thumb, " ".join(reason.split())) if thumb else None
        row = feedback.line(turn, rating, datetime.now(UTC))
        try:
            feedback.append(store / "feedback" / "qa.jsonl", row)
        except OSError as error:
            raise HTTPException(507, f"The rating could not be kept ({error.strerror or error}).") from None
        conversations.rate(id, turn, rating)

    return router


def _found(conversations: Conversations, id: str, number: int) -> Turn:
    turn = conversations.turn(id, number)
    if turn is None or turn.answer is None:
        raise HTTPException(404, conversations.trouble or "There is no such answer (any more).")
    return turn


@contextmanager
def _plainly() -> Iterator[None]:
    """A file that can't be used as an answer of one line."""
    try:
        yield
    except NotKept as error:
        raise HTTPException(503, str(error)) from None
