"""Carry every hint of the dashboard's panels out with five seeds and say whether it holds.

``python -m benchmarks.hints``, with ``--only PANEL`` (repeatable) for some of them; ``--write``
keeps what was measured in ``dashboard/measured/hints.json``, which a test holds against the hints.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

import dashboard
from benchmarks.measures import MEASURES, OF_ITS_BATCHES
from benchmarks.seeds import SEEDS, Job, Record, carry_out, conditions, mean_and_sd, write
from kdcore import RunConfig
from kdcore.catalogue import DATASETS, HINTS, Hint

COMMAND = "python -m benchmarks.hints --write"
PLACE = Path(dashboard.__file__).parent / "measured" / "hints.json"
ENOUGH = 4
"""Seeds of five in which a claim must be seen."""
Jobs = tuple[Job, Job | None]
"""With the settings, and without where the claim compares."""


def main() -> int:
    """Measure, print and perhaps write; 1 where a claim does not hold."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", action="append", choices=list(HINTS), help="a panel; repeatable")
    parser.add_argument("--write", action="store_true", help=f"keep the result in {PLACE.name}")
    given = parser.parse_args()
    panels = given.only or list(HINTS)
    claims = {panel: jobs_of(HINTS[panel]) for panel in panels if HINTS[panel].claim}
    for panel in panels:
        jobs_of(HINTS[panel])  # settings of a hint without a claim are valid too
    wanted = [job for jobs in claims.values() for job in jobs if job]
    records = carry_out(wanted, lambda line: print(line, file=sys.stderr))
    found = {panel: judged(HINTS[panel], *jobs, records) for panel, jobs in claims.items()}
    _print(found)
    if given.write:
        _keep(found)
    return 0 if all(row["agree"] >= ENOUGH for row in found.values()) else 1


def jobs_of(hint: Hint) -> Jobs:
    """What has to be carried out.

    Raises:
        UserError: a setting is not valid.
    """
    usual = RunConfig()
    first = usual.replace(**without_speed(DATASETS[usual.dataset].first_run)).replace(**hint.base)
    if hint.job == "compression":
        return Job(hint.job, first, tuple(hint.settings.items())), None
    kind = hint.job
    if kind == "run":
        kind = "apart" if hint.measure in OF_ITS_BATCHES else "together"
    compared = hint.claim in ("rises", "falls")
    return Job(kind, first.replace(**hint.settings)), Job(kind, first) if compared else None


def without_speed(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Nobody watches."""
    return {name: value for name, value in settings.items() if name != "speed"}


def judged(
    hint: Hint, with_it: Job, without: Job | None, records: Mapping[Job, Sequence[Record]]
) -> dict[str, Any]:
    """A row of the table: values with and without, how many seeds agree."""
    measure = MEASURES[hint.measure]
    values = [measure(record) for record in records[with_it]]
    row: dict[str, Any] = {
        "job": hint.job,
        "base": hint.base,
        "settings": hint.settings,
        "measure": hint.measure,
        "claim": hint.claim,
        "with": mean_and_sd(values),
    }
    if without is None:
        return row | {"agree": sum(value > 0 for value in values)}
    before = [measure(record) for record in records[without]]
    changes = [after - earlier for after, earlier in zip(values, before, strict=True)]
    sign = 1 if hint.claim == "rises" else -1
    return row | {
        "without": mean_and_sd(before),
        "change": mean_and_sd(changes),
        "agree": sum(sign * change > 0 for change in changes),
    }


def _keep(found: Mapping[str, Mapping[str, Any]]) -> None:
    """In the file, beside what stands there of other panels."""
    before = json.loads(PLACE.read_text(encoding="utf-8"))["hints"] if PLACE.exists() else {}
    rows = before | {panel: {**row, **conditions()} for panel, row in found.items()}
    write(
        PLACE,
        {
            "command": COMMAND,
            "hints": {
                panel: rows[panel] for panel, hint in HINTS.items() if hint.claim and panel in rows
            },
        },
    )


def _print(found: Mapping[str, Mapping[str, Any]]) -> None:
    table = Table("panel", "measure", "claim", "without", "with", "change", "seeds", "holds")
    for panel, row in found.items():
        table.add_row(
            panel,
            row["measure"],
            row["claim"],
            *(_spread(row.get(name)) for name in ("without", "with", "change")),
            f"{row['agree']} of {len(SEEDS)}",
            "yes" if row["agree"] >= ENOUGH else "NO",
        )
    Console(width=160).print(table)


def _spread(values: Mapping[str, float] | None) -> str:
    return f"{values['mean']:.4g} ± {values['sd']:.2g}" if values else ""


if __name__ == "__main__":
    sys.exit(main())
