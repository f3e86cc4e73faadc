"""The curves of a branch, with those of the run that it was branched from."""

import pytest
from support import events as make

from dashboard.charts import accuracy, losses
from dashboard.text.languages import words
from kdcore.jobs.run.record import RunRecord


def history(*epochs):
    found = RunRecord()
    found.fold([make.started(epochs=4), make.prepared(), *(make.epoch(at) for at in epochs)])
    return found


@pytest.fixture
def branch():
    found = history(1, 2, 3)
    found.parent, found.branched_at = history(1, 2, 3, 4), 2
    return found


@pytest.mark.parametrize("chart", [accuracy, losses])
def test_the_parents_lines_begin_at_the_branch(branch, chart):
    traces = {trace["name"]: trace for trace in chart.figure(branch, words("en"))["data"]}
    own, parent = traces["Distilled student"], traces["Distilled student, parent run"]

    assert len(own["x"]) == 3
    assert min(parent["x"]) >= 2
    assert max(parent["x"]) > max(own["x"])
    assert parent["line"]["dash"] == "dot"
    assert parent["line"]["color"] == own["line"]["color"]


def test_without_a_parent_there_is_no_other_line():
    names = [trace["name"] for trace in accuracy.figure(history(1, 2), words("en"))["data"]]

    assert not [name for name in names if "parent" in name]
