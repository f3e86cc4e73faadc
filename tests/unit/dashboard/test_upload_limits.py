"""What pages may hold in memory: each, all together, announced or not."""

import asyncio
from types import SimpleNamespace

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from dashboard.server import upload_limits
from dashboard.server.upload_limits import UploadLimits, held_uploads
from dashboard.text.errors import in_all_languages

PATH = "/base/_stcore/upload_file"


@pytest.fixture
def manager(monkeypatch):
    """Streamlit's own, in a runtime of which nothing else is there."""
    manager = MemoryUploadedFileManager("/upload")
    running = SimpleNamespace(uploaded_file_mgr=manager)
    monkeypatch.setattr(upload_limits.runtime, "exists", lambda: True)
    monkeypatch.setattr(upload_limits.runtime, "get_instance", lambda: running)
    monkeypatch.setattr(upload_limits, "OF_A_PAGE", 1_000)
    monkeypatch.setattr(upload_limits, "TOGETHER", 1_500)
    return manager


@pytest.fixture
def client(manager):
    async def take(request):
        contents = await request.body()
        page, file = request.path_params["page"], request.path_params["file"]
        manager.add_file(page, UploadedFileRec(file, "x", "text/csv", contents))
        return PlainTextResponse("kept", 204)

    async def other(request):
        return PlainTextResponse(str(len(await request.body())))

    app = Starlette(
        routes=[
            Route(PATH + "/{page}/{file}", take, methods=["PUT"]),
            Route("/other", other, methods=["PUT", "POST"]),
        ]
    )
    return TestClient(UploadLimits(app))


def pieces(size):
    """A body whose length no header says."""
    for _ in range(size // 100):
        yield bytes(100)


@pytest.mark.parametrize("body", [bytes, pieces], ids=["announced", "in pieces"])
def test_a_page_that_brings_more_and_more_is_refused(client, manager, body):
    answers = [client.put(f"{PATH}/one/{at}", content=body(300)) for at in range(6)]

    assert [answer.status_code for answer in answers] == [204] * 3 + [413] * 3
    assert answers[-1].text == in_all_languages("uploads_too_many")
    assert held_uploads() == {"one": 900}


@pytest.mark.parametrize("body", [bytes, pieces], ids=["announced", "in pieces"])
def test_many_pages_together_are_refused_for_the_time_being(client, manager, body):
    codes = [client.put(f"{PATH}/{at}/file", content=body(400)).status_code for at in range(5)]
    assert codes == [204] * 3 + [507] * 2

    manager.remove_session_files("1")  # somebody closes a page
    assert client.put(f"{PATH}/5/file", content=body(400)).status_code == 204


def test_uploads_on_their_way_count_too(manager):
    """Two at once, neither of which is held yet."""
    waiting, sent = asyncio.Event(), []

    async def slow(scope, receive, send):
        await receive()
        await waiting.wait()
        await PlainTextResponse("kept", 204)(scope, receive, send)

    async def both():
        limits = UploadLimits(slow)

        async def put(page):
            scope = {"type": "http", "method": "PUT", "path": f"{PATH}/{page}/f", "headers": []}
            scope["headers"] = [(b"content-length", b"900")]

            async def receive():
                return {"type": "http.request", "body": bytes(900), "more_body": False}

            async def send(message):
                sent.append((page, message.get("status")))

            await limits(scope, receive, send)

        first = asyncio.create_task(put("one"))
        await asyncio.sleep(0)
        await put("two")
        waiting.set()
        await first
        assert limits._coming == {}

    asyncio.run(both())
    assert [status for _, status in sent if status] == [507, 204]
    assert sent[0][0] == "two"


def test_a_length_that_is_a_lie_refuses_or_changes_nothing(client):
    lie = {"content-length": "9" * 60}
    assert client.put(f"{PATH}/one/f", content=b"", headers=lie).status_code == 413


def test_nothing_else_is_counted(client):
    assert client.put("/other", content=bytes(9_000)).text == "9000"
    assert client.post("/other", content=bytes(9_000)).text == "9000"


def test_without_a_server_nothing_is_held():
    assert held_uploads() == {}
