"""Runs: every stored job, to open, resume, compare, name, export and delete."""

from collections.abc import Sequence

import streamlit as st

from dashboard.charts.compared_runs import LEARNERS, METRICS, MOST
from dashboard.components.transport import transport
from dashboard.export.report import report
from dashboard.page import address
from dashboard.page.acting import act_button, lecturers
from dashboard.page.jobs import actions, job_pages
from dashboard.page.jobs.branch_dialog import branch_dialog_with_epochs, why_no_branch
from dashboard.page.jobs.export_menu import export_menu
from dashboard.page.jobs.jobs_table import (
    differences,
    jobs_table,
    results_table,
    scores_table,
    search,
    table_key,
    trash_line,
)
from dashboard.page.jobs.other_settings import again_menu
from dashboard.page.jobs.queue_panel import queue_panel
from dashboard.page.panel import chart_panel
from dashboard.page.wide_table import wide_table
from dashboard.page.widgets import segments, select
from dashboard.say.apart import titles_apart
from dashboard.say.titles import row_title
from dashboard.server.engine import store
from dashboard.text.escape import markdown_text
from dashboard.text.viewer import language, md, t
from kdcore.jobs.kind import KINDS, RUN
from kdcore.store import JobRow, TrashRow

ALL = "all"
CHARTS = {
    "run": ("accuracy", "losses", "agreement", "reliability", "confusion"),
    "sweep": ("landscape", "methods"),
    "search": ("search_history", "search_importances"),
    "teacher_selection": ("teacher_criteria", "teacher_table"),
    "compression": ("shrink_sizes", "shrink_times", "shrink_table"),
    "robustness": ("robust_gains", "robust_table"),
    "regression": ("regression_error", "regression_table"),
    "recipe": ("recipe_curve",),
    "recognition": ("recognition_rates", "recognition_terms"),
}
"""Side by side, by kind of job; the first is the usual one."""
WIDTHS = {"name": 130, "kind": 130, "apart": 380, "result": 220, "note": 180}  # pixels
SHOWN = 20  # deleted jobs with a button each


def undo_line() -> None:
    """What was deleted by the last click, to bring it back at once."""
    if deleted := st.session_state.get(actions.DELETED):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(md("runs.deleted", count=len(deleted)))
            act_button(
                t("runs.undo"), key="undo", icon=":material/undo:", on_click=actions.undo_delete
            )


def trash(deleted: Sequence[TrashRow]) -> None:
    """Everything that was deleted, by whomever and whenever."""
    if not deleted:
        return
    with st.expander(md("runs.trash", count=len(deleted)), icon=":material/delete:"):
        for job in deleted[:SHOWN]:
            with st.container(horizontal=True, vertical_alignment="center"):
                act_button(
                    t("runs.restore"),
                    key=f"restore-{job.id}",
                    icon=":material/restore_from_trash:",
                    on_click=actions.restore,
                    args=([job.id],),
                )
                st.text(trash_line(job.row, job.deleted))
        if len(deleted) > SHOWN:
            st.caption(md("runs.trash_more", count=len(deleted) - SHOWN))
        with st.popover(t("runs.empty_trash"), icon=":material/delete_forever:"):
            st.markdown(md("runs.empty_trash_what", count=len(deleted)))
            act_button(t("runs.empty_trash_do"), key="empty_trash", on_click=actions.empty_trash)


def kind_filter() -> str:
    """The name of the kind whose jobs are listed; empty for all."""
    kinds = [ALL, *KINDS]
    address.read_param("kind", ALL, lambda text: text if text in kinds else ALL)
    kind = segments(t("runs.kind"), kinds, key="kind", title=lambda name: t(f"kinds.{name}"))
    address.write_params({"kind": None if kind == ALL else kind})
    return "" if kind == ALL else kind


def asked_for(rows: Sequence[JobRow], kind: str) -> list[JobRow]:
    """Those with the words that are searched for, or those alone that are starred."""
    address.read_param("search", "")
    address.read_param("starred", False, lambda text: text == "1")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input(
            t("runs.search"),
            key="search",
            placeholder=t("runs.search_hint"),
            icon=":material/search:",
            width=360,
        )
        starred = st.toggle(t("runs.starred"), key="starred")
    address.write_params({"search": text or None, "starred": "1" if starred else None})
    return search([row for row in rows if row.starred or not starred], kind, text)


def buttons(picked: Sequence[JobRow]) -> None:
    """What can be done with the jobs that are ticked."""
    one = picked[0] if len(picked) == 1 else None
    readable = one is not None and one.readable
    with st.container(horizontal=True):
        opened = st.button(
            t("runs.open"),
            key="open",
            icon=":material/open_in_new:",
            type="primary",
            disabled=not (one and readable and job_pages.has_page(one)),
        )
        resumed = act_button(
            t("runs.resume"),
            key="resume",
            icon=":material/resume:",
            disabled=not (one and readable and actions.can_resume(one.id)),
            help=t("runs.resume_help"),
        )
        again_menu(one if readable else None)
        reason = why_no_branch(one) if one else t("no_branch.one")
        branching = act_button(
            t("runs.branch"),
            key="branch",
            icon=":material/call_split:",
            disabled=bool(reason),
            help=reason or t("runs.branch_help"),
        )
        act_button(
            t("runs.delete"),
            key="delete",
            icon=":material/delete:",
            disabled=not picked,
            on_click=actions.delete,
            args=([row.id for row in picked],),
        )
        all_starred = bool(picked) and all(row.starred for row in picked)
        act_button(
            t("runs.unstar" if all_starred else "runs.star"),
            key="star",
            icon=":material/star:",
            disabled=not picked,
            on_click=actions.star,
            args=([row.id for row in picked], not all_starred),
        )
        if one:
            spoken = language()  # the download has no viewer any more
            export_menu(one, lambda: report(one.id, spoken))
    for row in picked:
        if not row.readable:
            st.warning(md(f"runs.{row.state}", job=row.id))
    if one and opened:
        job_pages.open_job(one.id)
    if one and resumed:
        job_pages.resume(one.id)
    if one and branching:
        branch_dialog_with_epochs(one.id)


