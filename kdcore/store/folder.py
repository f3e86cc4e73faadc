"""One job on disk: ``config.json``, the append-only ``events.jsonl``, arrays and weights."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Generic, Self

import numpy as np

from kdcore.catalogue import models_as_stored
from kdcore.errors import UserError
from kdcore.escapes import ESCAPES
from kdcore.jobs.kind import RUN, Config, JobKind
from kdcore.jobs.run.config import RunConfig
from kdcore.store import upgrade
from kdcore.store.arrays import load_arrays
from kdcore.store.files import not_writable, write_whole
from kdcore.store.log import EventLog

CELLS = "cells"
"""Name of the folder inside a job's in which the runs of its cells lie."""
UNREADABLE = ("damaged", "newer")
"""States of a job whose settings cannot be read, or not by this version."""


class JobFolder(EventLog, Generic[Config]):
    """A job's folder; reading needs no more than its path and kind."""

    def __init__(self, path: Path, kind: JobKind[Config]) -> None:
        super().__init__(path, upgrade.read_event)
        self.id = path.name
        self.kind = kind

    @property
    def root(self) -> Path:
        """The store that the folder lies in."""
        return self.path.parents[3 if self._is_cell else 1]

    # -- settings ----------------------------------------------------------------------------

    @property
    def settings(self) -> dict[str, Any]:
        """What was asked for, as JSON values, whatever version wrote them.

        Raises:
            UserError: the file is missing, empty, cut off, of a later version or not one of
                settings by name.
        """
        return self._settings()[0]

    @property
    def format(self) -> int:
        """In which the settings are written; see ``settings`` for what may be raised."""
        return self._settings()[1]

    @property
    def config(self) -> Config:
        """What was asked for.

        Raises:
            UserError: the file is damaged, of a later version or of another program.
        """
        settings = self.settings
        try:
            with models_as_stored():
                found = self.kind.config.from_dict(settings)
            alike = _alike(settings, found.to_dict())
        except UserError as error:  # of another program or version
            raise self._damaged(str(error).rstrip(".")) from None
        except (TypeError, ValueError, AttributeError, KeyError):
            alike = False
        if not alike:  # a number where a text belongs, say
            raise self._damaged("it holds other kinds of values") from None
        return found

    def begin(self, settings: Mapping[str, Any]) -> Self:
        """Make the folder with its settings; where they cannot be written there is no folder.

        Raises:
            UserError: it cannot be written.
        """
        values = upgrade.written_settings(settings, self.kind.name)
        text = json.dumps(values, ensure_ascii=False, indent=1)
        try:
            self.path.mkdir(parents=True)
        except OSError as error:
            raise not_writable(self.path.parent, error) from None
        try:
            write_whole(self.path / "config.json", text.encode("utf-8", ESCAPES))
        except BaseException:
            shutil.rmtree(self.path, ignore_errors=True)
            raise
        return self

    def _settings(self) -> tuple[dict[str, Any], int]:
        try:
            values = json.loads((self.path / "config.json").read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError) as error:
            raise self._damaged(f"it is no JSON: {error}") from None
        if not isinstance(values, dict):
            raise self._damaged("it holds no settings by name")
        try:
            settings, format = upgrade.read_settings(values, self.kind.name)
        except upgrade.LaterFormatError as error:
            raise UserError(
                "format_newer", job=self.id, format=error.format, known=upgrade.FORMAT
            ) from None
        except ValueError as error:
            raise self._damaged(str(error)) from None
        if not settings:
            raise self._damaged("it holds no settings by name")
        return settings, format

    def _damaged(self, cause: str) -> UserError:
        return UserError("folder_damaged", run=self.id, path=str(self.path), cause=cause)

    @property
    def held(self) -> bool:
        """Whether a living process works on it, or on the job that it is a cell of."""
        if self._is_cell:
            return EventLog(self.path.parents[1], upgrade.read_event).held
        return super().held

    # -- files -------------------------------------------------------------------------------

    def write(self, name: str, contents: bytes) -> None:
        """Write the file ``name`` of the folder whole or not at all."""
        write_whole(self.path / name, contents)

    def load_arrays(self, name: str) -> dict[str, np.ndarray]:
        """The arrays of the file ``name``."""
        return load_arrays(self.path / name)[0]

    def text(self, name: str) -> str:
        """The text of the file ``name``; empty where there is none."""
        try:
            return (self.path / name).read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""

    # -- cells -------------------------------------------------------------------------------

    def cell_id(self, cell: int) -> str:
        """The id of a cell's run: the folder's with a number."""
        return f"{self.id}.{cell:04d}"

    def cell(self, cell: int) -> "JobFolder[RunConfig]":
        """The folder of a cell's run, made when it begins."""
        return JobFolder(self.path / CELLS / self.cell_id(cell), RUN)

    @property
    def _is_cell(self) -> bool:
        return self.path.parent.name == CELLS


RunFolder = JobFolder[RunConfig]


def teacher_path(root: Path, key: str) -> Path:
    """Where the trained teacher of this content lies in the store ``root``."""
    return root / "teachers" / f"{key}.safetensors"


def _alike(given: Any, read: Any) -> bool:
    """Whether settings are of the kinds as which they were read, texts or numbers or lists."""
    if isinstance(given, Mapping) and isinstance(read, Mapping):
        return all(_alike(value, read[name]) for name, value in given.items() if name in read)
    if isinstance(given, list | tuple) and isinstance(read, list | tuple):
        return set(map(_type, given)) <= set(map(_type, read))
    return _type(given) is _type(read)


def _type(value: Any) -> type:
    return float if isinstance(value, int) else type(value)
