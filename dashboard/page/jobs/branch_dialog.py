"""The dialog in which a new run is branched from an epoch of the one that is shown."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from dashboard.page.acting import act_button, acts
from dashboard.page.jobs.shown_run import open_run, show_run
from dashboard.page.widgets import select
from dashboard.server.engine import hub, store
from dashboard.server.shared_records import run_settings
from dashboard.text.viewer import md, t
from kdcore.catalogue import is_forest
from kdcore.jobs.kind import RUN
from kdcore.jobs.run.config import RunConfig
from kdcore.store import JobRow
from kdcore.store.branch import branch, epochs_to_branch_from

FIELDS = ("temperature", "weight", "lr", "epochs")
STEPS = {"temperature": 0.5, "weight": 0.05, "lr": None, "epochs": 1}


def branch_dialog(run: str, epoch: int) -> None:
    """Open it; the checkpoint at ``epoch`` or the last one before it is taken."""
    epochs = [one for one in epochs_to_branch_from(store().find(run, RUN)) if one <= epoch]
    if not epochs:
        st.toast(t("live.branch_none"), icon=":material/info:")
        return
    st.dialog(md("live.branch_title", epoch=epochs[-1]))(_fields_and_rerun)(run, epochs[-1])


def branch_dialog_with_epochs(run: str) -> None:
    """The same from another page: the epoch is chosen in it, and the branch opened on Live."""
    epochs = epochs_to_branch_from(store().find(run, RUN))
    st.dialog(t("live.branch_choose"))(_epoch_and_fields)(run, epochs)


def why_no_branch(row: JobRow) -> str:
    """One sentence why no job can begin at an epoch of this one; empty where one can."""
    if row.kind != RUN.name:
        return t(f"no_branch.{row.kind}")
    if not row.readable:
        return t("live.branch_none")
    folder = store().find(row.id, RUN)
    if is_forest(folder.config.student):
        return t("no_branch.forest")
    return "" if epochs_to_branch_from(folder) else t("live.branch_none")


def _epoch_and_fields(run: str, epochs: list[int]) -> None:
    key = "branch-epoch"
    if st.session_state.get(key) not in epochs:
        st.session_state[key] = epochs[-1]
    epoch = select(t("live.branch_epoch"), epochs, key=key, title=str)
    if _fields(run, epoch):
        _start(run, epoch, open_run)


def _fields_and_rerun(run: str, epoch: int) -> None:
    if _fields(run, epoch, on_click=_start, args=(run, epoch, show_run)):
        st.rerun()  # the new run is shown, and the dialog closed


def _fields(run: str, epoch: int, **pressed: Any) -> bool:
    """What the branch has otherwise, and the button that starts it; whether that was pressed."""
    st.markdown(md("live.branch_lead", epoch=epoch))
    settings = run_settings(run)
    columns = st.columns(2)
    for at, name in enumerate(FIELDS):
        about = RunConfig.__dataclass_fields__[name].metadata
        whole = name == "epochs"
        columns[at % 2].number_input(
            t(f"setting.{name}.label"),
            int(about["low"]) if whole else float(about["low"]),
            int(about["high"]) if whole else float(about["high"]),
            max(settings[name], epoch + 1) if whole else float(settings[name]),
            STEPS[name],
            format="%d" if whole else "%g",
            key=f"branch-{name}",
        )
    return act_button(
        t("live.branch_start"),
        key="branch_start",
        type="primary",
        icon=":material/call_split:",
        **pressed,
    )


@acts
def _start(run: str, epoch: int, show: Callable[[str], None]) -> None:
    changes = {name: st.session_state[f"branch-{name}"] for name in FIELDS}
    folder = branch(store(), store().find(run, RUN), epoch, changes)
    hub().resume(folder.id)
    show(folder.id)
