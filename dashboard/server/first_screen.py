"""What a browser shows before Streamlit's scripts are there: a page's outline, not a blank one.

They take a second to load and to begin, several on a slow machine or network, in which Streamlit
(1.67) shows nothing. There is no setting for it, so its page is added to on the way.
"""

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ROOT = b'<div id="root"></div>'
"""Of Streamlit's page; its scripts build all else in there."""
OUTLINE = b"""<style>
#first-screen { position: fixed; inset: 0; z-index: 1; pointer-events: none; background: #fff;
  padding: 1.1rem clamp(1rem, 3vw, 2.5rem); }
#first-screen i { display: block; border-radius: 0.5rem; background: #eff2f6; }
#first-screen i:nth-child(1) { width: 55%; height: 1.6rem; margin-bottom: 2rem; }
#first-screen i:nth-child(2) { width: min(28rem, 80%); height: 2.2rem; margin-bottom: 1rem; }
#first-screen i:nth-child(3) { width: min(46rem, 100%); height: 1.2rem; margin-bottom: 2rem; }
#first-screen i:nth-child(4) { height: 40vh; }
@media (prefers-color-scheme: dark) {
  #first-screen { background: #11161d; }
  #first-screen i { background: #1f2731; }
}
@media (scripting: none) { #first-screen { visibility: hidden; } }
</style>
<div id="first-screen" aria-hidden="true"><i></i><i></i><i></i><i></i></div>
<script>
(() => {
  const outline = document.getElementById("first-screen"), until = Date.now() + 60000;
  const there = "h1, .st-key-deck, .st-key-buttons, .stException, [role=alert], [role=dialog]";
  const look = setInterval(() => {
    if (!document.querySelector(there) && Date.now() < until) return;
    clearInterval(look);
    outline.previousElementSibling.remove();
    outline.remove();
  }, 30);
})();
</script>
"""
"""It rests: what moves takes time from the scripts. It goes once the page has a title, its charts
alone, or something to say; else by itself. A style
rule that looks whether it is there (``body:has(…)``) keeps Chromium from laying out charts anew."""
UNASKED = (b"accept-encoding", b"if-modified-since", b"if-none-match", b"range")
"""Headers of a request for a page that are not passed on: it comes whole and as text."""


class FirstScreen:
    """ASGI middleware: the page that a browser opens has ``OUTLINE`` before its scripts."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; HTML for a page's address is added to."""
        if not _is_page(scope):
            await self.app(scope, receive, send)
            return
        start: Message | None = None
        content = b""

        async def send_page(message: Message) -> None:
            nonlocal start, content
            if message["type"] == "http.response.start" and _is_html(message):
                start = message
                return
            if start is None:
                await send(message)
                return
            content += message.get("body", b"")
            if message.get("more_body"):
                return
            page = content.replace(ROOT, OUTLINE + ROOT, 1)
            headers = MutableHeaders(raw=start["headers"])
            headers["content-length"] = str(len(page))
            for name in ("etag", "last-modified"):  # they are those of Streamlit's file
                del headers[name]
            await send(start)
            await send({**message, "body": page})

        headers = [(name, value) for name, value in scope["headers"] if name not in UNASKED]
        await self.app({**scope, "headers": headers}, receive, send_page)


def _is_page(scope: Scope) -> bool:
    """Whether a browser opens an address; those of pages have no dot, those of files have."""
    return (
        scope["type"] == "http"
        and scope["method"] == "GET"
        and "text/html" in Headers(scope=scope).get("accept", "")
        and "." not in scope["path"].rpartition("/")[2]
    )


def _is_html(start: Message) -> bool:
    return Headers(raw=start["headers"]).get("content-type", "").startswith("text/html")
