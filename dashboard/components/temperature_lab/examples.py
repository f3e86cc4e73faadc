"""Watched examples of a run with the teacher's answers, as the browser takes them."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from dashboard.say.examples import Arrays
from dashboard.server.encoding import base64_of
from dashboard.server.examples import example_message


def message(arrays: Arrays, classes: Sequence[str], rows: Sequence[int] | None = None) -> Any:
    """What the browser needs of the examples ``rows``, or of all.

    Returns:
        ``examples``: see ``example_message``, with ``classes``; ``logits`` [W, C] of the teacher.
    """
    logits = arrays["teacher_watched"]
    chosen = logits if rows is None else logits[np.array(rows, dtype=np.int64)]
    return {
        "examples": example_message(arrays, rows) | {"classes": list(classes)},
        "logits": base64_of(chosen, "<f4"),
    }
