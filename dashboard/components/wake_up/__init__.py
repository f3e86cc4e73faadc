"""A fragment that is drawn anew when its run has changed, instead of every second."""

from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from dashboard.server.tiers import Tier
from dashboard.server.visitors import may
from dashboard.text.viewer import language

PATIENCE = 2.5
"""Seconds within which the pages of followers are drawn anew, not all at once."""

_component = st.components.v2.component(
    "wake_up",
    js=Path(__file__).with_name("component.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def rerun_on_change(run: str, drawn: Mapping[str, str]) -> None:
    """Draw the fragment around this again once the stream of a run says something else.

    Without it every open page would ask again and again; the stream is worked out once for all.
    Pages of followers spread over ``PATIENCE``.

    Args:
        run: its id.
        drawn: what the fragment shows, by the name that the stream's state has for it.
    """
    data = {
        "run": run,
        "language": language(),
        "drawn": dict(drawn),
        "patience": 0.0 if may(Tier.ACT) else PATIENCE,
    }
    _component(key=f"wake-up-{run}", data=data, on_changed_change=lambda: None)
