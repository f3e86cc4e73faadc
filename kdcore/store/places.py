"""Where in a store the jobs of a kind lie, and what kind an id is of."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kdcore.jobs.kind import KINDS, RUN, JobKind
from kdcore.store import upgrade
from kdcore.store.folder import JobFolder

LONGEST_NUMBER = 9
"""Digits of a cell's number; Python reads no number of thousands of them."""


def folders(root: Path, kind: JobKind[Any]) -> Iterator[JobFolder[Any]]:
    """All jobs of a kind, those of older formats included."""
    for path in _entries(root, kind):
        if is_job(path):
            yield JobFolder(path, kind)


def left_out(root: Path, kind: JobKind[Any]) -> Iterator[Path]:
    """What lies among the jobs of a kind and is none."""
    return (path for path in _entries(root, kind) if not is_job(path))


def place_of(root: Path, kind: JobKind[Any], job: str) -> Path:
    """Where a job with this id lies, or would."""
    older = job.startswith(tuple(upgrade.PREFIXES))
    return root / (upgrade.FOLDERS[kind.name] if older else kind.plural) / job


def kind_of(job: str) -> JobKind[Any]:
    """The kind that an id, or the beginning of one, belongs to."""
    for prefix, name in upgrade.PREFIXES.items():
        if job.startswith(prefix):
            return KINDS[name]
    others = (kind for kind in KINDS.values() if kind.prefix)
    return next((kind for kind in others if job.startswith(kind.prefix)), RUN)


def owner_of(run: str) -> str:
    """The job that a cell's run belongs to; empty for any other run."""
    owner, _, cell = run.rpartition(".")
    is_number = cell.isdecimal() and len(cell) <= LONGEST_NUMBER
    return owner if is_number and kind_of(owner).has_cells else ""


def is_job(path: Path) -> bool:
    """Whether a folder holds settings or, where these were lost, events."""
    try:
        return any((path / name).exists() for name in ("config.json", "events.jsonl"))
    except (OSError, ValueError):  # a name that is too long, or none at all
        return False


def _entries(root: Path, kind: JobKind[Any]) -> Iterator[Path]:
    places = [kind.plural]
    if kind.name in upgrade.FOLDERS:
        places.append(upgrade.FOLDERS[kind.name])
    for place in places:
        try:
            yield from sorted((root / place).iterdir())
        except OSError:  # nothing is stored yet
            continue
