"""Draw or write your own: what do teacher and students say to it?"""

import streamlit as st

from dashboard.components.drawing_pad import drawing_pad
from dashboard.components.writing_field import writing_field
from dashboard.page.acting import act_button, pace
from dashboard.page.jobs.askable_runs import (
    askable_run,
    input_kind,
    input_shape,
    start_and_show,
    white,
)
from dashboard.page.panel import panel
from dashboard.server.engine import hub, is_live
from dashboard.server.shared_records import run_history
from dashboard.text.viewer import t
from kdcore.catalogue import SCENARIOS
from kdcore.inputs import Image, Text
from kdcore.jobs.run.config import RunConfig

POLL = 1.0  # seconds between two looks at a run that has not read its data yet
FIRST = RunConfig(**SCENARIOS["few_labels"].settings)


def wait_for_data(run: str) -> None:
    """Say what is waited for, and draw the page anew once it is there."""
    st.info(t("draw.waiting"), icon=":material/hourglass_empty:")
    if run_history(run).started or not is_live(run):
        st.rerun()


def start_button() -> None:
    """Start a run that can be drawn for."""
    act_button(
        t("draw.start"),
        key="start_drawing",
        type="primary",
        icon=":material/play_arrow:",
        on_click=start_and_show,
        args=(FIRST,),
    )


st.title(t("draw.title"), anchor=False)
st.markdown(t("draw.lead"))
run = askable_run(lambda kind, _: kind in (Image, Text))
started = run_history(run).started if run else None
if started is None and not (run and is_live(run)):
    st.info(t("draw.no_run"), title=t("draw.no_run_title"), icon=":material/draw:")
    start_button()
elif started is None:
    st.fragment(wait_for_data, run_every=pace(POLL))(run)
else:
    if not is_live(run):
        hub().warm_answers()
    if input_kind(run) is Text:
        with panel("writing_field"):
            writing_field(run, started.classes)
    else:
        with panel("drawing_pad"):
            drawing_pad(run, input_shape(run), started.classes, white(run))
