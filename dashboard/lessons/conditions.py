"""What completes a card: one comparison of one reading, which the browser makes.

The browser knows the readings while one drags and clicks: the temperature lab, the microscope and
the transport bar publish them (``publish`` in ``components/web/bus.js``).
"""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from dashboard.lessons.parts import PARAMETERS, PARTS, SETTINGS
from dashboard.lessons.problems import Wrong

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
        raise Wrong("unknown", what=str(what), allowed=", ".join(sorted(allowed)))
    return what


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Wrong("condition_bound", allowed=", ".join(BOUNDS))
    return value