def name_and_note(row: JobRow) -> None:
    """What a person calls a job and writes about it."""
    for_name, for_note = st.columns([1, 2])
    for_name.text_input(
        t("runs.name"),
        row.name,
        key=f"name-{row.id}",
        on_change=job_pages.save_name,
        args=(row.id,),
        placeholder=t("runs.name_hint"),
        **lecturers(),
    )
    for_note.text_input(
        t("runs.note"),
        row.note,
        key=f"note-{row.id}",
        on_change=actions.save_note,
        args=(row.id,),
        placeholder=t("runs.note_hint"),
        **lecturers(),
    )
    for note in store().pinned(row.id) if row.kind == RUN.name and row.readable else ():
        st.text(t("runs.pinned", epoch=f"{note.position:g}", text=note.text))


def comparison(rows: Sequence[JobRow]) -> None:
    """The settings in which jobs of a kind differ, and what each has come to."""
    kind = rows[0].kind
    if any(row.kind != kind for row in rows):
        st.caption(t("runs.differ_kinds"))
        return
    st.header(t("runs.differ"), anchor=False)
    jobs = [row.id for row in rows]
    differing = store().compare(*jobs)
    titles = titles_apart(rows, differing)
    if differing:
        wide_table(differences(titles, differing, kind), "differences")
    else:
        st.markdown(t("runs.differ_none"))
    if kind == RUN.name:
        compared_curves(jobs)
        st.header(t("runs.scores"), anchor=False)
        wide_table(scores_table(rows, titles), "scores")
    else:
        st.header(t("runs.results"), anchor=False)
        wide_table(results_table(rows, titles), "results")
    if len(rows) == 2:
        side_by_side(rows)


def compared_curves(jobs: Sequence[str]) -> None:
    """One measure of one learner, a line a run."""
    st.session_state.setdefault("compared_metric", METRICS[0])
    st.session_state.setdefault("compared_learner", LEARNERS[0])
    with st.container(horizontal=True, vertical_alignment="bottom"):
        metric = select(
            t("runs.metric"),
            METRICS,
            key="compared_metric",
            title=lambda name: t(f"compared.{name}"),
            width=280,
        )
        learner = segments(
            t("runs.learner"),
            LEARNERS,
            key="compared_learner",
            title=lambda name: t(f"learner.{name}"),
        )
    chart_panel(
        "compared_runs",
        jobs[0],
        height=360,
        params={"with": ",".join(jobs[1:]), "metric": metric, "learner": learner},
    )


def side_by_side(rows: Sequence[JobRow]) -> None:
    """A chart of each of two jobs of a kind, with the same axes."""
    st.header(t("runs.sides"), anchor=False)
    kind = rows[0].kind
    key = f"compared_chart_{kind}"
    st.session_state.setdefault(key, CHARTS[kind][0])
    name = segments(
        t("runs.chart"), CHARTS[kind], key=key, title=lambda name: t(f"panel.{name}.title")
    )
    for row, column in zip(rows, st.columns(2), strict=True):
        with column:
            st.caption(markdown_text(row_title(row)))
            chart_panel(name, row.id, height=360, axes_group="compared")
            if kind == RUN.name:
                transport(row.id)


st.title(t("runs.title"), anchor=False)
st.markdown(t("runs.lead"))
every, deleted = store().list(), store().trash()
undo_line()
queue_panel()
if not every:
    st.info(t("runs.empty"), title=t("runs.empty_title"), icon=":material/history:")
    st.page_link("views/live.py", label=t("runs.go_live"), icon=":material/play_circle:")
    trash(deleted)
    st.stop()

kind = kind_filter()
rows = [row for row in every if kind in ("", row.kind)]
if not rows:
    st.caption(t("runs.none_of_kind"))
    trash(deleted)
    st.stop()

rows = asked_for(rows, kind)
if not rows:
    st.caption(t("runs.none_found"))
    trash(deleted)
    st.stop()

st.caption(t("runs.by_keyboard"))
table = st.dataframe(
    jobs_table(rows, kind),
    key=table_key(rows),
    hide_index=True,
    on_select="rerun",
    selection_mode="multi-row",
    height="auto",
    column_config={
        t(f"runs.{name}"): st.column_config.Column(width=width) for name, width in WIDTHS.items()
    },
)
picked = [rows[index] for index in table.selection.rows if index < len(rows)]
buttons(picked)
if len(picked) == 1:
    name_and_note(picked[0])
if len(picked) > 1 and all(row.readable for row in picked):
    if len(picked) > MOST:
        st.caption(md("runs.most", most=MOST, count=len(picked)))
    comparison(picked[:MOST])
trash(deleted)
