"""Widgets whose value lies under a key of the session state that is not their own.

Streamlit's browser part sends a choice's *text* back as its value. After a switch of the language
that text belongs to no option, so every language has a widget of its own. And it sends the values
of all widgets with each message, also of those that are others by now: a text
that is set from elsewhere too gets a new widget each time, of which no old value can come. The
text of an option may change, as that of a job does when it ends: a former text still means it.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from dashboard.text.viewer import language

TEXT_FIELDS = "text_fields"
"""Session state: the number of the widget that a text has now and what it held last, by key."""

SELECT_BOXES = "select_boxes"
"""Session state: the same of a select box, by its key with the language."""

OPTION_TEXTS = "option_texts"
"""Session state: what every text of a select box has meant, by the widget's own key."""
SENT_TEXTS = "sent_texts"
"""Session state: the text of the option that the browser was given last, by the same."""


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
    boxes, base = st.session_state.setdefault(SELECT_BOXES, {}), f"{key}_{language()}"
    value = st.session_state[key]
    number, held = boxes.get(base, (0, value))
    if held != value:  # set from elsewhere: a message of before must not take it back
        number += 1
    boxes[base] = number, value
    own = f"{base}_{number}" if number else base
    texts = _option_texts(options, title)
    meant = st.session_state.setdefault(OPTION_TEXTS, {}).setdefault(own, {})
    meant |= {text: option for option, text in texts.items()}
    sent = st.session_state.setdefault(SENT_TEXTS, {})
    if st.session_state.get(own, value) != value or sent.get(own) != texts.get(value):
        st.session_state[own] = value
    sent[own] = texts.get(value)

    def on_new_value() -> None:
        if boxes[base][0] != number:  # an old widget's choice, which is out of date
            return
        chosen = st.session_state[own]
        if chosen is not None and chosen not in texts:
            typed = how.get("accept_new_options", False)
            chosen = meant.get(chosen, chosen if typed else st.session_state[key])
        if chosen != st.session_state[key]:
            st.session_state[key] = chosen
            boxes[base] = number, chosen
            if on_change is not None:
                on_change()

    st.selectbox(
        label,
        options,
        None if value is None else list(options).index(value),
        key=own,
        format_func=lambda option: texts.get(option, str(option)),
        on_change=on_new_value,
        **how,
    )
    return st.session_state[key]


def segments(
    label: str, options: Sequence[Any], *, key: str, title: Callable[[Any], str] = str, **how: Any
) -> Any:
    """A row of buttons of which one is pressed, for ``st.session_state[key]``."""
    own, on_new_value = _of_this_language(key)
    texts = _option_texts(options, title)
    st.segmented_control(
        label,
        options,
        default=st.session_state[own],
        key=own,
        required=True,
        format_func=lambda option: texts.get(option, str(option)),
        label_visibility="collapsed",
        on_change=on_new_value,
        **how,
    )
    return st.session_state[key]


def several(
    label: str, options: Sequence[Any], *, key: str, title: Callable[[Any], str] = str, **how: Any
) -> list[Any]:
    """A box of which several options may be chosen, for ``st.session_state[key]``."""
    own, on_new_value = _of_this_language(key)
    texts = _option_texts(options, title)
    st.multiselect(
        label,
        options,
        st.session_state[own],
        key=own,
        format_func=lambda option: texts.get(option, str(option)),
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


def _option_texts(options: Sequence[Any], title: Callable[[Any], str]) -> dict[Any, str]:
    """The options' texts in the language of this moment; those that are alike say the option."""
    texts = {option: title(option) for option in options}
    count = Counter(texts.values())
    return {
        option: text if count[text] == 1 else f"{text} · {option}" for option, text in texts.items()
    }


def _of_this_language(key: str) -> tuple[str, Callable[[], None]]:
    """The widget's own key, holding the value of ``key``, and what brings its value back."""
    own = f"{key}_{language()}"
    if own not in st.session_state or st.session_state[own] != st.session_state[key]:
        st.session_state[own] = st.session_state[key]

    def on_new_value() -> None:
        st.session_state[key] = st.session_state[own]

    return own, on_new_value
