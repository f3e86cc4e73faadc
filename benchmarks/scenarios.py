"""What each scenario of the start page brings, with five seeds.

``python -m benchmarks.scenarios``; ``--write`` keeps the table in
``dashboard/measured/scenarios.json``, where the cards read it.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

import dashboard
from benchmarks.seeds import Job, Record, RunRecord, carry_out, conditions, mean_and_sd, write
from kdcore import RunConfig
from kdcore.catalogue import SCENARIOS

COMMAND = "python -m benchmarks.scenarios --write"
PLACE = Path(dashboard.__file__).parent / "measured" / "scenarios.json"


def main() -> int:
    """Measure, print and perhaps write."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--write", action="store_true", help=f"keep the result in {PLACE.name}")
    given = parser.parse_args()
    jobs = {
        name: Job("together", RunConfig(**scenario.settings))
        for name, scenario in SCENARIOS.items()
    }
    records = carry_out(jobs.values(), lambda line: print(line, file=sys.stderr))
    found = {
        name: {"settings": SCENARIOS[name].settings} | accuracies(records[job])
        for name, job in jobs.items()
    }
    table = Table("scenario", "teacher", "plain", "distilled", "gain", "better in")
    for name, row in found.items():
        spreads = (
            f"{row[key]['mean']:.2%} ± {row[key]['sd']:.2%}"
            for key in ("plain", "distilled", "gain")
        )
        table.add_row(
            name, f"{row['teacher']:.2%}", *spreads, f"{row['better']} of {row['gain']['n']}"
        )
    Console(width=110).print(table)
    if given.write:
        write(PLACE, {"command": COMMAND} | conditions() | {"scenarios": found})
    return 0


def accuracies(records: Sequence[Record]) -> dict[str, Any]:
    """On test data, over the seeds; the teacher is the same for all of them."""
    ends = [record.finished for record in records if isinstance(record, RunRecord)]
    teacher = ends[0].teacher
    assert teacher is not None, "scenarios have a teacher"
    plain, distilled = (
        [end.students[name].test_accuracy for end in ends] for name in ("plain", "distilled")
    )
    gains = [after - before for before, after in zip(plain, distilled, strict=True)]
    return {
        "teacher": round(teacher.test_accuracy, 5),
        "plain": mean_and_sd(plain),
        "distilled": mean_and_sd(distilled),
        "gain": mean_and_sd(gains),
        "better": sum(gain > 0 for gain in gains),
    }


if __name__ == "__main__":
    sys.exit(main())
