"""Which run the Live page shows, and that settings, address and run say the same.

A run that is shown brings its values to the settings: its configuration, with what was turned by
hand since. What is changed afterwards and cannot act on it waits for the next start.
"""

from collections.abc import Mapping
from typing import Any, NoReturn

import streamlit as st

from dashboard.page import address
from dashboard.page.settings.live_sliders import OWN
from dashboard.page.settings.values import (
    KEYS,
    address_has_settings,
    differences,
    parameters,
    read_settings,
    set_values,
    values,
)
from dashboard.page.uninterrupted import uninterrupted
from dashboard.server.engine import hub, is_live, store
from dashboard.server.shared_records import run_history, run_settings
from dashboard.text.viewer import md
from kdcore.catalogue import method_name, parse_extra_terms
from kdcore.errors import UserError
from kdcore.jobs.kind import RUN
from kdcore.jobs.run.config import CONTROLS, control_values

SETTINGS_OF = "settings_of_run"
"""Session state: the run whose values the settings took last."""
KNOWN = "known_controls"
"""Session state: the controls of the run that is shown, as this session last saw them."""
SENT = "sent_controls"
"""Session state: values that this session sent and has not seen come back, by setting."""


@uninterrupted()
def shown_run() -> str:
    """The run of the page, whose values the settings then have; ``""`` where there is none.

    It is the URL's; where that names neither a run nor settings of its own, the run that is
    trained at the moment. A card of a lesson that opens none has the settings ready to start, which
    may be the usual ones: there nobody else's run takes their place.
    """
    address.read_param("run", "", find_run)
    run: str = st.session_state["run"]
    in_lesson = bool(st.session_state.get("lesson"))
    if not run and not address_has_settings() and not in_lesson:
        run = st.session_state["run"] = hub().active() or ""
    shown = run_settings(run) if run else None
    if shown is not None and run != st.session_state.get(SETTINGS_OF):
        _set_widgets(run, shown)
    read_settings(shown)
    if run and is_live(run):
        _follow_controls(run)
    address.write_params({"run": run or None})
    return run


def find_run(text: str) -> str:
    """The full id of a run named by id, unique prefix or ``last``; else a notice and ``""``."""
    try:
        folder = store().find(text, RUN)
        folder.config  # noqa: B018  (a damaged folder shows itself here)
    except UserError:
        st.session_state[address.NOTICES] = [md("live.no_such_run", run=text)]
    except ValueError:
        st.session_state[address.NOTICES] = [md("app.damaged", run=text)]
    else:
        return folder.id
    return ""


def show_run(run: str) -> None:
    """Let the page show a run, and the settings and the address say its values."""
    shown = run_settings(run)
    st.session_state[address.NOTICES] = []
    set_values(shown)
    _remember(run)
    st.session_state["run"] = run
    address.write_params({"run": run} | parameters(shown))


def open_run(run: str, page: str = "live") -> NoReturn:
    """Change to a page that shows the run."""
    st.session_state[address.NOTICES] = []
    address.open_page(page, run=run, **parameters(run_settings(run)))


def waiting_changes(run: str) -> dict[str, tuple[Any, Any]]:
    """What is chosen but does not act on the shown run: name to the run's value and the chosen."""
    if not run:
        return {}
    shown, chosen = run_settings(run), values()
    if is_live(run):  # what acts at once is on its way, if it differs at all
        for name in CONTROLS:
            chosen[name] = shown[name]
        if method_name(chosen["method"]) == method_name(shown["method"]):
            chosen["method"] = shown["method"]
        if _terms(chosen["also"]) == _terms(shown["also"]):
            chosen["also"] = shown["also"]
    return differences(chosen, shown)


def discard_changes(run: str) -> None:
    """The settings of the run that is shown, without what waits for the next start."""
    set_values(run_settings(run))


def slider_settings(run: str) -> dict[str, Any]:
    """What the sliders that act at once belong to: the live run's method, else the chosen one."""
    chosen = values()
    if not run or not is_live(run):
        return chosen
    shown, waiting = run_settings(run), waiting_changes(run)
    return {name: shown[name] if name in waiting else value for name, value in chosen.items()}


def remember_sent(name: str, value: float) -> None:
    """Remember what this session sent to the run, to know its echo."""
    st.session_state.setdefault(SENT, {}).setdefault(name, []).append(value)


def changed_elsewhere(run: str) -> bool:
    """Whether somebody else has turned a control since this session looked."""
    known = st.session_state.get(KNOWN)
    if known is None or not is_live(run):
        return False
    return any(
        not _is_echo(name, value, pop=False)
        for name, value in _controls(run).items()
        if known.get(name) != value
    )


def _set_widgets(run: str, shown: Mapping[str, Any]) -> None:
    """The settings become the run's, but for what an opened link names itself."""
    first = SETTINGS_OF not in st.session_state and not _any_setting_read()
    if not first:
        set_values({name: value for name, value in shown.items() if not address.is_new(KEYS[name])})
    _remember(run)


def _any_setting_read() -> bool:
    return KEYS["dataset"] in st.session_state


def _remember(run: str) -> None:
    st.session_state[SETTINGS_OF] = run
    st.session_state[SENT] = {}
    st.session_state[KNOWN] = _controls(run)


def _follow_controls(run: str) -> None:
    """The sliders take what others have turned; an echo of this session's own changes nothing."""
    known = st.session_state.setdefault(KNOWN, {})
    for name, value in _controls(run).items():
        if known.get(name) == value:
            continue
        known[name] = value
        if not _is_echo(name, value, pop=True):
            set_values({name: value})
            if f"{OWN}{name}" in st.session_state:
                st.session_state[f"{OWN}{name}"] = value


def _is_echo(name: str, value: float, *, pop: bool) -> bool:
    """Whether this session sent ``value`` itself; with ``pop`` it is awaited no longer."""
    unseen = st.session_state.get(SENT, {}).get(name, [])
    if value not in unseen:
        return False
    if pop:
        del unseen[: unseen.index(value) + 1]
    return True


def _controls(run: str) -> dict[str, float]:
    """What acts on a run but for its schedules."""
    history = run_history(run)
    return control_values(store().find(run, RUN).config.to_dict()) | history.turned


def _terms(also: str) -> list[str] | str:
    try:
        return [spec for _, spec in parse_extra_terms(also)]
    except UserError:
        return also
