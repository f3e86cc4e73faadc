"""How a setting changes by itself during a run: ``warmup:2,cosine:0`` and the like.

==================  =====================================================================
``linear:END``      in a straight line to ``END`` at the last epoch
``cosine:END``      along half a cosine to ``END``: slowly, quickly, slowly
``step:F:E``        times ``F`` every ``E`` epochs
``at:E=V:E=V``      ``V`` from epoch ``E`` on
``warmup:E``        rises from 0 during the first ``E`` epochs; may stand before another
==================  =====================================================================
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from kdcore.errors import UserError

Curve = Callable[[float, float, float], float]
"""``(value, position, epochs)`` → value; the position is in epochs."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """How a setting changes."""

    curves: tuple[Curve, ...]
    ends: tuple[float, ...]
    """Values that it names; each must be one that the setting may have."""
    from_zero: bool
    """Whether it begins at 0."""

    def __bool__(self) -> bool:
        return bool(self.curves)

    def value(self, value: float, position: float, epochs: float) -> float:
        """What acts at ``position`` of a run of ``epochs`` that was set to ``value``."""
        for curve in self.curves:
            value = curve(value, position, epochs)
        return value


def scheduled(
    values: Mapping[str, float], schedules: Mapping[str, Schedule], position: float, epochs: float
) -> dict[str, float]:
    """Of ``values``, those that have a schedule, as they act at ``position``."""
    return {
        name: schedule.value(values[name], position, epochs) for name, schedule in schedules.items()
    }


def parse_schedule(name: str, text: str) -> Schedule:
    """The schedule that ``text`` names; nothing is a setting that stays.

    Args:
        name: of the setting, for the sentence.
        text: see the module.

    Raises:
        UserError: it is none.
    """
    curves: list[Curve] = []
    ends: list[float] = []
    kinds = []
    try:
        for part in (part.strip() for part in text.split(",") if part.strip()):
            kind, *given = part.split(":")
            curve, named = _PARSERS[kind](given)
            kinds.append(kind)
            curves.append(curve)
            ends += named
        if len(kinds) > 2 or (len(kinds) == 2 and (kinds[0] != "warmup" or kinds[1] == "warmup")):
            raise ValueError
    except (KeyError, ValueError):
        raise UserError("bad_schedule", name=name, value=text) from None
    # the warm-up is a factor of what the others make
    return Schedule(tuple(reversed(curves)), tuple(ends), "warmup" in kinds)


def _linear(given: list[str]) -> tuple[Curve, list[float]]:
    (end,) = map(_number, given)
    return lambda value, at, epochs: value + (end - value) * _share(at, epochs), [end]


def _cosine(given: list[str]) -> tuple[Curve, list[float]]:
    (end,) = map(_number, given)

    def curve(value: float, at: float, epochs: float) -> float:
        return end + (value - end) * (1 + math.cos(math.pi * _share(at, epochs))) / 2

    return curve, [end]


def _step(given: list[str]) -> tuple[Curve, list[float]]:
    factor, every = map(_number, given)
    if not (0 < factor <= 1 and every > 0):
        raise ValueError
    return lambda value, at, _: value * factor ** math.floor(at / every + 1e-9), []


def _at(given: list[str]) -> tuple[Curve, list[float]]:
    turns = [tuple(map(_number, turn.split("=", 1))) for turn in given]
    if not turns or any(len(turn) != 2 for turn in turns):
        raise ValueError

    def curve(value: float, at: float, _: float) -> float:
        due = [to for since, to in sorted(turns) if at >= since - 1e-9]
        return due[-1] if due else value

    return curve, [to for _, to in turns]


def _warmup(given: list[str]) -> tuple[Curve, list[float]]:
    (epochs_until,) = map(_number, given)
    if epochs_until <= 0:
        raise ValueError
    return lambda value, at, _: value * min(1.0, at / epochs_until), []


def _share(at: float, epochs: float) -> float:
    return min(1.0, at / epochs)


def _number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError
    return number


_PARSERS = {"linear": _linear, "cosine": _cosine, "step": _step, "at": _at, "warmup": _warmup}
