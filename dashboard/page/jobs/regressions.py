"""The regression that a page shows: its settings, its start and stop, what was found."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboard.page import address
from dashboard.page.acting import acts
from dashboard.server.engine import hub, store
from dashboard.server.shared_records import shared_record
from dashboard.server.uploads import save_upload
from dashboard.text.viewer import translate_error
from kdcore.commands import Stop
from kdcore.errors import UserError
from kdcore.jobs.kind import REGRESSION
from kdcore.jobs.regression.config import USUAL, RegressionConfig
from kdcore.jobs.regression.record import RegressionRecord
from kdcore.jobs.run.config import RunConfig
from kdcore.store import JobRow

OF_BASE = {
    f"regression_{name}": name
    for name in ("dataset", "label_column", "teacher", "student", "weight", "unlabelled", "epochs")
}
"""Key of a widget and of the address to the setting of a run."""
OF_ITS_OWN = {f"regression_{name}": name for name in ("networks", "pairs")}
"""The same of a regression's own."""


def usual() -> dict[str, Any]:
    """What every widget begins with, by its key."""
    base, config = RunConfig(**USUAL), RegressionConfig()
    return {key: getattr(base, name) for key, name in OF_BASE.items()} | {
        key: getattr(config, name) for key, name in OF_ITS_OWN.items()
    }


def read_settings() -> None:
    """Give the widgets their values, from the URL or the defaults."""
    for key, value in usual().items():
        address.read_param(key, value, _reader(key, value))


def write_settings() -> None:
    """Write what differs from the defaults into the URL."""
    address.write_params(
        {
            key: None if st.session_state[key] == value else str(st.session_state[key])
            for key, value in usual().items()
        }
    )


def config_from_widgets() -> RegressionConfig:
    """The regression that the widgets describe.

    Raises:
        UserError: a bad value.
    """
    given = {name: st.session_state[key] for key, name in OF_BASE.items()}
    own = {name: st.session_state[key] for key, name in OF_ITS_OWN.items()}
    return RegressionConfig(base=RunConfig(**{**USUAL, **given}), **own)


def shown_regression(known: Mapping[str, JobRow]) -> str:
    """The regression of the page: the URL's, the one that goes on, the newest, or ``""``.

    Args:
        known: those that can be shown, by id, newest first.
    """
    newest = next(iter(known), "")
    address.read_param("regression", hub().active(REGRESSION) or newest, _find)
    shown: str = st.session_state["regression"]
    if shown and shown not in known:
        shown = st.session_state["regression"] = newest
    address.write_params({"regression": shown or None})
    return shown


@acts
def start() -> None:
    """Submit what is chosen and follow it."""
    job = hub().submit(config_from_widgets())
    st.session_state["regression"] = job
    address.write_params({"regression": job})


@acts
def stop(job: str) -> None:
    """End a regression; what is measured stays."""
    hub().send(job, Stop())


@acts
def keep_upload() -> None:
    """Take a table that the viewer brings."""
    if upload := st.session_state["regression_upload"]:
        path = save_upload(upload, upload.name, store().root / "uploads")
        st.session_state["regression_dataset"] = str(path)
        st.session_state["regression_label_column"] = ""


def regression_record(job: str) -> RegressionRecord:
    """What the regression has found so far."""
    shared = shared_record(job)
    with shared.lock:
        found = shared.newest()
    assert isinstance(found, RegressionRecord)
    return found


def _reader(key: str, value: Any) -> Any:
    """From a text of the address to a value that the settings allow, else the usual one."""

    def read(text: str) -> Any:
        try:
            given = type(value)(text)
            if key in OF_BASE:
                RegressionConfig(base=RunConfig(**{**USUAL, OF_BASE[key]: given}))
            else:
                RegressionConfig(**{OF_ITS_OWN[key]: given})
        except (ValueError, UserError):
            return value
        return given

    return read


def _find(text: str) -> str:
    try:
        return store().find(text, REGRESSION).id
    except UserError as error:
        st.warning(translate_error(error.code, error.values, str(error)))
    return next(iter(store().readable(REGRESSION)), "")
