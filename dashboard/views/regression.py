"""Regression: a number with its uncertainty, from an ensemble to a small network."""

from collections.abc import Mapping
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.page.acting import act_button, pace
from dashboard.page.data_notes import show_notes
from dashboard.page.jobs import regressions
from dashboard.page.jobs.failure import show_failure
from dashboard.page.jobs.stored import stored
from dashboard.page.panel import chart_panel, panel
from dashboard.page.projector import in_expander
from dashboard.page.settings.values import problem
from dashboard.page.widgets import select, text_field
from dashboard.say.regression import regression_sentences
from dashboard.say.titles import dataset_title, row_title
from dashboard.server.engine import LIVE_STATES, hub
from dashboard.text.durations import duration_text
from dashboard.text.viewer import md, t
from kdcore.jobs.kind import REGRESSION
from kdcore.jobs.regression.config import RegressionConfig
from kdcore.jobs.regression.record import RegressionRecord
from kdcore.jobs.run.config import RunConfig

POLL = 1.0  # seconds between two looks at the state; the charts get theirs pushed
TABLES = ("csv", "tsv", "txt", "gz", "zip")
FIELDS = RunConfig.__dataclass_fields__
OWN = RegressionConfig.__dataclass_fields__


def settings_rows(job: str, live: bool) -> None:
    """The table, the models, how they learn, Start and Stop."""
    regressions.read_settings()
    first = st.columns([2, 1.4, 1.6], vertical_alignment="bottom")
    names = ["diabetes"]
    if st.session_state["regression_dataset"] not in names:
        names.append(st.session_state["regression_dataset"])
    with first[0]:
        select(
            t("regression.table"),
            names,
            key="regression_dataset",
            title=dataset_title,
            help=t("regression.table_help"),
            accept_new_options=True,
        )
    with first[1]:
        text_field(
            t("regression.target"), key="regression_label_column", help=t("regression.target_help")
        )
    with first[2], st.popover(t("regression.upload"), icon=":material/upload_file:"):
        st.file_uploader(
            t("regression.upload"),
            type=TABLES,
            key="regression_upload",
            on_change=regressions.keep_upload,
        )
    second = st.columns(4, vertical_alignment="bottom")
    with second[0]:
        text_field(t("regression.teacher"), key="regression_teacher")
    _number(
        second[1],
        "regression_networks",
        OWN["networks"].metadata,
        t("regression.networks"),
        t("regression.networks_help"),
    )
    with second[2]:
        text_field(t("regression.student"), key="regression_student")
    _number(
        second[3],
        "regression_pairs",
        OWN["pairs"].metadata,
        t("regression.pairs"),
        t("regression.pairs_help"),
    )
    third = st.columns(4, vertical_alignment="bottom")
    third[0].slider(
        t("regression.weight"),
        0.0,
        1.0,
        st.session_state["regression_weight"],
        0.05,
        key="regression_weight",
        help=t("regression.weight_help"),
    )
    third[1].slider(
        t("regression.unlabelled"),
        0.0,
        0.95,
        st.session_state["regression_unlabelled"],
        0.05,
        key="regression_unlabelled",
        help=t("regression.unlabelled_help"),
    )
    _number(third[2], "regression_epochs", FIELDS["epochs"].metadata, t("regression.epochs"), None)
    sentence = problem(regressions.config_from_widgets)
    with third[3], st.container(horizontal=True):
        act_button(
            t("live.start"),
            key="start_regression",
            type="secondary" if live else "primary",
            icon=":material/play_arrow:",
            disabled=bool(sentence) or live,
            on_click=regressions.start,
        )
        act_button(
            t("live.stop"),
            key="stop_regression",
            icon=":material/stop:",
            disabled=not live,
            on_click=regressions.stop,
            args=(job,),
        )
    if sentence:
        st.error(sentence, icon=":material/error:")
    regressions.write_settings()


def _number(
    place: DeltaGenerator, key: str, about: Mapping[str, Any], label: str, help_text: str | None
) -> None:
    place.number_input(
        label, int(about["low"]), int(about["high"]), st.session_state[key], key=key, help=help_text
    )


def job_status(job: str, drawn: str, taught: bool) -> None:
    """State and progress; the whole page anew when the state is another or the teacher is there.

    Args:
        job: its id.
        drawn: its state when the page was drawn.
        taught: whether the teacher was trained then.
    """
    found = regressions.regression_record(job)
    state = hub().state(job)
    if state in LIVE_STATES:
        st.progress(found.done, text=_progress_text(found, state))
    elif found.finished:
        st.caption(
            md(
                "regression.ended",
                state=t(f"state.{state}"),
                duration=duration_text(found.finished.seconds),
            )
        )
    show_failure(found.failed, state)
    if state != drawn or (found.taught is not None) != taught:
        st.rerun()


def _progress_text(found: RegressionRecord, state: str) -> str:
    if state == "queued":
        return t("live.queued")
    if found.epochs and found.started:
        newest = list(found.epochs.values())[-1][-1]
        return md(
            "regression.learning",
            seed=newest.seed,
            epoch=newest.epoch,
            epochs=found.started.config["base"]["epochs"],
        )
    if found.started:
        of = found.started.config["networks"]
        return md("regression.teaching", network=min(len(found.networks) + 1, of), of=of)
    return t("live.waiting")


def about(found: RegressionRecord) -> None:
    """What is predicted, from how much, and what was decided on reading."""
    if found.started is None:
        return
    started = found.started
    st.caption(
        md(
            "regression.about",
            target=started.target,
            data=started.data,
            mean=started.target_mean,
            std=started.target_std,
            labelled=started.labelled,
            train=started.train_size,
            test=started.test_size,
        )
    )
    show_notes(started.notes)


def charts(job: str, found: RegressionRecord) -> None:
    """The verdict, the curves and what the intervals are worth."""
    left, right = st.columns([1, 2])
    with left, panel("regression_told", job):
        told = regression_sentences(found)
        st.markdown("\n\n".join(told) or t("chart.empty.regression_end"))
        if found.taught:
            st.caption(md("regression.sizes", **found.taught.parameters))
    with right:
        chart_panel("regression_error", job, height=280)
    chart_panel("regression_points", job, height=340)
    left, right = st.columns([1, 2])
    with left:
        chart_panel("regression_intervals", job, height=320)
    with right:
        chart_panel("regression_table", job, height=200)


st.title(t("regression.title"), anchor=False)
st.markdown(t("regression.lead"))
known = stored(REGRESSION)
job = regressions.shown_regression(known)
state = hub().state(job) if job else ""  # looked up once: what is drawn must agree
live = state in LIVE_STATES
with in_expander(t("live.settings"), when=bool(job)):
    settings_rows(job, live)
if job:
    select(
        t("regression.job"),
        list(known),
        key="regression",
        title=lambda job: row_title(known[job]),
        label_visibility="collapsed",
    )
    found = regressions.regression_record(job)
    with st.container(key="status-regression"):
        st.fragment(job_status, run_every=pace(POLL) if live else None)(
            job, state, found.taught is not None
        )
    about(found)
    charts(job, found)
else:
    st.info(t("regression.none"), title=t("regression.none_title"), icon=":material/show_chart:")
