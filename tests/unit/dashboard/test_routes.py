"""The routes beside the pages, over a store in a temporary folder."""

import asyncio
import base64
import json
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import asdict
from threading import BoundedSemaphore, Event

import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from support import events as make
from support.diagnoses import diagnosis
from support.recognition import record_recognition
from support.regressions import record_regression
from support.robustness import record_robustness
from support.runs import record
from support.searches import OPTUNA, record_search, record_selection

from dashboard.charts import (
    OF_A_MOMENT,
    OF_A_RECOGNITION,
    OF_A_REGRESSION,
    OF_A_ROBUSTNESS_TEST,
    OF_A_SEARCH,
    OF_A_SELECTION,
    OF_AN_UTTERANCE,
    OF_CORRUPTED_IMAGES,
    OVER_TIME,
)
from dashboard.server import engine, questions, routes, search_figures, shared_records, stream
from dashboard.server.encoding import json_text
from dashboard.server.gate import Gate
from dashboard.text.languages import words
from kdcore.errors import UserError
from kdcore.hub import Hub
from kdcore.jobs.compression.config import CompressionConfig
from kdcore.jobs.recipe.config import RecipeConfig
from kdcore.jobs.robustness.config import RobustnessConfig
from kdcore.jobs.run.config import RunConfig
from kdcore.jobs.run.events import Finished, Snapshot
from kdcore.jobs.run.record import RunRecord
from kdcore.jobs.search.config import SearchConfig
from kdcore.jobs.sweep.config import SweepConfig
from kdcore.jobs.teacher_selection.config import TeacherSelectionConfig
from kdcore.queries import Logits, Predict
from kdcore.store import Store, log, packed
from kdcore.store.files import write_whole

JOBS = [
    RunConfig(),
    SweepConfig(),
    SearchConfig(),
    TeacherSelectionConfig(teachers=("mlp:8", "mlp:16")),
    CompressionConfig(),
    RobustnessConfig(),
    RecipeConfig(),
]
RUN = "20260101-000000-aaaa"


@pytest.fixture
def store(tmp_path):
    hub = Hub(Store(tmp_path / "store"))
    with engine.use(hub):
        yield hub.store
    hub.close()


@pytest.fixture
def client(store):
    app = Gate(Starlette(routes=routes.ROUTES))
    with TestClient(app, "http://localhost", client=("127.0.0.1", 50000)) as client:
        yield client


@pytest.fixture
def run(store):
    events = make.whole_run()
    prepared = make.prepared()
    values = {name: getattr(prepared, name) for name in prepared.__slots__}
    events[3] = type(prepared)(**values | {"arrays": "prepared.safetensors"})
    events.insert(4, Snapshot(epoch=0, arrays="snapshot-0000.safetensors", learners=diagnosis()))
    folder = record(store, RUN, events)
    folder.write(
        "snapshot-0000.safetensors",
        packed({"plain_watched": np.arange(60, dtype=np.float32).reshape(6, 10)}),
    )
    return RUN


def test_scripts_and_nothing_else_are_served(client):
    script = client.get("/kd/static/bus.js")

    assert script.status_code == 200
    assert script.headers["content-type"].startswith("text/javascript")
    for name in ("nothing.js", "..%2fapp.py", "secret.txt", "component.js", "__init__.py"):
        assert client.get(f"/kd/static/{name}").status_code == 404


def test_what_a_lesson_names_is_measured_on_the_run_that_is_asked_for(client, run):
    found = client.get("/kd/measures", params={"run": run}).json()
    plain, distilled = (make.epoch().students[name] for name in ("plain", "distilled"))

    assert found["gain"]["value"] == pytest.approx(
        100 * (distilled.test_accuracy - plain.test_accuracy)
    )
    assert "telling_entropy_t1" in found
    assert "gradient_t1" not in found  # no answers of the distilled student are in the store
    assert client.get("/kd/measures", params={"run": "nothing"}).status_code == 404


def test_a_job_that_is_no_run_is_not_measured_for_a_lesson(client, store):
    sweep = store.create(SweepConfig()).id

    assert client.get("/kd/measures", params={"run": sweep}).status_code == 404


def test_plotly_comes_from_the_installed_package(client):
    answer = client.get("/kd/plotly.min.js")

    assert answer.headers["content-encoding"] == "gzip"
    assert "plotly.js" in answer.text[:300]


