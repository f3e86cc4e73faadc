"""Arrays in safetensors files, with a description; written wholly or not at all."""

import json
import os
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


def write_whole(path: Path, contents: bytes, *, durably: bool = False) -> None:
    """Write a file wholly or not at all.

    Args:
        path: its folder is made where it is missing.
        contents: of the file.
        durably: it is on the disk before this returns.

    Raises:
        UserError: it cannot be written.
    """
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            file.write(contents)
            if durably:
                file.flush()
                os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise UserError("store_not_writable", path=str(path.parent), cause=error.strerror) from None


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
