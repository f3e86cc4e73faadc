"""The settings of a run that was exported, to repeat it."""

import json
import zipfile
from pathlib import Path
from typing import Any

from kdcore.errors import UserError
from kdcore.jobs.kind import RUN
from kdcore.store.upgrade import LaterFormatError, read_settings

MOST_BYTES = 256 << 20
"""Of an exported ``.json``, which holds all events."""
MOST_SETTINGS = 1 << 20
"""Of the ``config.json`` in an exported ``.zip``."""


def exported_settings(path: Path) -> dict[str, Any]:
    """The settings of the run that a ``.json`` or ``.zip`` of ``export`` holds.

    Raises:
        UserError: the file is missing, damaged, too large, of another kind of job or of a later
            version.
    """
    try:
        values = json.loads(_contents(path))
        if not isinstance(values, dict):
            raise ValueError("it holds no settings by name")
        if isinstance(values.get("settings"), dict):
            about = {name: values[name] for name in ("kind", "format") if name in values}
            values = values["settings"] | about
        return read_settings(values, RUN.name)[0]
    except OSError as error:
        cause: object = error.strerror or str(error)
    except RecursionError:
        cause = "its brackets are nested too deep"
    except (ValueError, KeyError, LaterFormatError, zipfile.BadZipFile) as error:
        cause = error
    raise UserError("export_not_read", path=str(path), cause=cause)


def _contents(path: Path) -> bytes:
    if path.exists() and not path.is_file():
        raise ValueError("it is no file")
    if path.stat().st_size > MOST_BYTES:
        raise ValueError(f"it is larger than {MOST_BYTES >> 20} MiB")
    if not zipfile.is_zipfile(path):
        return path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        (name,) = [name for name in archive.namelist() if _is_settings(name)] or [""]
        if not name or archive.getinfo(name).file_size > MOST_SETTINGS:
            raise ValueError("it holds no config.json of one run")
        return archive.read(name)


def _is_settings(name: str) -> bool:
    return name.count("/") == 1 and name.endswith("/config.json")
