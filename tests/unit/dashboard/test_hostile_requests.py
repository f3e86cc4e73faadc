"""Whatever is sent to the routes is answered in one sentence, and a look writes nothing."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.testclient import TestClient
from support import events as make
from support.diagnoses import diagnosis
from support.recognition import record_recognition
from support.regressions import record_regression
from support.robustness import record_robustness
from support.runs import record
from support.searches import record_search, record_selection
from support.sweeps import record_sweep
from support.traps import TRAPS

from dashboard.charts import (
    OF_A_MOMENT,
    OF_A_REGRESSION,
    OF_A_ROBUSTNESS_TEST,
    OF_A_SEARCH,
    OF_A_SELECTION,
    OF_A_SWEEP,
    OF_ARRAYS,
    OF_CORRUPTED_IMAGES,
    OVER_TIME,
)
from dashboard.server import engine, routes
from dashboard.server.gate import Gate
from kdcore.hub import Hub
from kdcore.jobs.run.events import Snapshot
from kdcore.queries import QUERIES
from kdcore.store import Store

RUN = "20260101-000000-aaaa"
FIGURES = sorted(
    {
        *OF_A_MOMENT,
        *OF_A_ROBUSTNESS_TEST,
        *OF_A_REGRESSION,
        *OF_A_SEARCH,
        *OF_A_SELECTION,
        *OF_A_SWEEP,
        *OF_ARRAYS,
        *OF_CORRUPTED_IMAGES,
        *OVER_TIME,
    }
)
GETS = sorted(
    route.path.removeprefix("/kd/")
    for route in routes.ROUTES
    if "GET" in route.methods and "{" not in route.path and not route.path.endswith(("live", ".js"))
)
PARAMS = [
    "epoch",
    "at",
    "since",
    "bins",
    "bias",
    "calibrated",
    "coverage",
    "sets",
    "score",
    "size",
    "batch",
    "metric",
    "corruption",
    "curve",
    "lr",
    "method",
    "hidden",
    "guess",
    "viewer",
    "charts",
    "lang",
]
NUMBERS = ["nan", "inf", "-inf", "1e400", "-1", "0", "1e308", "9" * 400, "½", "0x1", " 1 ", "１"]
TEXTS = st.one_of(st.sampled_from([*TRAPS, *NUMBERS, "", "true", "ece", "0,0", "T=1"]), st.text())


@pytest.fixture(scope="module")
def jobs(tmp_path_factory):
    store = Store(tmp_path_factory.mktemp("requests") / "store")
    events = make.whole_run()
    snapshot = Snapshot(epoch=1, arrays=None, learners=diagnosis())
    record(store, RUN, [*events[:-1], snapshot, events[-1]])
    others = [
        make_job(store).id
        for make_job in (
            record_sweep,
            record_search,
            record_selection,
            record_robustness,
            record_recognition,
            record_regression,
        )
    ]
    return store, [RUN, *others]


@pytest.fixture(scope="module")
def client(jobs):
    store, _ = jobs
    hub = Hub(store)
    with engine.use(hub):
        yield TestClient(
            Gate(Starlette(routes=routes.ROUTES)), "http://localhost", client=("127.0.0.1", 5)
        )
    hub.close()


def contents(store):
    """All files of the store and above it, with their contents, but for the index."""
    return {
        path: path.read_bytes()
        for path in store.root.parent.rglob("*")
        if path.is_file() and not path.name.startswith("index.") and path.suffix != ".lock"
    }


def check(answer):
    """It is no error of the server, and says in one line what is wrong."""
    assert answer.status_code < 500
    if answer.status_code in (400, 404):
        said = answer.json()["error"]
        assert said
        assert "\n" not in said.strip()


@settings(max_examples=25)
@given(
    st.sampled_from([*GETS, *(f"figure/{name}" for name in FIGURES)]),
    st.integers(0, 5),
    st.dictionaries(st.sampled_from(PARAMS), TEXTS, min_size=1),
    TEXTS,
)
def test_any_parameters_are_answered_and_write_nothing(jobs, client, route, job, params, other):
    store, known = jobs
    before = contents(store)
    run = [*known, other][job]

    check(client.get(f"/kd/{route}", params=params | {"run": run}))
    assert contents(store) == before


@pytest.mark.parametrize("route", ["soft", "moment", "figure/calibration_table"])
@pytest.mark.parametrize("number", NUMBERS)
def test_any_number_is_answered(client, route, number):
    params = {"run": RUN, "since": number, "at": number, "epoch": number, "bias": number}

    assert client.get(f"/kd/{route}", params=params).status_code == 200


def test_a_cell_of_thousands_of_digits_is_no_job(jobs, client):
    _, known = jobs
    for job in known:
        answer = client.get("/kd/soft", params={"run": f"{job}.{'9' * 5000}"})
        assert (answer.status_code, answer.json()["code"]) == (404, "no_such_job")


JSON = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.sampled_from(TRAPS),
        st.text(max_size=20),
        st.just("\ud800"),
    ),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
FIELDS = [
    "query",
    "learners",
    "learner",
    "inputs",
    "side",
    "temperature",
    "lr",
    "layer",
    "units",
    "at",
    "position",
    "text",
    "id",
]
OBJECTS = st.dictionaries(st.sampled_from(FIELDS), JSON).flatmap(
    lambda found: st.sampled_from([*QUERIES, "?"]).map(lambda kind: {"query": kind} | found)
)
BODIES = st.one_of(
    OBJECTS.map(lambda values: json.dumps(values).encode()),
    JSON.map(lambda values: json.dumps(values).encode()),
    st.binary(),
    st.sampled_from(
        [b"[" * 100_000, b'{"a":' * 50_000, b"9" * 5_000, b"\xff\xfe", b"x" * 2_000_000]
    ),
)


@settings(max_examples=40)
@given(st.sampled_from(["ask", "note"]), st.one_of(st.just(RUN), TEXTS), BODIES)
def test_any_body_is_answered(client, route, run, body):
    kind = {"content-type": "application/json"}

    check(client.post(f"/kd/{route}", params={"run": run}, content=body, headers=kind))


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE"])
def test_no_route_takes_another_method(client, method):
    for route in routes.ROUTES:
        if method not in route.methods:
            path = route.path.replace("{name}", "x").replace("{token}", "x")
            assert client.request(method, path).status_code == 405
