"""Data that a viewer brings along, kept once by content."""

import hashlib
import os
import re
import secrets
import shutil
import time
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, cast

from dashboard.server.roots import PATHS
from kdcore.errors import UserError
from kdcore.store import Store
from kdcore.store.files import not_writable

SUFFIXES = (
    "zip",
    "tar",
    "gz",
    "tgz",
    "xz",
    "txz",
    "bz2",
    "tbz2",
    "csv",
    "tsv",
    "tab",
    "txt",
    "dat",
    "data",
)
"""Endings of the files that can be loaded: those of the command line."""
KEPT_FOR = 30 * 86_400.0
"""Seconds for which an upload stays that no job was started with."""
MOST_KEPT = 8 << 30
"""Bytes of all uploads together."""
LONGEST = 120
"""Bytes of a kept name; file systems take 255, and something is added while it is written."""


def save_upload(file: BinaryIO, name: str, root: Path) -> Path:
    """Store an uploaded file under ``root`` and return where it lies.

    Args:
        file: open for reading in binary mode, at its beginning.
        name: what the viewer calls it; its letters, digits, dots and dashes are kept, and its
            ending where it is too long.
        root: folder of all uploads.

    Raises:
        UserError: the disk is full or cannot be written, or all uploads together are too many.
    """
    contents = hashlib.file_digest(cast(Any, file), "sha256").hexdigest()[:16]
    path = root / contents / _safe(name)
    try:
        if not path.exists():
            if _kept(root) + file.seek(0, os.SEEK_END) > MOST_KEPT:
                raise UserError("uploads_stored", path=str(root), most=MOST_KEPT >> 30)
            _keep(file, path)
        path.touch()
    except OSError as error:
        raise not_writable(root, error) from None
    return path


def _keep(file: BinaryIO, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")  # of this call alone
    file.seek(0)
    try:
        with partial.open("wb") as copy:
            shutil.copyfileobj(file, copy)
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        with suppress(OSError):  # another upload of the same lies in it
            path.parent.rmdir()
        raise


def _kept(root: Path) -> int:
    """Bytes of all uploads."""
    total = 0
    for path in root.glob("*/*"):
        with suppress(OSError):  # it has just been removed
            total += path.stat().st_size
    return total


def remove_unused_uploads(store: Store) -> None:
    """Delete old uploads that no job refers to, be it in the store or in its trash."""
    used = set(_files(store))
    before = time.time() - KEPT_FOR
    for path in (store.root / "uploads").glob("*/*"):
        with suppress(OSError):  # it stays until the next time
            if str(path) not in used and path.stat().st_mtime < before:
                path.unlink()
                path.parent.rmdir()


def _files(store: Store) -> Iterator[str]:
    """What jobs name: their data, those to which a student is adapted, weights."""
    for row in [*store.list(), *(deleted.row for deleted in store.trash())]:
        settings = row.config.get("base", row.config)
        yield from (str(settings.get(name, "")) for name in PATHS)


def _safe(name: str) -> str:
    letters = unicodedata.normalize("NFC", Path(name).name)
    plain = re.sub(r"[^\w.-]+", "_", letters).lstrip(".") or "data"
    ending = re.search(r"(\.\w{1,5}){0,2}$", plain)
    suffix = ending[0] if ending else ""
    stem = plain.removesuffix(suffix).encode()[: LONGEST - len(suffix.encode())]
    return stem.decode("utf-8", "ignore") + suffix
