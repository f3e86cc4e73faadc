"""The search or selection of a teacher that the Searches page shows, and what it can be asked."""

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from dashboard.page import address
from dashboard.page.acting import acts
from dashboard.page.jobs.shown_run import open_run
from dashboard.say.titles import method_title
from dashboard.server.engine import hub, store
from dashboard.server.shared_records import shared_record
from dashboard.text.viewer import md, t
from kdcore.commands import Stop
from kdcore.errors import UserError
from kdcore.jobs.kind import SEARCH, TEACHER_SELECTION
from kdcore.jobs.run.config import RunConfig
from kdcore.jobs.search.config import AXES, SearchConfig
from kdcore.jobs.search.events import TrialEnded
from kdcore.jobs.search.record import SearchRecord
from kdcore.jobs.teacher_selection.record import TeacherSelectionRecord
from kdcore.store import JobRow

SHOWN = (SEARCH, TEACHER_SELECTION)
"""Kinds of job that the page is about."""
PROGRAM = ("python", "-m", "kdcore")
SEARCH_COMMAND = shlex.join(
    [
        *(*PROGRAM, "search", "--dataset", "digits", "--methods", "kd,dkd,dist"),
        *("--lrs", "0.001:0.03", "--temperatures", "1:20", "--weights", "0:1", "--trials", "20"),
    ]
)
SELECTION_COMMAND = shlex.join(
    [
        *(*PROGRAM, "choose-teacher", "--dataset", "digits"),
        *("--teachers", "mlp:32 mlp:256,128 mlp:512,512", "--seeds", "0,1,2"),
    ]
)
"""Ready to be copied."""


def shown_job(known: Mapping[str, JobRow]) -> str:
    """The job of the page: the URL's, else the one that goes on, else the newest, else ``""``."""
    address.read_param("search", "", _find)
    job: str = st.session_state["search"]
    if job not in known:
        active = [name for kind in SHOWN if (name := hub().active(kind)) in known]
        job = next(iter([*filter(None, active), *known]), "")
        st.session_state["search"] = job
    address.write_params({"search": job or None})
    return job


def record_of(job: str) -> SearchRecord | TeacherSelectionRecord:
    """What the job has found so far."""
    shared = shared_record(job)
    with shared.lock:
        found = shared.newest()
    assert isinstance(found, SearchRecord | TeacherSelectionRecord)
    return found


@acts
def stop(job: str) -> None:
    """End a job."""
    hub().send(job, Stop())


@acts
def start_run(config: RunConfig) -> None:
    """Submit a run with these settings and show it."""
    open_run(hub().submit(config))


def trial_rows(
    config: SearchConfig, trials: Sequence[TrialEnded], names: Mapping[str, str]
) -> list[dict[str, Any]]:
    """One row a trial: raw numbers, so that a column can be sorted.

    Args:
        config: of the search.
        trials: that ended.
        names: of settings, by the setting; those that are the same in all trials have no column.
    """
    varying = [
        setting
        for setting in names
        if len({str(trial.params.get(setting)) for trial in trials}) > 1
    ]
    return [
        {
            t("searches.column.trial"): trial.trial,
            t("searches.column.state"): t(f"trial.{trial.state}"),
            t("searches.column.epochs"): trial.epochs,
            t(f"objective.{config.objective}"): trial.value,
            **({t("searches.column.spread"): trial.spread} if config.folds else {}),
            t("searches.column.test"): trial.test_accuracy,
            **{names[setting]: _cell(setting, trial.params.get(setting)) for setting in varying},
        }
        for trial in trials
    ]


def _cell(setting: str, value: Any) -> Any:
    return method_title(value) if setting == "method" else value


def axis_names() -> dict[str, str]:
    """What the directions of a space are called, by the setting of a run."""
    symbols = {"temperature": "T", "weight": "λ"}
    settings = [axis.setting for axis in AXES.values()]
    return {name: symbols.get(name) or t(f"setting.{name}.label") for name in settings}


def _find(text: str) -> str:
    for kind in SHOWN:
        try:
            return store().find(text, kind).id
        except UserError:
            continue
    st.session_state[address.NOTICES] = [md("searches.no_such_job", job=text)]
    return ""
