"""Watched examples of a run as the browser takes them: arrays in base64."""

from collections.abc import Sequence
from typing import Any

from dashboard.say.examples import Arrays
from dashboard.server.encoding import base64_of


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
