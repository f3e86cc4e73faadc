"""Recognition: a large recogniser of speech teaches a small one, frame by frame."""

import streamlit as st

from dashboard.components.live_plot import live_plot
from dashboard.page import address
from dashboard.page.acting import act_button, pace
from dashboard.page.jobs import recognitions
from dashboard.page.jobs.failure import show_failure
from dashboard.page.jobs.resume_button import resume_button
from dashboard.page.jobs.stored import stored
from dashboard.page.panel import chart_panel, panel
from dashboard.page.projector import in_expander
from dashboard.page.settings.values import problem
from dashboard.page.wide_table import wide_table
from dashboard.page.widgets import segments, select, text_field
from dashboard.say.recognition import marked, recognition_sentences
from dashboard.say.titles import row_title
from dashboard.server.engine import LIVE_STATES, hub
from dashboard.text.durations import duration_text
from dashboard.text.escape import markdown_text
from dashboard.text.viewer import md, render_sentences, t
from kdcore.jobs.kind import RECOGNITION
from kdcore.jobs.recognition.config import BLANKS, MADE
from kdcore.jobs.recognition.events import LEARNERS
from kdcore.jobs.recognition.record import RecognitionRecord

POLL = 1.0  # seconds between two looks at the state; the charts get theirs pushed
NUMBERS = ("temperature", "weight", "teacher_epochs", "epochs", "train_size", "seed")


def settings_rows(job: str, live: bool) -> None:
    """The corpus, the networks, how is distilled, Start and Stop."""
    recognitions.read_settings()
    keys = recognitions.KEYS
    corpus = segments(
        t("recognition.corpus"),
        recognitions.CORPORA,
        key="recognition_corpus",
        title=lambda name: t(f"recognition.{name}"),
    )
    if corpus == MADE:
        st.caption(t("recognition.made_what"))
    else:
        text_field(
            t("recognition.setting.data"),
            key=keys["data"],
            placeholder=t("recognition.data_hint"),
            help=t("recognition.data_help"),
        )
    columns = st.columns([1, 1, 1.4], vertical_alignment="bottom")
    for name, column in zip(("teacher", "student"), columns[:2], strict=True):
        with column:
            text_field(t(f"recognition.{name}"), key=keys[name], help=t("recognition.network_help"))
    with columns[2]:
        select(
            t("recognition.setting.blank"),
            BLANKS,
            key=keys["blank"],
            title=lambda name: t(f"choice.blank.{name}"),
            help=t("recognition.blank_help"),
        )
    for name, column in zip(NUMBERS, st.columns(len(NUMBERS)), strict=True):
        low, high = recognitions.limits(name)
        column.number_input(
            t(f"recognition.number.{name}"),
            low,
            high,
            st.session_state[keys[name]],
            key=keys[name],
            format="%g" if isinstance(low, float) else None,
            help=t(f"recognition.number_help.{name}"),
        )
    missing = corpus == MADE and not recognitions.can_make()
    sentence = problem(recognitions.config_from_widgets)
    with st.container(horizontal=True):
        act_button(
            t("live.start"),
            key="start_recognition",
            type="secondary" if live else "primary",
            icon=":material/play_arrow:",
            disabled=bool(sentence) or missing or live,
            on_click=recognitions.start,
        )
        act_button(
            t("live.stop"),
            key="stop_recognition",
            icon=":material/stop:",
            disabled=not live,
            on_click=recognitions.stop,
            args=(job,),
        )
    if sentence or missing:
        st.error(sentence or t("recognition.no_espeak"), icon=":material/error:")
    recognitions.write_settings()


def job_status(job: str, drawn: str, over: int) -> None:
    """State and progress; the whole page anew when the state is another or an epoch is over.

    Args:
        job: its id.
        drawn: its state when the page was drawn.
        over: epochs of the students that were over then.
    """
    found = recognitions.recognition_record(job)
    state = hub().state(job)
    if state in LIVE_STATES:
        st.progress(found.done, text=_progress_text(found, state))
    elif found.finished:
        st.caption(
            md(
                "recognition.ended",
                state=t(f"state.{state}"),
                duration=duration_text(found.finished.seconds),
                epochs=md("count.epochs", count=found.finished.epochs),
            )
        )
    show_failure(found.failed, state)
    if state != drawn or len(found.epochs) > over:
        st.rerun()


