"""Checkpoints of a run: its state as one file and back, and where its log goes on from there.

A file holds the tensors of a state as safetensors and the rest as JSON in its description, with a
checksum over both.
"""

import hashlib
import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from kdcore.errors import UserError
from kdcore.events import Event, Paused, Resumed, Retuned
from kdcore.store import JobFolder
from kdcore.store.checkpoints import Checkpoints
from kdcore.training.devices.distributed import world_size
from kdcore.training.fit import Position
from kdcore.training.state import State, Stateful

SEPARATOR = "/"


def pack(state: Mapping[str, Any]) -> bytes:
    """The contents of a checkpoint file."""
    tensors: dict[str, Tensor] = {}
    values: dict[str, Any] = {}
    for path, leaf in _leaves(state, ""):
        if isinstance(leaf, Tensor):
            tensors[path] = leaf.detach().to("cpu", copy=False).contiguous()
        else:
            values[path] = leaf
    text = json.dumps(values, sort_keys=True)
    return save(_unshared(tensors), {"values": text, "sha256": _checksum(tensors, text)})


def unpack(path: Path) -> State:
    """The state in a file; its tensors are on the CPU.

    Raises:
        UserError: it is missing, cut off, changed or of another kind.
    """
    try:
        with safe_open(path, "pt") as file:
            about = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        values = json.loads(about["values"])
        if about["sha256"] != _checksum(tensors, about["values"]):
            raise ValueError("its checksum differs")
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        cause = str(getattr(error, "strerror", None) or error).splitlines()[0]
        raise UserError("checkpoint_unreadable", path=str(path), cause=cause) from None
    state: State = {}
    for name, leaf in (tensors | values).items():
        *parents, last = name.split(SEPARATOR)
        inner = state
        for parent in parents:
            inner = inner.setdefault(parent, {})
        inner[last] = leaf
    return state


