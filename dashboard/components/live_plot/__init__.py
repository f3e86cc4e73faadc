"""A chart of a run that the browser keeps drawing, without a rerun and without losing the zoom."""

from pathlib import Path
from typing import Any

import streamlit as st

from dashboard.charts import OVER_TIME
from dashboard.components.captions import caption
from dashboard.components.words import words_of
from dashboard.text.viewer import language, t

_component = st.components.v2.component(
    "live_plot",
    js=Path(__file__).with_name("component.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def live_plot(
    name: str,
    run: str,
    *,
    height: int = 260,
    params: dict[str, Any] | None = None,
    choosable: bool = False,
    follows: bool = False,
    fills: bool = False,
    large: bool = False,
    axes_group: str = "",
) -> str | None:
    """The chart ``name`` of ``dashboard.charts``.

    Args:
        name: key in ``OVER_TIME``, ``OF_A_MOMENT`` or ``OF_A_SWEEP``.
        run: id of the run or sweep.
        height: in pixels at the usual size of type; it grows with it.
        params: what a chart takes, such as ``bins``.
        choosable: a click on a cell of a sweep's grid is returned.
        follows: shows the cell of the grid that the pointer is at, on whichever chart.
        fills: takes the height that the window leaves, and ``height`` at least.
        large: thick lines, large type and the lines' names at their ends, for a lecture hall.
        axes_group: name of a group; charts of one name in it have the same axes.

    Returns:
        ``"T_λ"`` of the cell, in the run of the script that follows a click.
    """
    data = {
        "name": name,
        "run": run,
        "language": language(),
        "over_time": name in OVER_TIME,
        "height": height,
        "params": params or {},
        "choosable": choosable,
        "follows": follows,
        "fills": fills,
        "large": large,
        "axes_group": axes_group,
        "caption": caption(run),
        "title": t(f"panel.{name}.title"),
        "words": words_of("live_plot"),
    }
    state = _component(key=f"plot-{name}-{run}", data=data, on_chosen_change=lambda: None)
    return state.chosen  # type: ignore[no-any-return]
