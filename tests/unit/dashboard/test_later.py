"""Routes that are loaded after the server has begun to answer."""

import asyncio
import threading

import httpx
import pytest
from anyio import to_thread
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from support import events as make
from support.runs import record

from dashboard.server import engine, later, refusals, sharing
from dashboard.server.gate import Gate
from kdcore.hub import Hub
from kdcore.store import Store

RUN = "20260101-000000-aaaa"
A_CLASS = 60
"""More than there are threads that answer."""


def elsewhere(request):
    return PlainTextResponse(request.path_params["path"])


@pytest.fixture(autouse=True)
def store(tmp_path):
    hub = Hub(Store(tmp_path / "store"))
    with engine.use(hub):
        yield hub.store
    hub.close()


@pytest.fixture
def app():
    return Gate(Starlette(routes=[later.RoutesLater(), Route("/{path:path}", elsewhere)]))


@pytest.fixture
def client(app):
    with TestClient(app, "http://localhost", client=("127.0.0.1", 5)) as client:
        yield client


class Loading:
    """What is loaded, once somebody lets it; the first times it may fail."""

    def __init__(self, monkeypatch, failures=0):
        self.times, self.failures = 0, failures
        self.may_end = threading.Event()
        self._import = later.import_module
        monkeypatch.setattr(later, "import_module", self)

    def __call__(self, name):
        if name == later.ROUTES:
            self.times += 1
            assert self.may_end.wait(60)
            if self.times <= self.failures:
                raise ImportError(name)
        return self._import(name)


def browsers(app, address, host="http://192.168.1.2:8501", **given):
    """A client in this event loop."""
    transport = httpx.ASGITransport(app, client=(address, 50000))
    return httpx.AsyncClient(transport=transport, base_url=host, **given)


def test_a_class_that_comes_first_waits_without_threads_for_what_is_loaded_once(app, monkeypatch):
    loading = Loading(monkeypatch)

    async def all_come():
        async with browsers(app, "127.0.0.1", "http://localhost") as class_:
            path = "/kd/static/live_plot.js"
            waiting = [asyncio.create_task(class_.get(path)) for _ in range(A_CLASS)]
            while not loading.times:
                await asyncio.sleep(0)
            await asyncio.sleep(0.05)
            threads = to_thread.current_default_thread_limiter().borrowed_tokens
            other = await class_.get("/another/page")  # a thread answers it
            ended = sum(task.done() for task in waiting)
            loading.may_end.set()
            return threads, other.text, ended, await asyncio.gather(*waiting)

    threads, other, ended, answers = asyncio.run(all_come())

    assert (threads, other, ended) == (1, "another/page", 0)
    assert {answer.text[:2] for answer in answers} == {"//"}
    assert loading.times == 1


def test_whoever_goes_away_takes_nothing_from_the_others(app, monkeypatch):
    loading = Loading(monkeypatch)

    async def two_come_and_one_goes():
        async with browsers(app, "127.0.0.1", "http://localhost") as both:
            first, second = (
                asyncio.create_task(both.get("/kd/static/live_plot.js")) for _ in range(2)
            )
            while not loading.times:
                await asyncio.sleep(0)
            first.cancel()
            await asyncio.sleep(0.01)
            loading.may_end.set()
            return (await second).status_code

    assert asyncio.run(two_come_and_one_goes()) == 200


def test_what_could_not_be_loaded_is_tried_again(app, monkeypatch):
    loading = Loading(monkeypatch, failures=1)
    loading.may_end.set()
    with TestClient(app, "http://localhost", client=("127.0.0.1", 5)) as client:
        with pytest.raises(ImportError):
            client.get("/kd/static/live_plot.js")
        assert client.get("/kd/static/live_plot.js").status_code == 200


def test_who_follows_a_class_may_do_no_more_while_it_is_loaded(app, store, monkeypatch):
    monkeypatch.setenv(sharing.SHARE, "1")
    record(store, RUN, make.whole_run())
    loading = Loading(monkeypatch)
    note = {"json": {"position": 0.5, "text": "look"}, "params": {"run": RUN}}
    steer = {"json": {"act": "lock", "on": True}}

    async def all_come():
        cookies = {sharing.cookie_name(): sharing.token()}
        async with (
            browsers(app, "192.168.1.7") as follower,
            browsers(app, "192.168.1.8", cookies=cookies) as lecturer,
        ):
            asked = [
                lecturer.post("/kd/class/look", json={"call": True}),  # whose right none inherits
                follower.post("/kd/note", **note),
                follower.post("/kd/class/steer", **steer),
                follower.get("/kd/moment", params={"run": RUN}),
                lecturer.post("/kd/note", **note),
            ]
            tasks = [asyncio.create_task(one) for one in asked]
            while not loading.times:
                await asyncio.sleep(0)
            refused = await follower.put("/_stcore/upload_file/page/file", content=b"x")
            loading.may_end.set()
            return refused, await asyncio.gather(*tasks)

    refused, answers = asyncio.run(all_come())

    assert refused.status_code == 403
    assert [answer.status_code for answer in answers] == [200, 403, 403, 200, 200]
    assert [answers[at].json()["code"] for at in (1, 2)] == ["lecturer_only"] * 2
    assert len(store.pinned(RUN)) == 1


def test_who_is_refused_hears_it_from_a_thread(monkeypatch):
    said_in = []
    monkeypatch.setattr(refusals, "_said", lambda code: said_in.append(threading.get_ident()))
    asyncio.run(refusals.refusal("lecturer_only"))

    assert said_in != [threading.get_ident()]


@pytest.mark.parametrize(("path", "status"), [("/kd/nothing", 404), ("/kd/vote", 404)])
def test_what_is_no_route_is_not_found(client, path, status):
    assert client.get(path).status_code == status


def test_a_route_keeps_its_method(client):
    assert client.get("/kd/class/vote").status_code == 405


def test_other_paths_are_not_theirs(client):
    assert client.get("/kdx/live").text == "kdx/live"


def test_a_class_is_read_in_a_thread(app, monkeypatch):
    from dashboard.server import classroom as room  # noqa: PLC0415
    from dashboard.server import routes  # noqa: PLC0415

    monkeypatch.setattr(room, "_rooms", {})
    reading, opened = [], routes.classroom
    monkeypatch.setattr(
        routes, "classroom", lambda: reading.append(threading.current_thread()) or opened()
    )

    async def hands():
        async with browsers(app, "127.0.0.1", "http://localhost") as browser:
            sent = {"browser": "0123456789abcdef", "up": True}
            answers = [await browser.post("/kd/class/hand", json=sent) for _ in range(2)]
            return threading.current_thread(), [answer.status_code for answer in answers]

    loop, statuses = asyncio.run(hands())
    assert len(reading) == 1
    assert reading[0] is not loop
    assert len(set(statuses)) == 1
