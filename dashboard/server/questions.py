"""Questions to the learners of a run, as a browser sends them."""

import json
from threading import BoundedSemaphore
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from dashboard.server.engine import hub
from kdcore.errors import UserError
from kdcore.queries import query_from_dict

MOST_BYTES = 1 << 20
"""Of a question."""
AT_ONCE = 8
"""Questions that are answered at the same time; each holds a thread of the server."""
QUEUE = 2.0
"""Seconds that a question waits for its turn."""

_turns = BoundedSemaphore(AT_ONCE)


async def answer_to(request: Request) -> dict[str, Any]:
    """The answer to the question in a request's body, for the run in its query.

    Raises:
        UserError: it is no question, too large, or cannot be answered.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise UserError("question_no_json")  # which no other site's page may send
    text = await _body(request)
    return await run_in_threadpool(_answer, request.query_params.get("run", ""), text)


def _answer(run: str, text: bytes) -> dict[str, Any]:
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        raise UserError("question_no_json") from None
    query = query_from_dict(values)
    if not _turns.acquire(timeout=QUEUE):
        raise UserError("asking_busy")
    try:
        return hub().ask(run, query).to_dict()
    finally:
        _turns.release()


async def _body(request: Request) -> bytes:
    """The whole body, read no further than it may be long."""
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > MOST_BYTES:
            raise UserError("question_too_large", most=MOST_BYTES)
        parts.append(part)
    return b"".join(parts)
