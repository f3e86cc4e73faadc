"""The sweep that the Landscape page shows: its settings, its start and stop, what was found."""

from collections.abc import Iterable, Mapping
from typing import Any

import streamlit as st

from dashboard import address
from dashboard.actions import told_kindly
from dashboard.charts.places import Place
from dashboard.engine import hub, store
from dashboard.settings import chosen, dataset_title
from dashboard.shared_history import history_of
from dashboard.status import LIVE_STATES
from dashboard.text import explain, t
from kdcore.commands import Stop
from kdcore.errors import UserError
from kdcore.landscape import Best, Cell, Landscape, Spread
from kdcore.sweep_config import SweepConfig, all_methods, parse_axis

AXIS_KEYS = {"temperatures": "Ts", "weights": "weights", "seeds": "seeds"}
"""Key of the widget and of the URL's parameter, by axis."""


def followed_sweep() -> str:
    """The sweep of the page: the URL's, else the one that trains, else the newest, else ``""``."""
    newest = next(iter(store().sweeps()), "")
    address.take("sweep", hub().active(SweepConfig) or newest, _known)
    sweep: str = st.session_state["sweep"]
    if sweep and sweep not in store().sweeps():
        sweep = st.session_state["sweep"] = newest
    address.show({"sweep": sweep or None})
    return sweep


def take_axes() -> None:
    """Give the widgets of the axes their values, from the URL or the defaults."""
    usual = SweepConfig()
    for axis, key in AXIS_KEYS.items():
        values = getattr(usual, axis)
        address.take(key, ", ".join(f"{value:g}" for value in values))
    address.take("published", False, lambda text: text == "1")
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
    base = chosen().but(speed=0.0)
    if st.session_state["published"]:
        return SweepConfig(
            base=base, seeds=axes["seeds"], methods=all_methods(base), published=True
        )
    return SweepConfig(base=base, **axes)


def start() -> None:
    """Submit the chosen sweep and follow it."""
    with told_kindly():
        sweep = hub().submit(chosen_sweep())
        st.session_state["sweep"] = sweep
        address.show({"sweep": sweep, "guess": None, "at": None})


def stop(sweep: str) -> None:
    """End a sweep."""
    with told_kindly():
        hub().send(sweep, Stop())


def is_live(sweep: str) -> bool:
    """Whether a sweep still takes commands."""
    return bool(sweep) and hub().state(sweep) in LIVE_STATES


def landscape_of(sweep: str) -> Landscape:
    """What the sweep has found so far."""
    shared = history_of(sweep)
    with shared.lock:
        found = shared.newest()
    assert isinstance(found, Landscape)
    return found


def sweep_title(sweep: str) -> str:
    """A sweep in one line."""
    config = store().sweep(sweep).config
    told = "landscape.methods_told" if config.published else "landscape.sweep_told"
    return t(told, dataset=dataset_title(config.base.dataset), teacher=config.base.teacher,
             student=config.base.student, students=t("count.students", count=config.size),
             sweep=sweep)  # fmt: skip


def place_of(text: str | None) -> Place | None:
    """``"4_0.5"`` → T 4, λ 0.5."""
    try:
        temperature, weight = map(float, (text or "").split("_"))
    except ValueError:
        return None
    return temperature, weight


def cell_at(cells: Iterable[Cell], place: Place | None) -> Cell | None:
    """The cell at a place of the grid."""
    return next((cell for cell in cells if (cell.temperature, cell.weight) == place), None)


def best_told(best: Best) -> list[tuple[str, Mapping[str, Any]]]:
    """What validation data chose, what test data say, and whether it is a real winner."""
    sentences: list[tuple[str, Mapping[str, Any]]] = [
        ("landscape.best", {
            "temperature": best.cell.temperature, "weight": best.cell.weight,
            "validation": spread_told(best.validation), "test": spread_told(best.test),
            "plain": spread_told(best.plain_test), "n": best.test.n, "places": best.places,
        }),
    ]  # fmt: skip
    gain, sd = best.gain.mean, best.gain.sd
    values = {"gain": f"{gain * 100:+.1f}".replace("-", "−"), "sd": f"{(sd or 0) * 100:.1f}",
              "n": best.gain.n}  # fmt: skip
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
        return store().sweep(given).id
    except UserError as error:
        st.warning(explain(error.code, error.values, str(error)))
    return next(iter(store().sweeps()), "")
