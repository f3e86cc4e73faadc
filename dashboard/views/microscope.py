"""Soft-label microscope: what is the dark knowledge, and did the student get it?"""

import streamlit as st

from dashboard.components.microscope import microscope
from dashboard.components.transport import transport
from dashboard.page.jobs.run_picker import run_picker
from dashboard.page.panel import panel
from dashboard.text.viewer import t

st.title(t("microscope.title"), anchor=False)
st.markdown(t("microscope.lead"))
run = run_picker()
with panel("microscope"):
    microscope(run)
transport(run)
