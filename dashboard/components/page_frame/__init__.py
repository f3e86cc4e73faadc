"""What belongs to the page as a whole: its language for screen readers, its keys, its history."""

from pathlib import Path

import streamlit as st

from dashboard.text import t

KEYS = {
    " ": "pause",
    "p": "projector_button",
    "ArrowLeft": "previous_chart",
    "ArrowRight": "next_chart",
}
"""Key of the keyboard to the key of the button that it presses where the page has it."""

_component = st.components.v2.component(
    "page_frame",
    js=Path(__file__).with_name("component.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def page_frame() -> None:
    """Install what the page as a whole needs; it draws nothing."""
    _component(key="page-frame", data={"language": t("app.language_tag"), "keys": KEYS})
