"""What went wrong with the job that a page shows."""

import streamlit as st

from dashboard.page.acting import may_act
from dashboard.server.engine import LIVE_STATES
from dashboard.text.viewer import t, translate_error
from kdcore.events import Failed


def show_failure(failed: Failed | None, state: str) -> None:
    """Why a job broke off; nothing where it did not, or where it goes on by now.

    Args:
        failed: its end, where that is one.
        state: the job's.
    """
    if state in LIVE_STATES:
        return
    if failed:
        unexpected = bool(failed.details)
        st.error(
            translate_error(failed.code, failed.values, failed.error),
            title=t("live.failed_unexpected") if unexpected else t("live.failed"),
            icon=":material/error:",
        )
        if unexpected and may_act():
            st.caption(t("live.details"))
            st.code(failed.details, language=None)
    elif state in ("crashed", "interrupted"):
        st.error(t(f"live.{state}"), icon=":material/error:")
