"""The checkpoints of a training: a file for each epoch, from which it can be taken up again."""

import re
import time
from dataclasses import dataclass
from pathlib import Path

from kdcore.store.files import write_whole

MOST_BYTES, MOST_FILES = 256 << 20, 120
"""Of a stage's checkpoints; where they are more, every second one is let go."""
DURABLE_PERIOD = 1.0
"""Seconds between two checkpoints that are waited for until they are on the disk. What lies
between outlives the process all the same, and is found damaged where the machine goes down."""
NAME = re.compile(r"(?P<stage>.+?)-(?P<epoch>\d{4,})(-(?P<batch>\d{6,}))?\.safetensors")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One file."""

    path: Path
    stage: str
    """``students``, ``teacher-1``, ``assistant-1`` …"""
    epoch: int
    """Epochs that the stage had finished."""
    batch: int = 0
    """Batches that it had taken of the next one, where it was paused."""


class Checkpoints:
    """The checkpoints in a folder.

    Args:
        path: the folder; made where it is missing.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._durable_at = -DURABLE_PERIOD

    def all(self, stage: str) -> list[Checkpoint]:
        """Those of a stage, the oldest first."""
        found = []
        for path in self.path.glob("*.safetensors"):
            match = NAME.fullmatch(path.name)
            if match and match["stage"] == stage:
                found.append(Checkpoint(path, stage, int(match["epoch"]), int(match["batch"] or 0)))
        return sorted(found, key=lambda one: (one.epoch, one.batch))

    @property
    def stages(self) -> list[str]:
        """Those that have a checkpoint."""
        names = (NAME.fullmatch(path.name) for path in sorted(self.path.glob("*.safetensors")))
        return list(dict.fromkeys(match["stage"] for match in names if match))

    def write(
        self, contents: bytes, stage: str, epoch: int, batch: int = 0, *, only: bool = False
    ) -> None:
        """Add a checkpoint, whole or not at all.

        Args:
            contents: of the file.
            stage: of the training.
            epoch: that the stage has finished.
            batch: that it has taken of the next epoch.
            only: let the stage's earlier ones go.

        Raises:
            UserError: it cannot be written.
        """
        within = f"-{batch:06d}" if batch else ""
        path = self.path / f"{stage}-{epoch:04d}{within}.safetensors"
        durably = (now := time.monotonic()) - self._durable_at >= DURABLE_PERIOD
        if durably:
            self._durable_at = now
        write_whole(path, contents, durably=durably)
        others = [one for one in self.all(stage) if one.path != path]
        for one in others:
            if only or one.batch:
                one.path.unlink(missing_ok=True)
        self._thin(stage)

    def _thin(self, stage: str) -> None:
        found = self.all(stage)
        size = sum(one.path.stat().st_size for one in found)
        if size > MOST_BYTES or len(found) > MOST_FILES:
            for one in found[:-1][1::2]:
                one.path.unlink(missing_ok=True)
