"""The grid of a sweep as tables for charts: rows are temperatures, columns weights."""

from dataclasses import dataclass
from typing import Any

from dashboard.text.phrases import Words, phrase
from kdcore.jobs.sweep.record import METRICS, GridPoint, Spread, SweepRecord

Coordinates = tuple[float, float]
"""T and λ."""

CIVIDIS = [
    [0, "#00224e"],
    [0.2, "#2a3f6d"],
    [0.4, "#575d6d"],
    [0.6, "#84826f"],
    [0.8, "#b9a863"],
    [1, "#fee838"],
]
"""From low to high, alike for colour-blind eyes. Source: Nuñez et al., 2018."""


@dataclass(frozen=True, slots=True)
class View:
    """What the viewer chose to see of a sweep."""

    metric: str = "test_accuracy"
    lr: float | None = None
    method: str | None = None
    hidden: bool = False
    """No values yet: the viewer shall guess first."""
    guess: Coordinates | None = None
    at: Coordinates | None = None
    """The cell that is pointed at or chosen."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells of one learning rate and method."""

    temperatures: list[float]
    weights: list[float]
    rows: list[list[GridPoint | None]]

    def table(self, of: Any) -> list[list[Any]]:
        """``of(cell)`` for every cell, ``None`` where there is none."""
        return [[of(cell) if cell else None for cell in row] for row in self.rows]

    def index(self, coordinates: Coordinates | None) -> tuple[int, int] | None:
        """Column and row of a cell."""
        if coordinates is None:
            return None
        temperature, weight = coordinates
        if temperature not in self.temperatures or weight not in self.weights:
            return None
        return self.weights.index(weight), self.temperatures.index(temperature)


def grid_of(landscape: SweepRecord, view: View) -> Grid:
    """The cells that ``view`` asks for."""
    cells = landscape.cells(view.lr, view.method)
    temperatures = sorted({cell.temperature for cell in cells})
    weights = sorted({cell.weight for cell in cells})
    at = {(cell.temperature, cell.weight): cell for cell in cells}
    return Grid(
        temperatures,
        weights,
        [[at.get((temperature, weight)) for weight in weights] for temperature in temperatures],
    )


def coordinates_of(text: str | None) -> Coordinates | None:
    """The cell that a text names; none where it is no such text.

    Example:
        >>> coordinates_of("4_0.5")
        (4.0, 0.5)
    """
    try:
        temperature, weight = map(float, (text or "").split("_"))
    except ValueError:
        return None
    return temperature, weight


def axes(grid: Grid) -> dict[str, Any]:
    """Both axes with the grid's own values at equal distances."""
    return {
        "xaxis": {
            "title": {"text": "λ"},
            "tickvals": list(range(len(grid.weights))),
            "ticktext": [f"{value:g}" for value in grid.weights],
            "showgrid": False,
            "zeroline": False,
        },
        "yaxis": {
            "title": {"text": "T"},
            "tickvals": list(range(len(grid.temperatures))),
            "ticktext": [f"{value:g}" for value in grid.temperatures],
            "showgrid": False,
            "zeroline": False,
        },
    }


def at_point(words: Words, shown: str) -> str:
    """The text at the pointer: T and λ, which ``customdata`` holds, and what is ``shown`` there."""
    return phrase(words, "app.labelled", label=words["chart.grid_point"], value=shown)


def number(metric: str, value: float) -> str:
    """A mean as people read it."""
    return f"{value:.1%}" if percent(metric) else f"{value:.3f}" if value < 10 else f"{value:.1f}"


def metric_spread_text(metric: str, spread: Spread | None) -> str:
    """Mean ± sd; nothing where there is none."""
    if spread is None:
        return ""
    mean = number(metric, spread.mean)
    if spread.sd is None:
        return mean
    return (
        f"{mean}<br>± {spread.sd * 100:.1f}"
        if percent(metric)
        else (f"{mean}<br>± {number(metric, spread.sd)}")
    )


def percent(metric: str) -> bool:
    """Whether a metric is a share."""
    return metric.endswith("accuracy") or metric == "agreement"


def mean_of(spread: Spread | None) -> float | None:
    """The mean, where there is one."""
    return spread.mean if spread else None


def better_is_more(metric: str) -> bool:
    """Whether a higher value is the better one."""
    return METRICS[metric]