@pytest.mark.parametrize("name", [*OVER_TIME, *OF_A_MOMENT])
def test_every_chart_can_be_fetched(client, run, name):
    answer = client.get(f"/kd/figure/{name}", params={"run": run, "epoch": 0, "lang": "zh"})

    assert answer.status_code == 200
    assert {"data", "table", "empty"} & answer.json().keys()


@pytest.mark.parametrize("path", ["figure/accuracy", "live", "soft"])
def test_an_unknown_run_is_said_in_one_sentence(client, path):
    answer = client.get(f"/kd/{path}", params={"run": "nothing"})

    assert answer.status_code == 404
    assert "nothing" in answer.json()["error"]


@pytest.mark.parametrize("name", OF_A_REGRESSION)
def test_every_chart_of_a_regression_can_be_fetched(client, store, name):
    job = record_regression(store).id
    answer = client.get(f"/kd/figure/{name}", params={"run": job, "lang": "zh"})

    assert answer.status_code == 200
    assert {"data", "table"} & answer.json().keys()


@pytest.mark.parametrize("name", [*OF_A_ROBUSTNESS_TEST, *OF_CORRUPTED_IMAGES])
def test_every_chart_of_a_robustness_test_can_be_fetched(client, store, name):
    test = record_robustness(store).id
    asked = {"run": test, "metric": "ece", "corruption": "blur", "lang": "zh"}
    answer = client.get(f"/kd/figure/{name}", params=asked)

    assert answer.status_code == 200
    assert {"data", "table"} & answer.json().keys()
    asked["corruption"] = "nothing"
    assert client.get(f"/kd/figure/{name}", params=asked).status_code == 200


@pytest.mark.parametrize("name", [*OF_A_RECOGNITION, *OF_AN_UTTERANCE])
def test_every_chart_of_a_recognition_can_be_fetched(client, store, name):
    job = record_recognition(store).id
    asked = {"run": job, "utterance": "1", "epoch": "1", "lang": "zh"}

    for utterance, epoch in (("1", "1"), ("99", "x"), ("-1", "1e9")):
        asked |= {"utterance": utterance, "epoch": epoch}
        answer = client.get(f"/kd/figure/{name}", params=asked)
        assert answer.status_code == 200
        assert answer.json()["data"]


def test_an_unknown_chart_is_not_found(client, run):
    assert client.get("/kd/figure/pie", params={"run": run}).status_code == 404


def test_soft_labels_come_once_and_then_what_is_new(client, run):
    first = client.get("/kd/soft", params={"run": run, "since": -1}).json()
    assert first["kind"] == "image"
    sent = first["arrays"]["images"]
    images = np.frombuffer(base64.b64decode(sent["data"]), sent["dtype"]).reshape(sent["shape"])
    logits = np.frombuffer(base64.b64decode(first["snapshots"][0]["plain"]), "<f4")

    assert images.shape == (6, 8, 8, 1)
    assert logits.tolist() == list(range(60))
    later = client.get("/kd/soft", params={"run": run, "since": 0}).json()
    assert "arrays" not in later
    assert later["snapshots"] == []


def test_what_was_generated_is_drawn_from_the_snapshots_arrays(client, store, run):
    made = {"made_inputs": np.zeros((2, 8, 8, 1), np.uint8)} | dict.fromkeys(
        ("made_teacher", "made_student"), np.zeros((2, 10), np.float32)
    )
    ask = {"run": run, "epoch": 0}
    assert "empty" in client.get("/kd/figure/generated", params=ask).json()

    folder = store.find(run)
    plain = {"plain_watched": np.zeros((6, 10), np.float32)}
    folder.write("snapshot-0000.safetensors", packed(plain | made))
    figure = client.get("/kd/figure/generated", params=ask).json()

    assert len(figure["layout"]["images"]) == 2
    told = client.get("/kd/soft", params={"run": run}).json()["snapshots"][0]
    assert told.keys() == {"epoch", "plain"}


def test_before_the_first_snapshot_nothing_was_generated(client, store):
    record(store, RUN, [make.started(), make.prepared()])

    assert "empty" in client.get("/kd/figure/generated", params={"run": RUN}).json()


