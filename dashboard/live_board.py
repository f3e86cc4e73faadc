"""The board of a live run: buttons, where it stands, the formula with its numbers, the verdict."""

from typing import Any

import streamlit as st

from dashboard import actions
from dashboard.charts.style import role
from dashboard.engine import hub, store
from dashboard.formula import loss_formula, loss_in_numbers
from dashboard.status import LIVE_STATES, Status, status
from dashboard.text import explain, language, t, tell, words
from dashboard.verdict import verdict
from kdcore.catalogue import also_spec, further_weight, parse_also
from kdcore.config import RunConfig

STATE_COLOURS: dict[str, Any] = {
    "queued": "gray", "running": "green", "paused": "orange", "finished": "blue",
    "stopped": "gray", "failed": "red", "interrupted": "red", "crashed": "red",
}  # fmt: skip


def board(run: str, *, startable: bool) -> None:
    """Draw the board; call it from a fragment that repeats while the run lives.

    Args:
        run: its id, or ``""`` before the first.
        startable: whether the chosen settings make a run.
    """
    now = status(hub().events(run)) if run else Status()
    state = hub().state(run) if run else ""
    _buttons(run, now, state, startable=startable)
    if not run and startable:
        settings = ("method", "mixing", "also", "student")
        st.latex(loss_formula(*(st.session_state[name] for name in settings)))
    if run:
        if state in LIVE_STATES:
            st.progress(now.done or 0.0)
        _formula(store().folder(run).config, now)
        if sentences := verdict(now):
            st.markdown(tell(sentences))
        _trouble(now, state)


def layout_key(run: str) -> tuple[str, str, bool]:
    """What decides which panels the page has; when it changes, the whole page is drawn anew."""
    if not run:
        return hub().active() or "", "", False
    return run, status(hub().events(run)).phase, hub().state(run) in LIVE_STATES


def _buttons(run: str, now: Status, state: str, *, startable: bool) -> None:
    live = bool(run) and hub().commandable(run)
    paused = state == "paused"
    with st.container(horizontal=True, vertical_alignment="center", key="buttons"):
        st.button(
            t("live.start"), key="start", type="secondary" if live else "primary",
            icon=":material/play_arrow:", disabled=live or not startable, on_click=actions.start,
        )  # fmt: skip
        st.button(
            t("live.resume") if paused else t("live.pause"), key="pause", disabled=not live,
            type="primary" if paused else "secondary",
            icon=":material/resume:" if paused else ":material/pause:",
            on_click=actions.toggle_pause, args=(run, state), shortcut="Space",
        )  # fmt: skip
        st.button(t("live.step"), key="step", icon=":material/skip_next:", disabled=not live,
                  on_click=actions.step, args=(run,))  # fmt: skip
        st.button(t("live.stop"), key="stop", icon=":material/stop:", disabled=not live,
                  on_click=actions.stop, args=(run,))  # fmt: skip
        if state:
            st.badge(t(f"state.{state}"), color=STATE_COLOURS[state])
        if state in LIVE_STATES:
            st.caption(t("live.queued") if state == "queued" else _progress_text(now))


def _progress_text(now: Status) -> str:
    match now.phase:
        case "training" if (newest := now.batch or now.epoch) and now.started:
            return " · ".join([
                t("live.training", epoch=now.position, epochs=now.started.config["epochs"]),
                t("live.rate", rate=newest.images_per_second),
            ])  # fmt: skip
        case "teacher" if now.teacher_epoch:
            return t("live.loading_teacher", who=role(words(language()), now.teacher_epoch.learner),
                     epoch=now.teacher_epoch.epoch,
                     epochs=now.teacher_epoch.epochs,
                     accuracy=now.teacher_epoch.test_accuracy)  # fmt: skip
        case "teacher":
            return t("live.loading_teacher_begins")
        case _ if now.progress:
            return t(f"live.loading_{now.progress.task}", detail=now.progress.detail)
    return t("live.waiting")


def _formula(config: RunConfig, now: Status) -> None:
    turned = also_spec((now.controls.get(further_weight(spec), weight), spec)
                       for weight, spec in parse_also(config.also))  # fmt: skip
    symbols = loss_formula(config.method, config.mixing, turned, config.student)
    numbers = now.batch and loss_in_numbers(config.method, config.mixing, now.controls, now.batch,
                                            config.also)  # fmt: skip
    if numbers and config.also:  # too long for one line
        symbols = (
            rf"\begin{{aligned}}{symbols.replace(' = ', ' &= ', 1)}\\ &= {numbers}\end{{aligned}}"
        )
    elif numbers:
        symbols = rf"{symbols} \;=\; {numbers}"
    st.latex(symbols, help=t("live.formula_note"))


def _trouble(now: Status, state: str) -> None:
    if now.failed:
        unexpected = bool(now.failed.details)
        st.error(
            explain(now.failed.code, now.failed.values, now.failed.error),
            title=t("live.failed_unexpected") if unexpected else t("live.failed"),
            icon=":material/error:",
        )  # fmt: skip
        if unexpected:
            st.caption(t("live.details"))
            st.code(now.failed.details, language=None)
    elif state in ("crashed", "interrupted"):
        st.error(t(f"live.{state}"), icon=":material/error:")
