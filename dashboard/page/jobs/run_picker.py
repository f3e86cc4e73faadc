"""The box in which a page's run is chosen; by default the one that trains, else the newest."""

from collections.abc import Mapping, Sequence

import streamlit as st

from dashboard.page import address
from dashboard.page.jobs.shown_run import find_run, show_run
from dashboard.page.jobs.stored import stored
from dashboard.page.widgets import select
from dashboard.say.titles import row_title
from dashboard.say.titles import run_title as title_of_settings
from dashboard.server.engine import RECORDED, RECORDED_RUNS, hub, store
from dashboard.server.shared_records import run_history, run_settings
from dashboard.text.viewer import t
from kdcore.jobs.kind import RUN
from kdcore.store import JobRow


def run_picker() -> str:
    """A select box of all runs, newest first and the recorded example last; returns the id.

    A run that is chosen brings its settings along: to the Live page, and into the address.
    """
    rows = stored(RUN)
    usual = hub().active() or next(iter(rows), RECORDED)
    address.read_param("run", usual, find_run)
    if not st.session_state["run"]:
        st.session_state["run"] = usual
    for notice in st.session_state.get(address.NOTICES, []):
        st.warning(notice, icon=":material/link_off:")
    options = list(dict.fromkeys([*rows, st.session_state["run"], RECORDED]))
    run: str = select(
        t("app.run"),
        options,
        key="run",
        title=lambda run: run_title(run, rows),
        on_change=lambda: show_run(st.session_state["run"]),
    )
    if not rows:
        st.caption(t("app.nothing_stored"))
    address.write_params({"run": run})
    return run


def kept_run_picker(label: str, options: Sequence[str], *, disabled: bool, others: str = "") -> str:
    """A select box of ``options`` alone; the run that the URL names, where it is one of them.

    Args:
        label: of the box.
        options: ids of stored runs, such as those that kept their weights.
        disabled: whether nothing may be chosen now.
        others: why a run is none of them, said where the URL names such a one.
    """
    address.read_param("run", options[0])
    if st.session_state["run"] not in options:
        if others and st.session_state["run"]:
            st.warning(others, icon=":material/info:")
        st.session_state["run"] = options[0]
    rows = {row.id: row for row in store().list(RUN)}
    run: str = select(
        label, options, key="run", disabled=disabled, title=lambda run: run_title(run, rows)
    )
    address.write_params({"run": run})
    return run


def run_title(run: str, rows: Mapping[str, JobRow]) -> str:
    """A run in one line; ``rows`` are those of the store."""
    if run == RECORDED:
        return t("app.recorded")
    if run in RECORDED_RUNS:
        return f"{t('app.recorded')} · {title_of_settings(run_settings(run), {})}"
    if row := rows.get(run):
        return row_title(row)
    settings = store().find(run, RUN).config.to_dict()
    return f"{title_of_settings(settings, run_history(run).turned)} · {run}"  # a sweep's cell
