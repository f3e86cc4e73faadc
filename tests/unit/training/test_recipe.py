"""A recipe trains its trials, measures them, and goes on where it stopped."""

import numpy as np
import pytest
import torch
from sklearn.metrics import precision_recall_fscore_support
from support.recipes import TINY

from kdcore import Run
from kdcore.errors import UserError
from kdcore.job import Job
from kdcore.jobs.recipe.config import RecipeConfig
from kdcore.jobs.recipe.events import RecipeFinished, RecipeStarted, TrialMeasured
from kdcore.jobs.recipe.record import RecipeRecord
from kdcore.jobs.run.events import Finished, Snapshot
from kdcore.recipes import RECIPES, Recipe, Trial
from kdcore.store import Store, recorded
from kdcore.training.grid.group import loaded
from kdcore.training.recipe.execute import earlier
from kdcore.training.recipe.machine import processor_name
from kdcore.training.recipe.values import macro_scores
from kdcore.training.weights.modules import load_module


@pytest.fixture(autouse=True)
def tiny(monkeypatch):
    monkeypatch.setitem(RECIPES, "tiny", TINY)


DIVERGES = {
    "lr": 10.0,
    "optimizer": "sgd",
    "epochs": 20,
    "method": "logit_mse",
    "mixing": "additive",
    "weight": 100.0,
}


def execute(folder):
    return recorded(Job(folder.config, folder, executor="joint"), folder)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(RECIPES, "tiny", TINY)
        folder = Store(tmp_path_factory.mktemp("store")).create(RecipeConfig(recipe="tiny"))
        return folder, list(execute(folder))


def measured(events):
    return [event for event in events if isinstance(event, TrialMeasured)]


def test_the_first_event_says_what_the_numbers_depend_on(whole):
    folder, events = whole
    started = next(event for event in events if isinstance(event, RecipeStarted))

    assert started.test_sizes == {"digits": 360}
    assert started.machine.cores >= 1
    assert torch.__version__ in started.machine.software
    assert started.command == "python -m kdcore recipe tiny --seeds 0,1"
    assert [trial["run"] for trial in started.trials] == [folder.cell_id(at) for at in range(6)]


def test_every_trial_has_the_scores_of_its_run_alone(whole):
    folder, events = whole
    by_cell = {event.cell: event for event in measured(events)}
    assert sorted(by_cell) == list(range(6))
    assert events[-1] == RecipeFinished(
        job=folder.id, stopped=False, finished=6, failed=0, seconds=events[-1].seconds
    )
    for cell in (1, 5):  # one of a group, one alone
        config = folder.config.cells[cell].config
        *_, alone = Run(config)
        for learner, scores in alone.students.items():
            found = by_cell[cell].values[learner]
            assert found["test_errors"] == scores.test_errors
            assert found["error_rate"] == pytest.approx(1 - scores.test_accuracy)
            assert found["ece"] == pytest.approx(scores.ece, abs=1e-5)


def test_a_missing_class_has_its_errors_with_a_bias_that_validation_data_choose(whole):
    folder, events = whole
    found = next(event for event in measured(events) if event.trial == "without")
    run = folder.cell(found.cell)
    (snapshot,) = [event for event in run.events() if isinstance(event, Snapshot)]
    rows = snapshot.learners["distilled"].missing_classes
    fewest = min(row[3] for row in rows)
    nearest = min((abs(row[0]), row[0]) for row in rows if row[3] == fewest)[1]
    (chosen,) = [row for row in rows if row[0] == nearest]

    own = found.values["distilled"]
    assert own["bias_errors"] == chosen[1]
    assert own["bias_missing_errors"] == chosen[2]
    assert own["bias_error_rate"] == pytest.approx(chosen[1] / 360)
    assert own["missing_errors"] == next(row[2] for row in rows if row[0] == 0)


def test_training_accuracy_is_that_of_the_trained_network_on_all_training_data(whole):
    folder, events = whole
    found = measured(events)[0]
    run = folder.cell(found.cell)
    data = loaded(folder.config.cells[0].config, None)
    (end,) = [event for event in run.events() if isinstance(event, Finished)]
    module = load_module(run.path / end.weights["plain"], data).eval()
    right = 0
    for example, label in zip(data.train.inputs, data.train.labels, strict=True):
        answer = module(data.normalised(example[None])).argmax().item()
        right += answer == label.item()

    assert found.values["plain"]["training_accuracy"] == pytest.approx(
        right / len(data.train.labels)
    )


def test_a_recipe_that_was_stopped_goes_on_without_training_anything_again(whole, tmp_path):
    folder = Store(tmp_path / "store").create(RecipeConfig(recipe="tiny"))
    job = Job(folder.config, folder, executor="joint")
    for event in recorded(job, folder):
        if isinstance(event, TrialMeasured):
            job.controls.stop()
    assert isinstance(event, RecipeFinished)
    assert event.stopped
    before = measured(folder.events())
    assert 1 <= len(before) < 6

    rest = list(execute(folder))

    kept = measured(folder.events())
    assert kept[: len(before)] == before
    assert sorted(event.cell for event in kept) == list(range(6))
    assert not {event.cell for event in measured(rest)} & {event.cell for event in before}
    assert {one.cell: one.values for one in kept} == {
        one.cell: one.values for one in measured(whole[1])
    }
    assert not list((folder.path / "checkpoints").iterdir())
    with pytest.raises(UserError, match="is finished"):
        earlier(folder)


def test_a_trial_that_fails_is_said_and_the_others_go_on(monkeypatch, tmp_path):
    broken = Recipe(
        title="",
        claim="",
        source="",
        settings=dict(TINY.settings) | {"epochs": 1},
        seeds=1,
        trials={"diverges": Trial(title="", settings=DIVERGES), "learns": Trial(title="")},
    )
    monkeypatch.setitem(RECIPES, "broken", broken)
    folder = Store(tmp_path / "store").create(RecipeConfig(recipe="broken"))
    record = RecipeRecord()
    record.fold(execute(folder))

    assert [one.trial for one in record.failures] == ["diverges"]
    assert record.failures[0].code == "loss_not_finite"
    assert (record.finished.finished, record.finished.failed) == (1, 1)


def test_missing_data_are_said_before_anything_is_trained(tmp_path):
    config = RecipeConfig(recipe="cifar_ensemble", quick=True)
    *_, end = Job(config, Store(tmp_path / "store").create(config))

    assert end.code == "recipe_data_missing"
    assert "cifar10-jpeg.tar.xz" in end.error


def test_the_processor_is_named_where_the_system_tells(tmp_path):
    told = tmp_path / "cpuinfo"
    told.write_text("processor : 0\nmodel name\t: Fast 3000\n", encoding="utf-8")

    assert processor_name(told) == "Fast 3000"
    assert processor_name(tmp_path / "absent")


def test_macro_scores_are_scikit_learns():
    rng = np.random.default_rng(0)
    labels, answers = rng.integers(0, 4, 200), rng.integers(0, 3, 200)  # class 3 is no answer
    confusion = [[int(((labels == a) & (answers == b)).sum()) for b in range(4)] for a in range(4)]
    precision, recall, f1, _ = precision_recall_fscore_support(
        labels, answers, average="macro", zero_division=0
    )

    found = macro_scores(confusion)

    assert found == pytest.approx(
        {"macro_precision": precision, "macro_recall": recall, "macro_f1": f1}
    )
