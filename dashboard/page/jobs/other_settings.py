"""A stored job once more: as it was, or with the settings that are changed here."""

from typing import Any

import streamlit as st

from dashboard.page.acting import act_button, acts, may_act
from dashboard.page.jobs import job_pages
from dashboard.page.widgets import several
from dashboard.say.apart import setting_label
from dashboard.server.engine import hub, store
from dashboard.server.shared_records import run_settings
from dashboard.text.viewer import t
from kdcore.jobs.changed import changed, setting_texts
from kdcore.jobs.kind import RUN
from kdcore.jobs.run.config import RunConfig
from kdcore.store import JobRow, kind_of


def again_menu(row: JobRow | None) -> None:
    """A button that opens the choice of what shall be another one, and starts the job.

    Args:
        row: the job; ``None`` where there is none to be started again.
    """
    if row is None or not may_act():
        act_button(t("runs.again"), key="again", icon=":material/play_arrow:", disabled=row is None)
        return
    texts = setting_texts(_config_of(row.id))
    key = f"again-of-{row.id}"
    st.session_state.setdefault(key, [])
    with st.popover(t("runs.again"), icon=":material/play_arrow:"):
        chosen = several(
            t("runs.again_change"),
            list(texts),
            key=key,
            title=lambda name: setting_label(name, row.kind),
            placeholder=t("runs.again_none"),
        )
        for name in chosen:
            st.text_input(
                setting_label(name, row.kind), texts[name], key=_key(row.id, name), help=name
            )
        if chosen:
            st.caption(t("runs.again_syntax"))
        if act_button(
            t("runs.again_do"), key="again", type="primary", icon=":material/play_arrow:"
        ):
            _start(row.id, chosen)


@acts
def _start(job: str, chosen: list[str]) -> None:
    changes = {name: st.session_state[_key(job, name)] for name in chosen}
    job_pages.open_job(hub().submit(changed(_config_of(job), changes)))


def _config_of(job: str) -> Any:
    """What a job was asked for; of a run with what was turned by hand since."""
    if kind_of(job) is RUN:
        return RunConfig.from_dict(run_settings(job))
    return store().find(job).config


def _key(job: str, name: str) -> str:
    return f"again-{name}-{job}"
