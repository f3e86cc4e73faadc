"""How much may be uploaded: what pages hold in memory is bounded, each and all together.

Streamlit bounds one file (``server.maxUploadSize``) and not how many there are.
"""

import re
from collections.abc import Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import runtime

from dashboard.server.refusals import refusal

OF_A_PAGE, TOGETHER = 1 << 30, 2 << 30
"""Bytes that are held for one page that is open, and for all."""
UPLOAD = re.compile(r"/_stcore/upload_file/([^/]+)/[^/]+$")
TOO_LARGE, NO_ROOM = 413, 507
"""Statuses: more than one page may bring; more than there is room for at the moment."""


class UploadLimits:
    """ASGI middleware: an upload that would go beyond a limit ends in a sentence."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._coming: dict[int, tuple[str, int]] = {}
        """Uploads on their way: the page, and how many bytes have come or are announced."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; the bodies of uploads are counted."""
        found = UPLOAD.search(scope["path"]) if scope["type"] == "http" else None
        if found is None or scope["method"] != "PUT":
            await self.app(scope, receive, send)
            return
        page, upload = found[1], id(scope)
        announced, come = _announced(scope), 0
        self._coming[upload] = page, announced

        async def counted() -> Message:
            nonlocal come
            message = await receive()
            come += len(message.get("body", b""))
            self._coming[upload] = page, max(come, announced)
            if status := self._refused(page):
                raise HTTPException(status, await refusal(_code(status)))
            return message

        async def answered(message: Message) -> None:
            self._coming.pop(upload, None)  # what was kept is held by now
            await send(message)

        try:
            if status := self._refused(page):  # before any of it has come
                answer = PlainTextResponse(await refusal(_code(status)), status)
                await answer(scope, receive, send)
            else:
                await self.app(scope, counted, answered)
        finally:
            self._coming.pop(upload, None)

    def _refused(self, page: str) -> int:
        """The status with which an upload of the page ends; 0 where there is room."""
        held = held_uploads()
        of_page = held.get(page, 0) + sum(
            size for one, size in self._coming.values() if one == page
        )
        if of_page > OF_A_PAGE:
            return TOO_LARGE
        together = sum(held.values()) + sum(size for _, size in self._coming.values())
        return NO_ROOM if together > TOGETHER else 0


def held_uploads() -> Mapping[str, int]:
    """Bytes that Streamlit holds, by page; they go with the page."""
    if not runtime.exists():
        return {}
    manager: Any = runtime.get_instance().uploaded_file_mgr
    return {
        page: sum(len(file.data) for file in list(files.values()))
        for page, files in list(manager.file_storage.items())
    }


def _announced(scope: Scope) -> int:
    """The length that a request's header says."""
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return min(int(value[:20]), 2 * TOGETHER)
    return 0


def _code(status: int) -> str:
    return "uploads_too_many" if status == TOO_LARGE else "uploads_full"
