"""The app: Streamlit's pages and the routes beside them (``streamlit run dashboard/app.py``)."""

import asyncio
import gc
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any

import streamlit as st
from starlette.middleware import Middleware

from dashboard.page.uninterrupted import let_callbacks_finish
from dashboard.server.auto_reruns import DropRepeatedPresses
from dashboard.server.closing import end_streams_at_exit
from dashboard.server.engine import hub, store
from dashboard.server.gate import Gate
from dashboard.server.open_files import allow_many_files
from dashboard.server.routes import ROUTES
from dashboard.server.sharing import is_shared, print_links
from dashboard.server.upload_limits import UploadLimits
from dashboard.server.uploads import remove_unused_uploads
from dashboard.server.visitors import Role, acting_as

USED_BY_THE_FIRST_PAGE = ("pandas", "dashboard.server.routes", "dashboard.text.viewer")


@asynccontextmanager
async def lifespan(_: Any) -> AsyncIterator[None]:
    """Wake the engine before somebody waits for it; end it with the server."""
    allow_many_files()
    threading.Thread(target=_get_ready, daemon=True).start()
    closing = asyncio.create_task(end_streams_at_exit())
    if is_shared():
        print_links()
    yield
    closing.cancel()
    with acting_as(Role.LECTURER):
        hub().close()


def _get_ready() -> None:
    with acting_as(Role.LECTURER):
        hub().warm()
        for name in USED_BY_THE_FIRST_PAGE:
            import_module(name)
        remove_unused_uploads(store())
    gc.freeze()  # what is imported stays: later collections need not look at it


let_callbacks_finish()
app = st.App(
    "main.py",
    routes=ROUTES,
    lifespan=lifespan,
    middleware=[Middleware(Gate), Middleware(UploadLimits), Middleware(DropRepeatedPresses)],
)