def finished(coroutine):
    """The coroutine's answer, from a thread of its own: a browser test may hold this one's loop."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


def first_messages(messages, count):
    """The first messages of a stream as (event, values)."""

    async def listen():
        found = []
        async for text in messages:
            kind, _, data = text.partition("\n")
            found.append((kind.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
            if len(found) == count:
                break
        await messages.aclose()
        return found

    return finished(listen())


def test_a_new_viewer_gets_every_chart_the_state_and_the_notes(store, run):
    found = first_messages(stream.Stream(run, "en").messages(), len(OVER_TIME) + 2)

    assert [values["name"] for kind, values in found if kind == "figure"] == list(OVER_TIME)
    state = found[-2][1]
    assert (state["state"], state["live"], state["snapshots"]) == ("finished", False, [0])
    assert found[-1] == ("notes", [])


def test_only_the_charts_that_somebody_shows_are_drawn(store, run):
    watched = stream.Stream(run, "en")

    async def look():
        messages = watched.messages("a", {"losses"})
        first = [await anext(messages) for _ in range(3)]
        watched.show("a", {"losses", "accuracy"})
        later = await anext(messages)
        watched.show("a", set())
        await asyncio.sleep(0.2)
        drawn = set(watched._figures)
        await messages.aclose()
        return [text.partition("\n")[2] for text in (*first, later)], drawn

    (losses, state, _, accuracy), drawn = finished(look())
    assert '"name":"losses"' in losses
    assert '"state":"finished"' in state
    assert '"name":"accuracy"' in accuracy
    assert drawn == set()
    assert watched._viewers == []


def test_charts_that_are_shown_while_a_viewer_still_waits_for_the_state_are_drawn(
    store, run, monkeypatch
):
    watched = stream.Stream(run, "en")
    begun, go_on = Event(), Event()
    draw = watched._draw

    def slowly():
        begun.set()
        assert go_on.wait(30)
        return draw()

    monkeypatch.setattr(watched, "_draw", slowly)

    async def look():
        before = watched.messages("a", set())  # a connection that is lost just then
        waiting = asyncio.create_task(anext(before))
        assert await asyncio.to_thread(begun.wait, 30)
        messages = watched.messages("a", set())
        first = asyncio.create_task(anext(messages))
        await asyncio.sleep(0)
        watched.show("a", {"losses"})
        go_on.set()
        await waiting
        await before.aclose()
        found = [await first]
        while '"name":"losses"' not in found[-1]:
            found.append(await asyncio.wait_for(anext(messages), 10))
        await messages.aclose()
        return len(found)

    assert finished(look()) <= 2
    assert watched._viewers == []


def test_a_viewer_says_which_charts_it_shows(client, store, run, monkeypatch):
    watched = stream.stream_of(run, "en")
    asked = {"run": run, "lang": "en", "viewer": "b", "charts": "losses,nonsense"}

    async def look():
        messages = watched.messages("b", set())
        await anext(messages)
        answer = await asyncio.to_thread(client.get, "/kd/charts", params=asked)
        shown = {viewer.name: viewer.charts for viewer in watched._viewers}
        await messages.aclose()
        return answer.json(), shown

    assert client.get("/kd/charts", params=asked).json() == {"connected": False}
    assert watched._viewers == [], "nobody is connected"
    assert finished(look()) == ({"connected": True}, {"b": {"losses"}})


def test_a_viewer_that_gets_the_whole_state_gets_nothing_older_after_it(store, run):
    watched = stream.Stream(run, "en")

    async def look():
        messages = watched.messages("a", {"losses"})
        found = [await anext(messages) for _ in range(3)]
        (viewer,) = watched._viewers
        for number in range(stream.QUEUE + 2):  # the last two wait behind the whole state
            viewer.put(f"old {number}")
        found += [await anext(messages) for _ in range(3)]
        viewer.put("new")
        found.append(await anext(messages))
        viewer.put("old")
        for _ in range(stream.QUEUE):
            viewer.put("old")
        watched.end()
        return found, [text async for text in messages]

    (*found, new), rest = finished(look())
    assert found[3:] == found[:3]
    assert new == "new"
    assert rest == []


def test_a_job_that_ends_while_it_is_looked_at_is_shown_with_all_its_events(
    store, run, monkeypatch
):
    watched = stream.Stream(run, "en")
    states = ["running"]
    monkeypatch.setattr(Hub, "state", lambda _, job: states[-1])
    newest = watched._shared.newest

    def ends_behind():
        found = newest()
        states.append("finished")
        return found

    monkeypatch.setattr(watched._shared, "newest", ends_behind)
    _, state, _ = watched._draw()

    assert (state["state"], state["live"]) == ("running", True), "it is looked at again soon"


def test_a_record_is_read_anew_once_the_log_was_cut_and_not_before(store, run, monkeypatch):
    shared = shared_records.shared_record(run)
    folder = store.find(run)
    events = folder.events()
    looked = []

    def newest():
        with shared.lock:
            return shared.newest().folded

    def write(path, contents, **how):
        looked.append(newest())  # what comes after the checkpoint is set aside by now
        write_whole(path, contents, **how)

    assert newest() == len(events)
    monkeypatch.setattr(log, "write_whole", write)
    folder.cut(3)

    assert looked == [len(events)]
    assert newest() == 3


@pytest.mark.parametrize("config", JOBS, ids=lambda config: type(config).__name__)
def test_every_kind_of_job_says_where_it_stands(store, config):
    folder = store.create(config)
    folder.append(
        Finished(
            run=folder.id, stopped=False, epochs=0, step=0, teacher=None, students={}, seconds=0.0
        )
    )
    folder.release()
    charts = len(OVER_TIME) if isinstance(config, RunConfig) else 0
    kind, state = first_messages(stream.Stream(folder.id, "en").messages(), charts + 1)[-1]

    assert (kind, state["state"], state["live"]) == ("state", "finished", False)


def test_a_job_has_no_chart_of_another_kind(client, store):
    for config in JOBS[1:]:
        job = store.create(config).id

        assert client.get("/kd/figure/accuracy", params={"run": job}).status_code == 404
    assert client.get("/kd/figure/search_history", params={"run": job}).status_code == 404


@pytest.mark.parametrize("name", OF_A_SELECTION)
def test_the_charts_of_a_selection_can_be_fetched(client, store, name):
    answer = client.get(f"/kd/figure/{name}", params={"run": record_selection(store).id})

    assert {"data", "table"} & answer.json().keys()


@pytest.mark.parametrize("name", OF_A_SEARCH)
def test_the_charts_of_a_search_are_drawn_from_what_optuna_draws(client, store, name, monkeypatch):
    asked = []
    monkeypatch.setattr(search_figures, "_draw", lambda folder: asked.append(folder) or OPTUNA)
    folder = record_search(store)
    for _ in range(2):
        answer = client.get(f"/kd/figure/{name}", params={"run": folder.id, "lang": "zh"})

        assert answer.json()["data"]
    assert asked == [folder.path]


def test_a_search_whose_trials_are_lost_says_so(client, store):
    answer = client.get("/kd/figure/search_history", params={"run": record_search(store).id})

    assert answer.json() == {"empty": words("en")["chart.empty.study"]}


def test_figures_are_drawn_anew_for_a_new_trial_but_not_too_often(store, monkeypatch):
    drawn = []
    monkeypatch.setattr(search_figures, "_draw", lambda folder: drawn.append(folder) or OPTUNA)
    search = record_search(store).id
    for trials in (2, 2, 3):
        search_figures.search_figures(search, trials)
    assert len(drawn) == 2

    monkeypatch.setattr(search_figures, "is_live", lambda job: True)
    search_figures.search_figures(search, 4)
    assert len(drawn) == 2
    monkeypatch.setattr(search_figures, "REST", 0.0)
    search_figures.search_figures(search, 4)
    assert len(drawn) == 3


def test_a_search_that_has_ended_is_not_shown_as_it_was_before_its_last_trials(
    client, store, monkeypatch
):
    earlier = deepcopy(OPTUNA)
    earlier["history"]["data"][0]["y"] = [0.5]
    studies = iter([earlier, OPTUNA])
    monkeypatch.setattr(search_figures, "_draw", lambda folder: next(studies))
    search = record_search(store).id
    search_figures.search_figures(search, 1)

    def heights():
        answer = client.get("/kd/figure/search_history", params={"run": search})
        return answer.json()["data"][0]["y"]

    with monkeypatch.context() as patched:  # its end comes while the chart is drawn
        patched.setattr(search_figures, "is_live", lambda job: True)
        assert heights() == [0.5]
    assert heights() == OPTUNA["history"]["data"][0]["y"]


def test_who_waits_for_a_slow_chart_keeps_nobody_else_waiting(client, store, run, monkeypatch):
    """More ask for a chart of a search than there are threads; a run's moment is told meanwhile."""
    goes_on = Event()
    monkeypatch.setattr(search_figures, "_draw", lambda folder: goes_on.wait(30) and OPTUNA)
    search = record_search(store).id
    with ThreadPoolExecutor(60) as browsers:
        asked = [
            browsers.submit(client.get, "/kd/figure/search_history", params={"run": search})
            for _ in range(60)
        ]
        try:
            assert client.get("/kd/moment", params={"run": run}).status_code == 200
            assert not any(answer.done() for answer in asked)
        finally:
            goes_on.set()
        assert {answer.result().status_code for answer in asked} == {200}


