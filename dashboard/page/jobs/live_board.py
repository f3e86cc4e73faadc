"""The board of a live run: its buttons, where it stands, what went wrong."""

from typing import Any

import streamlit as st

from dashboard.components.wake_up import rerun_on_change
from dashboard.page.acting import act_button, may_act
from dashboard.page.jobs import actions
from dashboard.page.jobs.failure import show_failure
from dashboard.page.jobs.resume_button import resume_button
from dashboard.page.jobs.shown_run import changed_elsewhere
from dashboard.server.engine import LIVE_STATES, hub, is_live
from dashboard.server.shared_records import run_history
from dashboard.server.stream import run_layout
from dashboard.text.escape import markdown_text
from dashboard.text.languages import words
from dashboard.text.names import role_name
from dashboard.text.viewer import language, t
from kdcore.jobs.run.record import RunRecord

STATE_COLOURS: dict[str, Any] = {
    "queued": "gray",
    "running": "green",
    "paused": "orange",
    "finished": "blue",
    "stopped": "gray",
    "failed": "red",
    "interrupted": "red",
    "crashed": "red",
}


def board(run: str, *, startable: bool, title: str = "") -> None:
    """Draw the board; call it from a fragment that repeats while the run lives.

    Args:
        run: its id, or ``""`` before the first.
        startable: whether the chosen settings make a run.
        title: of the run.
    """
    now = run_history(run) if run else RunRecord()
    state = hub().state(run) if run else ""
    _buttons(run, now, state, title, startable=startable)
    if run:
        show_failure(now.failed, state)
    if run and not may_act():
        rerun_on_change(run, {"layout": run_layout(state, now)})


def layout_key(run: str) -> tuple[str, str, bool]:
    """What decides which panels the page has; when it changes, the whole page is drawn anew."""
    if not run:
        return hub().active() or "", "", False
    return run, run_history(run).phase, is_live(run)


def is_outdated(run: str, drawn: tuple[str, str, bool]) -> bool:
    """Whether the page must be drawn anew: other panels are due, or others turned a control."""
    return st.session_state["run"] != run or layout_key(run) != drawn or changed_elsewhere(run)


def _buttons(run: str, now: RunRecord, state: str, title: str, *, startable: bool) -> None:
    live = bool(run) and hub().commandable(run)
    paused = state == "paused"
    with st.container(horizontal=True, vertical_alignment="center", key="buttons"):
        act_button(
            t("live.start"),
            key="start",
            type="secondary" if live else "primary",
            icon=":material/play_arrow:",
            disabled=live or not startable,
            on_click=actions.start,
        )
        if not resume_button(run, help=t("live.go_on_help")):
            act_button(
                t("live.resume") if paused else t("live.pause"),
                key="pause",
                disabled=not live,
                type="primary" if paused else "secondary",
                icon=":material/resume:" if paused else ":material/pause:",
                on_click=actions.toggle_pause,
                args=(run, state),
            )
        act_button(
            t("live.step"),
            key="step",
            icon=":material/skip_next:",
            disabled=not live,
            on_click=actions.step,
            args=(run,),
        )
        act_button(
            t("live.stop"),
            key="stop",
            icon=":material/stop:",
            disabled=not live,
            on_click=actions.stop,
            args=(run,),
        )
        _status(run, now, state, title)
    if state in LIVE_STATES and now.phase != "training":  # then the transport bar shows it
        st.progress(now.done or 0.0)


def _status(run: str, now: RunRecord, state: str, title: str) -> None:
    """State, progress and title; the page frame reads them aloud now and then."""
    if state in LIVE_STATES and may_act():  # who follows is not drawn anew for it
        title = f"{_progress_text(run, now, state)} · {title}"
    with st.container(horizontal=True, vertical_alignment="center", key="status-run"):
        if state:
            st.badge(t(f"state.{state}"), color=STATE_COLOURS[state])
        if title:
            st.caption(markdown_text(title))


def _progress_text(run: str, now: RunRecord, state: str) -> str:
    if state == "queued":
        return t("live.queued_behind", count=hub().queue_position(run))
    newest = now.batch or (now.epochs[-1] if now.epochs else None)
    match now.phase:
        case "training" if newest and now.started:
            return " · ".join(
                [
                    t("live.training", epoch=now.position, epochs=now.started.config["epochs"]),
                    t("live.rate", rate=newest.images_per_second),
                ]
            )
        case "teacher" if now.teacher_epochs:
            last = now.teacher_epochs[-1]
            return t(
                "live.loading_teacher",
                who=role_name(words(language()), last.learner),
                epoch=last.epoch,
                epochs=last.epochs,
                accuracy=last.test_accuracy,
            )
        case "teacher":
            return t("live.loading_teacher_begins")
        case _ if now.progress:
            return t(f"live.loading_{now.progress.task}", detail=now.progress.detail)
    return t("live.waiting")
