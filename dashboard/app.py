"""The app: Streamlit's pages and the routes beside them (``streamlit run dashboard/app.py``).

What is imported here is what the server needs to answer at all; the rest is loaded meanwhile.
"""

import asyncio
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any

import streamlit as st
from starlette.middleware import Middleware

from dashboard.components.plain_data import take_plain_data_as_it_is
from dashboard.page.uninterrupted import let_callbacks_finish
from dashboard.server.auto_reruns import DropRepeatedPresses
from dashboard.server.closing import end_streams_at_exit
from dashboard.server.first_screen import FirstScreen
from dashboard.server.gate import Gate
from dashboard.server.later import RoutesLater
from dashboard.server.open_files import allow_many_files
from dashboard.server.sharing import is_shared, print_links
from dashboard.server.upload_limits import UploadLimits
from kdcore.loading import loading

READY = "dashboard.getting_ready"
"""Knows all of the engine and of the first page: it is loaded beside the server."""
FIRST_PAGE = 1.0
"""Seconds for it, in which nothing else is loaded or started."""


@asynccontextmanager
async def lifespan(_: Any) -> AsyncIterator[None]:
    """Get ready before somebody waits; end the engine with the server."""
    allow_many_files()
    threading.Thread(target=_get_ready, daemon=True).start()
    closing = asyncio.create_task(end_streams_at_exit())
    if is_shared():
        print_links()
    yield
    closing.cancel()
    import_module(READY).end()


def _get_ready() -> None:
    try:
        with loading():
            import_module(READY).get_ready()
    finally:  # one part that cannot be loaded keeps nobody from the others
        time.sleep(FIRST_PAGE)
        import_module(READY).get_ready_for_others()


let_callbacks_finish()
take_plain_data_as_it_is()
app = st.App(
    "main.py",
    routes=[RoutesLater()],
    lifespan=lifespan,
    middleware=[
        Middleware(Gate),
        Middleware(FirstScreen),
        Middleware(UploadLimits),
        Middleware(DropRepeatedPresses),
    ],
)
