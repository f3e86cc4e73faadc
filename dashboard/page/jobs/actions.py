"""What buttons and sliders do: start a run, send it commands, delete runs."""

from collections.abc import Iterable

import streamlit as st

from dashboard.page import address
from dashboard.page.acting import acts
from dashboard.page.jobs.shown_run import remember_sent, show_run
from dashboard.page.settings.live_sliders import live_value
from dashboard.page.settings.values import chosen
from dashboard.page.user_errors import show_user_errors
from dashboard.server.engine import hub, is_live, store
from dashboard.server.shared_records import run_settings
from kdcore.commands import Command, Pause, Resume, Retune, Step, Stop
from kdcore.jobs.run.config import control_values

DELETED = "deleted_runs"
"""Session state: the runs that this tab deleted last, to bring them back."""
PATIENCE = 0.4
"""Seconds that a click waits for the engine's answer, so that the button says what now holds."""


@acts
def start() -> None:
    """Submit the chosen settings and show the new run; behind another run it waits its turn."""
    st.session_state[address.NOTICES] = []
    show_run(hub().submit(chosen()))


@acts
def toggle_pause(run: str, state: str) -> None:
    """Pause a run, or let a paused one go on."""
    _send_and_wait(run, Resume() if state == "paused" else Pause())


def can_resume(job: str) -> bool:
    """Whether a job ended before all its work was done, and can go on; ``""`` is none."""
    return bool(job) and not is_live(job) and hub().can_resume(job)


@acts
def resume(job: str) -> None:
    """Let a job that was broken off go on from its last checkpoint."""
    hub().resume(job)


@acts
def step(run: str) -> None:
    """Take one batch."""
    _send_and_wait(run, Step())


@acts
def stop(run: str) -> None:
    """End a run."""
    _send_and_wait(run, Stop())


@acts
def retune(name: str) -> None:
    """Give the shown run the slider's value, where it still takes commands and has the setting.

    A slider of another method than the run's waits for the next start.
    """
    run = st.session_state["run"]
    if run and hub().commandable(run) and name in control_values(run_settings(run)):
        with show_user_errors():
            value = live_value(name)
            hub().send(run, Retune(name, value))
            remember_sent(name, value)


@acts
def delete(runs: list[str]) -> None:
    """Move runs to the trash; one that still trains stays."""
    st.session_state[DELETED] = []
    for run in runs:
        with show_user_errors():
            hub().delete(run)
            st.session_state[DELETED].append(run)


@acts
def undo_delete() -> None:
    """Bring back what was deleted last."""
    restore(st.session_state.pop(DELETED))


@acts
def restore(jobs: Iterable[str]) -> None:
    """Bring jobs back from the trash."""
    for job in jobs:
        with show_user_errors():
            store().restore(job)
            st.session_state[DELETED] = [
                one for one in st.session_state.get(DELETED, []) if one != job
            ]


@acts
def empty_trash() -> None:
    """Delete for good all that lies in the trash."""
    st.session_state[DELETED] = []
    store().empty_trash()


@acts
def star(runs: list[str], starred: bool) -> None:
    """Mark jobs so that they are found again, or take the marks away."""
    for run in runs:
        store().star(run, starred)


@acts
def save_note(run: str) -> None:
    """Keep the note that was typed for a run."""
    store().note(run, st.session_state[f"note-{run}"])


def _send_and_wait(run: str, command: Command) -> None:
    events_before = len(hub().events(run))
    hub().send(run, command)
    hub().wait(run, events_before, PATIENCE)
