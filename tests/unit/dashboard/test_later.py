"""Routes that are loaded after the server has begun to answer."""

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from dashboard.server import later, routes
from dashboard.server.gate import Gate


def elsewhere(request):
    return PlainTextResponse(request.path_params["path"])


@pytest.fixture
def client():
    app = Gate(Starlette(routes=[later.RoutesLater(), Route("/{path:path}", elsewhere)]))
    with TestClient(app, "http://localhost", client=("127.0.0.1", 5)) as client:
        yield client


def test_whoever_comes_first_waits_for_them_and_they_are_loaded_once(client, monkeypatch):
    loaded = []
    load = later.import_module
    monkeypatch.setattr(later, "import_module", lambda name: loaded.append(name) or load(name))

    for _ in range(2):
        assert client.get("/kd/static/live_plot.js").text.startswith("//")
    assert loaded == [routes.__name__]


@pytest.mark.parametrize(("path", "status"), [("/kd/nothing", 404), ("/kd/vote", 404)])
def test_what_is_no_route_is_not_found(client, path, status):
    assert client.get(path).status_code == status


def test_a_route_keeps_its_method(client):
    assert client.get("/kd/class/vote").status_code == 405


def test_other_paths_are_not_theirs(client):
    assert client.get("/kdx/live").text == "kdx/live"
