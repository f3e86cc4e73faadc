"""Files that are written whole or not at all."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kdcore.errors import UserError


def write_whole(path: Path, contents: bytes, *, durably: bool = True) -> None:
    """Write a file whole or not at all; it is on the disk before this returns.

    Args:
        path: its folder is made where it is missing.
        contents: of the file.
        durably: without it the system may take its time; where the machine goes down meanwhile,
            the file may be empty or cut off.

    Raises:
        UserError: it cannot be written, the disk being full, say; what was there before is still
            there, and nothing else.
    """
    part = path.with_name(f".{path.name[:80]}.{secrets.token_hex(4)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            file.write(contents)
            if durably:
                file.flush()
                os.fsync(file.fileno())
        part.replace(path)
    except BaseException as error:
        _remove(part)
        if isinstance(error, OSError):
            raise not_writable(path.parent, error) from None
        raise


def export_whole(path: Path, write: Callable[[Path], Any]) -> None:
    """Let ``write`` make a file, which stands at ``path`` only when it is whole.

    Raises:
        UserError: there is no folder for the file, or it cannot be written.
    """
    if not path.parent.is_dir():
        raise UserError("export_folder_missing", folder=str(path.parent), file=path.name)
    part = path.with_name(f".{path.stem[:80]}.part{path.suffix}")
    try:
        write(part)
        part.replace(path)
    except OSError as error:
        cause = error.strerror or str(error)
        raise UserError("file_not_writable", path=str(path), cause=cause) from None
    finally:
        part.unlink(missing_ok=True)


def not_writable(path: Path, error: OSError) -> UserError:
    """What is said of a place in the store that cannot be written."""
    return UserError("store_not_writable", path=str(path), cause=error.strerror or str(error))


def _remove(part: Path) -> None:
    try:
        part.unlink(missing_ok=True)
    except OSError:  # its folder cannot even be looked into
        return
