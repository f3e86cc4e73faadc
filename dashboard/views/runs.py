"""Runs: what is stored, to reopen, compare, export and delete."""

from collections.abc import Sequence

import streamlit as st

from dashboard.components.transport import transport
from dashboard.page.jobs import actions
from dashboard.page.jobs.run_picker import run_title
from dashboard.page.jobs.runs_table import differences, runs_table, table_key, trash_line
from dashboard.page.jobs.shown_run import open_run
from dashboard.page.panel import chart_panel
from dashboard.page.widgets import segments
from dashboard.server.engine import store
from dashboard.text.escape import markdown_text
from dashboard.text.viewer import md, t
from kdcore.jobs.kind import RUN
from kdcore.store import TrashRow

CHARTS = ("accuracy", "losses", "agreement", "reliability", "confusion")
SHOWN = 20  # deleted jobs with a button each


def undo_line() -> None:
    """What was deleted by the last click, to bring it back at once."""
    if deleted := st.session_state.get(actions.DELETED):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(md("runs.deleted", count=len(deleted)))
            st.button(
                t("runs.undo"), key="undo", icon=":material/undo:", on_click=actions.undo_delete
            )


def trash(deleted: Sequence[TrashRow]) -> None:
    """Everything that was deleted, by whomever and whenever."""
    if not deleted:
        return
    with st.expander(md("runs.trash", count=len(deleted)), icon=":material/delete:"):
        for job in deleted[:SHOWN]:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.button(
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
            st.button(t("runs.empty_trash_do"), key="empty_trash", on_click=actions.empty_trash)


st.title(t("runs.title"), anchor=False)
st.markdown(t("runs.lead"))
rows, deleted = store().list(RUN), store().trash()
undo_line()
if not rows:
    st.info(t("runs.empty"), title=t("runs.empty_title"), icon=":material/history:")
    st.page_link("views/live.py", label=t("runs.go_live"), icon=":material/play_circle:")
    trash(deleted)
    st.stop()

st.caption(t("runs.by_keyboard"))
table = st.dataframe(
    runs_table(rows),
    key=table_key(rows),
    hide_index=True,
    on_select="rerun",
    selection_mode="multi-row",
    height="auto",
)
picked = [rows[index] for index in table.selection.rows if index < len(rows)]
damaged = [row.id for row in picked if not row.readable]
with st.container(horizontal=True):
    reopen = st.button(
        t("runs.open"),
        key="open",
        icon=":material/replay:",
        type="primary",
        disabled=len(picked) != 1 or bool(damaged),
    )
    again = st.button(
        t("runs.again"),
        key="again",
        icon=":material/play_arrow:",
        disabled=len(picked) != 1 or bool(damaged),
        help=t("runs.again_help"),
    )
    st.button(
        t("runs.delete"),
        key="delete",
        icon=":material/delete:",
        disabled=not picked,
        on_click=actions.delete,
        args=([row.id for row in picked],),
    )
    if len(picked) == 1:
        st.download_button(
            t("runs.export"),
            lambda: actions.export_archive(picked[0].id),
            f"{picked[0].id}.zip",
            key="export",
            icon=":material/download:",
            on_click="ignore",
        )
for run_id in damaged:
    st.warning(t("runs.damaged", run=run_id))
if reopen:
    open_run(picked[0].id)
if again:
    actions.start_from(picked[0].id)
if len(picked) == 1:
    st.text_input(
        t("runs.note"),
        picked[0].note,
        key=f"note-{picked[0].id}",
        on_change=actions.save_note,
        args=(picked[0].id,),
        placeholder=t("runs.note_hint"),
    )
if len(picked) == 2 and not damaged:
    one, other = (row.id for row in picked)
    st.header(t("runs.differ"), anchor=False)
    if differing := differences(one, other, store().compare(one, other)):
        st.table(differing)
    else:
        st.markdown(t("runs.differ_none"))
    st.header(t("runs.sides"), anchor=False)
    st.session_state.setdefault("compared_chart", CHARTS[0])
    name = segments(
        t("runs.chart"), CHARTS, key="compared_chart", title=lambda name: t(f"panel.{name}.title")
    )
    for run_id, column in zip((one, other), st.columns(2), strict=True):
        with column:
            st.caption(markdown_text(run_title(run_id, {row.id: row for row in rows})))
            chart_panel(name, run_id, height=360, axes_group="compared")
            transport(run_id)
trash(deleted)
