"""A search: what is tried, what is judged by, what is kept."""

from contextlib import closing
from dataclasses import replace
from statistics import fmean, stdev

import optuna
import pytest

from kdcore import RunConfig
from kdcore.commands import Controls
from kdcore.data import Split, load_dataset, load_training_data
from kdcore.data.folds import folds
from kdcore.job import Job
from kdcore.jobs.kind import RUN, SEARCH
from kdcore.jobs.run.events import Epoch
from kdcore.jobs.search.config import TRIALS, Range, SearchConfig
from kdcore.jobs.search.events import TrialEnded, TrialScored
from kdcore.store import Store, recorded
from kdcore.training.grid.cell_events import CellEvent, Group
from kdcore.training.grid.group import train_group
from kdcore.training.grid.search import Trials
from kdcore.training.teachers.teacher import train_teachers

BASE = RunConfig(
    dataset="digits",
    epochs=3,
    teacher_epochs=2,
    teacher="mlp:16",
    student="mlp:8",
    transfer_size=200,
    students="distilled",
    precision="float32",
    device="cpu",
)
SPACE = SearchConfig(
    base=BASE,
    trials=6,
    methods=("kd", "logit_mse", "hard"),
    students=("mlp:4", "mlp:8"),
    lrs=Range(1e-4, 1e-1),
)
NARROW = SearchConfig(base=BASE, trials=3, lrs=Range(1e-3, 1e-1), pruner="none")


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path)


def searched(config, folder=None):
    return list(recorded(Job(config, folder), folder) if folder else Job(config))


def ended(events):
    return [event for event in events if isinstance(event, TrialEnded)]


def outcome(trial):
    return trial.state, trial.params, trial.value, trial.test_accuracy


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """One search in a store, looked at by several tests."""
    store = Store(tmp_path_factory.mktemp("store"))
    folder = store.create(SPACE)
    return store, folder, searched(SPACE, folder)


def test_equal_searches_try_and_find_the_same(whole):
    _, _, events = whole
    again = searched(SPACE)  # without a store
    assert [outcome(trial) for trial in ended(again)] == [outcome(trial) for trial in ended(events)]
    assert again[-1].best_params == events[-1].best_params


def test_another_seed_tries_something_else(whole):
    changed = SearchConfig.from_dict(SPACE.to_dict() | {"seed": 1, "trials": 1})
    assert ended(searched(changed))[0].params != ended(whole[2])[0].params


def test_proposals_stay_within_the_space_and_leave_out_what_has_no_effect(whole):
    for trial in ended(whole[2]):
        params = trial.params
        assert params["student"] in SPACE.students
        assert 1e-4 <= params["lr"] <= 1e-1
        assert ("temperature" in params) == (params["method"] == "kd")
        assert ("weight" in params) == (params["method"] != "hard")


def test_optuna_can_open_the_file_and_finds_every_trial(whole):
    _, folder, events = whole
    storage = optuna.storages.RDBStorage(f"sqlite:///{folder.path / TRIALS}")
    study = optuna.load_study(study_name=folder.id, storage=storage)
    states = {"COMPLETE": "complete", "PRUNED": "pruned", "FAIL": "failed"}

    assert [(states[trial.state.name], trial.value) for trial in study.trials] == [
        (trial.state, trial.value) for trial in ended(events)
    ]
    scored = [
        event.value for event in events if isinstance(event, TrialScored) and event.trial == 0
    ]
    assert list(study.trials[0].intermediate_values.values()) == scored
    assert study.trials[0].intermediate_values.keys() == {1, 2, 3}
    storage.remove_session()
    storage.engine.dispose()


def test_a_trial_is_a_stored_run_and_judged_by_its_validation_score(whole):
    store, folder, events = whole
    complete = next(trial for trial in ended(events) if trial.state == "complete")
    run = store.find(complete.runs[0], RUN)
    (student,) = run.events()[-1].students.values()

    assert run.state == "finished"
    assert {name: getattr(run.config, name) for name in complete.params} == complete.params
    assert complete.value == student.validation_accuracy
    assert complete.test_accuracy == student.test_accuracy
    assert store.list(RUN) == [], "the list of runs is not flooded"
    assert store.readable(SEARCH) == [folder.id]
    assert folder.state == "finished"


def test_the_best_trial_is_the_best_on_validation_data(whole):
    events = whole[2]
    complete = [trial for trial in ended(events) if trial.state == "complete"]
    best = max(complete, key=lambda trial: trial.value)
    last = events[-1]

    assert (last.best_trial, last.best_value) == (best.trial, best.value)
    assert last.best_test_accuracy == best.test_accuracy
    assert last.best_params == best.params
    assert last.best_runs == best.runs
    assert last.complete + last.pruned + last.failed == SPACE.trials


def test_a_store_may_have_any_name(tmp_path):
    config = SearchConfig.from_dict(NARROW.to_dict() | {"trials": 1})
    store = Store(tmp_path / "a b?#%c{d}")
    folder = store.create(config)
    events = searched(config, folder)

    assert events[-1].complete == 1
    assert (folder.path / TRIALS).is_file()
    assert [path.name for path in tmp_path.iterdir()] == ["a b?#%c{d}"]
    with closing(Trials(config, folder.id, folder.path / TRIALS)) as trials:
        assert trials.ended == 1


