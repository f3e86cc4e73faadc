"""Calibration: can I trust 90% confidence?"""

import streamlit as st

from dashboard.charts.parts.bins import WAYS
from dashboard.components.transport import transport
from dashboard.page import address
from dashboard.page.jobs.run_picker import run_picker
from dashboard.page.panel import chart_panel
from dashboard.text.viewer import t

USUAL_BINS = 15

st.title(t("calibration.title"), anchor=False)
st.markdown(t("calibration.lead"))
address.read_param(
    "bins", USUAL_BINS, lambda text: int(text) if text in map(str, WAYS) else USUAL_BINS
)
address.read_param("calibrated", default=False, read="1".__eq__)
left, middle, right = st.columns([3, 2, 2], vertical_alignment="bottom")
with left:
    run = run_picker()
bins = middle.select_slider(t("calibration.bins"), WAYS, st.session_state["bins"], key="bins")
calibrated = right.toggle(
    t("calibration.calibrated"),
    st.session_state["calibrated"],
    key="calibrated",
    help=t("calibration.calibrated_help"),
)
address.write_params(
    {"bins": None if bins == USUAL_BINS else str(bins), "calibrated": "1" if calibrated else None}
)

binned = {"bins": bins, "calibrated": calibrated}
chart_panel("reliability", run, height=360, params=binned)
left, right = st.columns([3, 2])
with left:
    chart_panel("confidence_histogram", run, params=binned)
with right:
    chart_panel("nll_curve", run)
chart_panel("calibration_table", run, height=220, params=binned)
chart_panel("ece_by_bins", run, params=binned)
left, right = st.columns(2)
with left:
    chart_panel("entropy", run)
with right:
    chart_panel("risk_coverage", run)
transport(run)

st.header(t("calibration.ask"), anchor=False)
for number, column in enumerate(st.columns(3), start=1):
    with column.container(border=True, height="stretch"):
        st.markdown(t(f"calibration.question_{number}"))
