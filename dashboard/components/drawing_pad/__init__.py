"""A pad to draw on, and what teacher and students say to the drawing while it is made."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from dashboard.components.words import learner_names, words_of
from dashboard.text.viewer import language

_component = st.components.v2.component(
    "drawing_pad",
    js=Path(__file__).with_name("component.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def drawing_pad(run: str, shape: Sequence[int], classes: Sequence[str], white: float) -> None:
    """A pad whose drawings the learners of a run answer, live or as stored.

    Args:
        run: its id.
        shape: of its images, ``(channels, height, width)``.
        classes: their names, in the order of the logits.
        white: the value of white.
    """
    data = {
        "run": run,
        "language": language(),
        "shape": list(shape),
        "classes": list(classes),
        "white": white,
        "learners": learner_names(),
        "words": words_of("drawing_pad"),
    }
    _component(key=f"drawing-pad-{run}", data=data)
