"""The outline of a page that a browser shows before Streamlit's scripts are there."""

from pathlib import Path

import pytest
import streamlit
from starlette.applications import Starlette
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import FileResponse, PlainTextResponse, StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from dashboard.server.first_screen import OUTLINE, ROOT, FirstScreen

INDEX = Path(streamlit.__file__).parent / "static" / "index.html"
OPENED = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def index(request):
    return FileResponse(INDEX)


def parts(request):
    async def written():
        for part in INDEX.read_bytes().partition(b'id="root"'):
            yield part

    return StreamingResponse(written(), media_type="text/html")


def text(request):
    return PlainTextResponse(ROOT)


@pytest.fixture
def client():
    routes = [Route("/text", text), Route("/parts", parts), Route("/{path:path}", index)]
    return TestClient(FirstScreen(GZipMiddleware(Starlette(routes=routes))))


@pytest.mark.parametrize("path", ["/", "/live?run=a.b", "/parts"])
def test_streamlits_page_has_the_outline_once_before_its_root_and_is_else_as_it_was(client, path):
    answer = client.get(path, headers=OPENED)

    assert answer.content.replace(OUTLINE, b"") == INDEX.read_bytes()
    assert answer.content.count(OUTLINE + ROOT) == 1
    assert answer.headers["content-length"] == str(len(answer.content))


def test_a_page_that_the_browser_kept_is_asked_for_anew(client):
    plain = client.get("/index.html")
    again = client.get("/", headers=OPENED | {"If-None-Match": plain.headers["etag"]})

    assert again.status_code == 200
    assert "etag" not in again.headers
    assert "last-modified" not in again.headers


@pytest.mark.parametrize(
    ("path", "headers"),
    [("/media/report.html", OPENED), ("/", {"Accept": "*/*"}), ("/text", OPENED)],
)
def test_files_and_what_scripts_fetch_stay_as_they_are(client, path, headers):
    assert OUTLINE not in client.get(path, headers=headers).content
