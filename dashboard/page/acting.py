"""What only the lecturer may do: the guard of all that acts, and the widgets that lead there."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import streamlit as st

from dashboard.page.user_errors import show_user_errors
from dashboard.server.tiers import Tier
from dashboard.server.visitors import may, require
from dashboard.text.viewer import md

FOLLOWERS_WAIT = 5
"""Times as long as the lecturer's, a follower's page waits before it looks again."""
Given = ParamSpec("Given")
Result = TypeVar("Result")


def acts(callback: Callable[Given, Result]) -> Callable[Given, Result | None]:
    """Guard what a widget does: who may not is told so, and a person's mistake is said.

    Everything in pages that starts, stops, turns, deletes, keeps or uploads is marked by it; a
    test looks for what is not.
    """

    @wraps(callback)
    def guarded(*args: Given.args, **named: Given.kwargs) -> Result | None:
        with show_user_errors():
            require(Tier.ACT)
            return callback(*args, **named)

    return guarded


def may_act() -> bool:
    """Whether who looks at the page steers."""
    return may(Tier.ACT)


def pace(seconds: float) -> float:
    """Seconds between two looks of a page: followers, who may be hundreds, look less often."""
    return seconds if may_act() else FOLLOWERS_WAIT * seconds


def act_button(label: str, **how: Any) -> bool:
    """A button that acts; for a follower it is disabled and says whose it is.

    Args:
        label: of the button.
        how: what ``st.button`` takes besides.
    """
    return st.button(label, **lecturers(**how))


def lecturers(**how: Any) -> dict[str, Any]:
    """What a widget that acts takes; for a follower also ``disabled``, with the reason as help."""
    return how if may_act() else how | {"disabled": True, "help": md("error.lecturer_only")}
