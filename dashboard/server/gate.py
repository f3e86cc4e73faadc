"""The gate before all of the app: who asks, what is refused, what a page may fetch."""

import re

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.server.refusals import refusal
from dashboard.server.tiers import tier_of
from dashboard.server.visitors import Role, Visitor, acting_as, may

STREAM = "/_stcore/stream"
"""End of the path of a page's connection."""
OWN = re.compile(r"/_stcore/([a-z_]+)")
HOST = re.compile(r"[A-Za-z0-9.\-]+(:\d+)?|\[[0-9a-fA-F:.]+\](:\d+)?")
POLICY = {
    "default-src": "'self'",
    "script-src": "'self' 'unsafe-inline' 'unsafe-eval' 'wasm-unsafe-eval' blob:",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "media-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "worker-src": "'self' blob:",
    "connect-src": "'self' data: blob:",
    "frame-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'self'",
}
"""What a page may fetch, and from where: from the app alone, whatever stands in its texts."""
HEADERS = {"x-content-type-options": "nosniff", "referrer-policy": "same-origin"}

MOST_PAGES = 1500
"""Of followers that are open at once, each a script and its state; the lecturer always gets in."""
TRY_AGAIN_LATER = 1013
"""Why a page's connection is refused."""

_connected: dict[int, Role] = {}
"""Pages that are open, by their connection."""


def followers() -> int:
    """How many pages of followers are open."""
    return list(_connected.values()).count(Role.FOLLOWER)


class Gate:
    """ASGI middleware, the outermost: a request is carried out with the rights of who asks."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is allowed, and say to the browser what the page may fetch."""
        match scope["type"]:
            case "http":
                await self._request(scope, receive, send)
            case "websocket" if scope["path"].endswith(STREAM):
                await self._page(scope, receive, send)
            case _:
                await self.app(scope, receive, send)

    async def _page(self, scope: Scope, receive: Receive, send: Send) -> None:
        role = Visitor.of(scope).role
        if role is Role.FOLLOWER and followers() >= MOST_PAGES:
            await send({"type": "websocket.close", "code": TRY_AGAIN_LATER})
            return
        _connected[id(scope)] = role
        try:
            await self.app(scope, receive, send)
        finally:
            del _connected[id(scope)]

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        visitor = Visitor.of(scope)
        added = [
            (name.encode(), value.encode())
            for name, value in (HEADERS | {"content-security-policy": policy(visitor)}).items()
        ]

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                said = {name.lower() for name, _ in message["headers"]}
                more = [(name, value) for name, value in added if name not in said]
                message["headers"] = [*message["headers"], *more]
            await send(message)

        with acting_as(visitor.role):
            app = self.app if _is_allowed(scope) else _refuse
            await app(scope, receive, send_with_headers)


def policy(visitor: Visitor) -> str:
    """The value of ``Content-Security-Policy`` for who asks.

    Older browsers do not count a web socket as the page's own place; it is named.
    """
    host = visitor.headers.get("host", "")
    own = f" ws://{host} wss://{host}" if HOST.fullmatch(host) else ""
    parts = POLICY | {"connect-src": POLICY["connect-src"] + own}
    return "; ".join(f"{name} {value}" for name, value in parts.items())


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    answer = PlainTextResponse(await refusal("lecturer_only"), 403)
    await answer(scope, receive, send)


def _is_allowed(scope: Scope) -> bool:
    """Whether who asks may use a route of Streamlit's own; the app's look for themselves."""
    if scope["method"] == "OPTIONS" or (own := OWN.search(scope["path"])) is None:
        return True
    try:
        return may(tier_of("streamlit", own[1]))
    except LookupError:
        return True
