"""Rows of numbers: measurements of a table, points in the plane."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from kdcore.inputs.kind import InputKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

FEW, MANY = 1_000, 20_000
"""Training examples."""
MOST_LISTED = 20
"""Columns of an example in a preview."""
MOST_CELLS = 4_000_000
"""Numbers that are measured at once."""
ROUNDING = float(np.finfo(np.float64).eps)
"""Deviation, as a share of a column's size, up to which its values count as equal."""


@dataclass(frozen=True, slots=True)
class Features(InputKind):
    """Stored as ``[n, features]`` float32."""

    name: ClassVar[str] = "features"
    axes: ClassVar[int] = 1
    shown_as: ClassVar[str] = "points"

    def statistics(self, inputs: "Tensor") -> "tuple[Tensor, Tensor]":
        """By column, ``[features]``."""
        mean, std = spread(inputs)
        std[std == 0] = 1.0
        return mean.float(), std.float()

    def bounds(self, inputs: "Tensor", mean: "Tensor", std: "Tensor") -> "tuple[Tensor, Tensor]":
        """Of each column what the training data have, ``[features]``."""
        return (inputs.amin(0) - mean) / std, (inputs.amax(0) - mean) / std

    def suited_pair(self, shape: tuple[int, ...], examples: int) -> tuple[str, str]:
        """Fully connected, the wider the more examples there are."""
        del shape
        if examples < FEW:
            return "mlp:64,64", "mlp:6"
        return ("mlp:256,128", "mlp:16") if examples < MANY else ("mlp:500", "mlp:64")

    def description(self, shape: tuple[int, ...]) -> str:
        """How many there are."""
        return f"{shape[0]:,} features"

    def listed(self, values: "Tensor", digits: "Sequence[int]") -> list[Any]:
        """The first features, rounded."""
        few = values[:MOST_LISTED].tolist()
        return [float(f"{value:.{of}g}") for value, of in zip(few, digits, strict=False)]

    def shown(self, inputs: "Tensor") -> dict[str, np.ndarray]:
        """``points``: float32 ``[n, features]``."""
        return {"points": inputs.float().cpu().numpy()}


def spread(features: "Tensor") -> "tuple[Tensor, Tensor]":
    """Mean and standard deviation of each column of ``[n, features]``, float64.

    The deviation is 0 where a column's values are equal but for the rounding of float64: what is
    small is measured by the column's own size, be it 1e15 or 1e-13.

    Example:
        >>> import torch
        >>> spread(torch.tensor([[1e15, 0.1], [1e15 + 2, 0.1]], dtype=torch.float64))[1].tolist()
        [1.0, 0.0]
    """
    mean, std = features.new_empty((2, features.shape[1])).double()
    at = 0
    for part in features.split(max(1, MOST_CELLS // len(features)), dim=1):
        columns = slice(at, at + part.shape[1])
        mean[columns], std[columns] = _spread(part)
        at = columns.stop
    return mean, std


def _spread(features: "Tensor") -> "tuple[Tensor, Tensor]":
    first = features[0].double()
    differences = features.double() - first  # exact where values are near each other
    unit = differences.abs().amax(0)
    unit[unit == 0] = 1.0
    shares = differences.div_(unit)  # the square of a huge value would be infinite
    std = shares.std(0, correction=0) * unit
    std[std <= ROUNDING * features.abs().amax(0)] = 0.0
    return first + shares.mean(0) * unit, std
