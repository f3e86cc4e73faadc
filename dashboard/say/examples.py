"""Which of the watched examples shows most: the one of the Start page, and the most ambiguous."""

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Arrays: TypeAlias = Mapping[str, NDArray[Any]]
"""A run's ``prepared.safetensors``: ``watched_images`` uint8 [W, height, width, channels] or
``watched_points`` float32 [W, features]; ``watched_labels`` int64 [W]; ``teacher_watched``
float32 [W, C] logits."""

SURE = 0.95
"""Probability at T = 1 from which the teacher's answer looks like a single bar."""
SOFTENED = 4.0
"""Temperature at which the second guess of the telling example stands out."""


def most_telling_example(arrays: Arrays) -> int:
    """The row that surprises most: one bar at T = 1, yet a clear second guess when softened.

    Among the examples that the teacher answers rightly and surely, the one whose second class
    is the most probable at T = 4; where it is never sure, among those it answers rightly.
    """
    logits = arrays["teacher_watched"].astype(np.float64)
    sharp = softmax(logits)
    right = logits.argmax(axis=1) == arrays["watched_labels"]
    sure = right & (sharp.max(axis=1) >= SURE)
    second = np.sort(softmax(logits / SOFTENED), axis=1)[:, -2]
    eligible = sure if sure.any() else right if right.any() else np.ones_like(right)
    return int(np.argmax(np.where(eligible, second, -1.0)))


def most_ambiguous_example(arrays: Arrays) -> int:
    """The row with the smallest lead of the first class at T = 1; the temperature lab's first."""
    ordered = np.sort(softmax(arrays["teacher_watched"].astype(np.float64)), axis=1)
    return int(np.argmin(ordered[:, -1] - ordered[:, -2]))


def softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Row by row, [W, C]."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    result: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
    return result
