"""Whether questions can be answered now, for whatever looks after the page."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from assistant.page.desk import Desk
from index.errors import ClippingsError


def routes(desk: Desk) -> APIRouter:
    """The request that asks for it."""
    router = APIRouter()

    @router.api_route("/healthz", methods=["GET", "HEAD"])
    def health(request: Request) -> JSONResponse:
        try:
            with desk.library().view() as view:
                return JSONResponse({"ready": True, "generation": view.number})
        except ClippingsError as error:
            why = {"why": str(error)} if request.scope["account"] else {}  # it names files, which is not for everybody
            return JSONResponse({"ready": False, "generation": None, **why}, 503)

    return router
