"""The sweep that the Landscape page shows: its settings, its start and stop, what was found."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

import streamlit as st

from dashboard.charts.parts.grid import Coordinates
from dashboard.page import address
from dashboard.page.acting import acts
from dashboard.page.jobs.shown_run import SETTINGS_OF
from dashboard.page.jobs.stored import stored
from dashboard.page.settings.values import (
    KEYS,
    address_has_settings,
    chosen,
    defaults,
    differences,
    parameters,
    read_settings,
    set_values,
    values,
)
from dashboard.say.titles import short_text
from dashboard.server.engine import hub, store
from dashboard.server.shared_records import shared_record
from dashboard.text.viewer import md, t
from kdcore.commands import Stop
from kdcore.errors import UserError
from kdcore.jobs.kind import SWEEP
from kdcore.jobs.sweep.config import SweepConfig, all_methods, parse_axis
from kdcore.jobs.sweep.record import GridPoint, SweepRecord
from kdcore.store import JobRow

AXIS_KEYS = {"temperatures": "Ts", "weights": "weights", "seeds": "seeds"}
"""Key of the widget and of the URL's parameter, by axis."""
AXIS_OF = {key: axis for axis, key in AXIS_KEYS.items()}


def grid_sweeps() -> dict[str, JobRow]:
    """All sweeps over more than seeds that can be opened, by id, newest first."""
    return {
        sweep: row
        for sweep, row in stored(SWEEP).items()
        if (config := config_of(sweep)) and is_grid(config)
    }


def config_of(sweep: str) -> SweepConfig | None:
    """What a sweep was asked for; ``None`` where that cannot be read."""
    return _config_in(str(store().root), sweep)


@lru_cache(maxsize=4096)
def _config_in(_: str, sweep: str) -> SweepConfig | None:
    """A sweep's configuration never changes."""
    try:
        return store().find(sweep, SWEEP).config
    except ValueError:
        return None


def is_grid(config: SweepConfig) -> bool:
    """Whether a sweep is over more than seeds."""
    return config.size > len(config.seeds)


def shown_sweep(known: Mapping[str, JobRow]) -> str:
    """The sweep of the page: the URL's, else the one that trains, else the newest, else ``""``.

    A sweep that the URL names brings its settings and axes; where the page chose it by itself,
    settings that the viewer brought along stay.

    Args:
        known: the sweeps that can be shown, by id, newest first.
    """
    address.read_param("sweep", "", _find_sweep)
    named: str = st.session_state["sweep"]
    if named not in known:
        named = ""
    sweep = named or hub().active(SWEEP) or next(iter(known), "")
    if sweep not in known:
        sweep = next(iter(known), "")
    mine = not named and address_has_settings()
    shown = settings_of(sweep) if sweep and not mine else None
    if shown is not None and sweep != st.session_state.get(SETTINGS_OF):
        _set_widgets(sweep, shown)
    read_settings(shown)
    _read_axes(sweep if shown is not None else "")
    st.session_state["sweep"] = sweep
    address.write_params({"sweep": None if mine else sweep or None})
    return sweep


def settings_of(sweep: str) -> dict[str, Any]:
    """The settings that all students of a sweep share, at the speed that is usual on the page."""
    base = store().find(sweep, SWEEP).config.base
    return base.to_dict() | {"speed": defaults(base.dataset)["speed"]}


def show_sweep(sweep: str) -> None:
    """Let the page show a sweep, and the settings, the axes and the address say what it is."""
    shown = settings_of(sweep)
    set_values(shown)
    st.session_state[SETTINGS_OF] = st.session_state["sweep"] = sweep
    axes = _axes_text(store().find(sweep, SWEEP).config)
    for key, text in axes.items():
        st.session_state[key] = text
    address.write_params({"sweep": sweep, "guess": None, "at": None} | parameters(shown))


def differing_settings(sweep: str) -> list[str]:
    """How the sweep differs from the settings and axes that are chosen, each in a few words."""
    config = store().find(sweep, SWEEP).config
    shown, chosen = settings_of(sweep), values()
    swept = {"temperature", "weight", "seed"}
    found = [
        short_text(name, old)
        for name, (old, _) in differences(chosen, shown).items()
        if name not in swept
    ]
    for key, text in _axes_text(config).items():
        if key != "published" and _numbers(st.session_state[key]) != _numbers(text):
            found.append(f"{t(f'landscape.{AXIS_OF[key]}')} {text}")
    return found


def _numbers(text: str) -> list[str]:
    return [part.strip() for part in text.replace("，", ",").split(",")]


def _axes_text(config: SweepConfig) -> dict[str, Any]:
    """The axes of a sweep as the widgets have them; those of a comparison as they were."""
    axes = {
        key: ", ".join(f"{value:g}" for value in getattr(config, axis))
        for axis, key in AXIS_KEYS.items()
    }
    if config.published:
        axes = {"seeds": axes["seeds"]}
    return axes | {"published": config.published}


def _set_widgets(sweep: str, shown: Mapping[str, Any]) -> None:
    """The settings become the sweep's, but for what an opened link names itself."""
    if KEYS["dataset"] in st.session_state:
        set_values({name: value for name, value in shown.items() if not address.is_new(KEYS[name])})
        for key, text in _axes_text(store().find(sweep, SWEEP).config).items():
            if key in st.session_state and not address.is_new(key):
                st.session_state[key] = text
    st.session_state[SETTINGS_OF] = sweep


def _read_axes(sweep: str) -> None:
    """Give the widgets of the axes their values: the URL's, the sweep's, or the defaults."""
    usual = _axes_text(SweepConfig())
    if sweep:
        usual |= _axes_text(store().find(sweep, SWEEP).config)
    for key in AXIS_KEYS.values():
        address.read_param(key, usual[key])
    address.read_param("published", usual["published"], lambda text: text == "1")
    shown = {key: st.session_state[key] for key in AXIS_KEYS.values()}
    address.write_params(shown | {"published": "1" if st.session_state["published"] else None})


def sweep_from_widgets() -> SweepConfig:
    """The sweep that the widgets describe.

    Raises:
        UserError: a bad value, or settings that do not go together.
    """
    axes: dict[str, Any] = {
        axis: parse_axis(axis, st.session_state[key].replace("，", ","))
        for axis, key in AXIS_KEYS.items()
    }
    base = chosen().replace(speed=0.0)
    if st.session_state["published"]:
        return SweepConfig(
            base=base, seeds=axes["seeds"], methods=all_methods(base), published=True
        )
    return SweepConfig(base=base, **axes)


@acts
def start() -> None:
    """Submit the chosen sweep and follow it."""
    show_sweep(hub().submit(sweep_from_widgets()))


@acts
def stop(sweep: str) -> None:
    """End a sweep."""
    hub().send(sweep, Stop())


def sweep_record(sweep: str) -> SweepRecord:
    """What the sweep has found so far."""
    shared = shared_record(sweep)
    with shared.lock:
        found = shared.newest()
    assert isinstance(found, SweepRecord)
    return found


def cell_at(cells: Iterable[GridPoint], coordinates: Coordinates | None) -> GridPoint | None:
    """The cell of these coordinates."""
    return next((cell for cell in cells if (cell.temperature, cell.weight) == coordinates), None)


def _find_sweep(text: str) -> str:
    try:
        return store().find(text, SWEEP).id
    except UserError:
        st.session_state[address.NOTICES] = [md("landscape.no_such_sweep", sweep=text)]
    return ""
