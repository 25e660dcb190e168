"""What the pages ask, answered in JSON: search, nearest works, analogies, paths; and pictures."""

from __future__ import annotations

import io
import logging
from collections import OrderedDict
from collections.abc import Callable
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

import anyio
import anyio.to_thread
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from topicart.errors import PictureError
from topicart.retrieval import Query
from topicart.server.refusals import (
    MOST,
    Refusal,
    conditions_in,
    number_in,
    row_in,
    rows_in,
    strength_in,
    words_in,
)

if TYPE_CHECKING:
    from starlette.datastructures import QueryParams
    from starlette.requests import Request

    from topicart.server.holding import Holding
    from topicart.server.seeking import Seeker

__all__ = ["LARGEST_PICTURE", "api_routes", "on_error", "on_http", "on_refusal"]

LARGEST_PICTURE = 20 * 2**20
"""Most bytes of a picture that is sought with."""

_AT_ONCE = 4
_BODIES = 8
_STEPS = 60
_BODY_S = 60.0
_SIDES = (64, 2048)
_KEPT_PICTURES = 64 * 2**20
_Answer = TypeVar("_Answer")


def api_routes(holding: Holding, seeker: Seeker) -> list[Route]:
    """Give what is answered below ``api/``.

    Parameters
    ----------
    holding : Holding
        The run.
    seeker : Seeker
        Its encoder.

    Returns
    -------
    list of starlette.routing.Route
        Each does its work in a thread, so that fifty who ask at once wait in a row and none is
        refused.
    """
    api = _Api(holding, seeker)
    return [
        Route("/search", api.search),
        Route("/search-picture", api.search_picture, methods=["GET", "POST"]),
        Route("/nearest", api.nearest),
        Route("/analogies", api.analogies),
        Route("/path", api.path),
        Route("/picture/{row}", api.picture),
        Route("/status", api.status),
        Route("/{rest:path}", _nothing),
    ]


class _Rows:
    """Where jobs wait for a thread: so many at a time, and so never more memory than that."""

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once

    @cached_property
    def limiter(self) -> anyio.CapacityLimiter:
        """One can only be made while the loop runs."""
        return anyio.CapacityLimiter(self._at_once)

    async def run(self, job: Callable[[], _Answer]) -> _Answer:
        return await anyio.to_thread.run_sync(job, limiter=self.limiter)


class _Api:
    """The questions, each an endpoint."""

    def __init__(self, holding: Holding, seeker: Seeker) -> None:
        self._holding = holding
        self._seeker = seeker
        self._pictures = _Pictures(holding)
        self._computing = _Rows(_AT_ONCE)
        # Pictures do not wait behind those who compute: they are many, and a click is not patient.
        self._decoding = _Rows(_AT_ONCE)
        self._receiving = _Rows(_BODIES)

    async def search(self, request: Request) -> Response:
        asked, holding = request.query_params, self._holding
        k, conditions = number_in(asked, "k", 50, 1, MOST), conditions_in(asked)
        query = self._query(asked, "like")

        def _found() -> dict[str, Any]:
            # The conditions first: who misspells one need not wait for the encoder.
            where = holding.where(conditions, None, 0)
            return holding.found(query(), k, where)

        return JSONResponse(await self._computing.run(_found))

    def _query(self, asked: QueryParams, like: str) -> Callable[[], Query]:
        """Read what is sought, words or works, and what it is turned to; it is made later."""
        holding = self._holding
        words = words_in(asked) if "words" in asked or like not in asked else None
        rows = [] if words is not None else rows_in(asked, like, holding.works)
        towards = words_in(asked, "towards") if "towards" in asked else None
        strength = strength_in(asked)
        return lambda: holding.sought(words=words, like=rows, towards=towards, strength=strength)

    async def search_picture(self, request: Request) -> Response:
        if request.method != "POST":  # a route for POST alone would leave it to the last, as a 404
            raise HTTPException(405, headers={"allow": "POST"})
        asked = request.query_params
        k, conditions = number_in(asked, "k", 50, 1, MOST), conditions_in(asked)
        async with self._receiving.limiter:
            with anyio.move_on_after(_BODY_S) as patience:
                data = await _body(request)
            if patience.cancelled_caught:
                raise Refusal(
                    408,
                    "The picture did not come to its end in a minute.",
                    f"At most {LARGEST_PICTURE >> 20} MB, without a pause.",
                    "Save it smaller and send it again.",
                )
        holding = self._holding

        def _found() -> dict[str, Any]:
            where = holding.where(conditions, None, 0)
            return holding.found(Query(self._seeker.picture(data), "a picture"), k, where)

        return JSONResponse(await self._computing.run(_found))

    async def nearest(self, request: Request) -> Response:
        asked, holding = request.query_params, self._holding
        row = row_in(asked.get("work"), "work", holding.works)
        k, conditions = number_in(asked, "k", 12, 1, MOST), conditions_in(asked)
        other, query = asked.get("other"), self._query(asked, "work")

        def _found() -> dict[str, Any]:
            where = holding.where(conditions, other, row)
            return holding.found(query(), k, where)

        return JSONResponse(await self._computing.run(_found))

    async def analogies(self, request: Request) -> Response:
        asked, holding = request.query_params, self._holding
        row_in(asked.get("work"), "work", holding.works)
        conditions, across = conditions_in(asked), asked.get("across", "")
        query = self._query(asked, "work")

        def _found() -> dict[str, Any]:
            where = holding.where(conditions, None, 0)
            return holding.each(query(), across, where)

        return JSONResponse(await self._computing.run(_found))

    async def path(self, request: Request) -> Response:
        asked, holding = request.query_params, self._holding
        ends = [row_in(asked.get(name), name, holding.works) for name in ("from", "to")]
        steps = number_in(asked, "steps", 6, 1, _STEPS) if "steps" in asked else None
        where, later, once = conditions_in(asked), asked.get("later"), asked.get("once")

        def _found() -> dict[str, Any]:
            return holding.path(*ends, where=where, steps=steps, later=later, once=once)

        return JSONResponse(await self._computing.run(_found))

    async def picture(self, request: Request) -> Response:
        row = row_in(request.path_params["row"], "row", self._holding.works)
        side = number_in(request.query_params, "side", 1024, *_SIDES)
        data = await self._decoding.run(lambda: self._pictures.get(row, side))
        return Response(
            data, media_type="image/jpeg", headers={"cache-control": "private, max-age=3600"}
        )

    async def status(self, _: Request) -> Response:
        holding, seeker = self._holding, self._seeker
        return JSONResponse(
            {
                "works": holding.works,
                "with_vector": holding.with_vector,
                "model": holding.run.record.model.name,
                "search": {"ready": seeker.ready, "loading": seeker.loading, "why": seeker.why},
                "paths": {"ready": holding.paths_ready, "why": holding.why},
            }
        )


