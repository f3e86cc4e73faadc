"""The line of a class on every page: who leads, who follows, hands, the question and its votes."""

from pathlib import Path
from typing import Any

import streamlit as st

from dashboard.components.words import words_of
from dashboard.text.viewer import language

KEY = "class-bar"
"""Of the component in the session state."""

_component = st.components.v2.component(
    "class_bar",
    js=Path(__file__).with_name("component.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def class_bar(*, steers: bool, projected: bool, at: str, on_follow: Any) -> None:
    """Draw the line; all that changes in it comes by the stream of the class.

    Args:
        steers: whether the viewer is the lecturer.
        projected: whether others see the page too: votes are hidden there until they are revealed.
        at: number of the place of the lecturer's to which this page has come last.
        on_follow: called when the page is to come to where the lecturer looks now.
    """
    data = {
        "steers": steers,
        "projected": projected,
        "at": at,
        "language": language(),
        "words": words_of("class_bar"),
    }
    with st.container(key="class"):
        _component(key=KEY, data=data, on_follow_change=on_follow)
