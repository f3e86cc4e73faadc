"""A new run that begins at an epoch of another one, with other values of what may change."""

import json
import shutil
import struct
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from kdcore.errors import UserError
from kdcore.events import Event, Retuned
from kdcore.jobs.run.config import CONTROLS, RunConfig
from kdcore.jobs.run.events import Prepared, Snapshot, Started
from kdcore.store.checkpoints import Checkpoint, Checkpoints
from kdcore.store.folder import JobFolder, RunFolder
from kdcore.store.pinned_notes import copy_notes
from kdcore.store.store import Store

STAGE = "students"
CHANGEABLE = (*CONTROLS, "epochs", "patience")
"""Settings that a branch may change; the rest made the parent what it is."""
PARENT = "branch.json"


def epochs_to_branch_from(parent: RunFolder) -> list[int]:
    """The epochs of which a run has a checkpoint."""
    return [one.epoch for one in _checkpoints(parent)]


def branch(store: Store, parent: RunFolder, epoch: int, changes: Mapping[str, Any]) -> RunFolder:
    """A run's folder that holds what ``parent`` had come to after ``epoch``; train it to go on.

    Args:
        store: where it is made.
        parent: a run with checkpoints.
        epoch: finished ones, from 0.
        changes: of ``CHANGEABLE``, by name.

    Raises:
        UserError: there is no such checkpoint, a setting cannot change, a bad value, or the store
            cannot be written.
    """
    for name in changes:
        if name not in CHANGEABLE:
            raise UserError("not_branchable", name=name, allowed=", ".join(CHANGEABLE))
    found = [one for one in _checkpoints(parent) if one.epoch == epoch]
    if not found:
        epochs = ", ".join(map(str, epochs_to_branch_from(parent))) or "none"
        raise UserError("no_checkpoint", run=parent.id, epoch=epoch, allowed=epochs)
    values = parent.config.to_dict()
    config = RunConfig.from_dict(values | dict(changes))
    if config.epochs < epoch:
        raise UserError("branch_is_over", epochs=config.epochs, epoch=epoch)
    folder = store.create(config)
    try:
        _fill(folder, parent, found[0], config, changes)
    except BaseException:
        folder.release()
        shutil.rmtree(folder.path, ignore_errors=True)
        raise
    return folder


def branched_from(folder: JobFolder[Any]) -> tuple[str, int] | None:
    """The id of the run that a run was branched from, and the epoch; of others nothing."""
    try:
        about = json.loads((folder.path / PARENT).read_text())
        return str(about["run"]), int(about["epoch"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _fill(
    folder: RunFolder,
    parent: RunFolder,
    start: Checkpoint,
    config: RunConfig,
    changes: Mapping[str, Any],
) -> None:
    state = _described(start.path)
    for event in parent.events()[: state["log/events"]]:
        folder.append(_of_branch(event, folder.id, config))
        for name in _files_of(event):
            _copy(parent.path / name, folder.path / name)
    for name in CONTROLS:  # the run obeys it at its first batch
        value, before = getattr(config, name), state[f"controls/values/{name}"]
        if name in changes and value != before:
            at = {"step": state["position/step"], "position": float(start.epoch)}
            folder.append(Retuned(name=name, value=value, previous=before, **at))
    folder.release()
    checkpoints = Checkpoints(parent.path / "checkpoints")
    for stage in checkpoints.stages:
        one = start if stage == STAGE else checkpoints.all(stage)[-1]
        _copy(one.path, folder.path / "checkpoints" / one.path.name)
    copy_notes(parent, folder, start.epoch)
    about = {"run": parent.id, "epoch": start.epoch}
    folder.write(PARENT, json.dumps(about).encode())


def _checkpoints(parent: RunFolder) -> list[Checkpoint]:
    found = Checkpoints(parent.path / "checkpoints").all(STAGE)
    return [one for one in found if not one.batch]


def _described(path: Path) -> dict[str, Any]:
    """The values in a checkpoint, by their path; its tensors are not read.

    Raises:
        UserError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            header = json.loads(file.read(length))
        return json.loads(header["__metadata__"]["values"])  # type: ignore[no-any-return]
    except (OSError, ValueError, KeyError, struct.error) as error:
        cause = str(getattr(error, "strerror", None) or error)
        raise UserError("checkpoint_unreadable", path=str(path), cause=cause) from None


def _of_branch(event: Event, run: str, config: RunConfig) -> Event:
    return replace(event, run=run, config=config.to_dict()) if isinstance(event, Started) else event


def _files_of(event: Event) -> list[str]:
    return [event.arrays] if isinstance(event, Prepared | Snapshot) and event.arrays else []


def _copy(source: Path, target: Path) -> None:
    try:
        target.parent.mkdir(exist_ok=True)
        shutil.copyfile(source, target)
    except OSError as error:
        raise UserError(
            "store_not_writable", path=str(target.parent), cause=error.strerror
        ) from None
