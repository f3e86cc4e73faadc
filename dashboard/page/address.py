"""The page's address: every setting is in the URL, and a changed URL changes the settings.

Streamlit's own ``bind="query-params"`` writes the *displayed* option into the URL, so that a
Chinese page would make another link than an English one, and it drops bad values without a
word. Here the address holds the values themselves.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

import streamlit as st

SEEN = "address_seen"
"""Session state: what this session last read from or wrote to the URL, by parameter."""
UNREAD = object()
"""In the place of what was last read: no text of the URL equals it."""
OVERTAKEN = "address_overtaken"
"""Session state: when this session took a text out of the URL, by parameter and text."""
ECHO = 15.0
"""Seconds for which a browser may still send the URL as it was."""
BY_SCRIPTS = ("epoch",)
"""Parameters of the URL that the scripts in the browser read and write: the moment shown."""
NOTICES = "address_notices"
"""Session state: sentences on what the URL names and the page cannot show, until it is left."""
LAST = "address_last"
"""Session state: the page that was shown last and the whole query of its URL."""


def restore_query(page: str) -> None:
    """Give the page the query of the one before: a link of the navigation comes without one."""
    last_page, query = st.session_state.get(LAST, (page, {}))
    if last_page != page:
        st.session_state.pop(NOTICES, None)
        if not st.query_params.to_dict():
            st.query_params.from_dict(query)
    st.session_state[LAST] = page, st.query_params.to_dict()


def open_page(page: str, **changes: str | None) -> NoReturn:
    """Change to a page, with changes to the query.

    What the query then says holds, whatever the widgets showed before: a parameter that it does
    not name may have another default now, such as that of another data set.
    """
    query = {
        key: text for key, text in (st.query_params.to_dict() | changes).items() if text is not None
    }
    st.session_state[LAST] = st.session_state[LAST][0], query
    st.session_state.setdefault(SEEN, {}).update(dict.fromkeys(changes, UNREAD))
    st.session_state.setdefault(OVERTAKEN, {}).clear()
    st.switch_page(f"views/{page}.py", query_params=query)


def read_param(key: str, default: Any, read: Callable[[str], Any] = str) -> None:
    """Give the widget ``key`` the value of the URL, unless the viewer has moved it since.

    The widget must get ``st.session_state[key]`` as its default too: Streamlit sends the browser
    a value from the session state only once, and a browser that is still loading the widget's
    code when the page is drawn again would show, and send back, the default.

    Args:
        key: of the widget and of the URL's parameter.
        default: where the URL does not name it.
        read: text to value.
    """
    text = st.query_params.get(key)
    seen = st.session_state.setdefault(SEEN, {})
    if key in st.session_state and seen.get(key) != text and _is_echo(key, text):
        return
    if key not in st.session_state or seen.get(key) != text:
        st.session_state[key] = default if text is None else read(text)
    seen[key] = text


def is_new(key: str) -> bool:
    """Whether the URL names a value that this session has neither read nor written."""
    text = st.query_params.get(key)
    seen = st.session_state.get(SEEN, {})
    return text is not None and seen.get(key) != text and not _is_echo(key, text)


def unused_params() -> list[str]:
    """Parameters of the URL that no page has read in this session."""
    seen = st.session_state.get(SEEN, {})
    known = {*seen, *BY_SCRIPTS}
    return [key for key in st.query_params if key not in known and not key.startswith("embed")]


def _is_echo(key: str, text: str | None) -> bool:
    """Whether the browser has only not yet got what this session wrote over ``text``.

    A slider that is moved on quickly comes with the URL of some moves before.
    """
    then = st.session_state.get(OVERTAKEN, {}).get((key, text))
    return then is not None and time.monotonic() - then < ECHO


def write_params(values: Mapping[str, str | None]) -> None:
    """Write values into the URL; ``None`` takes a parameter out of it."""
    wanted = {key: text for key, text in values.items() if text is not None}
    kept = {key: text for key, text in st.query_params.to_dict().items() if key not in values}
    seen = st.session_state.setdefault(SEEN, {})
    overtaken = st.session_state.setdefault(OVERTAKEN, {})
    overtaken |= {
        (key, seen[key]): time.monotonic()
        for key, text in values.items()
        if key in seen and seen[key] != text
    }
    seen |= values
    if kept | wanted != st.query_params.to_dict():
        st.query_params.from_dict(kept | wanted)  # comes last: a rerun may end the script here
    st.session_state[LAST] = st.session_state[LAST][0], st.query_params.to_dict()
