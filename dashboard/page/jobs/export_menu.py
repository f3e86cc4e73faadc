"""What a stored job is exported as: the whole of it, its events as a table, one of its networks."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard.page.acting import act_button, may_act
from dashboard.page.user_errors import show_user_errors
from dashboard.page.widgets import select
from dashboard.server.engine import store
from dashboard.server.exported_network import ExportedNetwork, exported_network
from dashboard.server.shared_records import run_history
from dashboard.server.tiers import Tier
from dashboard.server.visitors import acting_as, require, role
from dashboard.text.languages import words
from dashboard.text.names import role_name
from dashboard.text.viewer import language, md, t
from kdcore.exports.events_table import write_table
from kdcore.exports.kinds import ARCHIVE, NETWORKS, TABLES
from kdcore.exports.trackers import TRACKERS
from kdcore.jobs.kind import RUN
from kdcore.store import JobRow

REPORT = ".html"
LEARNERS = ("distilled", "plain", "teacher")
MADE = "exported_network"
"""Session state: the network that was made last, with what it was made of."""


def export_menu(row: JobRow, report: Callable[[], str]) -> None:
    """A button that opens the choice of the file, and the file to be downloaded.

    Args:
        row: the job.
        report: makes the text of its report.
    """
    if not may_act():
        act_button(t("runs.export"), key="export", icon=":material/download:")
        return
    asked_by = role()  # the file is made later, when there is no page any more

    def made_by(make: Callable[[], Any]) -> Callable[[], Any]:
        def made() -> Any:
            with acting_as(asked_by):
                return make()

        return made

    with st.popover(t("runs.export"), icon=":material/download:"):
        learners = [name for name in LEARNERS if _is_kept(row, name)]
        kinds = [
            ARCHIVE,
            *([REPORT] if _has_report(row) else []),
            *(TABLES if row.readable else ()),
            *(NETWORKS if learners else ()),
        ]
        st.session_state.setdefault("export_kind", ARCHIVE)
        if st.session_state["export_kind"] not in kinds:
            st.session_state["export_kind"] = ARCHIVE
        kind = select(
            t("runs.export_kind"),
            kinds,
            key="export_kind",
            title=lambda kind: t(f"export.{kind.removeprefix('.')}"),
        )
        if kind in NETWORKS:
            _network(row.id, learners, kind)
        else:
            if kind == REPORT:
                st.caption(t("export.about_html"))
            st.download_button(
                t("runs.download"),
                made_by(report if kind == REPORT else lambda: exported_file(row.id, kind)),
                f"{row.id}{kind}",
                key="export",
                icon=":material/download:",
                on_click="ignore",
            )
        if row.kind == RUN.name and row.readable:
            st.caption(md("runs.trackers", trackers=", ".join(TRACKERS.values())))
            st.code(f"python -m kdcore export {row.id} --to wandb", language=None)


def exported_file(job: str, kind: str) -> bytes:
    """A job as an archive or its events as a table; ``kind`` is the ending of the file.

    Raises:
        UserError: who asks does not steer, or the file cannot be written.
    """
    require(Tier.ACT)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"job{kind}"
        if kind == ARCHIVE:
            store().export(job, path)
        else:
            write_table(store().find(job), path)
        return path.read_bytes()


def _network(run: str, learners: list[str], kind: str) -> None:
    """The choice of the learner; a button that makes the file, then one that downloads it."""
    if st.session_state.setdefault("export_learner", learners[0]) not in learners:
        st.session_state["export_learner"] = learners[0]
    learner = select(
        t("runs.export_learner"),
        learners,
        key="export_learner",
        title=lambda name: role_name(words(language()), name),
    )
    asked = (run, learner, kind)
    made_of, made = st.session_state.get(MADE, (None, None))
    if made_of != asked:
        st.caption(t(f"export.about_{kind.removeprefix('.')}"))
        if not act_button(t("runs.make_file"), key="make_file", icon=":material/build:"):
            return
        with st.spinner(t("runs.making_file")), show_user_errors():
            made = exported_network(*asked)
            st.session_state[MADE] = (asked, made)
    if not isinstance(made, ExportedNetwork):
        return
    if made.examples:
        st.markdown(
            md(
                "runs.compared",
                examples=made.examples,
                difference=f"{made.difference:.2g}",
                same=made.same_class,
            )
        )
    st.download_button(
        t("runs.download"),
        made.contents,
        f"{run}-{learner}{kind}",
        key="export",
        type="primary",
        icon=":material/download:",
        on_click="ignore",
    )


def _has_report(row: JobRow) -> bool:
    over = row.state in ("finished", "stopped")
    return row.kind == RUN.name and row.readable and over and bool(run_history(row.id).snapshots)


def _is_kept(row: JobRow, learner: str) -> bool:
    if row.kind != RUN.name or not row.readable:
        return False
    return (store().find(row.id, RUN).path / f"{learner}.safetensors").is_file()