def _progress_text(found: RecognitionRecord, state: str) -> str:
    if state == "queued":
        return t("live.queued")
    if found.started is None:
        if found.progress is None:
            return t("live.waiting")
        key = "speaking" if found.progress.task == "speak" else "reading"
        return md(f"recognition.{key}", done=found.progress.done, total=found.progress.total or 0)
    name = "teacher_epochs" if found.stage == "teacher" else "epochs"
    return md(
        f"recognition.learning_{found.stage}",
        position=found.position,
        epochs=found.started.config[name],
    )


def corpus_line(found: RecognitionRecord) -> None:
    """How much was read, and what was decided on the way."""
    if found.started is None:
        return
    sizes = {
        f"{name}_{what}": getattr(one, what)
        for name, one in found.started.splits.items()
        for what in ("utterances", "speakers")
    }
    st.caption(
        md(
            "recognition.sizes",
            **sizes,
            teacher=found.started.parameters["teacher"],
            student=found.started.parameters["student"],
        )
    )


def sentences(found: RecognitionRecord) -> None:
    """The verdict, or when it comes."""
    told = recognition_sentences(found)
    st.markdown(render_sentences(told) if told else t("recognition.no_verdict"))


def frames(job: str, found: RecognitionRecord) -> None:
    """The utterance and the epoch whose answers are shown, and these."""
    watched = found.started.watched if found.started else []
    with panel("recognition_frames", job):
        if not found.epochs or not watched:
            st.caption(t("chart.empty.recognition_students"))
            return
        numbers = list(range(len(watched)))
        address.read_param(
            "utterance", 0, lambda text: int(text) if text.isdigit() and int(text) in numbers else 0
        )
        if st.session_state["utterance"] not in numbers:
            st.session_state["utterance"] = 0
        told = found.epochs[-1].transcripts
        chosen = segments(
            t("recognition.utterance"),
            numbers,
            key="utterance",
            title=lambda at: markdown_text(told[at].said if at < len(told) else watched[at]),
        )
        newest = found.epochs[-1].epoch
        epoch = newest
        if newest:
            epoch = st.slider(
                t("recognition.epoch"), 0, newest, newest, key=f"recognition_at_{job}_{newest}"
            )
        address.write_params({"utterance": str(chosen) if chosen else None})
        live_plot(
            "recognition_frames", job, height=640, params={"utterance": chosen, "epoch": epoch}
        )


def transcripts(job: str, found: RecognitionRecord) -> None:
    """What each learner writes of some test utterances after the newest epoch."""
    with panel("recognition_transcripts", job):
        if not found.epochs:
            st.caption(t("chart.empty.recognition_students"))
            return
        newest = found.epochs[-1]
        st.caption(md("recognition.signs", epoch=newest.epoch))
        rows = [
            {t("recognition.said"): str(markdown_text(one.said))}
            | {
                t(f"learner.{name}"): str(marked(one.said, one.learners[name]))
                or t("recognition.nothing")
                for name in LEARNERS
            }
            for one in newest.transcripts
        ]
        if rows:
            wide_table(rows, "transcripts")


def charts(job: str, found: RecognitionRecord) -> None:
    """The error rates, the verdict, the terms, the frames and the transcripts."""
    left, right = st.columns(2)
    with left:
        chart_panel("recognition_rates", job, height=300)
    with right, panel("recognition_told", job):
        sentences(found)
        corpus_line(found)
    left, right = st.columns([2, 1])
    with left:
        chart_panel("recognition_terms", job, height=260)
    with right:
        chart_panel("recognition_teacher", job, height=260)
    frames(job, found)
    transcripts(job, found)


st.title(t("recognition.title"), anchor=False)
st.markdown(t("recognition.lead"))
known = stored(RECOGNITION)
job = recognitions.shown_recognition(known)
state = hub().state(job) if job else ""  # looked up once: what is drawn must agree
live = state in LIVE_STATES
with in_expander(t("live.settings"), when=bool(job)):
    settings_rows(job, live)
if job:
    select(
        t("recognition.job"),
        list(known),
        key="recognition",
        title=lambda one: row_title(known[one]),
        label_visibility="collapsed",
    )
    found = recognitions.recognition_record(job)
    with st.container(key="status-recognition"):
        st.fragment(job_status, run_every=pace(POLL) if live else None)(
            job, state, len(found.epochs)
        )
    resume_button(job, help=t("recognition.resume_help"))
    charts(job, found)
else:
    st.info(t("recognition.no_job"), title=t("recognition.no_job_title"), icon=":material/mic:")
