"""Record the run that comes with the program: the scenario of few labels, with its teacher.

``python scripts/record_example.py`` on a quiet machine: the replay shows the speed of this run.
Weights are left out, they would be most of its size.
"""

import shutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from dashboard.server.engine import RECORDED
from kdcore import Run, RunConfig
from kdcore.catalogue import DATASETS, SCENARIOS
from kdcore.events import Failed
from kdcore.jobs.run.events import Finished
from kdcore.store import Store, recorded

PLACE = Path(__file__).parents[1] / "dashboard" / "recordings" / RECORDED


def main() -> int:
    """Record and print what it shows."""
    settings = SCENARIOS["few_labels"].settings
    speed = DATASETS[settings["dataset"]].first_run["speed"]
    config = RunConfig(**settings, speed=speed, device="cpu")
    with tempfile.TemporaryDirectory() as root:
        folder = Store(Path(root)).create(config, RECORDED)
        run = Run(config, folder)
        events = (
            replace(event, weights={}) if isinstance(event, Finished) else event for event in run
        )
        for last in recorded(events, folder):
            if isinstance(last, Failed):
                print(f"record_example: {last.error}", file=sys.stderr)
                return 1
        shutil.rmtree(PLACE, ignore_errors=True)
        PLACE.mkdir(parents=True)
        for pattern in ("*.json*", "prepared.*", "snapshot-*", "uncertainty.*"):
            for file in sorted(folder.path.glob(pattern)):
                shutil.copyfile(file, PLACE / file.name)
    size = sum(file.stat().st_size for file in PLACE.iterdir())
    assert isinstance(last, Finished), "a run that did not fail has finished"
    scores = {name: f"{of.test_accuracy:.1%}" for name, of in last.students.items()}
    print(f"{PLACE}: {size:,} bytes, {last.seconds:.1f} s, {scores}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
