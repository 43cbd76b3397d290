"""What the Library tab asks for: what the store holds, and jobs that change it. Each error is one plain line."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping, Set
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Body, HTTPException, Query, Request
from starlette.requests import ClientDisconnect

from assistant.accounts import Account
from assistant.page import phrases
from assistant.page.building import Builder, Job
from assistant.page.coverage import coverage
from assistant.page.desk import Desk
from assistant.page.drawers import Drawers
from assistant.page.shelf import NONE, Row, Shelf, Wanted
from assistant.page.signing_in import Owner, Whose, owner_alone
from assistant.page.text import listed, plain_date
from assistant.page.uploads import Refused
from assistant.page.watching import Watching
from index.errors import ClippingsError, NoStore
from index.generation import pointer
from index.readers import SUFFIXES, readable

if TYPE_CHECKING:
    from index import Library

SHOWN = 500  # unreadable files that are listed; all are counted
KINDS = tuple(suffix for suffix in SUFFIXES if not suffix.endswith(".gz"))

Text = Annotated[str, Query(max_length=500)]
Short = Annotated[str, Body(embed=True, max_length=200)]
Long = Annotated[str, Body(embed=True, max_length=5_000)]
Column = Literal["title", "publisher", "published", "passages", "root", "marks"]


class Holdings:
    """What the store holds now, its articles read once a generation; thread-safe."""

    def __init__(self, store: Path, desk: Desk) -> None:
        self._store = store
        self._desk = desk
        self._lock = threading.Lock()
        self._read = (0, ""), Shelf(())

    def library(self) -> Library | None:
        """The open library, or nothing before the first build; raises ClippingsError."""
        try:
            return self._desk.library()
        except NoStore:
            return None

    def articles(self) -> tuple[int, Shelf]:
        """The generation and its articles; raises ClippingsError."""
        now = pointer(self._store)  # before the articles: if a build comes between, they are read again
        library = self.library()
        if library is None:
            return 0, Shelf(())
        with self._lock:
            if self._read[0] != now:
                self._read = now, Shelf(library.listing())
            return self._read[0][0], self._read[1]


def routes(store: Path, desk: Desk, drawers: Drawers, builder: Builder, watching: Watching) -> APIRouter:
    """The Library's requests over this store. Its owner may make all of them; another user may look, and add files."""
    router, holdings = APIRouter(prefix="/library"), Holdings(store, desk)
    own = str((store / "uploads").resolve())  # the root of what was added at the page

    def unreadable(whose: Account, library: Library) -> list[tuple[Path, str]]:
        """What could not be read, of what is this user's to see to."""
        folder = drawers.of(whose).uploads.folder.resolve()
        return [one for one in library.unreadable() if whose.owner or one[0].is_relative_to(folder)]

    @router.get("/state")
    def state(whose: Whose) -> dict[str, Any]:
        now = builder.state
        told: dict[str, Any] = {"generation": 0, "articles": 0, "told": "", "trouble": "", "unreadable": 0}
        left_out = 0
        try:
            number, shelf = holdings.articles()
            told |= {"generation": number, "articles": len(shelf.rows), "told": _collection(shelf)}
            if library := holdings.library():
                told["unreadable"], left_out = len(unreadable(whose, library)), len(library.left_out())
        except ClippingsError as error:
            told |= {"told": "The articles can’t be shown", "trouble": str(error)}
        told["revision"] = f"{told['generation']} {told['unreadable']} {left_out} {now.ended}"
        told["building"] = now.job and {"told": phrases.progress(now), "done": now.done, "total": now.total}
        told["last"] = now.last and {"how": now.last.how, "told": phrases.ended(now.last)}
        told["account"] = {"name": whose.name, "owner": whose.owner}
        told["watching"] = {"on": watching.on, "told": watching.told}
        return told

    @router.get("/articles")
    def articles(
        whose: Whose,
        text: Text = "",
        publisher: Text = "",
        root: Text = "",
        mark: Text = "",
        since: date | None = None,
        until: date | None = None,
        sort: Column = "published",
        descending: bool = True,
        page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
    ) -> dict[str, Any]:
        with _plainly():
            _, shelf = holdings.articles()
        found = shelf.page(Wanted(text, publisher, root, mark, since, until, sort, descending, page))
        uploads = frozenset() if whose.owner else drawers.of(whose).uploads.names()
        return {
            "all": len(shelf.rows),
            "found": found.found,
            "page": found.number,
            "pages": found.pages,
            "rows": [
                _row(row, own) | {"file": _upload(row, own, whose, uploads), "removable": whose.owner}
                for row in found.rows
            ],
            "publishers": _choices(shelf.publishers, "no publisher"),
            "roots": [{**one, "name": _folder(one["value"], own)} for one in _choices(shelf.roots, "")],
            "marks": _choices(shelf.marks, ""),
        }

    @router.get("/coverage")
    def over_time() -> dict[str, Any]:
        with _plainly():
            _, shelf = holdings.articles()
        found = coverage(shelf.rows)
        span = " to ".join(dict.fromkeys(plain_date(day) for day in found.span)) if found.span else ""
        totals = [sum(counts) for counts in zip(*(bin.counts for bin in found.bins), strict=True)]
        return {
            "unit": found.unit,
            "span": span,
            "undated": found.undated,
            "series": [
                {"name": one.name, "shade": one.shade, "articles": total}
                for one, total in zip(found.series, totals, strict=True)
            ],
            "bins": [{**asdict(bin), "articles": sum(bin.counts)} for bin in found.bins],
        }

    @router.get("/places")
    def places(whose: Whose) -> dict[str, Any]:
        told: dict[str, Any] = {"kinds": SUFFIXES, "kinds_told": f"{listed(KINDS)}, each also as .gz"}
        told |= {"roots": [], "left_out": [], "unreadable": [], "unreadable_count": 0}
        with _plainly():
            library, (_, shelf) = holdings.library(), holdings.articles()
            if library is None:
                return told
            unread = unreadable(whose, library)
            told["unreadable"] = [
                {
                    "path": str(path) if whose.owner else path.name,
                    "reason": reason,
                    "added": path.is_relative_to(own),
                    "folder": path.is_dir(),
                }
                for path, reason in unread[:SHOWN]
            ]
            told["unreadable_count"] = len(unread)
            if whose.owner:
                told["roots"] = [
                    {
                        "path": root,
                        "name": _folder(root, own),
                        "articles": shelf.roots.get(root, 0),
                        "added": root == own,
                    }
                    for root in library.status().roots
                ]
                told["left_out"] = [
                    {"file": str(one.file), "path": str(one), "title": one.title} for one in library.left_out()
                ]
        return told

    @router.post("/files")
    async def take(
        request: Request, whose: Whose, name: Annotated[str, Query(max_length=2_000)] = ""
    ) -> dict[str, str]:
        try:
            taken = await drawers.of(whose).uploads.take(name, request.stream())
        except Refused as error:
            raise HTTPException(error.status, str(error)) from None
        except ClientDisconnect:
            raise HTTPException(400, "The file did not come whole.") from None
        except OSError as error:
            raise HTTPException(507, f"The file could not be kept ({error.strerror or error}).") from None
        return {"name": taken.name, "how": taken.how}

    @router.post("/index")
    def index(whose: Whose, uploads_alone: Annotated[bool, Body(embed=True, alias="uploads")]) -> None:
        if not uploads_alone:
            owner_alone(whose)
        drawers.of(whose).uploads.begin_anew()
        if uploads_alone:
            builder.add(Job(("index", own, "--json"), "Adding files"))
        else:
            builder.add(Job(("index", "--json"), "Bringing up to date"))

    @router.post("/folders", dependencies=[Owner])
    def add_folder(path: Long) -> None:
        folder = _root(path, store)
        builder.add(Job(("index", "--json", "--", str(folder)), f"Adding {folder.name}"))

    def forgetting(article: str, root: str, file: str) -> Job:
        """What the owner asks to be removed; raises HTTPException where it is not there."""
        with _plainly():
            library, (_, shelf) = holdings.library(), holdings.articles()
            roots = library.status().roots if library else ()
            unreadable = [str(path) for path, _ in library.unreadable()] if library else []
        if (row := shelf.row(article)) is not None:
            return Job(("forget", row.id), f"Removing “{row.title}”")
        if root in roots and root != own:
            return Job(("forget", "--", root), f"Removing {_folder(root, own)}")
        if file in unreadable:
            return Job(("forget", "--", file), f"Removing {Path(file).name}")
        raise HTTPException(404, "The library does not hold this (any more).")

    def taking_back(whose: Account, file: str) -> Job:
        """What another user asks to be removed, of what that user added; raises HTTPException."""
        uploads = drawers.of(whose).uploads
        if file not in uploads.names():
            raise HTTPException(404, "You have added no such file (any more).")
        return Job(("forget", "--", str(uploads.folder.resolve() / file)), f"Removing {file}")

    @router.post("/forget")
    def forget(whose: Whose, article: Short = "", root: Long = "", file: Long = "") -> None:
        builder.add(forgetting(article, root, file) if whose.owner else taking_back(whose, file))

    @router.post("/restore", dependencies=[Owner])
    def restore(file: Long) -> None:
        with _plainly():
            library = holdings.library()
            known = [str(one.file) for one in library.left_out()] if library else []
        if file not in known:
            raise HTTPException(404, "This is not left out (any more).")
        builder.add(Job(("index", "--json", "--", file), f"Putting {Path(file).name} back"))

    @router.post("/watching", dependencies=[Owner])
    def watch(on: Annotated[bool, Body(embed=True)]) -> None:
        watching.switch(on)

    @router.post("/cancel", dependencies=[Owner])
    def cancel() -> None:
        builder.cancel()

    return router