def test_what_is_drawn_of_a_branch_follows_its_parent(store, run):
    shared = shared_records.shared_record(run)
    with shared.lock:
        shared.newest().parent = parent = RunRecord()

    def drawn():
        return shared.drawn("parent", lambda record: {"events": record.parent.folded})

    assert drawn() == json_text({"events": 0})
    parent.fold(make.whole_run())
    assert drawn() == json_text({"events": len(make.whole_run())})


def test_nobody_waits_for_what_a_damaged_run_will_not_say(client, store):
    damaged = store.create(RunConfig(), RUN)
    (damaged.path / "config.json").write_bytes(b"")
    answer = client.get("/kd/live", params={"run": RUN})

    assert answer.status_code == 404
    assert RUN in answer.json()["error"]


def test_the_stream_of_a_deleted_run_ends(store, run, monkeypatch):
    monkeypatch.setattr(stream, "REST", 0.01)

    async def follow():
        count = 0
        async for _ in stream.Stream(run, "en").messages():
            count += 1
            if count == len(OVER_TIME) + 2:
                store.delete(run)
        return count

    assert finished(asyncio.wait_for(follow(), 30)) == len(OVER_TIME) + 2


def test_streams_and_histories_of_hundreds_of_runs_do_not_stay(store, run, monkeypatch):
    monkeypatch.setattr(stream, "REST", 0.01)
    runs = [
        record(store, f"20260102-{number:06d}-aaaa", [make.started()]).id for number in range(100)
    ]

    async def look_at_all():
        watched = stream.stream_of(run, "en").messages()
        await anext(watched)
        for one in runs:
            messages = stream.stream_of(one, "en").messages()
            await anext(messages)
            await messages.aclose()
        shared = shared_records.shared_record(run)
        await asyncio.sleep(0.5)
        kept = [
            sum(root == store.root for root, *_ in shared)
            for shared in (stream._streams, shared_records._all)
        ]
        assert stream.stream_of(run, "en")._shared is shared
        await watched.aclose()
        return kept

    streams, histories = finished(look_at_all())
    assert streams == 1
    assert histories <= shared_records.KEPT + 1


