"""Temperature lab: what does T do to an answer?"""

import streamlit as st

from dashboard.components.temperature_lab import temperature_lab
from dashboard.page.jobs.run_picker import run_picker
from dashboard.page.panel import panel
from dashboard.server.soft_labels import teacher_logits
from dashboard.text.viewer import t

st.title(t("temperature.title"), anchor=False)
st.markdown(t("temperature.lead"))
run = run_picker()
if answers := teacher_logits(run):
    with panel("temperature_lab"):
        temperature_lab(*answers, run)
else:
    st.info(t("temperature.no_teacher"), icon=":material/info:")