@contextmanager
def _plainly() -> Iterator[None]:
    """Errors of the library as an answer of one line."""
    try:
        yield
    except ClippingsError as error:
        raise HTTPException(503, str(error)) from None


def _root(typed: str, store: Path) -> Path:
    """The folder or file that was typed; an HTTPException says what is wrong with it."""
    if not typed.strip():
        raise HTTPException(400, "Type the path of a folder.")
    try:
        path = Path(typed.strip()).expanduser()
        if not path.is_absolute():
            raise HTTPException(400, "Type the whole path, from / or ~ on.")
        path = path.resolve()
        str(path).encode()
        if path.is_dir():
            next(os.scandir(path), None)
        elif readable(path):
            path.open("rb").close()
        elif path.exists():
            raise HTTPException(400, "This is a file of a kind that is not read.")
        else:
            raise HTTPException(400, f"There is no folder {path}.")
    except (ValueError, RuntimeError):  # a zero byte, half a character, no such user
        raise HTTPException(400, "This can't be a path.") from None
    except OSError as error:
        raise HTTPException(400, f"{typed.strip()} can't be read ({error.strerror or error}).") from None
    if path.parent == path:
        raise HTTPException(400, "This is the whole disk; name a folder on it.")
    if path.is_relative_to(store.resolve()):
        raise HTTPException(400, "This is the store itself; name the folder that your articles are in.")
    return path


