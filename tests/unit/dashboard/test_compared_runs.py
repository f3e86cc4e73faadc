"""The chart of several runs' curves, against the runs' events."""

from dataclasses import replace

import pytest
from support import events as make

from dashboard.charts.compared_runs import LEARNERS, METRICS, MOST, Compared, figure
from dashboard.say.apart import titles_apart
from dashboard.text.languages import LANGUAGES, words
from dashboard.text.viewer import speaking
from kdcore.jobs.run.events import Epoch
from kdcore.jobs.run.record import RunRecord
from kdcore.store import JobRow


def compared(count):
    runs = []
    for at in range(count):
        events = [
            replace(
                event,
                students={
                    name: replace(scores, ece=0.01 * at, test_accuracy=0.5 + 0.02 * at)
                    for name, scores in event.students.items()
                },
            )
            if isinstance(event, Epoch)
            else event
            for event in make.whole_run()
        ]
        history = RunRecord()
        history.fold(events)
        runs.append((Compared(f"<b>run {at}</b>", history), events))
    return runs


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("learner", LEARNERS)
def test_each_run_is_a_line_of_its_evaluations(metric, learner):
    runs = compared(3)
    found = figure([run for run, _ in runs], words("en"), metric=metric, learner=learner)
    for (_, events), line in zip(runs, found["data"], strict=True):
        expected = [
            (event.epoch, getattr(event.students[learner], metric))
            for event in events
            if isinstance(event, Epoch)
        ]
        assert expected[0][1] is not None
        assert list(zip(line["x"], line["y"], strict=True)) == expected


@pytest.mark.parametrize("language", LANGUAGES)
def test_lines_are_told_apart_and_names_are_no_tags(language):
    found = figure([run for run, _ in compared(MOST)], words(language))
    looks = {(line["line"]["color"], line["line"]["dash"]) for line in found["data"]}
    assert len(looks) == MOST
    assert all("<b>" not in line["name"] for line in found["data"])
    assert "52.0%" in found["message"]


def test_before_the_first_evaluation_there_is_no_chart():
    history = RunRecord()
    history.fold(make.whole_run()[:2])
    assert "empty" in figure([Compared("run", history)], words("en"))


def rows(*names):
    return [
        JobRow(id=f"id-{at}", config={}, state="finished", created=0.0, name=name)
        for at, name in enumerate(names)
    ]


@pytest.mark.parametrize(
    ("names", "differing", "titles"),
    [
        # T alone tells all apart, though it stands behind
        (
            ["", "", ""],
            [("epochs", 3, 3, 4), ("temperature", 1.0, 2.0, 8.0)],
            ["T 1", "T 2", "T 8"],
        ),
        # each of two tells two apart, both together all
        (
            ["", "", "", ""],
            [("epochs", 3, 4, 3, 4), ("weight", 0.0, 0.0, 1.0, 1.0)],
            ["λ 0 · 3 epochs", "λ 0 · 4 epochs", "λ 1 · 3 epochs", "λ 1 · 4 epochs"],
        ),
        # a name is enough, and who has one needs no setting
        (["mine", ""], [("seed", 0, 1), ("temperature", 4.0, 8.0)], ["mine", "T 8"]),
        # equal ones have their ids
        (["a", "a", ""], [], ["a · id-0", "a · id-1", "id-2"]),
        (["", "", ""], [("seed", 1, 1, 2)], ["seed 1 · id-0", "seed 1 · id-1", "seed 2"]),
    ],
)
def test_runs_are_told_apart_by_as_few_settings_as_do_it(names, differing, titles):
    with speaking("en"):
        assert titles_apart(rows(*names), differing) == titles
