"""The panel of classes that the students never see, with a bias to bring them back.

It only looks: the errors at every bias stand in the run's snapshots.
"""

import streamlit as st

from dashboard import address
from dashboard.charts.missing_classes import curves, missing_examples
from dashboard.components.live_plot import live_plot
from dashboard.engine import hub
from dashboard.panel import panel
from dashboard.text import md, t
from kdcore.jobs.run.events import Snapshot, Started
from kdcore.ranges import BIASES


def missing_classes(run: str, *, run_every: float | None) -> None:
    """Draw the panel.

    Args:
        run: whose configuration leaves classes out.
        run_every: seconds between two looks for newer figures; ``None`` once it is over.
    """
    address.take("bias", 0.0, lambda text: float(text) if text in map(_text, BIASES) else 0.0)
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
    address.show({"bias": _text(bias) if bias else None})
    live_plot("missing_classes", run, height=250, params={"bias": bias})
    st.fragment(_sentences, run_every=run_every)(run, bias)


def _sentences(run: str, bias: float) -> None:
    """How many errors there are now, without a bias, and where validation data choose it."""
    events = hub().events(run)
    snapshot = next((event for event in reversed(events) if isinstance(event, Snapshot)), None)
    started = next((event for event in events if isinstance(event, Started)), None)
    if not snapshot or not started or not (shown := curves(snapshot)):
        return
    names = started.config["drop_classes"]
    missing = missing_examples(next(iter(snapshot.learners.values())), started.classes, names)
    said = []
    for name, curve in shown.items():
        told = {}
        for when, at in (("now", bias), ("without", 0.0), ("chosen", curve.best)):
            told[f"errors_{when}"], told[f"missed_{when}"] = curve.at(at)
        said.append(
            "- "
            + md(
                "missing.told",
                learner=t(f"learner.{name}"),
                classes=names,
                bias=bias,
                best=curve.best,
                **told,
            )
        )
    st.markdown(
        md(
            "missing.after",
            epoch=snapshot.epoch,
            size=started.test_size,
            missing=missing,
            classes=names,
        )
    )
    st.markdown("\n".join(said))
    st.caption(md("missing.chosen", size=started.validation_size))


def _text(bias: float) -> str:
    return f"{bias:g}"
