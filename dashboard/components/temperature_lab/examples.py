"""Watched examples of a run as the browser takes them: arrays in base64, most telling first."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from dashboard.server.encoding import base64_of

Arrays: TypeAlias = Mapping[str, NDArray[Any]]
"""A run's ``prepared.safetensors``: ``watched_images`` uint8 [W, height, width, channels] or
``watched_points`` float32 [W, features]; ``watched_labels`` int64 [W]; ``teacher_watched``
float32 [W, C] logits."""

SURE = 0.95
"""Probability at T = 1 from which the teacher's answer looks like a single bar."""
SOFTENED = 4.0
"""Temperature at which the second guess of the telling example stands out."""


def message(arrays: Arrays, classes: Sequence[str], rows: Sequence[int] | None = None) -> Any:
    """What the browser needs of the examples ``rows``, or of all.

    Returns:
        ``examples``: kind, shape, classes, inputs, labels; ``logits`` [W, C] of the teacher.
    """
    kind = "images" if "watched_images" in arrays else "points"
    chosen = slice(None) if rows is None else list(rows)
    inputs = arrays[f"watched_{kind}"][chosen]
    return {
        "examples": {
            "kind": kind,
            "shape": list(inputs.shape),
            "classes": list(classes),
            "inputs": base64_of(inputs, "u1" if kind == "images" else "<f4"),
            "labels": base64_of(arrays["watched_labels"][chosen], "<i4"),
        },
        "logits": base64_of(arrays["teacher_watched"][chosen], "<f4"),
    }


def most_telling_example(arrays: Arrays) -> int:
    """The row that surprises most: one bar at T = 1, yet a clear second guess when softened.

    Among the examples that the teacher answers rightly and surely, the one whose second class
    is the most probable at T = 4; where it is never sure, among those it answers rightly.
    """
    logits = arrays["teacher_watched"].astype(np.float64)
    sharp = _softmax(logits)
    right = logits.argmax(axis=1) == arrays["watched_labels"]
    sure = right & (sharp.max(axis=1) >= SURE)
    second = np.sort(_softmax(logits / SOFTENED), axis=1)[:, -2]
    eligible = sure if sure.any() else right if right.any() else np.ones_like(right)
    return int(np.argmax(np.where(eligible, second, -1.0)))


def _softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Row by row, [W, C]."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    result: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
    return result
