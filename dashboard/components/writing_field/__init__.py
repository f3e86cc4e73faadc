"""A sentence of one's own, and what the learners of a run of texts say to it."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from dashboard.components.words import example_words, learner_names, words_of
from dashboard.text.viewer import language

_component = st.components.v2.component(
    "writing_field",
    js=Path(__file__).with_name("component.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def writing_field(run: str, classes: Sequence[str]) -> None:
    """A field whose text the learners of a run answer, live or as stored, with words marked.

    Args:
        run: its id.
        classes: their names, in the order of the logits.
    """
    data = {
        "run": run,
        "language": language(),
        "classes": list(classes),
        "learners": learner_names(),
        "words": words_of("writing_field") | example_words(),
    }
    _component(key=f"writing-field-{run}", data=data)
