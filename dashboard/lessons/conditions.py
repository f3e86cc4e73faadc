"""What completes a card: one comparison of one reading, which the browser makes.

The browser knows the readings while one drags and clicks: the temperature lab, the microscope and
the transport bar publish them (``publish`` in ``components/web/bus.js``).
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from dashboard.lessons.parts import PARAMETERS, PARTS, SETTINGS

SHOWN: dict[str, tuple[str, ...]] = {
    "entropy": ("start", "temperature"),
    "temperature": ("start", "temperature", "microscope"),
    "highest": ("start", "temperature"),
    "ratio": ("start", "temperature"),
}
"""Numbers that a page shows: the answer's entropy in nats, the T of the view, the highest
probability, and how many times likelier the first class is than the second. By name the pages."""
EXAMPLES = ("pinned", "plain_differs", "distilled_differs", "students_differ", "teacher_wrong")
"""What is to be found in the microscope: an example that was clicked; one that the student answers
otherwise than the teacher; one that the students answer differently; one that the teacher gets
wrong."""
RUN_STATES = ("started", "finished")
BOUNDS = ("at_least", "at_most", "equals")
KINDS = ("opens", "shown", "setting", "run", "example")
"""What a condition is about; a card with a prediction is completed by making it."""

SET = frozenset(SETTINGS) | (frozenset().union(*PARAMETERS.values()) - {"T"})
"""Settings whose value a condition may ask for."""


class Comparison(NamedTuple):
    """A reading by its name, how it is compared, and with what."""

    reading: str
    bound: str
    value: Any

    def to_dict(self) -> dict[str, Any]:
        """As the browser takes it."""
        return {"reading": self.reading, self.bound: self.value}


def comparison(condition: Mapping[str, Any]) -> Comparison:
    """The comparison that a card's ``done`` stands for.

    Raises:
        ValueError: it is none; the arguments are the code of the problem and its values.

    Example:
        >>> comparison({"shown": "entropy", "at_least": 1.5})
        Comparison(reading='entropy', bound='at_least', value=1.5)
        >>> comparison({"opens": "live"})
        Comparison(reading='page', bound='equals', value='live')
    """
    kinds = [name for name in KINDS if name in condition]
    bounds = [name for name in BOUNDS if name in condition]
    extra = condition.keys() - {*KINDS, *BOUNDS}
    if len(kinds) != 1 or len(bounds) > 1 or extra:
        raise ValueError("condition_form", {"allowed": ", ".join(KINDS)})
    kind, what = kinds[0], condition[kinds[0]]
    bound = bounds[0] if bounds else ""
    match kind:
        case "opens":
            _one_of(what, PARTS)
            return Comparison("page", "equals", what)
        case "example":
            _one_of(what, EXAMPLES)
            return Comparison(what, "equals", True)
        case "run" if what != "epoch":
            _one_of(what, (*RUN_STATES, "epoch"))
            return Comparison(f"run_{what}", "equals", True)
        case "run":
            return Comparison("epoch", *_bounded(condition, bound))
        case "shown":
            _one_of(what, SHOWN)
            return Comparison(what, *_bounded(condition, bound))
    _one_of(what, SET)
    return Comparison(f"set_{what}", *_bounded(condition, bound, numbers_only=False))


def _one_of(what: Any, allowed: Any) -> None:
    if what not in allowed:
        raise ValueError(
            "condition_unknown", {"what": str(what), "allowed": ", ".join(sorted(allowed))}
        )


def _bounded(
    condition: Mapping[str, Any], bound: str, *, numbers_only: bool = True
) -> tuple[str, Any]:
    value = condition.get(bound)
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not bound or not (number or (bound == "equals" and not numbers_only)):
        raise ValueError("condition_bound", {"allowed": ", ".join(BOUNDS)})
    return bound, value
