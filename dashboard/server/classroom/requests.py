"""What browsers send to the class, and the stream that they listen to."""

import json
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request

from dashboard.server.classroom import classroom
from dashboard.server.classroom.class_stream import class_stream
from dashboard.server.classroom.place import read_moment, read_place
from dashboard.server.classroom.room import Classroom
from dashboard.server.request_body import is_json, read_body
from dashboard.server.tiers import Tier
from dashboard.server.visitors import may
from kdcore.errors import UserError

MOST_BYTES = 1 << 14
"""Of what is sent."""
_threads = CapacityLimiter(40)
"""In which votes wait for the disk: charts and questions that take long hold none of them up."""


def class_messages(request: Request) -> AsyncIterator[str]:
    """The stream for who asks.

    Raises:
        UserError: there are too many, or the browser has no proper name.
    """
    stream = class_stream(classroom())
    return stream.messages(request.query_params.get("browser", ""), steers=may(Tier.ACT))


async def vote(request: Request) -> dict[str, Any]:
    """Count a vote; returned is the option that counts now."""
    match await _sent(request):
        case {
            "browser": str(browser),
            "question": str(question),
            "option": int(option),
            "number": int(number),
        } if not isinstance(option, bool) and 0 <= number < 1 << 53:
            room = classroom()
            counting = partial(room.vote, browser, question, option, number)
            counted = await to_thread.run_sync(counting, limiter=_threads)
            return {"option": counted}
    raise UserError("class_unreadable")


async def raise_hand(request: Request) -> dict[str, Any]:
    """Raise a hand, or lower it."""
    match await _sent(request):
        case {"browser": str(browser), "up": bool(up)}:
            classroom().raise_hand(browser, up=up)
            return {"up": up}
    raise UserError("class_unreadable")


async def look(request: Request) -> dict[str, Any]:
    """Take over where the lecturer looks."""
    sent = await _sent(request)
    place, moment = sent.get("place"), sent.get("moment")
    classroom().look_at(
        None if place is None else read_place(place),
        None if moment is None else read_moment(moment),
        calls=sent.get("call") is True,
    )
    return {}


async def steer(request: Request) -> dict[str, Any]:
    """Carry out one of the lecturer's acts."""
    sent = await _sent(request)
    room = classroom()
    if (act := _act(room, sent)) is None:
        raise UserError("class_unreadable")
    await to_thread.run_sync(act, limiter=_threads)
    return {}


def _act(room: Classroom, sent: dict[str, Any]) -> Callable[[], None] | None:
    match sent:
        case {"act": "lead", "on": bool(on)}:
            return lambda: room.lead(on=on)
        case {"act": "lock", "on": bool(on)}:
            return lambda: room.lock(on=on)
        case {"act": "reveal", "right": int(right)}:
            return lambda: room.reveal(right)
        case {"act": "reveal"}:
            return room.reveal
        case {"act": "close"}:
            return room.close
        case {"act": "reopen"}:
            return room.reopen
        case {"act": "remove"}:
            return room.remove
        case {"act": "lower_hands"}:
            return room.lower_hands
    return None


async def _sent(request: Request) -> dict[str, Any]:
    """The values of a request's body.

    Raises:
        UserError: it is no JSON object, or too long.
    """
    body = await read_body(request, MOST_BYTES) if is_json(request) else None
    try:
        values = json.loads(body) if body is not None else None
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, dict):
        raise UserError("class_unreadable")
    return values
