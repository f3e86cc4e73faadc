"""The transport bar: which moment of a run all charts of the page show, and the notes of it."""

from pathlib import Path

import streamlit as st

from dashboard.components.words import words_of
from dashboard.server.engine import RECORDED_RUNS
from dashboard.server.tiers import Tier
from dashboard.server.visitors import may
from dashboard.text.viewer import language

_component = st.components.v2.component(
    "transport",
    js=Path(__file__).with_name("component.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def _annotates(run: str) -> bool | None:
    """Whether notes can be written; ``None`` where the viewer may not."""
    return run not in RECORDED_RUNS if may(Tier.ACT) else None


def transport(run: str, *, autoplay: bool = False, branch: bool = False) -> int | None:
    """Scrub through a run's epochs, follow it live or replay it; all in the browser.

    Args:
        run: id of the run.
        autoplay: begin the replay by itself when the page opens.
        branch: offer to begin a new run at the epoch that is shown.

    Returns:
        The epoch at which a new run is to begin, once, where somebody asked for one.
    """
    data = {
        "run": run,
        "language": language(),
        "autoplay": autoplay,
        "branch": branch,
        "annotate": _annotates(run),
        "words": words_of("transport"),
    }
    state = _component(key=f"transport-{run}", data=data, on_branch_change=lambda: None)
    return state.branch  # type: ignore[no-any-return]
