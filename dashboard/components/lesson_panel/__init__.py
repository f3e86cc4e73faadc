"""The card of a lesson that stays while one moves through the pages."""

from pathlib import Path
from typing import Any

import streamlit as st

from dashboard.components.words import words_of
from dashboard.text.viewer import language

KEY = "lesson-panel"
"""Of the component in the session state: ``go`` is what its buttons ask for."""

_component = st.components.v2.component(
    "lesson_panel",
    js=Path(__file__).with_name("component.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def lesson_panel(data: dict[str, Any], on_go: Any) -> None:
    """Draw the card, or, without a lesson, where the viewer stopped.

    Args:
        data: what ``lesson_panel.js`` describes.
        on_go: called when a button asks for another card, page or run.
    """
    with st.container(key="lesson"):
        _component(
            key=KEY,
            data=data | {"language": language(), "words": words_of("lesson_panel")},
            on_go_change=on_go,
        )
