"""A recipe trains its trials, measures them, and goes on where it stopped."""

import shutil
from dataclasses import replace
from statistics import fmean

import numpy as np
import pytest
import torch
from sklearn.metrics import precision_recall_fscore_support, roc_auc_score
from support.recipes import TINY, began, record_recipe
from support.recipes import measured as measured_trial

from kdcore import Run
from kdcore.__main__ import main
from kdcore.catalogue import CORRUPTIONS
from kdcore.data.unfamiliar import unfamiliar_inputs
from kdcore.errors import UserError
from kdcore.job import Job
from kdcore.jobs.recipe.config import RecipeConfig
from kdcore.jobs.recipe.events import RecipeFinished, RecipeProgress, RecipeStarted, TrialMeasured
from kdcore.jobs.recipe.record import RecipeRecord
from kdcore.jobs.run.config import RunConfig
from kdcore.jobs.run.events import Finished, Snapshot
from kdcore.recipes import RECIPES, Recipe, Trial
from kdcore.store import Store, recorded, teacher_path
from kdcore.training.grid.group import loaded
from kdcore.training.randomness import key
from kdcore.training.recipe import progress
from kdcore.training.recipe.execute import OF_THE_DATA, earlier
from kdcore.training.recipe.machine import processor_name
from kdcore.training.recipe.values import macro_scores
from kdcore.training.teachers.teacher import teacher_key
from kdcore.training.teachers.train_network import SEED
from kdcore.training.transfer_batches import transfer_of
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


def test_training_accuracy_is_that_of_the_trained_network_on_what_it_learned(whole):
    folder, events = whole
    found = measured(events)[0]
    run = folder.cell(found.cell)
    config = folder.config.cells[0].config
    data = loaded(config, None)
    learned = transfer_of(config, data)
    (end,) = [event for event in run.events() if isinstance(event, Finished)]
    module = load_module(run.path / end.weights["plain"], data).eval()
    right = 0
    assert len(learned.labels) == config.transfer_size
    for example, label in zip(learned.inputs, learned.labels, strict=True):
        answer = module(data.normalised(example[None])).argmax().item()
        right += answer == label.item()

    assert found.values["plain"]["training_accuracy"] == pytest.approx(right / len(learned.labels))
    assert found.values["teacher"]["training_accuracy"] > 0


def test_fidelity_robustness_and_uncertainty_are_those_of_the_saved_networks(whole):
    folder, events = whole
    found = next(one for one in measured(events) if one.trial == "warm")
    config = folder.config.cells[found.cell].config
    data = loaded(config, None)
    run = folder.cell(found.cell)
    student = load_module(run.path / "distilled.safetensors", data).eval()
    key_of_teacher = teacher_key(config, data, config.teacher, SEED)
    teacher = load_module(teacher_path(folder.root, key_of_teacher), data).eval()

    def answers(module, images):
        with torch.no_grad():
            return module(data.normalised(images)).double()

    tops = [
        [set(row.argsort(descending=True)[:3].tolist()) for row in answers(one, data.test.inputs)]
        for one in (student, teacher)
    ]
    shared = [len(own & other) / 3 for own, other in zip(*tops, strict=True)]
    assert found.values["distilled"]["top3_agreement"] == pytest.approx(fmean(shared))
    assert "top3_agreement" not in found.values["teacher"]

    white = data.train.inputs.max().item()  # 16: those of scikit-learn's digits
    means = []
    for severity in range(1, 6):
        rights = []
        for name, one in CORRUPTIONS.items():
            if not one.attack:
                chance = key(0, name, severity)
                images = one.load()(data.test.inputs / white, one.amounts[severity - 1], chance)
                right = answers(student, images * white).argmax(-1) == data.test.labels
                rights.append(right.double().mean().item())
        means.append(fmean(rights))
    own = found.values["distilled"]
    assert [own[f"corrupted_accuracy:{at}"] for at in range(1, 6)] == pytest.approx(means)
    assert own["corrupted_accuracy"] == pytest.approx(fmean(means))
    assert own["corrupted_accuracy:0"] == own["attacked_accuracy:0"] == own["test_accuracy"]
    assert own["attacked_accuracy"] < own["test_accuracy"]
    noise = unfamiliar_inputs(data, 500, key(config.seed, "unfamiliar inputs"))["noise"]
    entropies = [
        -(logits.softmax(-1) * logits.log_softmax(-1)).sum(-1)
        for logits in (answers(student, data.test.inputs), answers(student, noise))
    ]
    scored = roc_auc_score(
        [0] * len(entropies[0]) + [1] * len(entropies[1]), torch.cat(entropies).numpy()
    )
    assert own["entropy_auroc:noise"] == pytest.approx(scored, abs=1e-6)
    assert "knowledge_auroc" not in own  # it answers alone


