"""Optuna's figures of a search, drawn in a process of their own: Optuna stays out of this one."""

import json
import subprocess
import sys
import time
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from dashboard.server.engine import is_live, store
from kdcore.jobs.kind import SEARCH

PROGRAM = "kdcore.training.grid.study_figures"
KEPT = 16
"""Searches whose figures stay in memory."""
REST = 10.0
"""Seconds that figures of a search that goes on are shown at least: drawing takes some itself."""
PATIENCE = 120.0
"""Seconds after which a process is given up."""

Figures = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class _Drawn:
    figures: Figures
    trials: int
    when: float


_drawn: OrderedDict[Path, _Drawn] = OrderedDict()
"""By the search's folder, the one that was asked for last at the end."""
_drawing = Lock()


def search_figures(search: str, trials: int) -> tuple[Figures, int]:
    """The newest figures by name, and of how many trials they are.

    None where too few trials are complete, or nothing can be read.

    Args:
        search: its id.
        trials: that ended by now: with more of them the figures are drawn anew.
    """
    folder = store().find(search, SEARCH).path
    with _drawing:
        known = _drawn.get(folder)
        if known is None or (known.trials != trials and not _rests(search, known)):
            known = _Drawn(_draw(folder), trials, time.monotonic())
        _drawn[folder] = known
        _drawn.move_to_end(folder)
        while len(_drawn) > KEPT:
            _drawn.popitem(last=False)
    return known.figures, known.trials


def _rests(search: str, known: _Drawn) -> bool:
    return is_live(search) and time.monotonic() - known.when < REST


def _draw(folder: Path) -> Figures:
    try:
        done = subprocess.run(
            [sys.executable, "-m", PROGRAM, str(folder)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
            check=True,
        )
    except (subprocess.SubprocessError, OSError):  # its file is missing or damaged
        return {}
    figures: Figures = json.loads(done.stdout)
    return figures
