"""The form by which the lecturer asks the class, and the questions that were asked before."""

import time
from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboard.page.acting import act_button, acts
from dashboard.page.jobs.stored import stored
from dashboard.page.widgets import select
from dashboard.say.titles import row_title
from dashboard.server.classroom import classroom
from dashboard.server.classroom.question import (
    HELPS,
    KINDS,
    NEXT,
    OWN,
    WHICH_T,
    Question,
    helps,
    own,
    which_t,
)
from dashboard.server.classroom.room import new_id
from dashboard.server.engine import RECORDED
from dashboard.text.escape import markdown_text
from dashboard.text.viewer import language, md, t
from kdcore.errors import UserError
from kdcore.jobs.kind import RUN, SWEEP
from kdcore.store import JobRow

KIND, JOB, TEMPERATURES, TEXT, OPTIONS = (
    "class_kind",
    "class_job",
    "class_temperatures",
    "class_text",
    "class_options",
)
"""Session state, and keys of the widgets."""
USUAL = "1, 2, 4, 8"
"""Temperatures that are offered where no sweep says which."""
HIGHEST = 10_000
"""Temperatures that are typed lie below it."""


def ask_form() -> None:
    """A question to the class: which, and whose outcome answers it."""
    st.session_state.setdefault(KIND, HELPS)
    st.header(t("classroom.ask_title"), anchor=False, help=t("classroom.ask_lead"))
    which, whose, now = st.columns([3, 5, 1], vertical_alignment="bottom")
    with which:
        kind = select(
            t("classroom.ask_kind"), KINDS, key=KIND, title=lambda one: t(f"classroom.kind.{one}")
        )
    rows = _jobs(kind)
    with whose:
        job = _job_box(kind, rows)
    with now:
        act_button(
            t("classroom.ask_now"),
            key="ask_class",
            type="primary",
            icon=":material/campaign:",
            on_click=ask,
            width="stretch",
        )
    if kind == OWN:
        st.text_input(t("classroom.ask_text"), key=TEXT, max_chars=300)
        st.text_area(t("classroom.ask_options"), key=OPTIONS, max_chars=2000, height=120)
    if kind == WHICH_T and job not in rows:
        st.text_input(
            t("classroom.ask_temperatures"),
            st.session_state.setdefault(TEMPERATURES, USUAL),
            key=TEMPERATURES,
            help=t("classroom.ask_temperatures_help"),
        )


@acts
def ask() -> None:
    """Put the question of the form to the class."""
    kind, job = st.session_state[KIND], st.session_state[JOB]
    classroom().ask(_question(kind, job, time.time()))


def past_questions() -> None:
    """The questions before, each with its votes and what happened; a line to open."""
    past = classroom().past()
    if not past:
        return
    with st.expander(t("classroom.past"), icon=":material/history:"):
        for one in past:
            st.markdown(f"**{markdown_text(_told(one['text']))}**")
            right = one["right"]
            if right is None and one["outcome"]:
                right = one["outcome"]["option"]
            for at, (option, count) in enumerate(zip(one["options"], one["counts"], strict=True)):
                key = "classroom.past_right" if at == right else "classroom.past_votes"
                st.caption(md(key, option=_told(option), count=count))
            if one["outcome"]:
                st.caption(markdown_text(_told(one["outcome"]["text"])))


def _told(texts: Mapping[str, str]) -> str:
    return texts.get(language()) or next(iter(texts.values()))


def _jobs(kind: str) -> dict[str, JobRow]:
    return stored(SWEEP) if kind == WHICH_T else stored(RUN, SWEEP)


def _job_box(kind: str, rows: Mapping[str, JobRow]) -> str:
    recorded = [] if kind == WHICH_T else [RECORDED]
    options = [*([""] if kind == OWN else []), NEXT, *rows, *recorded]
    there = classroom().place
    looked_at = there[1].query.get("run", "") if there else ""
    usual = "" if kind == OWN else looked_at if looked_at in options else NEXT
    if st.session_state.get(JOB) not in options or st.session_state.get(f"{JOB}_of") != kind:
        st.session_state[JOB] = usual
        st.session_state[f"{JOB}_of"] = kind
    titles = {
        "": t("classroom.ask_no_job"),
        NEXT: t("classroom.ask_next_sweep" if kind == WHICH_T else "classroom.ask_next_run"),
        RECORDED: t("app.recorded"),
    }
    chosen: str = select(
        t("classroom.ask_job"),
        options,
        key=JOB,
        title=lambda one: titles[one] if one in titles else row_title(rows[one]),
    )
    return chosen


def _question(kind: str, job: str, now: float) -> Question:
    """The question that the form describes.

    Raises:
        UserError: something is missing in it.
    """
    if kind == WHICH_T:
        rows = _jobs(kind)
        known = rows[job].config if job in rows else {}
        return which_t(new_id(), job, _temperatures(known), now)
    if kind == OWN:
        options = st.session_state.get(OPTIONS, "").splitlines()
        return own(new_id(), st.session_state.get(TEXT, ""), options, job, now)
    return helps(new_id(), job, now)


def _temperatures(config: Mapping[str, Any]) -> list[float]:
    """Those of a sweep, else those that were typed."""
    if found := config.get("temperatures"):
        return sorted(float(one) for one in found)
    given = st.session_state.get(TEMPERATURES, USUAL)
    try:
        typed = {float(one) for one in given.replace("，", ",").split(",") if one.strip()}
    except ValueError:
        raise UserError("class_temperatures", given=given[:80], most=HIGHEST) from None
    if not all(0 < one < HIGHEST for one in typed):
        raise UserError("class_temperatures", given=given[:80], most=HIGHEST)
    return sorted(typed)
