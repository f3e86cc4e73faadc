"""One step of distillation in slow motion: a batch of four, phase by phase, on a frozen copy."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard.components.temperature_lab.examples import message
from dashboard.components.words import example_words, learner_names, words_of
from dashboard.say.examples import Arrays
from dashboard.text.viewer import language

SETTINGS = ("temperature", "weight", "mixing", "optimizer", "lr")
"""Of the run, with which the component begins."""

_component = st.components.v2.component(
    "slow_motion",
    js=Path(__file__).with_name("component.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def slow_motion(
    run: str,
    arrays: Arrays,
    classes: Sequence[str],
    students: Sequence[str],
    settings: Mapping[str, Any],
    white: float,
) -> None:
    """A step of a student of the run, whose learners are asked, live or as stored.

    Args:
        run: its id.
        arrays: its ``prepared.safetensors``, with ``teacher_watched``.
        classes: names, in the order of the logits.
        students: of the run, by name.
        settings: of the run; those of ``SETTINGS`` are looked at.
        white: the value of white.
    """
    data = message(arrays, classes) | {
        "run": run,
        "language": language(),
        "students": list(students),
        "settings": {name: settings[name] for name in SETTINGS},
        "white": white,
        "learners": learner_names(),
        "words": words_of("slow_motion") | example_words(),
    }
    _component(key=f"slow-motion-{run}", data=data)
