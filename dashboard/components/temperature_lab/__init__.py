"""What temperature does to a teacher's answer, drawn and softened in the browser alone."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from dashboard.components.temperature_lab.examples import message
from dashboard.components.words import example_words, menu_of, words_of
from dashboard.say.examples import Arrays, most_telling_example
from dashboard.text.viewer import language

_component = st.components.v2.component(
    "temperature_lab",
    js=Path(__file__).with_name("component.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def temperature_hero(
    arrays: Arrays, classes: Sequence[str], *, example: int | None = None, demonstrates: bool = True
) -> None:
    """One example, its hard label as one bar and the teacher's softmax as T moves.

    Args:
        arrays: a run's ``prepared.safetensors``, with ``teacher_watched``.
        classes: names, in the order of the logits.
        example: row to show; by default the most telling one.
        demonstrates: T moves by itself at first.
    """
    row = most_telling_example(arrays) if example is None else example
    data = message(arrays, classes, [row]) | {
        "size": "hero",
        "demonstrates": demonstrates,
        "words": words_of("temperature_lab"),
    }
    _component(key="temperature-hero", data=data)


def temperature_lab(arrays: Arrays, classes: Sequence[str], run: str) -> None:
    """All watched examples: bars and logits, curves against T, mean answer by class.

    Args:
        arrays: a run's ``prepared.safetensors``, with ``teacher_watched``.
        classes: names, in the order of the logits.
        run: id of the run, for the names of files.
    """
    data = message(arrays, classes) | {
        "size": "lab",
        "words": words_of("temperature_lab") | example_words(),
        "language": language(),
        "menu": menu_of(run),
    }
    _component(key="temperature-lab", data=data)
