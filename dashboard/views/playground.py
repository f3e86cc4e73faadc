"""2-D playground: where do the boundaries go?"""

from typing import Any

import streamlit as st
from numpy.typing import NDArray

from dashboard.components.moment import moment_panel
from dashboard.components.plane import decision_maps, drawn_points, point_field
from dashboard.components.transport import transport
from dashboard.page.acting import act_button, may_act, pace
from dashboard.page.jobs import actions
from dashboard.page.jobs.askable_runs import askable_run
from dashboard.page.jobs.failure import show_failure
from dashboard.page.jobs.plane_runs import hidden_units, points_from, start_on, table_name
from dashboard.page.panel import panel
from dashboard.page.settings.plane import (
    DRAWN,
    RANGES,
    STUDENTS,
    TEACHERS,
    plane_data,
    read_plane_settings,
    write_plane_settings,
)
from dashboard.page.user_errors import show_user_errors
from dashboard.page.widgets import segments, select, text_field
from dashboard.server.engine import hub, is_live
from dashboard.server.shared_records import run_history
from dashboard.server.soft_labels import transfer_points
from dashboard.text.viewer import md, t, translate_error
from kdcore.errors import UserError
from kdcore.plane import SHAPES

POLL = 1.0  # seconds between two looks at the run's state; the maps ask by themselves


def slider(key: str) -> None:
    """A slider over whole numbers, with its words."""
    st.slider(
        t(f"playground.{key}"),
        *RANGES[key],
        st.session_state[key],
        key=key,
        help=t(f"playground.{key}_help"),
    )


def start(points: NDArray[Any], classes: NDArray[Any], name: str) -> None:
    """Let teacher and students learn from points."""
    chosen = st.session_state
    start_on(points, classes, name, chosen["labels"], chosen["guide"], chosen["pupil"])


def made_points() -> None:
    """The points of the chosen settings, with the button that starts a run on them."""
    try:
        data = plane_data()
        points, classes = data.make()
    except UserError as error:
        st.error(translate_error(error.code, error.values, str(error)), icon=":material/error:")
        return
    act_button(
        t("playground.start"),
        key="start_plane",
        type="primary",
        icon=":material/play_arrow:",
        on_click=start,
        args=(points, classes, table_name(data)),
    )
    point_field(points, classes)


def drawn_field() -> None:
    """A field to draw on; a run starts on what was drawn."""
    if not may_act():
        st.info(md("error.lecturer_only"), icon=":material/visibility:")
    elif sent := drawn_points():
        with show_user_errors():
            start(*points_from(sent), DRAWN)


def points_panel() -> None:
    """What to learn from and who learns, with the way to start."""
    shape = segments(
        t("playground.plane"),
        (*SHAPES, DRAWN),
        key="plane",
        title=lambda shape: t(f"playground.shape_{shape}"),
    )
    if shape == "function":
        text_field(t("playground.function"), key="function", help=t("playground.function_help"))
    if shape == DRAWN:
        drawn_field()
    else:
        made_points()
        slider("amount")
        slider("spread")
        slider("draw")
    slider("labels")
    for (key, models), column in zip(
        (("guide", TEACHERS), ("pupil", STUDENTS)), st.columns(2), strict=True
    ):
        with column:
            select(t(f"playground.{key}"), models, key=key, help=t(f"playground.{key}_help"))


def run_buttons(run: str, drawn: tuple[bool, bool]) -> None:
    """Pause, step and stop; the whole page anew when other panels are due."""
    state = hub().state(run)
    live = hub().commandable(run)
    with st.container(horizontal=True, key="plane_buttons"):
        act_button(
            t("live.resume") if state == "paused" else t("live.pause"),
            key="toggle",
            icon=":material/play_arrow:" if state == "paused" else ":material/pause:",
            disabled=not live,
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
    if layout(run) != drawn:
        st.rerun()


def layout(run: str) -> tuple[bool, bool]:
    """What decides which panels there are: whether the students have begun, whether it lives."""
    return run_history(run).prepared is not None, is_live(run)


def run_panels(run: str) -> None:
    """The maps of a run, or what is waited for."""
    drawn = layout(run)
    st.fragment(run_buttons, run_every=pace(POLL) if drawn[1] else None)(run, drawn)
    show_failure(run_history(run).failed, hub().state(run))
    if not drawn[0]:
        if drawn[1]:
            st.info(t("playground.teacher_learns"), icon=":material/hourglass_empty:")
        return
    if not drawn[1]:
        hub().warm_answers()
    moment_panel(run, "scores")
    moment_panel(run, "headline")
    with panel("decision_maps", run):
        decision_maps(run, *transfer_points(run), hidden_units(run))
    transport(run)


read_plane_settings()
st.title(t("playground.title"), anchor=False)
st.markdown(t("playground.lead"))
settings, maps = st.columns([1, 3])
with settings, panel("plane"):
    points_panel()
write_plane_settings()
with maps:
    if run := askable_run(lambda _, shape: shape == (2,)):
        run_panels(run)
    else:
        st.info(t("playground.no_run"), icon=":material/scatter_plot:")
