"""The recognition that a page shows: its settings, its start and stop, what was found."""

import shutil
from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from dashboard.page import address
from dashboard.page.acting import acts
from dashboard.server.engine import hub, store
from dashboard.server.shared_records import shared_record
from dashboard.text.viewer import translate_error
from kdcore.commands import Stop
from kdcore.errors import UserError
from kdcore.jobs.kind import RECOGNITION
from kdcore.jobs.recognition.config import ESPEAK, MADE, RecognitionConfig
from kdcore.jobs.recognition.record import RecognitionRecord
from kdcore.settings import checked
from kdcore.store import JobRow

CORPORA = (MADE, "folder")
"""The one that espeak-ng speaks, or a folder."""
KEYS = {
    name: f"recognition_{name}"
    for name in (
        "data",
        "teacher",
        "student",
        "temperature",
        "weight",
        "blank",
        "teacher_epochs",
        "epochs",
        "train_size",
        "seed",
    )
}
"""Key of the widget and of the URL's parameter, by setting that the page offers."""


def can_make() -> bool:
    """Whether the program that speaks a corpus is installed."""
    return shutil.which(ESPEAK) is not None


def read_settings() -> None:
    """Give the widgets their values, from the URL or the defaults."""
    usual = RecognitionConfig()
    for name, key in KEYS.items():
        if name != "data":
            address.read_param(key, getattr(usual, name), _reader(name))
    address.read_param(KEYS["data"], "")
    address.read_param(
        "recognition_corpus",
        "folder" if st.session_state[KEYS["data"]] else MADE,
        lambda text: text if text in CORPORA else MADE,
    )


def write_settings() -> None:
    """Write what differs from the defaults into the URL."""
    usual = RecognitionConfig()
    values: dict[str, str | None] = {
        key: None if st.session_state[key] == getattr(usual, name) else str(st.session_state[key])
        for name, key in KEYS.items()
        if name != "data"
    }
    values[KEYS["data"]] = st.session_state[KEYS["data"]] or None
    corpus = st.session_state["recognition_corpus"]
    address.write_params(values | {"recognition_corpus": None if corpus == MADE else corpus})


def config_from_widgets() -> RecognitionConfig:
    """The recognition that the widgets describe.

    Raises:
        UserError: a bad value, or no folder.
    """
    made = st.session_state["recognition_corpus"] == MADE
    values = {name: st.session_state[key] for name, key in KEYS.items()}
    return RecognitionConfig(**(values | ({"data": MADE} if made else {})))


def shown_recognition(known: Mapping[str, JobRow]) -> str:
    """The recognition of the page: the URL's, the one that goes on, the newest, or ``""``.

    Args:
        known: those that can be shown, by id, newest first.
    """
    newest = next(iter(known), "")
    address.read_param("recognition", hub().active(RECOGNITION) or newest, _find)
    shown: str = st.session_state["recognition"]
    if shown and shown not in known:
        shown = st.session_state["recognition"] = newest
    address.write_params({"recognition": shown or None})
    return shown


@acts
def start() -> None:
    """Submit what is chosen and follow it."""
    job = hub().submit(config_from_widgets())
    st.session_state["recognition"] = job
    address.write_params({"recognition": job})


@acts
def stop(job: str) -> None:
    """End a recognition; what is measured stays."""
    hub().send(job, Stop())


def recognition_record(job: str) -> RecognitionRecord:
    """What the recognition has found so far."""
    shared = shared_record(job)
    with shared.lock:
        found = shared.newest()
    assert isinstance(found, RecognitionRecord)
    return found


def limits(name: str) -> tuple[Any, Any]:
    """The lowest and the highest value of a number."""
    about = RecognitionConfig.__dataclass_fields__[name].metadata
    return about["low"], about["high"]


def _reader(name: str) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        try:
            return checked(name, text, RecognitionConfig)
        except UserError:
            return getattr(RecognitionConfig(), name)

    return read


def _find(text: str) -> str:
    try:
        return store().find(text, RECOGNITION).id
    except UserError as error:
        st.warning(translate_error(error.code, error.values, str(error)))
    return next(iter(store().readable(RECOGNITION)), "")
