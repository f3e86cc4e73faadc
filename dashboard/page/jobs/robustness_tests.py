"""The robustness test that a page shows: its settings, its start and stop, what was found."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import streamlit as st

from dashboard.page import address
from dashboard.page.acting import acts
from dashboard.page.jobs.askable_runs import LOOKED_AT, input_kind
from dashboard.server.engine import hub, store
from dashboard.server.shared_records import shared_record
from dashboard.text.viewer import translate_error
from kdcore.catalogue import CORRUPTIONS
from kdcore.commands import Stop
from kdcore.errors import UserError
from kdcore.jobs.kind import ROBUSTNESS, RUN
from kdcore.jobs.robustness.config import RobustnessConfig
from kdcore.jobs.robustness.record import RobustnessRecord
from kdcore.jobs.run.config import RunConfig
from kdcore.settings import checked
from kdcore.store import JobRow

LEARNERS = ("teacher", "plain", "distilled")


def testable_runs() -> list[str]:
    """The runs that kept weights of any network and are not known to have no images, newest first.

    Of own data of older runs only the test itself finds out whether they are images.
    """
    found = []
    for at, row in enumerate(store().list(RUN)):
        folder = store().root / "runs" / row.id
        with suppress(UserError):
            if row.state in ("finished", "stopped") and any(
                (folder / f"{learner}.safetensors").exists() for learner in LEARNERS
            ):
                RobustnessConfig.of(row.id, RunConfig.from_dict(row.config))
                kind = input_kind(row.id) if at < LOOKED_AT else None
                if kind is None or kind.framed:
                    found.append(row.id)
    return found


def read_settings() -> None:
    """Give the widgets their values, from the URL or the defaults."""
    address.read_param("examples", RobustnessConfig().examples, _examples)
    address.read_param(
        "corruptions", list(CORRUPTIONS), lambda text: [part for part in text.split(",") if part]
    )
    chosen = st.session_state["corruptions"]
    st.session_state["corruptions"] = [name for name in CORRUPTIONS if name in chosen]


def write_settings() -> None:
    """Write what differs from the defaults into the URL."""
    chosen, examples = st.session_state["corruptions"], st.session_state["examples"]
    address.write_params(
        {
            "examples": None if examples == RobustnessConfig().examples else str(examples),
            "corruptions": None if len(chosen) == len(CORRUPTIONS) else ",".join(chosen),
        }
    )


def config_from_widgets(run: str) -> RobustnessConfig:
    """The test that the widgets describe.

    Raises:
        UserError: a bad value, or nothing to do.
    """
    if not st.session_state["corruptions"]:
        raise UserError("empty_axis", axis="corruptions")
    return RobustnessConfig.of(
        run,
        store().find(run, RUN).config,
        corruptions=[name for name in CORRUPTIONS if name in st.session_state["corruptions"]],
        examples=st.session_state["examples"],
    )


def shown_test(known: Mapping[str, JobRow]) -> str:
    """The test of the page: the URL's, the one that goes on, the newest, or ``""``.

    Args:
        known: those that can be shown, by id, newest first.
    """
    newest = next(iter(known), "")
    address.read_param("robustness", hub().active(ROBUSTNESS) or newest, _find_test)
    shown: str = st.session_state["robustness"]
    if shown and shown not in known:
        shown = st.session_state["robustness"] = newest
    address.write_params({"robustness": shown or None})
    return shown


@acts
def start(run: str) -> None:
    """Submit what is chosen and follow it."""
    test = hub().submit(config_from_widgets(run))
    st.session_state["robustness"] = test
    address.write_params({"robustness": test})


@acts
def stop(test: str) -> None:
    """End a test; what is measured stays."""
    hub().send(test, Stop())


def robustness_record(test: str) -> RobustnessRecord:
    """What the test has found so far."""
    shared = shared_record(test)
    with shared.lock:
        found = shared.newest()
    assert isinstance(found, RobustnessRecord)
    return found


def _examples(text: str) -> Any:
    try:
        return checked("examples", text, RobustnessConfig)
    except UserError:
        return RobustnessConfig().examples


def _find_test(text: str) -> str:
    try:
        return store().find(text, ROBUSTNESS).id
    except UserError as error:
        st.warning(translate_error(error.code, error.values, str(error)))
    return next(iter(store().readable(ROBUSTNESS)), "")