class StageCheckpoints:
    """The checkpoints of a training, stage by stage.

    Args:
        path: their folder; without one nothing is written, and nothing is found.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._checkpoints = Checkpoints(path) if path else None
        stages = self._checkpoints.stages if self._checkpoints else []
        self.restored = {stage: state for stage in stages if (state := self._read(stage))}
        """Newest states by stage, until they are restored."""

    def knows(self, stage: str) -> bool:
        """Whether a stage was trained before, here; what it left is in the cache."""
        return stage in self.restored

    def restore(self, stage: str, parts: Mapping[str, Stateful]) -> bool:
        """Give the parts of a stage the state of its checkpoint; whether there is one."""
        state = self.restored.pop(stage, None)
        if state is None:
            return False
        for name, part in parts.items():
            part.load_state_dict(state.get(name, {}))
        return True

    def save(
        self, stage: str, position: Position, parts: Mapping[str, Stateful], *, only: bool = False
    ) -> None:
        """Write a checkpoint.

        Args:
            stage: of the training.
            position: where it stands.
            parts: whose states it holds, by name.
            only: let the stage's earlier ones go.

        Raises:
            UserError: it cannot be written.
        """
        if self._checkpoints is not None:
            contents = pack({name: part.state_dict() for name, part in parts.items()})
            self._checkpoints.write(contents, stage, position.epoch, position.batch, only=only)

    def _read(self, stage: str) -> State | None:
        """The newest state of a stage that can be read; what is newer and damaged is let go."""
        assert self._checkpoints is not None, "there is a folder"
        for checkpoint in reversed(self._checkpoints.all(stage)):
            with suppress(UserError):
                return unpack(checkpoint.path)
            checkpoint.path.unlink(missing_ok=True)
        return None


class TrainingLog(StageCheckpoints):
    """What a run has recorded: it counts the events and writes the checkpoints between them.

    Where an earlier process broke off, it lets the log end at the newest checkpoint that can be
    read, and what is recorded there is not recorded again: the events that lead to it are dropped
    until its stage is restored. Each stage of a run, a teacher's training, an assistant's and the
    students', has checkpoints of its own.

    Args:
        folder: of the job; without one, and with several processes, nothing is written.

    Raises:
        UserError: the job is finished, or its log cannot be written.
    """

    def __init__(self, folder: JobFolder[Any] | None) -> None:
        alone = folder is not None and world_size() == 1
        super().__init__(folder.path / "checkpoints" if folder and alone else None)
        self._newest = ""
        """The stage that goes on; empty once it does."""
        self._events = 0
        self._fingerprint = ""
        self.seconds = 0.0
        """That the job had taken."""
        self.commands: list[Event] = []
        """What it obeyed after the checkpoint; it is to obey it again."""
        if folder is not None and alone:
            self._go_on(folder)
        self._began = time.perf_counter() - self.seconds

    def _go_on(self, folder: JobFolder[Any]) -> None:
        if folder.finished:
            raise UserError("run_finished", run=folder.id)
        recorded = len(folder.events())
        for stage, state in list(self.restored.items()):
            if state["log"]["events"] > recorded:  # of another log
                del self.restored[stage]
        if self.restored:
            newest = max(self.restored, key=lambda stage: self.restored[stage]["log"]["events"])
            log = self.restored[newest]["log"]
            self._newest, self._events, self.seconds = newest, log["events"], log["seconds"]
            self._fingerprint = log["fingerprint"]
        tail = folder.cut(self._events)
        self.commands = [event for event in tail if isinstance(event, Retuned | Paused | Resumed)]
        waits = [one for one in (*folder.events(), *tail) if isinstance(one, Paused | Resumed)]
        if waits and isinstance(waits[-1], Paused):  # it was broken off while it waited
            self.commands.append(Resumed(step=waits[-1].step, position=waits[-1].position))

    def passed_on(self, events: Iterable[Event]) -> Iterator[Event]:
        """The events that are new."""
        for event in events:
            if not self._newest:
                self._events += 1
                yield event

    def check_data(self, fingerprint: str) -> None:
        """Remember the data.

        Raises:
            UserError: the checkpoint is of other data.
        """
        if self._fingerprint not in ("", fingerprint):
            raise UserError("checkpoint_of_other_data")
        self._fingerprint = fingerprint

    def knows(self, stage: str) -> bool:
        """See ``StageCheckpoints``; what comes now is new, if it is the newest."""
        if self._newest == stage:
            self._newest = ""
        return super().knows(stage)

    def is_past(self, stage: str, stages: Sequence[str]) -> bool:
        """Whether a stage had ended, as the newest checkpoint is of a later one of ``stages``."""
        newest = self._newest
        return newest in stages and stages.index(stage) < stages.index(newest)

    def restore(self, stage: str, parts: Mapping[str, Stateful]) -> bool:
        """See ``StageCheckpoints``; what comes now is new, if it is the newest."""
        if self._newest == stage:
            self._newest = ""
        return super().restore(stage, parts)

    def save(
        self, stage: str, position: Position, parts: Mapping[str, Stateful], *, only: bool = False
    ) -> None:
        """See ``StageCheckpoints``."""
        super().save(stage, position, {**parts, "log": self}, only=only)

    def state_dict(self) -> State:
        """See ``Stateful``."""
        seconds = time.perf_counter() - self._began
        return {"events": self._events, "seconds": seconds, "fingerprint": self._fingerprint}

    def load_state_dict(self, state: State) -> None:
        """See ``Stateful``; the newest stage's was looked at before any part is restored."""


def _leaves(state: Mapping[str, Any], path: str) -> Iterator[tuple[str, Any]]:
    for name, value in state.items():
        assert SEPARATOR not in name, f"{name!r} cannot be a key of a state"
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{path}{name}{SEPARATOR}")
        else:
            yield path + name, value


def _unshared(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Views of one memory each as a tensor of its own, as the format wants it."""
    seen: set[int] = set()
    found = {}
    for name, tensor in tensors.items():
        storage = tensor.untyped_storage()
        whole = storage.nbytes() == tensor.nbytes
        own = whole and storage.data_ptr() not in seen
        seen.add(storage.data_ptr())
        found[name] = tensor if own else tensor.clone()
    return found


def _checksum(tensors: Mapping[str, Tensor], values: str) -> str:
    digest = hashlib.sha256(values.encode())
    for name in sorted(tensors):
        digest.update(name.encode())
        digest.update(tensors[name].reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()
