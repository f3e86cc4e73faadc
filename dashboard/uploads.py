"""Data that a viewer brings along, kept once by content."""

import hashlib
import re
import shutil
from pathlib import Path
from typing import Any, BinaryIO, cast

SUFFIXES = ("zip", "tar", "gz", "tgz", "xz", "bz2", "csv")
"""Endings of the files that can be loaded."""


def keep(file: BinaryIO, name: str, root: Path) -> Path:
    """Store an uploaded file under ``root`` and return where it lies.

    Args:
        file: open for reading in binary mode, at its beginning.
        name: what the viewer calls it; its letters, digits, dots and dashes are kept.
        root: folder of all uploads.
    """
    contents = hashlib.file_digest(cast(Any, file), "sha256").hexdigest()[:16]
    path = root / contents / re.sub(r"[^\w.-]+", "_", Path(name).name).lstrip(".")
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f"{path.name}.part")
        file.seek(0)
        with partial.open("wb") as copy:
            shutil.copyfileobj(file, copy)
        partial.replace(path)
    return path
