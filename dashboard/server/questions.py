"""Questions to the learners of a run, as a browser sends them."""

import json
from threading import BoundedSemaphore
from typing import Any

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request

from dashboard.server.engine import hub
from dashboard.server.request_body import is_json, read_body
from kdcore.errors import UserError
from kdcore.queries import query_from_dict

MOST_BYTES = 1 << 20
"""Of a question."""
AT_ONCE = 8
"""Questions that are answered at the same time; each holds a thread of the server."""
QUEUE = 2.0
"""Seconds that a question waits for its turn."""

_turns = BoundedSemaphore(AT_ONCE)
_threads = CapacityLimiter(40)
"""In which questions wait for their turn: nothing else waits with them."""


async def answer_to(request: Request) -> dict[str, Any]:
    """The answer to the question in a request's body, for the run in its query.

    Raises:
        UserError: it is no question, too large, or cannot be answered.
    """
    if not is_json(request):
        raise UserError("question_no_json")
    text = await read_body(request, MOST_BYTES)
    if text is None:
        raise UserError("question_too_large", most=MOST_BYTES)
    run = request.query_params.get("run", "")
    return await to_thread.run_sync(_answer, run, text, limiter=_threads)


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