def test_a_least_nll_is_looked_for_as_the_least():
    config = SearchConfig.from_dict(NARROW.to_dict() | {"objective": "validation_nll"})
    events = searched(config)
    values = [trial.value for trial in ended(events)]
    assert not next(event for event in events if event.kind == "search_started").more_is_better
    assert len(set(values)) == 3
    assert events[-1].best_value == min(values)


def test_a_pruned_trial_is_shorter_and_marked(store):
    config = SearchConfig(
        base=BASE.replace(epochs=6), trials=9, lrs=Range(1e-6, 1e-1), sampler="random"
    )
    folder = store.create(config)
    trials = ended(searched(config, folder))
    pruned = [trial for trial in trials if trial.state == "pruned"]

    assert pruned, "rates from 1e-6 on are worse than the median"
    for trial in trials:
        end = store.find(trial.runs[0], RUN).events()[-1]
        assert end.kind == "finished"
        assert end.epochs == trial.epochs
        assert (trial.epochs < 6, end.stopped) == ((trial.state == "pruned"),) * 2


def test_halving_prunes_too():
    config = SearchConfig(
        base=BASE.replace(epochs=8),
        trials=9,
        lrs=Range(1e-6, 1e-1),
        sampler="random",
        pruner="halving",
    )
    assert "pruned" in {trial.state for trial in ended(searched(config))}


def test_a_stopped_search_goes_on_as_if_it_had_not_been_stopped(store):
    whole = ended(searched(NARROW))
    folder = store.create(NARROW)
    work = Job(NARROW, folder)
    first = []
    for event in recorded(work, folder):
        first.append(event)
        if isinstance(event, TrialScored) and (event.trial, event.epoch) == (1, 2):
            work.controls.stop()

    assert [trial.state for trial in ended(first)] == ["complete", "stopped"]
    assert first[-1].stopped
    assert (first[-1].complete, first[-1].best_trial) == (1, 0)
    assert folder.state == "stopped"
    assert store.find(ended(first)[1].runs[0], RUN).events()[-1].epochs == 2

    second = searched(NARROW, store.find(folder.id, SEARCH))
    assert next(event for event in second if event.kind == "search_started").ended == 1
    trials = ended(first)[:1] + ended(second)
    assert [outcome(trial) for trial in trials] == [outcome(trial) for trial in whole]
    assert (second[-1].complete, second[-1].failed, folder.state) == (3, 0, "finished")


def test_a_trial_whose_process_died_is_tried_again(store):
    folder = store.create(NARROW)
    events = iter(Job(NARROW, folder))
    while next(events).kind != "trial_scored":
        pass
    events.close()
    second = searched(NARROW, folder)
    assert [trial.trial for trial in ended(second)] == [1, 2, 3]
    assert second[-1].complete == 3


def test_a_diverging_trial_fails_alone():
    base = BASE.replace(optimizer="sgd", method="logit_mse", epochs=10)
    config = SearchConfig(
        base=base, trials=4, lrs=(0.01, 100.0), weights=(0.9,), sampler="random", pruner="none"
    )
    events = searched(config)
    states = {trial.params["lr"]: trial.state for trial in ended(events)}
    assert states == {0.01: "complete", 100.0: "failed"}
    assert "learning rate" in next(t.error for t in ended(events) if t.state == "failed")
    assert events[-1].failed == sum(trial.state == "failed" for trial in ended(events))


def test_the_objective_is_the_mean_over_folds_trained_by_hand(store):
    config = SearchConfig(base=BASE, trials=1, folds=3, seed=7)
    folder = store.create(config)
    (trial,) = ended(searched(config, folder))

    scores = []
    for data in folds(valued(load_dataset(BASE, None)), 3, seed=7):
        own = BASE.replace(**trial.params)
        group = Group(
            number=0,
            cells={0: own},
            runs={0: "hand"},
            teacher=teacher_of(own, data),
            store_root=None,
            keep=False,
        )
        last = [
            message.event
            for message in train_group(group, data)
            if isinstance(message, CellEvent) and isinstance(message.event, Epoch)
        ][-1]
        scores.append(last.students["distilled"])
    accuracies = [score.validation_accuracy for score in scores]

    assert trial.values == accuracies
    assert trial.value == pytest.approx(fmean(accuracies))
    assert trial.spread == pytest.approx(stdev(accuracies))
    assert trial.test_accuracy == pytest.approx(fmean(s.test_accuracy for s in scores))
    sizes = [store.find(run, RUN).events()[0].validation_size for run in trial.runs]
    assert sizes == [479, 479, 479]
    assert len(list((store.root / "teachers").iterdir())) == 3, "a teacher for each fold"


def valued(steps):
    """What a generator returns."""
    try:
        while True:
            next(steps)
    except StopIteration as end:
        return end.value


def teacher_of(config, data):
    device = data.train.labels.device
    return valued(train_teachers(config, data, Controls(config), None, device, "float32"))


def test_test_data_choose_nothing(monkeypatch):
    before = ended(searched(NARROW))

    def turned_round(config, root, others):
        data = yield from load_training_data(config, root, others)
        return replace(data, test=Split(data.test.inputs, data.test.labels.flip(0)))

    monkeypatch.setattr("kdcore.training.grid.search.load_training_data", turned_round)
    after = ended(searched(NARROW))
    assert [trial.test_accuracy for trial in after] != [trial.test_accuracy for trial in before]
    assert [(trial.params, trial.value) for trial in after] == [
        (trial.params, trial.value) for trial in before
    ]
