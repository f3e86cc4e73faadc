"""How values travel to the browser."""

import json
import math
from base64 import b64encode
from typing import Any

import numpy as np
from numpy.typing import NDArray


def base64_of(array: NDArray[Any], dtype: str) -> str:
    """Base64 of the numbers as ``dtype``, little-endian, row by row."""
    return b64encode(np.ascontiguousarray(array, dtype=dtype).tobytes()).decode("ascii")


def json_text(values: Any) -> str:
    """JSON for a browser, where a number that is not finite is null."""
    try:
        return json.dumps(values, allow_nan=False, separators=(",", ":"))
    except ValueError:
        return json.dumps(_finite(values), separators=(",", ":"))


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value
