"""What the lecturer turns, as a follower sees it: every control with its value, moving with it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import streamlit as st

from dashboard.text.viewer import language, t

_component = st.components.v2.component(
    "followed_controls",
    js=Path(__file__).with_name("component.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


@dataclass(frozen=True, slots=True)
class FollowedControl:
    """One control.

    Args:
        name: as the run's record has it.
        label: for people.
        value: before the run has said one.
        steps: values at equal distances on the track, rising.
        largest: what is said in place of a value of 0, where that means no limit.
    """

    name: str
    label: str
    value: float
    steps: Sequence[float]
    largest: str = ""


def followed_controls(run: str, controls: Sequence[FollowedControl]) -> None:
    """Draw them; the run's stream moves them, so that no page is drawn anew for it.

    Args:
        run: its id; ``""`` where none is shown.
        controls: from top to bottom.
    """
    data = {
        "run": run,
        "language": language(),
        "title": t("live.controls"),
        "controls": [asdict(control) for control in controls],
    }
    _component(key="followed-controls", data=data)