def test_what_is_read_to_load_data_sets_trials_apart(tmp_path):
    table = tmp_path / "table.csv"
    table.write_text("a,label\n" + "".join(f"{at},{at % 2}\n" for at in range(40)))
    read = set()

    class Spied(RunConfig):
        def __getattribute__(self, name):
            if name in RunConfig.__dataclass_fields__:
                read.add(name)
            return super().__getattribute__(name)

    for settings in (
        {"dataset": str(table)},
        {"dataset": "digits", "target": "rotated"},
        {"dataset": "digits", "target": "digits"},
    ):
        config = Spied(**settings)
        read.clear()
        loaded(config, None)
        assert read
        assert read <= set(OF_THE_DATA), settings


def test_trials_with_other_target_data_are_trained_on_them(monkeypatch, tmp_path):
    settings = dict(TINY.settings) | {"epochs": 1, "weight": 1.0}
    trials = {
        name: Trial(title="", settings={"target": target} if target else {})
        for name, target in (("none", ""), ("still", "rotated:degrees=0"), ("turned", "rotated"))
    }
    shifted = Recipe(title="", claim="", source="", settings=settings, seeds=1, trials=trials)
    monkeypatch.setitem(RECIPES, "shifted", shifted)
    folder = Store(tmp_path / "store").create(RecipeConfig(recipe="shifted"))
    found = {one.trial: one.values["distilled"] for one in measured(execute(folder))}

    assert "target_accuracy" not in found["none"]
    assert found["still"]["target_accuracy"] == found["still"]["test_accuracy"]
    config = next(cell.config for cell in folder.config.cells if cell.trial == "turned")
    *_, alone = Run(config)
    assert found["turned"]["target_accuracy"] == alone.students["distilled"].target_accuracy


def test_a_recipe_runs_on_data_that_stand_in_for_its_own(monkeypatch, tmp_path):
    table = tmp_path / "table.csv"
    table.write_text("a,label\n" + "".join(f"{at},{at % 2}\n" for at in range(40)))
    settings = dict(TINY.settings) | {"epochs": 1, "transfer_size": 0}
    alone = Recipe(
        title="", claim="", source="", settings=settings, seeds=1, trials={"one": Trial(title="")}
    )
    monkeypatch.setitem(RECIPES, "alone", alone)
    base = RunConfig(data_root=str(tmp_path))
    config = RecipeConfig(recipe="alone", dataset="table.csv", base=base)
    record = RecipeRecord()
    record.fold(execute(Store(tmp_path / "store").create(config)))

    assert record.finished.finished == 1
    assert record.other_dataset == "table.csv"
    assert record.started.command.endswith("--dataset table.csv")


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


def test_a_trial_that_was_trained_but_not_measured_is_measured(whole, tmp_path):
    folder, events = whole
    shutil.copytree(folder.root, tmp_path / "store")
    copy = Store(tmp_path / "store").find(folder.id)
    numbers = [at for at, one in copy.numbered() if isinstance(one, TrialMeasured) and one.cell > 3]
    copy.cut(numbers[0])  # as if its process had died then

    rest = measured(execute(copy))

    assert [one.cell for one in rest] == [4, 5]
    assert rest == [one for one in measured(events) if one.cell > 3]
    assert copy.cell(4).state == "finished"


def test_a_recipe_whose_log_has_damaged_lines_loses_no_result(whole, tmp_path):
    folder, events = whole
    shutil.copytree(folder.root, tmp_path / "store")
    copy = Store(tmp_path / "store").find(folder.id)
    copy.cut(copy.numbered()[-1][0])
    copy.append(RecipeFinished(job=copy.id, stopped=True, finished=6, failed=0, seconds=1.0))
    copy.release()
    first, *rest = (copy.path / "events.jsonl").read_bytes().splitlines(keepends=True)
    (copy.path / "events.jsonl").write_bytes(b"".join([first, *[b'{"event": "lost}\n'] * 5, *rest]))

    assert earlier(copy).ended == dict.fromkeys(range(6), "finished")
    assert measured(copy.events()) == measured(events)


