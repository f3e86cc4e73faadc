"""Live distillation: does the soft label help this student?"""

import streamlit as st

from dashboard import actions
from dashboard.choice import is_live, summary
from dashboard.components.transport import transport
from dashboard.data_notes import run_notes
from dashboard.engine import store
from dashboard.live_board import board, layout_key
from dashboard.missing_classes import missing_classes
from dashboard.panel import chart_panel
from dashboard.settings import (
    NOTICES,
    chosen,
    live_widgets,
    problem,
    show_in_address,
    sidebar,
    take_from_address,
)
from dashboard.text import t
from kdcore.catalogue import is_forest, method_of
from kdcore.config import RunConfig

CHARTS = ("accuracy", "losses", "agreement", "errors", "loss_terms", "gradient_share")
POLL = 1.0  # seconds between two looks at the run's state; the charts get theirs pushed
EAGER_POLL = 0.4  # the same until the students begin: other panels are due then


def scheme_panels(config: RunConfig, run: str) -> None:
    """The panels of what is more than one teacher, one student and one soft term."""
    several = len(config.teachers) > 1
    if config.also:
        chart_panel("terms", run, height=220)
    if several and not config.assistants:
        left, right = st.columns(2)
        with left:
            chart_panel("teachers", run, height=260)
        with right:
            chart_panel("teacher_weights", run, height=260)
    elif config.assistants:
        chart_panel("teachers", run, height=260)
    if config.networks > 1:
        chart_panel("ensembles", run, height=280)


def live_board(run: str, drawn: tuple[str, str, bool]) -> None:
    """The board, and the whole page anew when other panels are due."""
    board(run, startable=not problem(chosen))
    if st.session_state["run"] != run or layout_key(run) != drawn:
        st.rerun()


take_from_address()
run = actions.followed_run()
sidebar(store().root / "uploads")

st.title(t("live.title"), anchor=False)
if run:
    st.caption(f"{summary(store().folder(run).config)} · {run}")
    run_notes(run)
for notice in st.session_state.get(NOTICES, []):
    st.warning(notice, icon=":material/link_off:")
if sentence := problem(chosen):
    st.error(sentence, icon=":material/error:")
drawn = layout_key(run)
config = store().folder(run).config if run else RunConfig()
method = method_of(config.method)
panels = (method.pictures, method.panel) if not is_forest(config.student) else ()
pace = EAGER_POLL if run and drawn[1] not in ("training", "over") else POLL
st.fragment(live_board, run_every=pace if is_live(run) or not run else None)(run, drawn)
live_widgets(actions.retune)
if is_forest(config.student if run else st.session_state["student"]):
    st.caption(t("live.forest_student"))
if not run:
    st.info(t("live.empty"), title=t("live.empty_title"), icon=":material/school:")
elif drawn[1] in ("loading", "teacher"):
    chart_panel("teacher_curve", run, height=420)
else:
    for row in (CHARTS[:3], CHARTS[3:]):
        for name, column in zip(row, st.columns(3), strict=True):
            with column:
                chart_panel(name, run, height=235)
    if config.schedules:
        chart_panel("courses", run, height=200)
    if config.drop_classes:
        missing_classes(run, run_every=pace if is_live(run) else None)
    for name in filter(None, panels):
        chart_panel(name, run, height=260)
    scheme_panels(config, run)
    transport(run)
show_in_address()
