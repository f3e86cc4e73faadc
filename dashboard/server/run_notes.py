"""Notes that are pinned to moments of a run, as a browser sends them and sees them."""

import json
from dataclasses import asdict
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from dashboard.server.engine import store
from dashboard.server.request_body import is_json, read_body
from kdcore.errors import UserError

MOST_BYTES = 1 << 16
"""Of what is sent; many more than the longest note has."""


def notes_of(run: str) -> list[dict[str, Any]]:
    """The notes of a run as JSON values, in the order of their moments.

    Raises:
        UserError: there is no such run.
    """
    return [asdict(note) for note in store().pinned(run)]


async def keep_note(request: Request) -> list[dict[str, Any]]:
    """Keep the note in a request's body, or delete it where its text is empty.

    The body is ``position``, ``text`` and, for a note that there is or was, its ``id``; the run is
    in the query.

    Returns:
        All notes of the run.

    Raises:
        UserError: it is no note, or cannot be kept.
    """
    text = await read_body(request, MOST_BYTES) if is_json(request) else None
    if text is None:
        raise UserError("note_unreadable")
    return await run_in_threadpool(_keep, request.query_params.get("run", ""), text)


def _keep(run: str, body: bytes) -> list[dict[str, Any]]:
    try:
        values = json.loads(body)
        position, text, note = float(values["position"]), values["text"], values.get("id", "")
    except (ValueError, OverflowError, RecursionError, LookupError, TypeError, AttributeError):
        raise UserError("note_unreadable") from None
    if not (isinstance(text, str) and isinstance(note, str)):
        raise UserError("note_unreadable")
    if note and not text.strip():
        store().unpin(run, note)
    else:
        store().pin(run, position, text, note)
    return notes_of(run)
