"""A run of trackio, on this machine unless ``TRACKIO_SPACE_ID`` names a Space."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import trackio
from trackio.utils import TRACKIO_DIR

from kdcore.exports.scalars import Scalars


class Tracker:
    """Numbers by step; the teacher's by its epochs.

    Args:
        run: its id.
        settings: of the run.
        folder: not used: trackio keeps all runs in one place, which ``TRACKIO_DIR`` names.
    """

    def __init__(self, run: str, settings: Mapping[str, Any], folder: Path) -> None:
        del folder
        self._run = trackio.init(
            project=os.environ.get("TRACKIO_PROJECT", "kdcore"),
            name=run,
            config=dict(settings),
            embed=False,
            auto_log_cpu=False,
            auto_log_gpu=False,
        )

    def log(self, scalars: Scalars) -> None:
        """Add numbers of one moment."""
        self._run.log(dict(scalars.values), step=scalars.at)

    def close(self) -> str:
        """Write what is left; where it lies."""
        self._run.finish()
        return str(TRACKIO_DIR)
