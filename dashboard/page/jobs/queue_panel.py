"""What is trained now and what waits, with the way out of the queue."""

import streamlit as st

from dashboard.page.acting import acts, may_act, pace
from dashboard.say.titles import row_title
from dashboard.server.engine import hub, store
from dashboard.text.escape import markdown_text
from dashboard.text.viewer import t
from kdcore.commands import Stop

POLL = 2.0  # seconds between two looks at the queue
SHOWN = 20  # jobs with a line each


def queue_panel() -> None:
    """Draw it while more than one job is in the queue."""
    st.fragment(_queue, run_every=pace(POLL))()


def _queue() -> None:
    jobs = hub().queue()
    if len(jobs) < 2:
        return
    with st.container(border=True, key="queue"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(t("runs.queue", count=len(jobs) - 1))
            if may_act():
                st.button(
                    t("runs.cancel_all"),
                    key="cancel_all",
                    icon=":material/playlist_remove:",
                    on_click=_cancel,
                    args=(jobs[1:],),
                )
        for place, job in enumerate(jobs[: SHOWN + 1]):
            with st.container(horizontal=True, vertical_alignment="center"):
                title = markdown_text(row_title(store().row(job)))
                where = t("runs.now") if place == 0 else t("runs.place", place=place)
                st.markdown(f"{where} · {title}", width="stretch")
                if place and may_act():
                    st.button(
                        t("runs.cancel"),
                        key=f"cancel-{job}",
                        icon=":material/close:",
                        on_click=_cancel,
                        args=([job],),
                    )
        if len(jobs) > SHOWN + 1:
            st.caption(t("runs.queue_more", count=len(jobs) - SHOWN - 1))


@acts
def _cancel(jobs: list[str]) -> None:
    """Take jobs out of the queue; what has begun meanwhile goes on."""
    for job in jobs:
        if hub().state(job) == "queued":
            hub().send(job, Stop())
