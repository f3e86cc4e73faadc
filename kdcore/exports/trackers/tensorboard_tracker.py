"""Event files that ``tensorboard --logdir`` reads."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tensorboard.summary import Writer

from kdcore.exports.scalars import Scalars


class Tracker:
    """Writes into a folder named after the run, with the settings as a file beside the events.

    Args:
        run: its id.
        settings: of the run.
        folder: in which its folder is made.
    """

    def __init__(self, run: str, settings: Mapping[str, Any], folder: Path) -> None:
        self._folder = folder / run
        self._folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(dict(settings), ensure_ascii=False, indent=1)
        (self._folder / "settings.json").write_text(text, encoding="utf-8")
        self._writer = Writer(str(self._folder))

    def log(self, scalars: Scalars) -> None:
        """Add numbers of one moment."""
        for name, value in scalars.values.items():
            self._writer.add_scalar(name, value, step=scalars.at)

    def close(self) -> str:
        """Write what is left; the folder."""
        self._writer.close()
        return str(self._folder)
