"""What a page does with a stored job of any kind: open it, name it, let it go on."""

from typing import NoReturn

import streamlit as st

from dashboard.page import address
from dashboard.page.acting import acts
from dashboard.page.jobs import sweeps
from dashboard.page.jobs.shown_run import open_run
from dashboard.page.settings.values import parameters
from dashboard.server.engine import hub, store
from kdcore.jobs.kind import RUN, SWEEP
from kdcore.store import JobRow, kind_of

PAGES = {
    "sweep": ("landscape", "sweep"),
    "search": ("searches", "search"),
    "teacher_selection": ("searches", "search"),
    "compression": ("shrink", "shrink"),
    "robustness": ("robustness", "robustness"),
    "regression": ("regression", "regression"),
    "recipe": ("evidence", "recipe"),
    "recognition": ("recognition", "recognition"),
}
"""By kind: the page that shows such a job, and the parameter that names it; runs have Live."""


def has_page(row: JobRow) -> bool:
    """Whether there is a page that shows such a job."""
    return row.kind == RUN.name or row.kind in PAGES


def open_job(job: str) -> NoReturn:
    """Change to the page that shows a job; where there is none, to the list of all."""
    kind = kind_of(job)
    if kind is RUN:
        open_run(job)
    if kind is SWEEP and (config := sweeps.config_of(job)) and not sweeps.is_grid(config):
        _open_repetition(job)
    if kind.name not in PAGES:
        address.open_page("runs")
    page, parameter = PAGES[kind.name]
    address.open_page(page, **{parameter: job, "at": None, "guess": None})


@acts
def resume(job: str) -> None:
    """Let a job go on, and show it."""
    hub().resume(job)
    open_job(job)


@acts
def save_name(job: str) -> None:
    """Keep the name that was typed for a job."""
    store().rename(job, st.session_state[f"name-{job}"])


def _open_repetition(sweep: str) -> NoReturn:
    """The first run of a sweep over seeds alone; the Live page shows the others beside it."""
    folder = store().find(sweep, SWEEP)
    first = folder.cell(0)
    if first.path.exists():
        open_run(first.id)
    address.open_page("live", run=None, **parameters(folder.config.cells[0].to_dict()))
