"""What belongs to the page as a whole: its language for screen readers, its keys, its history."""

from pathlib import Path

import streamlit as st

from dashboard.components.words import words_of
from dashboard.text.keys import key_list, list_words
from dashboard.text.viewer import t

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
    """Install what the page as a whole needs; it draws nothing.

    Streamlit's own words are English; ``style.css`` shows those of ``[component.streamlit]`` in
    their place.
    """
    limit = st.get_option("server.maxUploadSize")
    streamlit = words_of("streamlit")
    data = {
        "language": t("app.language_tag"),
        "keys": KEYS,
        "list": key_list(),
        "words": list_words(),
        "streamlit": streamlit | {"limit": streamlit["limit"].format(megabytes=limit)},
    }
    _component(key="page-frame", data=data)
