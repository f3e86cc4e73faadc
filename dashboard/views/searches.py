"""Searches of settings and selections of a teacher: how they go on, and what is best."""

import streamlit as st

from dashboard.page import address
from dashboard.page.acting import act_button, pace
from dashboard.page.jobs import searches
from dashboard.page.jobs.failure import show_failure
from dashboard.page.jobs.resume_button import resume_button
from dashboard.page.jobs.shown_run import open_run
from dashboard.page.jobs.stored import stored
from dashboard.page.panel import chart_panel, panel
from dashboard.page.widgets import select
from dashboard.say.searches import (
    agreement_sentences,
    best_sentences,
    criteria_sentences,
    settings_text,
)
from dashboard.say.titles import row_title
from dashboard.server.engine import LIVE_STATES, hub, store
from dashboard.text.languages import words
from dashboard.text.names import role_name
from dashboard.text.numbers import objective_text
from dashboard.text.viewer import language, md, render_sentences, t
from kdcore.jobs.kind import SEARCH, TEACHER_SELECTION
from kdcore.jobs.search.config import SearchConfig
from kdcore.jobs.search.events import TrialEnded
from kdcore.jobs.search.record import SearchRecord
from kdcore.jobs.teacher_selection.config import TeacherSelectionConfig
from kdcore.jobs.teacher_selection.record import TeacherSelectionRecord
from kdcore.store import JobFolder

POLL = 1.0  # seconds between two looks at the state; the charts get theirs pushed
Found = SearchRecord | TeacherSelectionRecord


def job_status(job: str, drawn: str, ended: int) -> None:
    """State and progress; the whole page anew when the state is another or a trial has ended.

    Args:
        job: its id.
        drawn: its state when the page was drawn.
        ended: trials or teachers that were over then.
    """
    found = searches.record_of(job)
    state = hub().state(job)
    if state in LIVE_STATES:
        st.progress(found.done, text=_progress_text(found, state))
    elif found.finished:
        st.caption(_end_text(found, state))
    show_failure(found.failed, state)
    if state != drawn or _ended(found) > ended:
        st.rerun()


def _ended(found: Found) -> int:
    return len(found.trials if isinstance(found, SearchRecord) else found.teachers)


def _progress_text(found: Found, state: str) -> str:
    if state == "queued":
        return t("live.queued")
    if found.started is None:
        return t("live.waiting")
    if isinstance(found, SearchRecord) and (trial := found.trial):
        if found.score is None:
            return md("searches.training_begins", done=found.done, trial=trial.trial)
        return md(
            "searches.training",
            done=found.done,
            trial=trial.trial,
            epoch=found.score.epoch,
            epochs=found.score.epochs,
            value=objective_text(found.started.config["objective"], found.score.value),
        )
    if last := found.teacher_epoch:
        return md(
            "live.loading_teacher",
            who=role_name(words(language()), last.learner),
            epoch=last.epoch,
            epochs=last.epochs,
            accuracy=last.test_accuracy,
        )
    if isinstance(found, TeacherSelectionRecord):
        return md(
            "searches.teachers",
            done=found.done,
            count=len(found.teachers),
            all=len(found.started.config["teachers"]),
        )
    return t("live.waiting")


def _end_text(found: Found, state: str) -> str:
    spoken = t(f"state.{state}")
    if isinstance(found, TeacherSelectionRecord):
        assert found.started is not None
        assert found.finished is not None
        return md(
            "searches.selection_ended",
            state=spoken,
            seconds=found.finished.seconds,
            count=len(found.teachers),
            all=len(found.started.config["teachers"]),
        )
    assert found.finished is not None
    return md(
        "searches.ended",
        state=spoken,
        seconds=found.finished.seconds,
        complete=found.finished.complete,
        pruned=found.finished.pruned,
        failed=found.finished.failed,
    )


def search_panels(folder: JobFolder[SearchConfig], found: SearchRecord) -> None:
    """The best trial, Optuna's charts and the table of all trials."""
    job, config = folder.id, folder.config
    with panel("search_best", job):
        if sentences := best_sentences(found, config):
            st.markdown(render_sentences(sentences))
        else:
            st.caption(t("searches.no_trial"))
        if found.best:
            trial_buttons(folder, found.best, "best")
    left, right = st.columns([1.2, 1])
    with left:
        chart_panel("search_history", job, height=300)
    with right:
        chart_panel("search_importances", job, height=300)
    chart_panel("search_parallel", job, height=380)
    with panel("search_trials", job):
        trials(folder, found)


