"""What completes a card: one comparison of one reading, which the browser makes.

The browser knows the readings while one drags and clicks: the temperature lab, the microscope and
the transport bar publish them (``publish`` in ``components/web/bus.js``).
"""

import math
from collections.abc import Collection, Mapping
from dataclasses import fields
from typing import Any, NamedTuple, TypeGuard

from dashboard.charts.parts.bins import WAYS
from dashboard.lessons.parts import PARAMETERS, PARTS, SETTINGS
from dashboard.lessons.problems import Wrong
from kdcore.errors import UserError
from kdcore.jobs.run.config import RunConfig
from kdcore.queries import HIGHEST_TEMPERATURE, LOWEST_TEMPERATURE
from kdcore.ranges import BIASES
from kdcore.settings import checked

SHOWN = {
    "entropy": ("start", "temperature"),
    "temperature": ("start", "temperature", "step", "microscope"),
    "highest": ("start", "temperature"),
    "ratio": ("start", "temperature"),
    "phase": ("step",),
}
"""Numbers that a page shows: the answer's entropy in nats, the T of the view, the highest
probability, how many times likelier the first class is than the second, and the phase of a step in
slow motion. By name the pages."""
RANGES = {
    "entropy": (0.0, math.log(10)),
    "temperature": (LOWEST_TEMPERATURE, HIGHEST_TEMPERATURE),
    "highest": (0.0, 1.0),
    "ratio": (0.0, math.inf),
    "phase": (1.0, 8.0),
}
"""Between which they lie, on the recorded runs of ten classes too."""
CHOICES: dict[str, tuple[Any, ...]] = {"bins": WAYS, "bias": BIASES, "calibrated": (False, True)}
"""Values of settings that are none of a run."""
LONGEST_NAME = 60
"""Characters of a name that is not known, as a message quotes it."""
LARGEST = 1e9
"""Of the numbers in a lesson."""
EXAMPLES = ("pinned", "plain_differs", "distilled_differs", "students_differ", "teacher_wrong")
"""What is to be found in the microscope: an example that was clicked; one that the student answers
otherwise than the teacher; one that the students answer differently; one that the teacher gets
wrong."""
RUN_STATES = ("started", "finished")
SET = frozenset(SETTINGS) | (frozenset().union(*PARAMETERS.values()) - {"T"})
"""What a page's settings are called in a condition."""
BOUNDS = ("at_least", "at_most", "equals")
KINDS = ("opens", "shown", "setting", "run", "example")
"""What a condition is about; a card with a prediction is completed by making it."""


class Comparison(NamedTuple):
    """A reading by its name, how it is compared, and with what."""

    reading: str
    bound: str
    value: Any


def comparison(condition: Mapping[str, Any]) -> Comparison:
    """The comparison that a card's ``done`` stands for.

    Raises:
        Wrong: it is none.

    Example:
        >>> comparison({"shown": "entropy", "at_least": 1.5})
        Comparison(reading='entropy', bound='at_least', value=1.5)
        >>> comparison({"opens": "live"})
        Comparison(reading='page', bound='equals', value='live')
    """
    kinds = [name for name in KINDS if name in condition]
    bounds = [name for name in BOUNDS if name in condition]
    if len(kinds) != 1 or len(bounds) > 1 or condition.keys() - {*KINDS, *BOUNDS}:
        raise Wrong("condition_form", allowed=", ".join(KINDS))
    kind, bound = kinds[0], bounds[0] if bounds else ""
    what = str(condition[kind])
    value = condition.get(bound)
    match kind:
        case "opens":
            return Comparison("page", "equals", one_of(what, PARTS))
        case "example":
            return Comparison(one_of(what, EXAMPLES), "equals", True)
        case "run" if what != "epoch":
            return Comparison(f"run_{one_of(what, (*RUN_STATES, 'epoch'))}", "equals", True)
        case "run":
            return Comparison("epoch", bound, _number(value))
        case "shown":
            return Comparison(one_of(what, SHOWN), bound, _number(value))
    if bound != "equals":
        value = _number(value)
    return Comparison(f"set_{one_of(what, SET)}", bound, value)


def one_of(what: Any, allowed: Collection[str]) -> str:
    """``what``, which is a name of the vocabulary.

    Raises:
        Wrong: it is not.
    """
    if not isinstance(what, str) or what not in allowed:
        raise Wrong("unknown", what=str(what)[:LONGEST_NAME], allowed=", ".join(sorted(allowed)))
    return what


def is_number(value: Any) -> TypeGuard[float]:
    """Whether it is a number that can be compared with others."""
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and -LARGEST <= value <= LARGEST
    )


def _number(value: Any) -> float:
    if not is_number(value):
        raise Wrong("condition_bound", allowed=", ".join(BOUNDS))
    return value


def check_can_hold(done: Comparison, page: str, epochs: float) -> None:
    """Make sure that somebody can complete a card on ``page`` by ``done``.

    Args:
        done: what completes it.
        page: of the card.
        epochs: of the shortest run that the lesson may be on.

    Raises:
        Wrong: nobody can.
    """
    what, bound, value = done
    name = what.removeprefix("set_")
    if page not in _pages(what):
        raise Wrong("not_shown_there", what=name, page=page)
    if bound == "equals" and what.startswith("set_"):
        _check_choice(name, value)
    elif is_number(value):
        low, high = (0.0, epochs) if what == "epoch" else _range(what, name)
        below, above = bound != "at_least" and value < low, bound != "at_most" and value > high
        if below or above:
            raise Wrong("never", what=name, allowed=f"{low:.4g} … {high:.4g}")


def _pages(what: str) -> Collection[str]:
    """Those on which a reading is known."""
    if what.startswith("set_"):
        name = what.removeprefix("set_")
        parameter = SETTINGS.get(name, name)
        return [page for page, known in PARAMETERS.items() if parameter in known]
    return ("microscope",) if what in EXAMPLES else SHOWN.get(what, tuple(PARTS))


def _range(what: str, name: str) -> tuple[float, float]:
    if what in RANGES:
        return RANGES[what]
    if name in CHOICES:
        return min(CHOICES[name]), max(CHOICES[name])
    about = {item.name: item.metadata for item in fields(RunConfig)}[name]
    if about["low"] is None:
        raise Wrong("never", what=name, allowed=", ".join(about["choices"]) or "equals")
    return about["low"], about["high"]


def _check_choice(name: str, value: Any) -> None:
    if name in CHOICES:
        if value not in CHOICES[name]:
            raise Wrong("never", what=name, allowed=", ".join(map(str, CHOICES[name])))
        return
    try:
        checked(name, value, RunConfig)
    except (UserError, TypeError) as error:
        raise Wrong("never", what=name, allowed=str(error)) from None
