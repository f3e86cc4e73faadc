"""A number within its range, or one clear sentence."""

import math
from typing import Any

from kdcore.errors import UserError


def within(name: str, value: Any, kind: type, low: float, high: float) -> float | int:
    """``value`` as the ``kind`` of number, ``float`` or ``int``, that ``name`` may be.

    Raises:
        UserError: it is no such number, or outside the range.
    """
    try:
        number = float(value)
        if isinstance(value, bool) or (kind is int and number != int(number)):
            raise ValueError
    except (TypeError, ValueError, OverflowError):
        raise UserError("not_a_number", name=name, value=value, low=low, high=high) from None
    if not (math.isfinite(number) and low <= number <= high):
        raise UserError("outside_range", name=name, value=value, low=low, high=high)
    return int(number) if kind is int else number


BIASES = tuple(0.5 * step for step in range(-20, 21))
"""Those that are tried on the logits of classes which the students never see, in nats."""
