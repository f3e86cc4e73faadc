"""Which files of the server a run's settings may name, and who may name them."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dashboard.server.sharing import is_shared
from dashboard.server.tiers import Tier
from dashboard.server.visitors import may
from kdcore.catalogue import DATASETS, is_shift
from kdcore.errors import UserError
from kdcore.store_root import default_root

ROOTS = "KDCORE_ROOTS"
"""Environment: further folders, separated as those of ``PATH``."""
PATHS = ("dataset", "target", "data_root", "teacher_weights")
"""Settings that may name a file or folder of the server."""


def roots() -> list[Path]:
    """The folders whose files may be named while the app is shared: store, uploads, data."""
    named = [os.environ.get("KDCORE_DATA", ""), *os.environ.get(ROOTS, "").split(os.pathsep)]
    return [default_root().expanduser().resolve(), *(_resolved(root) for root in named if root)]


def check_path(name: str, value: Any) -> None:
    """Refuse the value of a setting that names what may not be read.

    Args:
        name: of the setting.
        value: its value; that of a setting that names no file may be any.

    Raises:
        UserError: a follower named a file, or the lecturer one outside of ``roots``.
    """
    if not names_a_path(name, value):
        return
    if not may(Tier.ACT):
        raise UserError("path_refused", name=name, value=str(value)[:80])
    if is_shared() and not _may_be_read(str(value)):
        allowed = ", ".join(root.name or str(root) for root in roots())
        raise UserError("path_outside", name=name, value=str(value)[:80], allowed=allowed)


def check_paths(settings: Mapping[str, Any]) -> None:
    """The same of all settings of a job, also of those that its students share.

    Raises:
        UserError: one of them may not be read.
    """
    for name, value in _named(settings):
        check_path(name, value)


def names_a_path(name: str, value: Any) -> bool:
    """Whether a setting's value is no name of the catalogue but a file or folder."""
    match name:
        case "dataset":
            return bool(value) and value not in DATASETS
        case "target":
            return bool(value) and value not in DATASETS and not is_shift(str(value))
        case "data_root" | "teacher_weights":
            return bool(value)
    return False


def _named(settings: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in settings.items():
        if isinstance(value, Mapping):
            yield from _named(value)
        elif name in PATHS:
            yield name, value


def _may_be_read(value: str) -> bool:
    """Whether it lies below a root; a bare name of nothing is left to the engine, which knows why.

    Links are followed: where they lead counts.
    """
    try:
        path = Path(value).expanduser()
        if len(path.parts) == 1 and not path.exists():
            return True
        return any(path.resolve().is_relative_to(root) for root in roots())
    except (OSError, RuntimeError, ValueError):  # no name of a file at all
        return False


def _resolved(folder: str) -> Path:
    return Path(folder).expanduser().resolve()