@pytest.mark.parametrize("measure", ["fidelity", "robustness", "uncertainty"])
def test_data_of_two_classes_that_are_no_images_have_the_scores_that_they_can(
    monkeypatch, tmp_path, measure
):
    random = np.random.default_rng(0)
    lines = [f"{random.normal(at % 2)},{random.normal()},{'ab'[at % 2]}" for at in range(80)]
    (tmp_path / "own.csv").write_text("\n".join(["x,y,label", *lines]))
    settings = TINY.settings | {"transfer_size": 0, "epochs": 1}
    trials = {"a": Trial(title="", measures=(measure,))}
    recipe = Recipe(title="", claim="", source="", settings=settings, trials=trials)
    monkeypatch.setitem(RECIPES, "own", recipe)
    base = RunConfig(data_root=str(tmp_path))
    config = RecipeConfig(recipe="own", seeds=(0,), dataset="own.csv", base=base)

    (one,) = measured(execute(Store(tmp_path / "store").create(config)))

    found = one.values["distilled"].keys()
    assert not one.error
    assert {"test_errors", "agreement"} <= found
    assert not {"top3_agreement", "corrupted_accuracy", "attacked_accuracy"} & found
    assert ("entropy_auroc" in found) == (measure == "uncertainty")


@pytest.mark.parametrize("settings", [{}, {"patience": 5}], ids=["in a group", "alone"])
def test_what_is_measured_of_trained_networks_can_be_stopped_and_goes_on_without_training(
    settings, monkeypatch, tmp_path
):
    monkeypatch.setattr(progress, "PERIOD", 0.0)
    trial = Trial(title="", settings=settings, measures=("fidelity", "robustness"))
    again = Recipe(
        title="",
        claim="",
        source="",
        settings=dict(TINY.settings) | {"epochs": 1},
        seeds=1,
        trials={"one": trial},
    )
    monkeypatch.setitem(RECIPES, "again", again)
    folder = Store(tmp_path / "store").create(RecipeConfig(recipe="again"))
    job = Job(folder.config, folder, executor="joint")
    shares = []
    for event in recorded(job, folder):
        if isinstance(event, RecipeProgress) and event.measuring:
            shares.append(event.done)
            if len(shares) == 4:
                job.controls.stop()
    assert event.stopped
    assert not measured(folder.events())
    assert shares == sorted(shares)
    assert shares[0] < shares[-1] < 1  # it is seen to go on
    trained = folder.cell(0).events()
    assert trained[-1].kind == "finished"

    list(execute(folder))

    (found,) = measured(folder.events())
    assert not found.error
    assert {"agreement", "top3_agreement", "attacked_accuracy"} <= found.values["distilled"].keys()
    assert folder.cell(0).events() == trained


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


def stopped_after(store, **ends):
    """A tiny recipe that was stopped after all of its trials."""
    config = RecipeConfig(recipe="tiny")
    folder = store.create(config)
    trials = [
        replace(measured_trial(at, cell.trial, cell.seed, distilled=90 + at), **ends)
        for at, cell in enumerate(config.cells)
    ]
    end = RecipeFinished(job=folder.id, stopped=True, finished=6, failed=0, seconds=9.0)
    for _ in recorded([began(config, folder.id), *trials, end], folder):
        pass
    return folder


def test_a_recipe_that_goes_on_prints_what_it_had_found_before(tmp_path, capsys):
    folder = stopped_after(Store(tmp_path))

    assert main(["recipe", "--resume", folder.id, "--store", str(tmp_path)]) == 0

    printed = capsys.readouterr().out
    assert "90.5 ± 0.7" in printed  # cells 0 and 1
    assert "6 of 6 runs" in printed


@pytest.mark.parametrize(
    "other",
    [
        {"settings": {**TINY.settings, "epochs": 3}},
        {"trials": {"new": Trial(title="New"), **TINY.trials}},
    ],
)
def test_a_recipe_that_has_changed_does_not_go_on(tmp_path, monkeypatch, other):
    folder = stopped_after(Store(tmp_path))
    assert len(earlier(folder).ended) == 6
    monkeypatch.setitem(RECIPES, "tiny", replace(TINY, **other))

    with pytest.raises(UserError, match="start the recipe anew"):
        earlier(Store(tmp_path).find(folder.id))


def test_a_finished_recipe_is_refused_and_stays_finished(tmp_path, capsys):
    folder = record_recipe(Store(tmp_path))
    log = folder.events()

    assert main(["recipe", "--resume", folder.id, "--store", str(tmp_path)]) == 2

    assert "is finished" in capsys.readouterr().err
    assert (folder.state, folder.events()) == ("finished", log)


def test_a_recipe_of_which_nothing_succeeded_has_failed(tmp_path, capsys):
    folder = stopped_after(Store(tmp_path), values={}, error="it broke")

    assert main(["recipe", "--resume", folder.id, "--store", str(tmp_path)]) == 1

    assert "All 6 runs failed" in capsys.readouterr().err


def test_missing_data_are_said_before_anything_is_trained(tmp_path):
    config = RecipeConfig(recipe="cifar_ensemble", quick=True, dataset="cifar10-jpeg.tar.xz")
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
