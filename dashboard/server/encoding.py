"""How values travel to the browser."""

import json
from base64 import b64encode
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kdcore.events import finite


def base64_of(array: NDArray[Any], dtype: str) -> str:
    """Base64 of the numbers as ``dtype``, little-endian, row by row."""
    return b64encode(np.ascontiguousarray(array, dtype=dtype).tobytes()).decode("ascii")


def json_text(values: Any) -> str:
    """JSON for a browser, where a number that is not finite is null."""
    try:
        return json.dumps(values, allow_nan=False, separators=(",", ":"))
    except ValueError:
        return json.dumps(finite(values), separators=(",", ":"))
