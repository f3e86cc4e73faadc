"""A file that stands at its place only when it is whole."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from kdcore.errors import UserError


def written(path: Path, write: Callable[[Path], Any]) -> None:
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
