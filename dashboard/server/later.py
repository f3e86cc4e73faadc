"""The routes beside Streamlit's, loaded after the server has begun to answer.

They know all charts and all kinds of jobs, and the first page is on its way without them.
"""

from functools import cache
from importlib import import_module

from anyio import to_thread
from starlette.routing import BaseRoute, Match, Router
from starlette.types import Receive, Scope, Send

PREFIX = "/kd/"
"""How the paths of all of them begin."""


class RoutesLater(BaseRoute):
    """Stands for ``dashboard.server.routes``; whoever comes before these are loaded waits."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether a request is for one of them."""
        asked = scope["type"] == "http" and scope["path"].startswith(PREFIX)
        return (Match.FULL if asked else Match.NONE), {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        router = await to_thread.run_sync(load_routes)
        await router(scope, receive, send)


@cache
def load_routes() -> Router:
    """All routes, once."""
    return Router(routes=import_module("dashboard.server.routes").ROUTES)
