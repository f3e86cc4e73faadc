"""The sweep that the Landscape page shows: its settings, its start and stop, what was found."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

import streamlit as st

from dashboard import address
from dashboard.actions import show_user_errors
from dashboard.charts.places import Place
from dashboard.engine import hub, store
from dashboard.settings import (
    KEYS,
    chosen,
    defaults,
    differences,
    in_address,
    parameters,
    set_values,
    take_from_address,
    values,
)
from dashboard.shared_history import history_of
from dashboard.shown_run import SETTINGS_OF
from dashboard.states import LIVE_STATES
from dashboard.text import md, t
from dashboard.titles import began, in_short, title_text
from kdcore import titles
from kdcore.commands import Stop
from kdcore.errors import UserError
from kdcore.jobs.kind import SWEEP
from kdcore.jobs.sweep.config import SweepConfig, all_methods, parse_axis
from kdcore.jobs.sweep.record import Best, GridPoint, Spread, SweepRecord

AXIS_KEYS = {"temperatures": "Ts", "weights": "weights", "seeds": "seeds"}
"""Key of the widget and of the URL's parameter, by axis."""
AXIS_OF = {key: axis for axis, key in AXIS_KEYS.items()}


def grids() -> list[str]:
    """The ids of all sweeps over more than seeds, newest first."""
    return [
        sweep
        for sweep in store().readable(SWEEP)
        if (config := config_of(sweep)) and _is_grid(config)
    ]


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


def _is_grid(config: SweepConfig) -> bool:
    return config.size > len(config.seeds)


def followed_sweep() -> str:
    """The sweep of the page: the URL's, else the one that trains, else the newest, else ``""``.

    A sweep that the URL names brings its settings and axes; where the page chose it by itself,
    settings that the viewer brought along stay.
    """
    address.take("sweep", "", _known)
    named: str = st.session_state["sweep"]
    known = grids()
    if named not in known:
        named = ""
    sweep = named or hub().active(SWEEP) or next(iter(known), "")
    if sweep not in known:
        sweep = next(iter(known), "")
    mine = not named and in_address()
    shown = settings_of(sweep) if sweep and not mine else None
    if shown is not None and sweep != st.session_state.get(SETTINGS_OF):
        _take_over(sweep, shown)
    take_from_address(shown)
    _take_axes(sweep if shown is not None else "")
    st.session_state["sweep"] = sweep
    address.show({"sweep": None if mine else sweep or None})
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
    address.show({"sweep": sweep, "guess": None, "at": None} | parameters(shown))


def other_settings(sweep: str) -> list[str]:
    """How the sweep differs from the settings and axes that are chosen, each in a few words."""
    config = store().find(sweep, SWEEP).config
    shown, chosen = settings_of(sweep), values()
    swept = {"temperature", "weight", "seed"}
    found = [
        in_short(name, old)
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


def _take_over(sweep: str, shown: Mapping[str, Any]) -> None:
    """The settings become the sweep's, but for what an opened link names itself."""
    if KEYS["dataset"] in st.session_state:
        set_values({name: value for name, value in shown.items() if not address.is_new(KEYS[name])})
        for key, text in _axes_text(store().find(sweep, SWEEP).config).items():
            if key in st.session_state and not address.is_new(key):
                st.session_state[key] = text
    st.session_state[SETTINGS_OF] = sweep


def _take_axes(sweep: str) -> None:
    """Give the widgets of the axes their values: the URL's, the sweep's, or the defaults."""
    usual = _axes_text(SweepConfig())
    if sweep:
        usual |= _axes_text(store().find(sweep, SWEEP).config)
    for key in AXIS_KEYS.values():
        address.take(key, usual[key])
    address.take("published", usual["published"], lambda text: text == "1")
    shown = {key: st.session_state[key] for key in AXIS_KEYS.values()}
    address.show(shown | {"published": "1" if st.session_state["published"] else None})


def chosen_sweep() -> SweepConfig:
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


def start() -> None:
    """Submit the chosen sweep and follow it."""
    with show_user_errors():
        show_sweep(hub().submit(chosen_sweep()))


def stop(sweep: str) -> None:
    """End a sweep."""
    with show_user_errors():
        hub().send(sweep, Stop())


def is_live(sweep: str) -> bool:
    """Whether a sweep still takes commands."""
    return bool(sweep) and hub().state(sweep) in LIVE_STATES


def landscape_of(sweep: str) -> SweepRecord:
    """What the sweep has found so far."""
    shared = history_of(sweep)
    with shared.lock:
        found = shared.newest()
    assert isinstance(found, SweepRecord)
    return found


def sweep_title(sweep: str) -> str:
    """A sweep in one line: what differs from the usual, its size, and when it began."""
    config = store().find(sweep, SWEEP).config
    size = "landscape.methods_size" if config.published else "landscape.grid_size"
    title = replace(titles.sweep_title(config.to_dict()), axes={})
    return " · ".join(
        [
            *filter(None, [title_text(title, config.base.to_dict())]),
            t(
                size,
                methods=len(config.methods),
                temperatures=len(config.temperatures),
                weights=len(config.weights),
                seeds=len(config.seeds),
            ),
            began(sweep),
        ]
    )


def place_of(text: str | None) -> Place | None:
    """``"4_0.5"`` → T 4, λ 0.5."""
    try:
        temperature, weight = map(float, (text or "").split("_"))
    except ValueError:
        return None
    return temperature, weight


def cell_at(cells: Iterable[GridPoint], place: Place | None) -> GridPoint | None:
    """The cell at a place of the grid."""
    return next((cell for cell in cells if (cell.temperature, cell.weight) == place), None)


def best_told(best: Best) -> list[tuple[str, Mapping[str, Any]]]:
    """What validation data chose, what test data say, and whether it is a real winner."""
    sentences: list[tuple[str, Mapping[str, Any]]] = [
        (
            "landscape.best",
            {
                "temperature": best.cell.temperature,
                "weight": best.cell.weight,
                "validation": spread_told(best.validation),
                "test": spread_told(best.test),
                "plain": spread_told(best.plain_test),
                "n": best.test.n,
                "places": best.places,
            },
        )
    ]
    gain, sd = best.gain.mean, best.gain.sd
    values = {
        "gain": f"{gain * 100:+.1f}".replace("-", "−"),
        "sd": f"{(sd or 0) * 100:.1f}",
        "n": best.gain.n,
    }
    if sd is None:
        sentences.append(("landscape.gain_one_seed", values))
    elif gain > 2 * sd / best.gain.n**0.5:
        sentences.append(("landscape.gain_real", values))
    elif gain > 0:
        sentences.append(("landscape.gain_unsure", values))
    else:
        sentences.append(("landscape.gain_none", values))
    if best.near:
        sentences.append(("landscape.near", {"count": best.near, "others": best.places - 1}))
    return sentences


def spread_told(spread: Spread) -> str:
    """Mean ± sd in per cent."""
    if spread.sd is None:
        return f"{spread.mean:.1%}"
    return f"{spread.mean * 100:.1f} ± {spread.sd:.1%}"


def _known(given: str) -> str:
    try:
        return store().find(given, SWEEP).id
    except UserError:
        st.session_state[address.NOTICES] = [md("landscape.no_such_sweep", sweep=given)]
    return ""
