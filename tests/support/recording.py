"""What the runs that come with the program have found."""

import json

from dashboard.lessons.measures import Found
from dashboard.server.engine import RECORDED, RECORDINGS
from kdcore.jobs.kind import RUN
from kdcore.jobs.run.record import RunRecord
from kdcore.store import JobFolder

LAST = json.loads((RECORDINGS / RECORDED / "events.jsonl").read_text("utf-8").splitlines()[-1])
TEACHER, PLAIN, DISTILLED = (
    f"{scores['test_accuracy']:.1%}"
    for scores in (LAST["teacher"], LAST["students"]["plain"], LAST["students"]["distilled"])
)
"""Test accuracies at its end."""


def recorded(name):
    """What the measures look at, of a run that comes with the program."""
    folder = JobFolder(RECORDINGS / name, RUN)
    record = RunRecord()
    record.fold(folder.events())
    return Found(
        record,
        folder.load_arrays("prepared.safetensors"),
        folder.load_arrays("snapshot-0000.safetensors"),
    )
