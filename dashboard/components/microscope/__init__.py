"""The soft-label microscope: teacher's and students' answers to the same examples, aligned."""

from pathlib import Path

import streamlit as st

from dashboard.components.words import example_words, learner_names, menu_of, words_of
from dashboard.text.viewer import language

_component = st.components.v2.component(
    "microscope",
    js=Path(__file__).with_name("component.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def microscope(run: str) -> None:
    """Heat maps examples × classes of a run's learners, at the epoch of the transport bar.

    Args:
        run: id of the run; its soft labels come from ``/kd/soft`` as they are made.
    """
    data = {
        "run": run,
        "language": language(),
        "learners": learner_names(),
        "words": words_of("microscope") | example_words(),
        "menu": menu_of(run),
    }
    _component(key=f"microscope-{run}", data=data)
