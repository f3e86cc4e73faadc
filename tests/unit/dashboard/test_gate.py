"""The gate before the app and the routes behind it, by requests of a lecturer and of a follower."""

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect
from support import events as make
from support.runs import record

from dashboard.server import engine, gate, routes, sharing
from dashboard.server.gate import Gate
from kdcore.hub import Hub
from kdcore.store import Store

RUN = "20260101-000000-aaaa"
HERE, ELSEWHERE = ("127.0.0.1", 50000), ("192.168.1.7", 50000)
NOTE = {"json": {"position": 0.5, "text": "look"}, "params": {"run": RUN}}


def reached(request):
    return PlainTextResponse("reached")


async def connection(socket):
    await socket.accept()
    await socket.receive()  # until it is closed


ANY = ["GET", "PUT", "DELETE", "OPTIONS"]
OTHERS = [
    Route("/_stcore/upload_file/{session}/{file}", reached, methods=ANY),
    Route("/base/_stcore/upload_file/{session}/{file}", reached, methods=ANY),
    *(Route(f"/{path}", reached, methods=ANY) for path in ("_stcore/metrics", "_stcore/health")),
    Route("/", reached),
    WebSocketRoute("/_stcore/stream", connection),
]


@pytest.fixture
def store(tmp_path):
    hub = Hub(Store(tmp_path / "store"))
    with engine.use(hub):
        record(hub.store, RUN, make.whole_run())
        yield hub.store
    hub.close()


@pytest.fixture
def browser(store, monkeypatch):
    """``browser(ELSEWHERE, host)``: a browser of the shared app; its cookies are its own."""
    monkeypatch.setenv(sharing.SHARE, "1")
    app = Gate(Starlette(routes=[*routes.ROUTES, *OTHERS]))

    def browser(address=ELSEWHERE, host="http://192.168.1.2:8501"):
        return TestClient(app, host, client=address, follow_redirects=False)

    return browser


@pytest.fixture
def follower(browser):
    return browser()


@pytest.fixture
def lecturer(browser):
    opened = browser()
    opened.get(f"/kd/lecturer/{sharing.token()}")
    return opened


def test_a_follower_looks_and_asks_and_writes_nothing(follower, store):
    assert follower.get("/kd/moment", params={"run": RUN}).status_code == 200
    asked = follower.post("/kd/ask", json={"query": "layers"}, params={"run": RUN})
    assert asked.json()["code"] == "no_weights"  # it came as far as the hub
    refused = follower.post("/kd/note", **NOTE)

    assert (refused.status_code, refused.json()["code"]) == (403, "lecturer_only")
    assert store.pinned(RUN) == []


def test_the_lecturers_link_gives_the_right_and_leaves_the_address(browser, store):
    opened = browser()
    answer = opened.get(f"/kd/lecturer/{sharing.token()}")
    cookie = answer.headers["set-cookie"].lower()

    assert (answer.status_code, answer.headers["location"]) == (303, "../../")
    assert sharing.token() not in answer.headers["location"]
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert opened.post("/kd/note", **NOTE).status_code == 200
    assert len(store.pinned(RUN)) == 1


def test_over_tls_the_cookie_goes_over_tls_alone(browser):
    answer = browser(host="https://kd.example").get(f"/kd/lecturer/{sharing.token()}")

    assert "secure" in answer.headers["set-cookie"].lower()


@pytest.mark.parametrize("token", ["x", "é", "%00", "A" * 5000])
def test_a_wrong_link_gives_nothing_and_says_so_in_both_languages(follower, token):
    answer = follower.get(f"/kd/lecturer/{token}")

    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    assert "--share" in answer.text
    assert "老师链接" in answer.text


def test_the_lecturers_link_is_nothing_where_the_app_is_not_shared(browser, monkeypatch):
    monkeypatch.setenv(sharing.SHARE, "0")

    assert browser(HERE).get(f"/kd/lecturer/{sharing.token()}").status_code == 403


def test_a_restarted_server_knows_the_lecturers_browser(lecturer):
    sharing._token_in.cache_clear()

    assert lecturer.post("/kd/note", **NOTE).status_code == 200


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
@pytest.mark.parametrize("base", ["", "/base"])
def test_only_the_lecturer_uploads(follower, lecturer, method, base):
    path = f"{base}/_stcore/upload_file/a-session/a-file"
    refused = follower.request(method, path, content=b"x" * 1000)

    assert refused.status_code == 403
    assert "reached" not in refused.text
    assert lecturer.request(method, path).text == "reached"
    assert follower.options(path).text == "reached"


def test_measures_of_the_server_are_the_lecturers_and_its_health_is_everyones(follower, lecturer):
    assert follower.get("/_stcore/metrics").status_code == 403
    assert follower.post("/_stcore/agent/interact").status_code == 403
    assert lecturer.get("/_stcore/metrics").text == "reached"
    assert follower.get("/_stcore/health").text == "reached"


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "127.0.0.1"},
        {"Forwarded": "for=127.0.0.1"},
        {"Via": "1.1 proxy"},
        {"X-Real-IP": "127.0.0.1"},
        {"Host": "kd.example"},
    ],
)
def test_a_proxy_of_this_machine_makes_nobody_the_lecturer(browser, headers):
    opened = browser(HERE, "http://localhost:8501")

    assert opened.post("/kd/note", **NOTE, headers=headers).status_code == 403
    assert opened.post("/kd/note", **NOTE).status_code == 200


def test_a_page_may_fetch_from_the_app_alone(follower):
    for path in ("/", "/kd/static/bus.js", "/_stcore/metrics"):
        answer = follower.get(path)
        policy = dict(part.split(" ", 1) for part in answer.headers[POLICY].split("; "))

        assert policy["default-src"] == "'self'"
        assert policy["img-src"] == "'self' data: blob:"
        assert policy["connect-src"].endswith("ws://192.168.1.2:8501 wss://192.168.1.2:8501")
        assert "http:" not in answer.headers[POLICY].replace("ws://", "").replace("wss://", "")
        assert answer.headers["x-content-type-options"] == "nosniff"


POLICY = "content-security-policy"


@pytest.mark.parametrize("host", ["evil.example; img-src *", "a b", "x\"'", "*"])
def test_no_name_of_a_host_loosens_the_policy(browser, host):
    answer = browser().get("/", headers={"Host": host})

    assert answer.headers[POLICY].count("img-src") == 1
    assert "*" not in answer.headers[POLICY]


def test_pages_of_followers_are_counted_while_they_are_open(follower, lecturer):
    page = "ws://192.168.1.2:8501/_stcore/stream"
    with (
        follower.websocket_connect(page),
        follower.websocket_connect(page),
        lecturer.websocket_connect(page),
    ):
        assert gate.followers() == 2
    assert gate.followers() == 0


def test_no_more_pages_are_open_than_there_is_room_for_and_the_lecturers_always_is(
    follower, lecturer, monkeypatch
):
    monkeypatch.setattr(gate, "MOST_PAGES", 1)
    page = "ws://192.168.1.2:8501/_stcore/stream"
    with follower.websocket_connect(page), lecturer.websocket_connect(page):
        with pytest.raises(WebSocketDisconnect), follower.websocket_connect(page):
            pass
        assert gate.followers() == 1
    with follower.websocket_connect(page):
        assert gate.followers() == 1


def test_a_follower_sees_no_more_streams_than_there_is_room_for(follower, monkeypatch):
    monkeypatch.setattr(routes, "MOST_VIEWERS", 0)
    answer = follower.get("/kd/live", params={"run": RUN})

    assert (answer.status_code, answer.json()["code"]) == (503, "class_full")
