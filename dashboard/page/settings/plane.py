"""The settings of points in the plane and of the networks that learn from them."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from dashboard.page import address
from kdcore.plane import FEWEST, LONGEST, SHAPES, PlaneData

DRAWN = "drawn"
"""Instead of a shape: points that a person draws."""
TEACHERS = ("mlp:32,32", "mlp:16,16", "mlp:64,64")
STUDENTS = ("mlp:8", "mlp:4", "mlp:16", "mlp:2", "mlp:4,4")
RANGES = {"amount": (FEWEST, 2_000), "spread": (0, 60), "labels": (4, 200), "draw": (0, 99)}
"""Of the sliders, by key."""
_POINTS = PlaneData()
USUAL: dict[str, Any] = {
    "plane": _POINTS.shape,
    "amount": _POINTS.points,
    "spread": round(100 * _POINTS.noise),
    "draw": _POINTS.seed,
    "labels": 10,
    "function": _POINTS.function,
    "guide": TEACHERS[0],
    "pupil": STUDENTS[0],
}
"""By key of the session state and of the address."""
CHOICES = {"plane": (*SHAPES, DRAWN), "guide": TEACHERS, "pupil": STUDENTS}


def read_plane_settings() -> None:
    """Every setting as the address has it, the usual one where it has none that can be used."""
    for key, usual in USUAL.items():
        address.read_param(key, usual, _reader(key, usual))


def write_plane_settings() -> None:
    """What is not as usual into the address."""
    values = {key: st.session_state[key] for key in USUAL}
    address.write_params(
        {key: None if value == USUAL[key] else str(value) for key, value in values.items()}
    )


def plane_data() -> PlaneData:
    """How the points are made."""
    state = st.session_state
    return PlaneData(
        shape=state["plane"],
        points=state["amount"],
        noise=state["spread"] / 100,
        seed=state["draw"],
        function=state["function"],
    )


def _reader(key: str, usual: Any) -> Callable[[str], Any]:
    if key in CHOICES:
        return lambda text: text if text in CHOICES[key] else usual
    if key in RANGES:
        low, high = RANGES[key]
        return lambda text: min(max(int(text), low), high) if text.isdecimal() else usual
    return lambda text: text[:LONGEST]