def test_what_is_new_is_appended_for_everybody(store, monkeypatch):
    monkeypatch.setattr(stream, "REST", 0.01)
    folder = record(store, RUN, [make.started(epochs=2), make.prepared(), make.batch(1, 0.1)])
    shared = stream.Stream(RUN, "en")

    async def follow():
        viewers = [shared.messages() for _ in range(2)]
        for viewer in viewers:
            for _ in range(len(OVER_TIME) + 2):
                await anext(viewer)
        folder.append(make.batch(2, 0.2))
        folder.release()
        news = [await asyncio.wait_for(anext(viewer), 10) for viewer in viewers]
        for viewer in viewers:
            await viewer.aclose()
        return news

    one, other = finished(follow())

    assert one == other
    names, values = zip(*map(event_of, one.strip().split("\n\n")), strict=True)
    assert names[-1] == "state"  # all that is new in one piece
    assert len(names) > 2
    assert values[0]["append"][0]["x"] == [0.2]


def event_of(text):
    name, data = text.split("\n")
    return name.removeprefix("event: "), json.loads(data.removeprefix("data: "))


def ask(client, run, body, kind="application/json"):
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post("/kd/ask", params={"run": run}, content=text, headers={"content-type": kind})


def test_a_question_is_passed_to_the_hub_and_its_answer_comes_back(client, store, run, monkeypatch):
    answer = Logits(epoch=None, classes=["a", "b"], logits={"plain": [[0.5, float("inf")]]})
    asked = []
    monkeypatch.setattr(
        Hub, "ask", lambda _, run, query, *how: asked.append((run, query)) or answer
    )
    found = ask(client, run, {"query": "predict", "inputs": [[1, 2]]})

    assert asked == [(run, Predict(inputs=((1.0, 2.0),)))]
    assert found.json() == {
        "epoch": None,
        "classes": ["a", "b"],
        "logits": {"plain": [[0.5, None]]},
    }


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "question_no_json"),
        (b"[" * 100_000, "question_no_json"),
        (b"\xff", "question_no_json"),
        ([], "bad_query"),
        ({"query": "predict", "inputs": [[None]]}, "bad_query"),
        (b"[" + b"0," * 600_000 + b"0]", "question_too_large"),
        ({"query": "predict", "inputs": [[1]]}, "no_weights"),
    ],
)
def test_what_is_no_question_is_said_in_one_sentence(client, run, body, code):
    answer = ask(client, run, body)

    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert answer.json()["error"].count(".") >= 1


