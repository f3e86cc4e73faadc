"""Record the runs that come with the program, each with its teacher.

``python scripts/record_example.py [ID …]`` on a quiet machine, all of them by default: the replay
shows the speed of these runs. The first keeps its weights, so that it can be asked; the others do
without, they would be most of their size.
"""

import shutil
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from dashboard.server.engine import RECORDED, RECORDINGS
from kdcore import Run, RunConfig
from kdcore.catalogue import DATASETS, SCENARIOS
from kdcore.events import Failed
from kdcore.jobs.run.events import Finished
from kdcore.store import Store, recorded

RECORDED_SETTINGS: dict[str, dict[str, Any]] = {
    RECORDED: SCENARIOS["few_labels"].settings,
    "recorded-never-saw-3": SCENARIOS["unseen_class"].settings | {"epochs": 10},
    "recorded-all-labels": SCENARIOS["all_labels"].settings | {"epochs": 10},
}
"""By id: in what a run differs from the usual one. The lessons on it name the same settings."""


def main(chosen: Iterable[str]) -> int:
    """Record each and print what it shows."""
    for name in chosen:
        if problem := record(name):
            print(f"record_example: {problem}", file=sys.stderr)
            return 1
    return 0


def record(name: str) -> str:
    """Record one run; what went wrong, or nothing."""
    settings, place = RECORDED_SETTINGS[name], RECORDINGS / name
    speed = DATASETS[settings["dataset"]].first_run["speed"]
    config = RunConfig(**settings, speed=speed, device="cpu")
    with tempfile.TemporaryDirectory() as root:
        folder = Store(Path(root)).create(config, name)
        run = Run(config, folder)
        keeps_weights = name == RECORDED
        events = (
            replace(event, weights=event.weights if keeps_weights else {})
            if isinstance(event, Finished)
            else event
            for event in run
        )
        for last in recorded(events, folder):
            if isinstance(last, Failed):
                return last.error
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        weights = [Path(path).name for path in last.weights.values()]
        for pattern in ("*.json*", "prepared.*", "snapshot-*", "uncertainty.*", *weights):
            for file in sorted(folder.path.glob(pattern)):
                shutil.copyfile(file, place / file.name)
    size = sum(file.stat().st_size for file in place.iterdir())
    assert isinstance(last, Finished), "a run that did not fail has finished"
    scores = {name: f"{of.test_accuracy:.1%}" for name, of in last.students.items()}
    print(f"{place}: {size:,} bytes, {last.seconds:.1f} s, {scores}")
    return ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or RECORDED_SETTINGS))
