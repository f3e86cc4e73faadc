"""The dialog in which a new run is branched from an epoch of the one that is shown."""

import streamlit as st

from dashboard.page.acting import act_button, acts
from dashboard.page.jobs.shown_run import show_run
from dashboard.server.engine import hub, store
from dashboard.server.shared_records import run_settings
from dashboard.text.viewer import md, t
from kdcore.jobs.kind import RUN
from kdcore.jobs.run.config import RunConfig
from kdcore.store.branch import branch, epochs_to_branch_from

FIELDS = ("temperature", "weight", "lr", "epochs")
STEPS = {"temperature": 0.5, "weight": 0.05, "lr": None, "epochs": 1}


def branch_dialog(run: str, epoch: int) -> None:
    """Open it; the checkpoint at ``epoch`` or the last one before it is taken."""
    epochs = [one for one in epochs_to_branch_from(store().find(run, RUN)) if one <= epoch]
    if not epochs:
        st.toast(t("live.branch_none"), icon=":material/info:")
        return
    st.dialog(md("live.branch_title", epoch=epochs[-1]))(_fields)(run, epochs[-1])


def _fields(run: str, epoch: int) -> None:
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
    if act_button(
        t("live.branch_start"),
        key="branch_start",
        type="primary",
        icon=":material/call_split:",
        on_click=_start,
        args=(run, epoch),
    ):
        st.rerun()  # the new run is shown, and the dialog closed


@acts
def _start(run: str, epoch: int) -> None:
    changes = {name: st.session_state[f"branch-{name}"] for name in FIELDS}
    folder = branch(store(), store().find(run, RUN), epoch, changes)
    hub().resume(folder.id)
    show_run(folder.id)
