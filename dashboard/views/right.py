"""Who is right?"""

import streamlit as st

from dashboard.components.transport import transport
from dashboard.page.jobs.run_picker import run_picker
from dashboard.page.panel import chart_panel
from dashboard.text.viewer import t

st.title(t("right.title"), anchor=False)
st.markdown(t("right.lead"))
run = run_picker()
for name, column in zip(("accuracy", "teacher_curve", "error_origin"), st.columns(3), strict=True):
    with column:
        chart_panel(name, run, height=300)
chart_panel("confusion", run, height=420)
chart_panel("per_class", run, height=420)
chart_panel("cost", run, height=220)
transport(run)
