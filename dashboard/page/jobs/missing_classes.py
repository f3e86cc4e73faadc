"""The panel of classes that the students never see, with a bias to bring them back.

It only looks: the errors at every bias stand in the run's snapshots.
"""

import streamlit as st

from dashboard.charts.missing_classes import curves
from dashboard.components.live_plot import live_plot
from dashboard.page import address
from dashboard.page.panel import panel
from dashboard.say.missing_classes import errors_at_bias, missing_sizes
from dashboard.server.engine import hub
from dashboard.text.viewer import md, render_sentences, t
from kdcore.jobs.run.events import Snapshot, Started
from kdcore.ranges import BIASES


def missing_classes(run: str, *, run_every: float | None) -> None:
    """Draw the panel.

    Args:
        run: whose configuration leaves classes out.
        run_every: seconds between two looks for newer figures; ``None`` once it is over.
    """
    address.read_param("bias", 0.0, lambda text: float(text) if text in map(_text, BIASES) else 0.0)
    with panel("missing_classes", run):
        st.fragment(_slider_and_chart)(run, run_every)


def _slider_and_chart(run: str, run_every: float | None) -> None:
    bias = st.slider(
        t("missing.bias"),
        BIASES[0],
        BIASES[-1],
        st.session_state["bias"],
        key="bias",
        step=BIASES[1] - BIASES[0],
        help=t("missing.bias_help"),
        format="%.1f",
    )
    address.write_params({"bias": _text(bias) if bias else None})
    live_plot("missing_classes", run, height=250, params={"bias": bias})
    st.fragment(_sentences, run_every=run_every)(run, bias)


def _sentences(run: str, bias: float) -> None:
    """How many errors there are now, without a bias, and where validation data choose it."""
    events = hub().events(run)
    snapshot = next((event for event in reversed(events) if isinstance(event, Snapshot)), None)
    started = next((event for event in events if isinstance(event, Started)), None)
    if not snapshot or not started or not curves(snapshot):
        return
    st.markdown(render_sentences([missing_sizes(snapshot, started)]))
    lines = errors_at_bias(snapshot, bias, started.config["drop_classes"])
    st.markdown(
        "\n".join(
            "- " + md(key, learner=t(f"learner.{name}"), **values)
            for name, (key, values) in lines.items()
        )
    )
    st.caption(md("missing.chosen", size=started.validation_size))


def _text(bias: float) -> str:
    return f"{bias:g}"