async def _nothing(_: Request) -> Response:
    raise Refusal(
        404,
        "There is nothing here.",
        "api/search, api/search-picture, api/nearest, api/analogies, api/path, api/picture/ROW, "
        "api/status.",
        "Check the address.",
    )


async def on_refusal(_: Request, refusal: Exception) -> Response:
    """Answer a question that cannot be answered.

    Parameters
    ----------
    _ : Request
        The question.
    refusal : Refusal
        What is wrong with it.

    Returns
    -------
    Response
        As JSON: ``error``, ``expected``, ``remedy``.
    """
    assert isinstance(refusal, Refusal)
    return JSONResponse(refusal.told, refusal.status)


async def on_http(_: Request, error: Exception) -> Response:
    """Answer where there is no such file, or a way of asking that is not meant.

    Parameters
    ----------
    _ : Request
        The question.
    error : HTTPException
        A status and a few words.

    Returns
    -------
    Response
        As :func:`on_refusal`.
    """
    assert isinstance(error, HTTPException)
    told = {
        "error": f"{error.detail}.",
        "expected": "A page of the site, or a question below api/.",
        "remedy": "Begin at the first page.",
    }
    return JSONResponse(told, error.status_code, headers=error.headers)


async def on_error(request: Request, _: Exception) -> Response:
    """Answer where we failed; the traceback is for the terminal, not for the network.

    Parameters
    ----------
    request : Request
        The question.
    _ : Exception
        What happened.

    Returns
    -------
    Response
        As :func:`on_refusal`.
    """
    logging.getLogger("topicart").error("%s %s", request.method, request.url.path)
    told = {
        "error": "The server failed on this question.",
        "expected": "An answer.",
        "remedy": "The terminal of `topicart explore` says more; please report it.",
    }
    return JSONResponse(told, 500)


async def _body(request: Request) -> bytes:
    """Read a picture, counting: what a client says of its length is not believed."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not kind.startswith("image/"):
        raise Refusal(
            415,
            "What was sent is not said to be a picture.",
            "The bytes of a picture, with a content type that begins with image/.",
            "Send a picture file.",
        )
    data = bytearray()
    try:
        async for part in request.stream():
            data += part
            if len(data) > LARGEST_PICTURE:
                raise Refusal(
                    413,
                    "This picture is too large.",
                    f"At most {LARGEST_PICTURE >> 20} MB.",
                    "Save it smaller; 1,000 pixels a side are plenty for a search.",
                )
    except ClientDisconnect as error:  # nobody is there to read this, and nothing of ours failed
        raise Refusal(
            400, "The picture was not sent to its end.", "A whole picture.", "Send it again."
        ) from error
    return bytes(data)


class _Pictures:
    """Pictures of the collection, scaled; the latest are kept in memory."""

    def __init__(self, holding: Holding) -> None:
        self._holding = holding
        self._lock = Lock()
        self._kept: OrderedDict[tuple[int, int], bytes] = OrderedDict()
        self._size = 0

    def get(self, row: int, side: int) -> bytes:
        """Give a picture as JPEG, its longer side at most ``side`` pixels."""
        key = (row, side)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        data = self._scaled(row, side)
        with self._lock:
            self._size += len(data) - len(self._kept.pop(key, b""))
            self._kept[key] = data
            while self._size > _KEPT_PICTURES:
                self._size -= len(self._kept.popitem(last=False)[1])
        return data

    def _scaled(self, row: int, side: int) -> bytes:
        from PIL import Image

        file = self._holding.picture_file(row)
        if file is None:
            raise _gone("The picture of this work is no longer where it was.")
        try:
            picture = self._holding.run.load_picture(file, at_least=side)
            picture.thumbnail((side, side), Image.Resampling.BICUBIC)
            written = io.BytesIO()
            picture.save(written, "JPEG", quality=88)
        except PictureError as error:
            raise _gone(f"The picture of this work cannot be read: {error}.") from error
        except (OSError, ValueError, MemoryError) as error:
            raise _gone("The picture of this work cannot be scaled.") from error
        return written.getvalue()


def _gone(told: str) -> Refusal:
    return Refusal(
        404,
        told,
        "A picture in the folder that the run was made from.",
        "Put the folder back where it was; the small copies in the site are shown instead.",
    )
