"""Arrays in safetensors files, with a description."""

import json
import struct
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from kdcore.errors import UserError


def packed(arrays: Mapping[str, np.ndarray], about: Mapping[str, str] | None = None) -> bytes:
    """The contents of a safetensors file with the description ``about``."""
    return save(
        {name: np.ascontiguousarray(value) for name, value in arrays.items()}, dict(about or {})
    )


def load_arrays(path: Path) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """The arrays and the description of a file.

    Raises:
        UserError: it is missing, cut off or of another kind.
    """
    try:
        contents = path.read_bytes()
        arrays = load(contents)
        (length,) = struct.unpack("<Q", contents[:8])
        about = json.loads(contents[8 : 8 + length]).get("__metadata__", {})
    except (OSError, SafetensorError, struct.error, ValueError, KeyError) as error:
        raise UserError("arrays_unreadable", path=str(path), cause=_one_line(error)) from None
    return arrays, about


def _one_line(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error).splitlines()[0]
