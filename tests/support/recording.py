"""What the run that comes with the program has found."""

import json

from dashboard.server.engine import RECORDED, RECORDINGS

LAST = json.loads((RECORDINGS / RECORDED / "events.jsonl").read_text("utf-8").splitlines()[-1])
TEACHER, PLAIN, DISTILLED = (
    f"{scores['test_accuracy']:.1%}"
    for scores in (LAST["teacher"], LAST["students"]["plain"], LAST["students"]["distilled"])
)
"""Test accuracies at its end."""
