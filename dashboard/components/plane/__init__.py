"""A plane of two features: the points of a data set, and what learners answer at every place."""

from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.components.words import learner_names, words_of
from dashboard.server.encoding import base64_of
from dashboard.text.viewer import language

_component = st.components.v2.component(
    "plane",
    js=Path(__file__).with_name("component.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def point_field(points: NDArray[Any], classes: NDArray[Any]) -> None:
    """The points of a data set before anybody learns from them.

    Args:
        points: ``[n, 2]``.
        classes: ``[n]``.
    """
    data = _points(points, classes) | {"part": "point_field", "words": words_of("point_field")}
    _component(key="point-field", data=data | {"drawn": False})


def drawn_points() -> Any:
    """A field to draw points on; what was drawn, once, when somebody asks to learn from it.

    Returns:
        ``None``, or as the browser sent it a list of ``[x, y, class]``.
    """
    empty = np.zeros((0, 2))
    data = _points(empty, np.zeros(0)) | {"part": "point_field", "words": words_of("point_field")}
    state = _component(
        key="drawn-points", data=data | {"drawn": True}, on_points_change=lambda: None
    )
    return state.points


def decision_maps(
    run: str, points: NDArray[Any], labels: NDArray[Any], hidden: dict[str, list[int]]
) -> None:
    """Maps of all learners of a run, live as they learn, over the points that they learn from.

    Args:
        run: its id; its learners are asked.
        points: that the students see, ``[n, 2]``.
        labels: that they get, ``[n]``; −1 where one is hidden.
        hidden: units of each hidden layer by learner, of those whose units can be shown.
    """
    data = _points(points, labels) | {
        "part": "decision_maps",
        "run": run,
        "language": language(),
        "hidden": hidden,
        "learners": learner_names(),
        "words": words_of("decision_maps"),
    }
    _component(key=f"decision-maps-{run}", data=data)


def _points(points: NDArray[Any], labels: NDArray[Any]) -> dict[str, str]:
    return {"points": base64_of(points, "<f4"), "labels": base64_of(labels, "<i4")}
