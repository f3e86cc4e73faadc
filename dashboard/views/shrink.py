"""Smaller still: what may be taken from a student, and what does it cost?"""

import streamlit as st

from dashboard.charts.compression_plane import BATCHES, SIZES
from dashboard.page import address
from dashboard.page.acting import act_button, pace
from dashboard.page.jobs import compressions
from dashboard.page.jobs.failure import show_failure
from dashboard.page.jobs.resume_button import resume_button
from dashboard.page.jobs.run_picker import kept_run_picker
from dashboard.page.jobs.stored import stored
from dashboard.page.panel import chart_panel, panel
from dashboard.page.projector import in_expander
from dashboard.page.settings.values import problem
from dashboard.page.widgets import segments, select, several
from dashboard.say.compression import compression_sentences
from dashboard.say.titles import method_title, row_title
from dashboard.server.engine import LIVE_STATES, hub, store
from dashboard.text.viewer import md, render_sentences, t
from kdcore.jobs.compression.config import CompressionConfig, suited_stages
from kdcore.jobs.compression.record import CompressionRecord
from kdcore.jobs.kind import COMPRESSION, RUN

SHARES = ("prune_share", "narrow_share", "rank_share")
POLL = 1.0  # seconds between two looks at the state; the charts get theirs pushed


def settings_rows(shrink: str, live: bool) -> None:
    """The run, the stages and their amounts, Start and Stop."""
    options = compressions.compressible_runs()
    if not options:
        st.info(t("shrink.no_run"), title=t("shrink.no_run_title"), icon=":material/compress:")
        st.page_link("views/live.py", label=t("runs.go_live"), icon=":material/play_circle:")
        return
    columns = st.columns([3, 1, 1.2], vertical_alignment="bottom")
    with columns[0]:
        run = kept_run_picker(t("shrink.run"), options, disabled=live)
    compressions.read_settings(run)
    config = CompressionConfig.of(run, store().find(run, RUN).config).base
    low, high = compressions.limits("epochs")
    columns[1].number_input(
        t("shrink.epochs"),
        low,
        high,
        st.session_state["again"],
        key="again",
        help=t("shrink.epochs_help"),
    )
    several(
        t("shrink.stages"),
        suited_stages(config.student),
        key="stages",
        title=lambda stage: t(f"stage.{stage}"),
        help=t("shrink.stages_help"),
        label_visibility="collapsed",
    )
    with st.expander(t("shrink.more")):
        for name, column in zip(SHARES, st.columns(3), strict=True):
            low, high = compressions.limits(name)
            key = compressions.AMOUNT_KEYS[name]
            column.slider(
                t(f"shrink.{name}"),
                low,
                high,
                st.session_state[key],
                0.01,
                key=key,
                help=t(f"shrink.{name}_help"),
            )
        for (name, key), column in zip(
            compressions.OF_THE_LOSS.items(), st.columns(3), strict=True
        ):
            column.number_input(
                t(f"live.slider.{name}"),
                value=st.session_state[key],
                key=key,
                format="%g",
                placeholder=t("shrink.of_the_run", value=getattr(config, name)),
            )
    if config.method != store().find(run, RUN).config.method:
        st.caption(
            md("shrink.gives_way", method=method_title(store().find(run, RUN).config.method))
        )
    sentence = problem(lambda: compressions.compression_from_widgets(run))
    with columns[2], st.container(horizontal=True):
        act_button(
            t("live.start"),
            key="start_shrink",
            type="secondary" if live else "primary",
            icon=":material/play_arrow:",
            disabled=bool(sentence) or live,
            on_click=compressions.start,
            args=(run,),
        )
        act_button(
            t("live.stop"),
            key="stop_shrink",
            icon=":material/stop:",
            disabled=not live,
            on_click=compressions.stop,
            args=(shrink,),
        )
    if sentence:
        st.error(sentence, icon=":material/error:")
    compressions.write_settings(run)


def job_status(shrink: str, drawn: str, over: int) -> None:
    """State and progress; the whole page anew when the state is another or a stage has ended.

    Args:
        shrink: its id.
        drawn: its state when the page was drawn.
        over: stages that were over then.
    """
    found = compressions.compression_record(shrink)
    state = hub().state(shrink)
    if state in LIVE_STATES:
        st.progress(found.done, text=_progress_text(found, state))
    elif found.finished:
        st.caption(
            md(
                "shrink.ended",
                state=t(f"state.{state}"),
                seconds=found.finished.seconds,
                stages=md(
                    "count.stages", count=sum(stage.after is not None for stage in found.compressed)
                ),
                folder=str(compressions.folder_of(shrink)),
            )
        )
    show_failure(found.failed, state)
    if state != drawn or found.over > over:
        st.rerun()


def _progress_text(found: CompressionRecord, state: str) -> str:
    if state == "queued":
        return t("live.queued")
    if not found.stages:
        return t("live.waiting")
    stage = list(found.stages.values())[-1]
    name = t(f"stage.{stage.name}")
    if not stage.epochs:
        return md("shrink.measuring", stage=name)
    last = stage.epochs[-1]
    return md(
        "shrink.learning",
        stage=name,
        epoch=last.epoch,
        epochs=last.epochs,
        accuracy=last.validation_accuracy,
    )


def sentences(shrink: str) -> None:
    """A line for every stage that is over."""
    found = compressions.compression_record(shrink)
    lines = compression_sentences(found)
    if not lines:
        st.caption(t("shrink.no_stage"))
        return
    for name, line in lines.items():
        st.markdown(
            md(
                "shrink.line",
                stage=t(f"stage.{name}"),
                what=t(f"stage_what.{name}"),
                sentences=render_sentences(line),
            )
        )
    st.caption(t("shrink.same_epochs"))


def stage_charts(shrink: str) -> None:
    """Both planes, the sentences and the table."""
    left, right = st.columns(2)
    with left:
        size = segments(
            t("shrink.size"), list(SIZES), key="size", title=lambda name: t(f"shrink.size_{name}")
        )
        chart_panel("shrink_sizes", shrink, height=360, params={"size": size})
    with right:
        batch = segments(
            t("shrink.batch"),
            BATCHES,
            key="batch",
            title=lambda batch: md("shrink.at_once", batch=batch),
        )
        chart_panel("shrink_times", shrink, height=360, params={"batch": batch})
    with panel("shrink_told", shrink):
        sentences(shrink)
    chart_panel("shrink_table", shrink, height=330)
    address.write_params({"size": size, "batch": batch})


st.title(t("shrink.title"), anchor=False)
st.markdown(t("shrink.lead"))
known = stored(COMPRESSION)
shrink = compressions.shown_compression(known)
state = hub().state(shrink) if shrink else ""  # looked up once: what is drawn must agree
live = state in LIVE_STATES
with in_expander(t("live.settings"), when=bool(shrink)):
    settings_rows(shrink, live)
if shrink:
    address.read_param("size", "bytes", lambda text: text if text in SIZES else "bytes")
    address.read_param("batch", "1", lambda text: text if text in BATCHES else "1")
    with st.container(horizontal=True, vertical_alignment="bottom", key="job_row"):
        select(
            t("shrink.shrink"),
            list(known),
            key="shrink",
            title=lambda shrink: row_title(known[shrink]),
            label_visibility="collapsed",
        )
        resume_button(shrink, help=t("shrink.resume_help"))
    over = compressions.compression_record(shrink).over
    with st.container(key="status-shrink"):
        st.fragment(job_status, run_every=pace(POLL) if live else None)(shrink, state, over)
    stage_charts(shrink)
