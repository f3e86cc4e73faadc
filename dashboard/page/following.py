"""A follower's page comes to where the lecturer's is."""

from collections.abc import Collection

import streamlit as st

from dashboard.page import address
from dashboard.server.classroom import classroom
from dashboard.server.classroom.place import BY_SCRIPTS, PERSONAL

FOLLOW = "class_follow"
"""Session state: the page is to come to the lecturer's, until the next script carries it out."""
AT = "class_at"
"""Session state: number of the lecturer's place to which this page has come last."""


def wish_to_follow() -> None:
    """The line of the class asks for it; pages are changed by the script, not by a callback."""
    st.session_state[FOLLOW] = True


def follow_lecturer(page: str, pages: Collection[str]) -> None:
    """Go where the lecturer looks, if that was asked for.

    Args:
        page: that is shown.
        pages: that there are.
    """
    if not st.session_state.pop(FOLLOW, False) or (there := classroom().place) is None:
        return
    number, place = there
    st.session_state[AT] = number
    own = PERSONAL | BY_SCRIPTS
    now = {name: text for name, text in st.query_params.to_dict().items() if name not in own}
    if place.page in pages and (place.page, dict(place.query)) != (page, now):
        changes: dict[str, str | None] = dict.fromkeys(now)
        address.open_page(place.page, **changes | dict(place.query))
