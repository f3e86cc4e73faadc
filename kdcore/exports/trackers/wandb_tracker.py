"""A run of Weights & Biases: offline unless ``WANDB_MODE`` says otherwise."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import wandb

from kdcore.exports.scalars import Scalars


class Tracker:
    """Each number has its own axis, as the teacher's epochs come before the students' first step.

    Args:
        run: its id.
        settings: of the run.
        folder: in which ``wandb`` keeps its files; ``wandb sync`` uploads them later.
    """

    def __init__(self, run: str, settings: Mapping[str, Any], folder: Path) -> None:
        self._run = wandb.init(
            project=os.environ.get("WANDB_PROJECT", "kdcore"),
            name=run,
            config=dict(settings),
            dir=str(folder),
            mode=os.environ.get("WANDB_MODE", "offline"),  # type: ignore[arg-type]
            settings=wandb.Settings(silent=True),
        )
        self._axes: set[str] = set()

    def log(self, scalars: Scalars) -> None:
        """Add numbers of one moment."""
        for name in scalars.values.keys() - self._axes:
            self._run.define_metric(name, step_metric=scalars.axis)
            self._axes.add(name)
        self._run.log({**scalars.values, scalars.axis: scalars.at})

    def close(self) -> str:
        """Write what is left; the folder."""
        folder = self._run.dir
        self._run.finish()
        wandb.teardown()  # waits for the process that writes: after ``finish`` it is still at it
        return str(Path(folder).parent)
