"""The whole app in process, over a store in a temporary folder and a hub that trains nothing."""

import pytest
from streamlit.testing.v1 import AppTest
from support import events as make
from support.pages import PATIENCE
from support.runs import MAIN, record
from support.visitors import ELSEWHERE, HERE

from dashboard.server import engine, visitors
from dashboard.server.engine import RECORDED, RECORDED_RUNS, RECORDINGS
from dashboard.server.sharing import SHARE
from kdcore.commands import Stop
from kdcore.errors import UserError
from kdcore.jobs.kind import RUN
from kdcore.store import Store


class PlayedHub:
    """Answers like the hub from what the store holds; keeps what it is told."""

    def __init__(self, store):
        self.store = store
        self.states = {}
        self.sent = []

    def submit(self, config, owner=""):
        folder = self.store.create(config)
        self.states[folder.id] = "running"
        return folder.id

    def send(self, run, command):
        self.sent.append(command)
        if isinstance(command, Stop):
            self.states[run] = "stopped"

    def resume(self, job):
        folder = self.store.find(job)
        if not self.can_resume(folder.id):
            raise UserError("run_in_use", run=folder.id)
        self.states[folder.id] = "running"

    def delete(self, run):
        self.store.delete(run)

    def events(self, run, since=0):
        return self.store.find(run).events(since)

    def wait(self, run, since, timeout):
        return self.events(run, since)

    def state(self, run):
        return self.states.get(run) or self.store.find(run).state

    def queue(self):
        trained = [job for job, state in self.states.items() if state == "running"]
        return trained + [job for job, state in self.states.items() if state == "queued"]

    def queue_position(self, run):
        return 0

    def can_resume(self, run):
        ended_early = self.state(run) in ("stopped", "interrupted", "crashed", "failed")
        return ended_early and self.store.find(run).kind.resumable

    def commandable(self, run):
        return self.states.get(run) in ("queued", "running", "paused")

    def can_ask(self, run):
        return self.commandable(run) or (self.store.find(run).path / "teacher.safetensors").exists()

    def warm_answers(self):
        pass

    def active(self, kind=RUN):
        return next(
            (
                run
                for run in reversed(self.states)
                if self.commandable(run) and self.store.find(run).kind is kind
            ),
            None,
        )


@pytest.fixture(autouse=True)
def visitor(monkeypatch):
    """``visitor.be(…)``: who looks at the page from now on; at first a browser of this machine."""
    looking = Looking(monkeypatch)
    looking.be(HERE)
    return looking


class Looking:
    """In a browser somebody's connection says it; without one it is said here."""

    def __init__(self, monkeypatch):
        self._monkeypatch = monkeypatch

    def be(self, visitor):
        self._monkeypatch.setattr(visitors, "session_visitor", lambda: visitor)


@pytest.fixture
def follower(visitor, monkeypatch):
    """A class looks: the app is shared, and the page is a follower's."""
    monkeypatch.setenv(SHARE, "1")
    visitor.be(ELSEWHERE)
    return visitor


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


@pytest.fixture
def hub(store, tmp_path):
    example = record(Store(tmp_path / "example"), RECORDED, make.whole_run())
    others = [RECORDINGS / name for name in RECORDED_RUNS if name != RECORDED]
    played = PlayedHub(Store(store.root, recordings=[example.path, *others]))
    with engine.use(played):
        yield played


@pytest.fixture
def open_page(hub):
    """``open_page("live", T="8")``: the app at that page with that query, and widgets' values."""

    def open_page(name, widgets=None, **query):
        app = AppTest.from_file(MAIN, default_timeout=PATIENCE).run()
        for key, value in (widgets or {}).items():
            app.session_state[key] = value
        app.query_params.update(query)
        return app.switch_page(f"views/{name}.py").run()

    return open_page