def test_only_json_is_taken_as_a_question_which_no_other_sites_page_may_send(client, run):
    question = {"query": "predict", "inputs": [[1]]}
    for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
        assert ask(client, run, question, kind).json()["code"] == "question_no_json"
    assert client.get("/kd/ask", params={"run": run}).status_code == 405
    assert ask(client, "nothing", question).status_code == 404


def test_more_questions_than_can_be_answered_at_once_are_refused(client, run, monkeypatch):
    monkeypatch.setattr(questions, "_turns", BoundedSemaphore(1))
    monkeypatch.setattr(questions, "QUEUE", 0.01)
    with questions._turns:
        answer = ask(client, run, {"query": "predict", "inputs": [[1]]})
    assert answer.json()["code"] == "asking_busy"


def test_who_asks_too_early_is_told_without_an_error(client, run, monkeypatch):
    def refuse(*given):
        raise UserError("not_answering")

    monkeypatch.setattr(Hub, "ask", refuse)
    answer = ask(client, run, {"query": "predict", "inputs": [[1]]})
    assert (answer.status_code, answer.json()["code"]) == (202, "not_answering")


def send_note(client, run, body, kind="application/json"):
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    asked = {"run": run, "lang": "zh"}
    return client.post("/kd/note", params=asked, content=text, headers={"content-type": kind})


NOTE = {"id": "0123456789ab", "position": 1.5, "text": "看这里 <i>"}


def test_a_note_is_kept_changed_deleted_and_brought_back(client, store, run):
    assert send_note(client, run, NOTE).json() == [NOTE]
    assert send_note(client, run, NOTE | {"text": "other"}).json() == [NOTE | {"text": "other"}]
    assert send_note(client, run, NOTE | {"text": ""}).json() == []
    assert send_note(client, run, NOTE).json() == [NOTE]
    assert [note.text for note in store.pinned(run)] == [NOTE["text"]]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "note_unreadable"),
        (b"[" * 60_000, "note_unreadable"),
        (b"\xff", "note_unreadable"),
        ([], "note_unreadable"),
        ("text", "note_unreadable"),
        ({"text": "a"}, "note_unreadable"),
        (NOTE | {"position": [1]}, "note_unreadable"),
        (NOTE | {"text": 3}, "note_unreadable"),
        (NOTE | {"id": "../config"}, "note_unreadable"),
        (NOTE | {"id": 3}, "note_unreadable"),
        (NOTE | {"text": "a" * 100_000}, "note_unreadable"),
        (NOTE | {"text": "a" * 1001}, "note_too_long"),
        ({"position": 1, "text": " "}, "note_empty"),
        (NOTE | {"position": 1e9}, "note_outside"),
    ],
)
def test_what_is_no_note_is_said_in_one_sentence(client, store, run, body, code):
    answer = send_note(client, run, body)

    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert answer.json()["error"].endswith("。")
    assert store.pinned(run) == []


def test_only_json_is_taken_as_a_note_which_no_other_sites_page_may_send(client, store, run):
    for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
        assert send_note(client, run, NOTE, kind).json()["code"] == "note_unreadable"
    assert client.get("/kd/note", params={"run": run}).status_code == 405
    assert send_note(client, "nothing", NOTE).status_code == 404
    assert store.pinned(run) == []


def test_every_viewer_of_a_run_gets_the_notes_that_somebody_else_writes(store, run, monkeypatch):
    monkeypatch.setattr(stream, "REST", 0.01)
    watched = stream.Stream(run, "en")
    before = store.pin(run, 1, "before")

    async def follow():
        viewers = [watched.messages("a", set()), watched.messages("b", set())]
        so_far = [[await anext(one) for _ in range(2)][1] for one in viewers]
        after = store.pin(run, 0, "after")
        new = [await asyncio.wait_for(anext(one), 30) for one in viewers]
        for one in viewers:
            await one.aclose()
        return so_far, new, after

    so_far, new, after = finished(follow())
    assert so_far == [notes_message(before)] * 2
    assert new == [notes_message(after, before)] * 2


def notes_message(*notes):
    return f"event: notes\ndata: {json_text([asdict(one) for one in notes])}\n\n"