def _collection(shelf: Shelf) -> str:
    days = [row.published for row in shelf.rows if row.published]
    publishers = sum(1 for name in shelf.publishers if name)
    return phrases.collection(len(shelf.rows), publishers, min(days, default=None), max(days, default=None))


def _row(row: Row, own: str) -> dict[str, Any]:
    return {
        "id": row.id,
        "title": row.title,
        "publisher": row.publisher,
        "told": plain_date(row.published),
        "passages": row.passages,
        "root": row.root,
        "folder": _folder(row.root, own),
        "added": row.root == own,
        "path": row.path,
        "marks": row.marks,
        "address": f"/articles/{row.id}",
    }


def _upload(row: Row, own: str, whose: Account, uploads: Set[str]) -> str | None:
    """Which of a user's uploads an article is read from, if it is one of them."""
    prefix = f"{whose.name}/"
    if whose.owner or row.root != own or not row.path.startswith(prefix):
        return None
    path = row.path.removeprefix(prefix)
    # A file of many: its name, "#" and the article's; and a name may have a "#", too.
    ends = [place for place, letter in enumerate(path) if letter == "#"]
    return next((path[:end] for end in [len(path), *reversed(ends)] if path[:end] in uploads), None)


def _folder(root: str, own: str) -> str:
    return "added here" if root == own else Path(root).name or root


def _choices(counts: Mapping[str, int], nothing: str) -> list[dict[str, Any]]:
    return [{"value": name or NONE, "name": name or nothing, "articles": count} for name, count in counts.items()]
