"""Who is right?"""

import streamlit as st

from dashboard.choice import run_picker
from dashboard.components.transport import transport
from dashboard.panel import chart_panel
from dashboard.text import t

st.title(t("right.title"), anchor=False)
st.markdown(t("right.lead"))
run = run_picker()
left, right = st.columns(2)
with left:
    chart_panel("accuracy", run, height=300)
with right:
    chart_panel("error_origin", run, height=300)
chart_panel("confusion", run, height=420)
chart_panel("per_class", run, height=420)
chart_panel("cost", run, height=220)
transport(run)
