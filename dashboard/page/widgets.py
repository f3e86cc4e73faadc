"""Widgets whose value lies under a key of the session state that is not their own.

Streamlit's browser part sends a choice's *text* back as its value. After a switch of the language
that text belongs to no option, so every language has a widget of its own. And it sends the values
of all widgets with each message, also of those that are others by now: a text
that is set from elsewhere too gets a new widget each time, of which no old value can come.
"""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from dashboard.text.viewer import language

TEXT_FIELDS = "text_fields"
"""Session state: the number of the widget that a text has now and what it held last, by key."""


def select(
    label: str,
    options: Sequence[Any],
    *,
    key: str,
    title: Callable[[Any], str] = str,
    on_change: Callable[[], None] | None = None,
    **how: Any,
) -> Any:
    """A select box for ``st.session_state[key]``; returns its value.

    Args:
        label: of the widget.
        options: of which the value is one, or ``None`` where nothing is chosen.
        key: of the session state, which must hold the value already.
        title: how an option is shown.
        on_change: called once the new value lies under ``key``.
        how: what ``st.selectbox`` takes besides.
    """
    own, on_new_value = _of_this_language(key, on_change)
    value = st.session_state[own]
    at = None if value is None else list(options).index(value)
    st.selectbox(
        label,
        options,
        at,
        key=own,
        format_func=_option_texts(options, title),
        on_change=on_new_value,
        **how,
    )
    return st.session_state[key]


def segments(
    label: str, options: Sequence[Any], *, key: str, title: Callable[[Any], str] = str, **how: Any
) -> Any:
    """A row of buttons of which one is pressed, for ``st.session_state[key]``."""
    own, on_new_value = _of_this_language(key, None)
    st.segmented_control(
        label,
        options,
        default=st.session_state[own],
        key=own,
        required=True,
        format_func=_option_texts(options, title),
        label_visibility="collapsed",
        on_change=on_new_value,
        **how,
    )
    return st.session_state[key]


def several(
    label: str, options: Sequence[Any], *, key: str, title: Callable[[Any], str] = str, **how: Any
) -> list[Any]:
    """A box of which several options may be chosen, for ``st.session_state[key]``."""
    own, on_new_value = _of_this_language(key, None)
    st.multiselect(
        label,
        options,
        st.session_state[own],
        key=own,
        format_func=_option_texts(options, title),
        on_change=on_new_value,
        **how,
    )
    chosen: list[Any] = st.session_state[key]
    return chosen


def text_field(label: str, *, key: str, **how: Any) -> None:
    """A field to type in, for ``st.session_state[key]``, which other widgets set too."""
    fields = st.session_state.setdefault(TEXT_FIELDS, {})
    number, held = fields.get(key, (0, None))
    text = st.session_state[key]
    if held != text:
        number += 1
        fields[key] = number, text
    own = f"{key}_{number}"

    def on_new_value() -> None:
        if fields[key][0] == number:  # else an old widget's text, which is out of date
            st.session_state[key] = st.session_state[own]
            fields[key] = number, st.session_state[own]

    st.text_input(label, text, key=own, on_change=on_new_value, **how)


def _option_texts(options: Sequence[Any], title: Callable[[Any], str]) -> Callable[[Any], str]:
    """The options' texts in the language of this moment, whenever they are asked for."""
    texts = {option: title(option) for option in options}
    return lambda option: texts.get(option, str(option))


def _of_this_language(
    key: str, on_change: Callable[[], None] | None
) -> tuple[str, Callable[[], None]]:
    """The widget's own key, holding the value of ``key``, and what brings its value back."""
    own = f"{key}_{language()}"
    if own not in st.session_state or st.session_state[own] != st.session_state[key]:
        st.session_state[own] = st.session_state[key]

    def on_new_value() -> None:
        st.session_state[key] = st.session_state[own]
        if on_change is not None:
            on_change()

    return own, on_new_value
