"""What a run shows at the moment of the transport bar: large numbers, sentences, the loss."""

from pathlib import Path

import streamlit as st

from dashboard.components.words import learner_names, words_of
from dashboard.text.viewer import language

_component = st.components.v2.component(
    "moment",
    js=Path(__file__).with_name("component.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def moment_panel(run: str, part: str = "moment") -> None:
    """Test accuracy of teacher and students in large type, and what it means.

    Args:
        run: its id.
        part: ``moment`` for all of it, or ``scores`` or ``headline`` alone.
    """
    _draw(part, run)


def loss_numbers(run: str) -> None:
    """The distilled student's loss with its numbers.

    Args:
        run: its id.
    """
    _draw("formula", run)


def _draw(part: str, run: str) -> None:
    data = {
        "part": part,
        "run": run,
        "language": language(),
        "learners": learner_names(),
        "words": words_of("moment"),
    }
    _component(key=f"moment-{part}-{run}", data=data)
