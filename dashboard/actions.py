"""What buttons and sliders do: start a run, follow it, send it commands, delete and export runs."""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard import address
from dashboard.choice import is_live, known_run
from dashboard.engine import hub, store
from dashboard.settings import NOTICES, adopt, chosen, live_value
from dashboard.status import status
from dashboard.text import explain
from kdcore.commands import Command, Pause, Resume, Retune, Step, Stop
from kdcore.config import acting_values
from kdcore.errors import UserError

ADOPTED = "adopted_run"
"""Session state: the run whose values the sliders already show."""
DELETED = "deleted_runs"
"""Session state: the runs that this tab deleted last, to bring them back."""
PATIENCE = 0.4
"""Seconds that a click waits for the engine's answer, so that the button says what now holds."""


def followed_run() -> str:
    """The run of the Live page: the URL's, else the one that trains, else none (``""``).

    A run that this tab did not start brings its values to the sliders; where the URL does not
    name it, all its settings.
    """
    named = "run" in st.query_params
    address.take("run", "", known_run)
    run: str = st.session_state["run"] or hub().active() or ""
    if is_live(run) and run != st.session_state.get(ADOPTED):
        config = {} if named else _settings(run)
        adopt(config | status(hub().events(run)).controls)
    _follow(run)
    return run


def start() -> None:
    """Submit the chosen settings and follow the new run."""
    st.session_state[NOTICES] = []
    with told_kindly():
        _follow(hub().submit(chosen()))


def toggle_pause(run: str, state: str) -> None:
    """Pause a run, or let a paused one go on."""
    _send_and_wait(run, Resume() if state == "paused" else Pause())


def step(run: str) -> None:
    """Take one batch."""
    _send_and_wait(run, Step())


def stop(run: str) -> None:
    """End a run."""
    _send_and_wait(run, Stop())


def retune(name: str) -> None:
    """Give the followed run the slider's value, where it still takes commands and has the setting.

    A slider of another method than the run's waits for the next start.
    """
    run = st.session_state["run"]
    if run and hub().commandable(run) and name in acting_values(_settings(run)):
        with told_kindly():
            hub().send(run, Retune(name, live_value(name)))


def delete(runs: list[str]) -> None:
    """Move runs to the trash; one that still trains stays."""
    st.session_state[DELETED] = []
    for run in runs:
        with told_kindly():
            hub().delete(run)
            st.session_state[DELETED].append(run)


def undo_delete() -> None:
    """Bring back what was deleted last."""
    restore(st.session_state.pop(DELETED))


def restore(jobs: Iterable[str]) -> None:
    """Bring jobs back from the trash."""
    for job in jobs:
        with told_kindly():
            store().restore(job)
            st.session_state[DELETED] = [one for one in st.session_state.get(DELETED, [])
                                         if one != job]  # fmt: skip


def empty_trash() -> None:
    """Delete for good all that lies in the trash."""
    st.session_state[DELETED] = []
    with told_kindly():
        store().empty_trash()


def note(run: str) -> None:
    """Keep the note that was typed for a run."""
    with told_kindly():
        store().note(run, st.session_state[f"note-{run}"])


def exported(run: str) -> bytes:
    """A run's folder as one zip file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{run}.zip"
        store().export(run, path)
        return path.read_bytes()


@contextmanager
def told_kindly() -> Iterator[None]:
    """A person's mistake inside is said in a line of the page, in the viewer's language."""
    try:
        yield
    except UserError as error:
        st.toast(explain(error.code, error.values, str(error)), icon=":material/error:")


def _settings(run: str) -> dict[str, Any]:
    return store().folder(run).config.to_dict()


def _follow(run: str) -> None:
    st.session_state["run"] = st.session_state[ADOPTED] = run
    address.show({"run": run or None})


def _send_and_wait(run: str, command: Command) -> None:
    heard = len(hub().events(run))
    hub().send(run, command)
    hub().wait(run, heard, PATIENCE)
