"""The routes beside Streamlit's, loaded after the server has begun to answer.

They know all charts and all kinds of jobs, and the first page is on its way without them.
"""

import asyncio
from importlib import import_module

from anyio import to_thread
from starlette.routing import BaseRoute, Match, Router
from starlette.types import Receive, Scope, Send

ROUTES = "dashboard.server.routes"
PREFIX = "/kd/"
"""How the paths of all of them begin."""


class RoutesLater(BaseRoute):
    """Stands for ``dashboard.server.routes``; whoever comes before these are loaded waits.

    They are loaded in one thread, for which all wait without one: a class that comes at once would
    otherwise take up every thread that answers.
    """

    def __init__(self) -> None:
        self._loading: asyncio.Task[Router] | None = None
        self._router: Router | None = None

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether a request is for one of them."""
        if scope["type"] != "http":
            return Match.NONE, {}
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        return (Match.FULL if path.startswith(PREFIX) else Match.NONE), {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        await (self._router or await self._loaded())(scope, receive, send)

    async def _loaded(self) -> Router:
        if self._loading is None or self._loading.done():  # after a failure the next one tries
            self._loading = asyncio.create_task(to_thread.run_sync(_load))
        self._router = await asyncio.shield(self._loading)  # for the others, whoever goes away
        return self._router


def _load() -> Router:
    return Router(routes=import_module(ROUTES).ROUTES)
