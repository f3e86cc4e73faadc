"""Uncertainty: does it know what it does not know?"""

import streamlit as st

from dashboard.page import address
from dashboard.page.jobs.run_picker import run_picker
from dashboard.page.panel import chart_panel
from dashboard.page.widgets import select
from dashboard.text.viewer import t
from kdcore.events import COVERAGES, SCORES, SETS

USUAL = {"coverage": 0.9, "sets": "lac", "score": "entropy"}

st.title(t("uncertainty.title"), anchor=False)
st.markdown(t("uncertainty.lead"))
address.read_param(
    "coverage", USUAL["coverage"], lambda text: {str(one): one for one in COVERAGES}.get(text, 0.9)
)
address.read_param("sets", USUAL["sets"], lambda text: text if text in SETS else SETS[0])
address.read_param("score", USUAL["score"], lambda text: text if text in SCORES else "entropy")
run = run_picker()

st.header(t("uncertainty.sets_of_classes"), anchor=False)
left, right = st.columns(2, vertical_alignment="bottom")
coverage = left.select_slider(
    t("uncertainty.coverage"),
    COVERAGES,
    st.session_state["coverage"],
    key="coverage",
    format_func="{:.0%}".format,
    help=t("uncertainty.coverage_help"),
)
with right:
    sets = select(
        t("uncertainty.sets"),
        list(SETS),
        key="sets",
        title=lambda name: t(f"uncertainty.set_kind.{name}"),
        help=t("uncertainty.sets_help"),
    )
chosen = {"coverage": coverage, "sets": sets}
chart_panel("conformal_sizes", run, params=chosen)
chart_panel("conformal_examples", run, height=600, params=chosen)

st.header(t("uncertainty.unfamiliar"), anchor=False)
score = select(
    t("uncertainty.score"), list(SCORES), key="score", title=lambda name: t(f"chart.score.{name}")
)
chart_panel("unfamiliar_scores", run, height=300, params={"score": score})
chart_panel("unfamiliar_table", run, height=360)
chart_panel("knowledge", run, height=320)
now = {"coverage": coverage, "sets": sets, "score": score}
address.write_params(
    {name: None if value == USUAL[name] else str(value) for name, value in now.items()}
)