def trials(folder: JobFolder[SearchConfig], found: SearchRecord) -> None:
    """The table of all trials; the one that is selected can be opened."""
    shown = [trial for _, trial in sorted(found.trials.items())]
    if not shown:
        st.caption(t("searches.no_trial"))
        return
    config = folder.config
    share = st.column_config.NumberColumn(format="percent")
    number = st.column_config.NumberColumn(format="%.4f")
    of_value = share if config.more_is_better else number
    table = st.dataframe(
        searches.trial_rows(config, shown, searches.axis_names()),
        key=f"trials-{folder.id}",
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        height="auto",
        column_config={
            t(f"objective.{config.objective}"): of_value,
            t("searches.column.spread"): of_value,
            t("searches.column.test"): share,
        },
    )
    chosen = [shown[row] for row in table.selection.rows if row < len(shown)]
    if not chosen:
        st.caption(t("searches.choose_trial"))
        return
    (trial,) = chosen
    if trial.error:
        st.error(md("searches.trial_failed", trial=trial.trial, error=trial.error))
    trial_buttons(folder, trial, "chosen")


def trial_buttons(folder: JobFolder[SearchConfig], trial: TrialEnded, key: str) -> None:
    """A trial's settings; its runs to be opened, a new run with its settings to be started."""
    st.markdown(md("searches.settings", trial=trial.trial, settings=settings_text(trial.params)))
    with st.container(horizontal=True):
        if act_button(
            t("searches.start_from"),
            key=f"start-{key}",
            icon=":material/play_arrow:",
            type="primary" if key == "best" else "secondary",
            help=t("searches.start_from_help"),
        ):
            searches.start_run(folder.config.base.replace(**trial.params))
        for at, run in enumerate(trial.runs):
            one = len(trial.runs) == 1
            if st.button(
                t("searches.open_run") if one else t("searches.open_fold", fold=at + 1),
                key=f"open-{key}-{at}",
                icon=":material/open_in_new:",
                disabled=not folder.cell(int(run.rpartition(".")[2])).path.exists(),
            ):
                open_run(run)


def selection_panels(
    folder: JobFolder[TeacherSelectionConfig], found: TeacherSelectionRecord
) -> None:
    """Whom each criterion chooses, a chart and a table of the criteria."""
    job = folder.id
    with panel("selection_best", job):
        if not found.teachers:
            st.caption(t("searches.no_teacher"))
        for sentence in criteria_sentences(found):
            st.markdown(render_sentences([sentence]))
        if sentences := agreement_sentences(found):
            st.markdown(render_sentences(sentences))
        if found.teachers:
            teacher_buttons(folder, found)
    chart_panel("teacher_criteria", job, height=220)
    chart_panel("teacher_table", job, height=220)


def teacher_buttons(
    folder: JobFolder[TeacherSelectionConfig], found: TeacherSelectionRecord
) -> None:
    """The runs of a teacher's students to be opened; a new run with it to be started."""
    by_name = {one.teacher: one for one in found.teachers}
    best = found.finished.by_student if found.finished else []
    key = f"teacher-{folder.id}"
    st.session_state.setdefault(key, (best or list(by_name))[0])
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = select(t("searches.teacher"), list(by_name), key=key, width=240)
        if act_button(
            t("searches.start_from"),
            key="start-best",
            icon=":material/play_arrow:",
            type="primary",
            help=t("searches.start_from_help"),
        ):
            searches.start_run(folder.config.base.replace(teacher=chosen))
        for run, seed in zip(by_name[chosen].runs, folder.config.seeds, strict=False):
            if st.button(
                t("searches.open_seed", seed=seed),
                key=f"open-{run}",
                icon=":material/open_in_new:",
                disabled=not folder.cell(int(run.rpartition(".")[2])).path.exists(),
            ):
                open_run(run)


def commands() -> None:
    """How a search and a selection are started."""
    st.markdown(t("searches.command_search"))
    st.code(searches.SEARCH_COMMAND, language="bash", wrap_lines=True)
    st.markdown(t("searches.command_selection"))
    st.code(searches.SELECTION_COMMAND, language="bash", wrap_lines=True)


st.title(t("searches.title"), anchor=False)
st.markdown(t("searches.lead"))
known = stored(*searches.SHOWN)
job = searches.shown_job(known)
for notice in st.session_state.get(address.NOTICES, []):
    st.warning(notice, icon=":material/link_off:")
if not job:
    st.info(t("searches.empty"), title=t("searches.empty_title"), icon=":material/manage_search:")
    commands()
    st.stop()

with st.container(horizontal=True, vertical_alignment="bottom", key="job_row"):
    select(
        t("searches.job"),
        list(known),
        key="search",
        title=lambda job: f"{t(f'kind.{known[job].kind}')} · {row_title(known[job])}",
        on_change=lambda: address.write_params({"search": st.session_state["search"]}),
    )
    act_button(
        t("live.stop"),
        key="stop_search",
        icon=":material/stop:",
        disabled=not hub().commandable(job),
        on_click=searches.stop,
        args=(job,),
    )
    resume_button(job, help=t("searches.resume_help"))
state = hub().state(job)
found = searches.record_of(job)
with st.container(key="status-search"):
    st.fragment(job_status, run_every=pace(POLL) if state in LIVE_STATES else None)(
        job, state, _ended(found)
    )
if isinstance(found, SearchRecord):
    search_panels(store().find(job, SEARCH), found)
else:
    selection_panels(store().find(job, TEACHER_SELECTION), found)
with st.expander(t("searches.commands"), icon=":material/terminal:"):
    commands()
