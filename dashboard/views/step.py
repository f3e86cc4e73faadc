"""One step in slow motion: what happens in one update?"""

import streamlit as st

from dashboard.components.slow_motion import slow_motion
from dashboard.page.acting import act_button, pace
from dashboard.page.jobs.askable_runs import askable_run, start_and_show, white
from dashboard.page.panel import panel
from dashboard.say.titles import method_title
from dashboard.server.engine import hub, is_live
from dashboard.server.shared_records import run_history, run_settings
from dashboard.server.soft_labels import teacher_logits
from dashboard.text.viewer import md, t
from kdcore.catalogue import SCENARIOS, method_name
from kdcore.jobs.run.config import RunConfig

POLL = 1.0  # seconds between two looks at a run whose teacher is not ready yet
FIRST = RunConfig(**SCENARIOS["few_labels"].settings)


def wait_for_teacher(run: str) -> None:
    """Say what is waited for, and draw the page anew once the teacher is ready."""
    st.info(t("step.waiting"), icon=":material/hourglass_empty:")
    if run_history(run).prepared or not is_live(run):
        st.rerun()


st.title(t("step.title"), anchor=False)
st.markdown(t("step.lead"))
run = askable_run(lambda *_: True)
if not run:
    st.info(t("step.no_run"), icon=":material/slow_motion_video:")
    act_button(
        t("step.start"),
        key="start_step",
        type="primary",
        icon=":material/play_arrow:",
        on_click=start_and_show,
        args=(FIRST,),
    )
elif run_history(run).prepared is None and is_live(run):
    st.fragment(wait_for_teacher, run_every=pace(POLL))(run)
elif (started := run_history(run).started) and (answers := teacher_logits(run)):
    if not is_live(run):
        hub().warm_answers()
    settings = run_settings(run)
    if method_name(settings["method"]) != "kd":
        st.caption(md("step.other_method", method=method_title(settings["method"])))
    with panel("slow_motion"):
        slow_motion(run, *answers, started.students, settings, white(run))
else:
    st.info(t("step.no_teacher"), icon=":material/info:")
