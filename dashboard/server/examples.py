"""Examples of a run as the browser takes them: what its kind of input shows of them, in base64."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dashboard.server.encoding import base64_of
from kdcore.inputs import INPUT_KINDS, InputKind

Arrays = Mapping[str, np.ndarray]
SENT = {"u": "u1", "f": "<f4", "i": "<i4"}
"""How numbers travel, by NumPy's letter of their kind; 16-bit integers stay what they are."""


def kind_shown(arrays: Arrays, use: str) -> type[InputKind] | None:
    """The kind of the inputs that a file keeps for a use: ``watched``, ``set``; or none."""
    return next((kind for kind in INPUT_KINDS.values() if f"{use}_{kind.shown_as}" in arrays), None)


def example_message(arrays: Arrays, rows: Sequence[int] | None = None) -> dict[str, Any]:
    """The watched examples ``rows`` of a run, or all of them.

    Args:
        arrays: of its ``prepared`` file.
        rows: among them.

    Returns:
        ``kind``, ``labels``, and ``arrays``: by name ``dtype``, ``shape`` and ``data``, with a row
        for each example where there are as many rows as examples.
    """
    kind = kind_shown(arrays, "watched")
    assert kind is not None, "a run keeps the examples that it watches"
    labels = arrays["watched_labels"]
    chosen = np.arange(len(labels)) if rows is None else np.array(rows, dtype=np.int64)
    others = {"watched_labels"}
    return {
        "kind": kind.name,
        "labels": base64_of(labels[chosen], "<i4"),
        "arrays": {
            name.removeprefix("watched_"): _sent(
                values[chosen] if len(values) == len(labels) else values
            )
            for name, values in arrays.items()
            if name.startswith("watched_") and name not in others
        },
    }


def _sent(values: np.ndarray) -> dict[str, Any]:
    small = values.dtype.kind == "i" and values.dtype.itemsize == 2
    dtype = "<i2" if small else SENT[values.dtype.kind]
    return {"dtype": dtype, "shape": list(values.shape), "data": base64_of(values, dtype)}
