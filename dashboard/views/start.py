"""Start: what does a teacher know that the label does not?"""

import streamlit as st

from dashboard.components.moment import moment_panel
from dashboard.components.temperature_lab import temperature_hero
from dashboard.components.transport import transport
from dashboard.page import address
from dashboard.page.acting import act_button
from dashboard.page.panel import chart_panel
from dashboard.page.scenario_cards import scenario_cards, start_scenario
from dashboard.server.engine import RECORDED
from dashboard.server.soft_labels import teacher_logits
from dashboard.text.viewer import t


def ways_on() -> None:
    """Where to go from here, runs to begin with, and a recorded one that plays."""
    with st.container(horizontal=True):
        watch = act_button(
            t("start.watch"), key="watch", type="primary", icon=":material/play_arrow:"
        )
        try_it = st.button(t("start.try"), key="try", icon=":material/tune:")
        learn = st.button(t("start.lessons"), key="lessons", icon=":material/school:")
    if watch:
        start_scenario("few_labels")
    if try_it:
        address.open_page("live", run=None)
    if learn:
        address.open_page("lessons")

    st.header(t("scenario.heading"), anchor=False)
    scenario_cards("start", per_row=4)

    with st.container(horizontal=True, vertical_alignment="center"):
        st.header(t("start.recorded"), anchor=False)
        st.badge(t("app.replay"), icon=":material/replay:")
    st.caption(t("start.recorded_about"))
    moment_panel(RECORDED)
    chart_panel("accuracy", RECORDED, height=320)
    transport(RECORDED, autoplay=True)


st.title(t("start.title"), anchor=False)
st.markdown(t("start.lead"))
if answers := teacher_logits(RECORDED):
    temperature_hero(*answers, demonstrates=not st.session_state["lesson"])
if not st.session_state["lesson"]:  # it leads on, and asks what these would tell
    ways_on()
