import json
import math

import pytest
from support import events as make
from support.recognition import whole_recognition
from support.regressions import whole_regression
from support.robustness import alone, whole_test
from support.uncertainty import uncertainty

from kdcore.events import Failed, Scores, StepScores, from_json
from kdcore.jobs.recipe.events import (
    Machine,
    RecipeFinished,
    RecipeProgress,
    RecipeStarted,
    TrialMeasured,
    TrialsPrepared,
)
from kdcore.jobs.run.events import Batch, Epoch, Finished, Snapshot
from kdcore.jobs.search.events import SearchFinished, SearchPrepared

SCORES = Scores(
    test_accuracy=0.9,
    test_errors=36,
    ece=0.02,
    nll=0.3,
    brier=0.1,
    validation_accuracy=0.91,
    agreement=None,
)
STEP = StepScores(
    loss=1,
    hard_loss=1,
    soft_loss=0,
    accuracy=0.5,
    agreement=0.5,
    hard_gradient=1,
    soft_gradient=0,
    soft_gradient_without_t2=0,
)
EVENTS = [
    Batch(step=3, position=0.5, seconds=0.1, images_per_second=100.0, students={"plain": STEP}),
    Epoch(
        epoch=1,
        step=40,
        seconds=1.0,
        images_per_second=1e3,
        teacher=None,
        students={"plain": SCORES},
        controls={"temperature": 4.0},
    ),
    Finished(
        run="a",
        stopped=False,
        epochs=1,
        step=40,
        teacher=SCORES,
        students={"plain": SCORES},
        seconds=2.0,
    ),
    make.trees_grown(),
    Failed(error="no", code="outside_range", values={"name": "T"}),
    Snapshot(epoch=0, arrays=None, learners={}),
    uncertainty("uncertainty.safetensors"),
    Snapshot(epoch=1, arrays=None, learners={}, shift=make.shift()),
    RecipeStarted(
        job="a",
        config={"recipe": "controls"},
        trials=[{"trial": "kd", "seed": 0, "run": "a.0000"}],
        machine=Machine(processor="x", cores=2, device="cpu", software="kdcore"),
        test_sizes={"digits": 360},
        date="2026-01-31",
        command="python -m kdcore recipe controls",
    ),
    TrialsPrepared(part=0, groups=[[0, 1]], workers=2),
    RecipeProgress(done=0.5, seconds=1.0, trials=["kd"]),
    TrialMeasured(cell=0, trial="kd", seed=0, run="a.0000", values={"plain": {"test_errors": 3.0}}),
    RecipeFinished(job="a", stopped=False, finished=1, failed=0, seconds=2.0),
    SearchFinished(
        search="a",
        stopped=False,
        complete=1,
        pruned=0,
        failed=0,
        best_trial=0,
        best_params={"lr": 0.1},
        best_runs=["a.0000"],
        best_value=0.9,
        best_spread=None,
        best_test_accuracy=0.8,
        seconds=1.0,
    ),
    whole_test()[0],
    whole_test()[2],
    *whole_test()[-2:],
    whole_test(compared=alone())[-1],
    *whole_recognition()[:3],
    *whole_recognition()[-2:],
    *whole_regression()[:5],
    whole_regression()[-1],
    SearchPrepared(teacher_sources=["cached"], teachers=[SCORES], seconds=1.0),
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.kind)
def test_an_event_survives_its_line(event):
    assert from_json(event.to_json()) == event


def test_a_number_that_is_not_finite_becomes_null():
    event = Failed(error="", values={"loss": math.nan, "more": [math.inf, 1.0]})
    assert json.loads(event.to_json())["values"] == {"loss": None, "more": [None, 1.0]}


def test_a_key_of_a_later_version_is_left_out():
    line = json.dumps(json.loads(EVENTS[0].to_json()) | {"colour": "red"})
    assert from_json(line) == EVENTS[0]
