"""Forests as teachers and as students of a run."""

from dataclasses import replace

import numpy as np
import pytest
from safetensors.numpy import load_file
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from support.trained import events_of, of_kind, without_clocks

from kdcore import Run, RunConfig
from kdcore.data import load_dataset
from kdcore.errors import UserError
from kdcore.events import Failed, Paused, Retuned, TeacherEpoch
from kdcore.job import Job
from kdcore.jobs.run.events import Batch, Epoch, Finished, Prepared, Snapshot, Started
from kdcore.jobs.search.config import SearchConfig
from kdcore.jobs.sweep.config import SweepConfig, all_methods
from kdcore.jobs.teacher_selection.config import TeacherSelectionConfig
from kdcore.jobs.teacher_selection.events import TeacherEvaluated
from kdcore.store import Store, recorded
from kdcore.training.forest import growing_forest
from kdcore.training.weights.modules import load_module

TAUGHT = RunConfig(dataset="moons", teacher="forest:15", student="mlp:8", epochs=2)
GROWN = RunConfig(dataset="moons", teacher="mlp:16", teacher_epochs=2, student="forest:6", epochs=3)


@pytest.fixture(scope="module")
def data():
    work = load_dataset(GROWN, None)
    try:
        while True:
            next(work)
    except StopIteration as end:
        return end.value


def stored_run(config, tmp_path):
    folder = Store(tmp_path).create(config)
    return folder, list(recorded(Run(config, folder), folder))


def fitted_watch(monkeypatch):
    """The targets of each fit and the trees that were there after it, by forest."""
    seen = {}

    class Watched(RandomForestRegressor):
        def fit(self, inputs, targets, sample_weight):
            super().fit(inputs, targets, sample_weight)
            seen.setdefault(id(self), []).append((targets, len(self.estimators_)))
            return self

    monkeypatch.setattr(growing_forest, "RandomForestRegressor", Watched)
    return seen


# as teacher


def test_a_forest_teaches_a_network_in_one_epoch_that_ignores_teacher_epochs():
    events = events_of(TAUGHT.replace(teacher_epochs=50))

    assert [(event.epoch, event.epochs) for event in of_kind(events, TeacherEpoch)] == [(1, 1)]
    assert isinstance(events[-1], Finished)
    assert of_kind(events, Batch)[-1].students["distilled"].soft_gradient > 0


def test_it_answers_like_the_forest_that_is_fitted_at_once(data, tmp_path):
    folder, events = stored_run(TAUGHT, tmp_path)
    inputs = data.normalised(data.train.inputs).numpy()
    forest = RandomForestClassifier(15, random_state=0).fit(inputs, data.train.labels.numpy())
    asked = data.normalised(data.test.inputs)
    module = load_module(folder.path / "teacher.safetensors", data)

    np.testing.assert_allclose(
        module.votes(asked).numpy() / 15, forest.predict_proba(asked.numpy()), atol=1e-6
    )
    errors = int((forest.predict(asked.numpy()) != data.test.labels.numpy()).sum())
    assert of_kind(events, Prepared)[0].teacher.test_errors == errors


def test_it_is_found_again_whatever_the_teachers_epochs_and_is_bit_for_bit_the_same(tmp_path):
    store = Store(tmp_path)
    first, again = TAUGHT, TAUGHT.replace(teacher_epochs=3, epochs=1, seed=4)
    events_of(first, store.create(first))
    (cached,) = (tmp_path / "teachers").glob("*.safetensors")
    before = load_file(cached)
    folder = store.create(again)
    prepared = of_kind(events_of(again, folder), Prepared)[0]

    assert prepared.teacher_source == "cached"
    assert prepared.costs["teacher"].parameters > 0
    after = load_file(folder.path / "teacher.safetensors")
    assert before.keys() == after.keys()
    assert all(np.array_equal(before[name], after[name]) for name in before)


@pytest.mark.parametrize("method", ["hint", "attention_transfer", "input_gradient"])
def test_a_method_that_needs_more_than_answers_is_refused(method):
    with pytest.raises(UserError) as caught:
        RunConfig(teacher="forest:10", method=method)
    assert caught.value.code == "forest_teacher"


def test_so_it_is_where_the_teacher_comes_from_a_file(tmp_path):
    folder, _ = stored_run(TAUGHT.replace(epochs=1), tmp_path)
    saved = str(folder.path / "teacher.safetensors")
    loaded = TAUGHT.replace(teacher="mlp:8", teacher_weights=saved, epochs=1)

    assert of_kind(events_of(loaded), Prepared)[0].teacher_source == "loaded"
    last = events_of(loaded.replace(method="hint"))[-1]
    assert isinstance(last, Failed)
    assert last.code == "forest_teacher"


def test_methods_to_compare_with_a_forest_are_those_on_its_answers():
    found = all_methods(TAUGHT)

    assert {"kd", "dkd", "noisy_inputs", "adversarial"} <= set(found)
    assert not {"hint", "input_gradient"} & set(found)


@pytest.mark.parametrize("method", ["noisy_inputs", "adversarial"])
def test_a_method_that_asks_it_anew_at_each_step_trains(method):
    assert isinstance(events_of(TAUGHT.replace(method=method, epochs=1))[-1], Finished)


def test_a_choice_of_teacher_may_name_forests():
    config = TeacherSelectionConfig(
        base=TAUGHT.replace(epochs=1, students="distilled", teacher_epochs=1),
        teachers=("forest:5", "mlp:4"),
    )
    judged = of_kind(list(Job(config)), TeacherEvaluated)

    assert [event.teacher for event in judged] == ["forest:5", "mlp:4"]
    assert all(event.parameters > 0 for event in judged)


def test_a_sweep_may_have_a_forest_as_teacher():
    grid = SweepConfig(
        base=TAUGHT.replace(epochs=1), temperatures=(1, 4), weights=(0.5,), seeds=(0,)
    )
    assert list(Job(grid))[-1].finished == 2


def test_a_run_stopped_while_the_forest_grows_ends_before_the_next_trees():
    run = Run(TAUGHT.replace(teacher="forest:1000"))
    for event in run:
        if event.kind == "progress" and event.task == "teacher":
            run.controls.stop()
    assert isinstance(event, Finished)
    assert event.stopped


# as student


def test_a_forest_learns_by_the_same_events_without_batches(tmp_path):
    _, events = stored_run(GROWN, tmp_path)
    kinds = [event.kind for event in events if event.kind not in ("progress", "teacher_epoch")]

    beginning, end = ["started", "prepared", "snapshot"], ["uncertainty", "finished"]
    assert kinds == [*beginning, *["epoch", "snapshot"] * 3, *end]
    started = of_kind(events, Started)[0]
    assert (started.students, started.batches_per_epoch) == (["plain", "distilled"], 1)
    assert of_kind(events, Snapshot)[0].learners.keys() == {"teacher", "plain", "distilled"}
    first = of_kind(events, Epoch)[0].to_dict()
    assert first["students"]["distilled"].keys() >= {
        "train_loss",
        "hard_loss",
        "soft_loss",
        "train_accuracy",
        "test_accuracy",
        "test_errors",
        "ece",
        "nll",
        "brier",
        "agreement",
    }
    missing = {key for key, value in first["students"]["distilled"].items() if value is None}
    # moons has no second domain, and two classes have no correlation of their resemblances
    assert missing == {"target_accuracy", "class_correlation"}


def test_its_saved_trees_answer_as_it_did(data, tmp_path):
    folder, events = stored_run(GROWN, tmp_path)
    for name, scores in events[-1].students.items():
        module = load_module(folder.path / f"{name}.safetensors", data)
        answers = module(data.normalised(data.test.inputs)).argmax(-1)
        assert int((answers != data.test.labels).sum()) == scores.test_errors


def test_grown_epoch_by_epoch_it_is_the_forest_that_is_fitted_at_once(data, tmp_path):
    folder, _ = stored_run(GROWN.replace(weight=0.0), tmp_path)
    inputs = data.normalised(data.train.inputs).numpy()
    forest = RandomForestRegressor(6, max_features="sqrt", random_state=0)
    forest.fit(inputs, np.eye(len(data.classes))[data.train.labels.numpy()])
    asked = data.normalised(data.test.inputs)
    module = load_module(folder.path / "plain.safetensors", data)

    np.testing.assert_allclose(
        module.votes(asked).numpy() / 6, forest.predict(asked.numpy()), atol=1e-6
    )


def test_of_examples_without_a_label_the_plain_forest_learns_nothing():
    """It is the forest of the labelled examples, whose labels alone it is measured on."""
    hidden = GROWN.replace(unlabelled=0.9, teacher_epochs=15)
    plain, noisy = (
        of_kind(events_of(config.replace(temperature=temperature)), Epoch)[-1].students
        for config, temperature in ((hidden, 1), (hidden.replace(weight=1), 4))
    )

    assert plain["plain"] == noisy["plain"]
    assert plain["distilled"] != noisy["distilled"]
    whole = of_kind(events_of(GROWN), Epoch)[-1].students
    assert plain["plain"].test_accuracy < whole["plain"].test_accuracy
    assert plain["distilled"].test_accuracy > plain["plain"].test_accuracy


def test_without_any_label_the_plain_forest_does_not_grow():
    *_, last = events_of(GROWN.replace(unlabelled=1, teacher_epochs=15, temperature=1))

    assert isinstance(last, Finished)
    assert last.students["plain"].test_accuracy < 0.6
    assert last.students["distilled"].test_accuracy > 0.8


def test_without_weight_the_distilled_forest_is_the_plain_one():
    for event in of_kind(events_of(GROWN.replace(weight=0)), Epoch):
        plain, distilled = (event.students[name] for name in ("plain", "distilled"))
        assert replace(distilled, soft_loss=0.0) == plain


def test_the_plain_forest_does_not_feel_the_teacher():
    one, other = (
        [event.students["plain"] for event in of_kind(events_of(config), Epoch)]
        for config in (GROWN, GROWN.replace(temperature=20, weight=1))
    )
    assert one == other


def test_the_loss_is_that_of_the_terms():
    for mixing, share in (("convex", 0.7), ("additive", 1.0)):
        config = GROWN.replace(mixing=mixing, weight=0.3)
        scores = of_kind(events_of(config), Epoch)[-1].students["distilled"]
        expected = share * scores.hard_loss + 0.3 * scores.soft_loss
        assert scores.train_loss == pytest.approx(expected)


def test_the_same_seed_tells_the_same_and_another_not():
    one, same, other = (
        [
            without_clocks(event.to_dict())
            for event in of_kind(events_of(GROWN.replace(seed=seed)), Epoch)
        ]
        for seed in (0, 0, 1)
    )
    assert one == same
    assert one != other


def test_a_setting_turned_acts_on_the_trees_grown_from_then_on(monkeypatch):
    seen = fitted_watch(monkeypatch)
    run = Run(GROWN.replace(students="distilled"))
    events = []
    for event in run:
        events.append(event)
        if isinstance(event, Epoch) and event.epoch == 1:
            run.controls.weight = 0.0
    (fits,) = seen.values()

    assert [trees for _, trees in fits] == [2, 4, 6]
    assert np.count_nonzero(fits[0][0] % 1) > 0
    assert np.count_nonzero(fits[1][0] % 1) == np.count_nonzero(fits[2][0] % 1) == 0
    (turned,) = of_kind(events, Retuned)
    assert (turned.position, turned.name) == (1.0, "weight")
    assert [event.controls["weight"] for event in of_kind(events, Epoch)] == [0.5, 0.0, 0.0]


def test_a_schedule_moves_epoch_by_epoch_until_a_hand_ends_it():
    run = Run(GROWN.replace(weight_schedule="linear:0", epochs=4))
    weights = []
    for event in run:
        if isinstance(event, Epoch):
            weights.append(event.controls["weight"])
            if event.epoch == 2:
                run.controls.weight = 0.9
    assert weights == pytest.approx([0.5, 0.375, 0.9, 0.9])


def test_more_epochs_than_trees_grow_none_in_some(monkeypatch):
    seen = fitted_watch(monkeypatch)
    events = events_of(GROWN.replace(student="forest:2", epochs=5, students="plain"))
    (fits,) = seen.values()

    assert [trees for _, trees in fits] == [1, 2]
    assert len(of_kind(events, Epoch)) == 5


def test_a_depth_is_kept(data, tmp_path):
    folder, _ = stored_run(GROWN.replace(student="forest:6,2"), tmp_path)
    assert int(load_module(folder.path / "plain.safetensors", data).depth) == 2


def test_it_pauses_and_stops_between_epochs():
    run = Run(GROWN.replace(epochs=50))
    events = []
    for event in run:
        events.append(event)
        if isinstance(event, Epoch) and event.epoch == 1:
            run.controls.step(2)
        if isinstance(event, Paused):
            run.controls.stop()
    assert len(of_kind(events, Epoch)) == 3
    assert events[-1].stopped
    assert events[-1].students == of_kind(events, Epoch)[-1].students


def test_what_the_students_do_not_see_holds_for_forests():
    config = GROWN.replace(
        dataset="digits",
        student="forest:20",
        epochs=1,
        drop_classes="3",
        label_noise=0.1,
        transfer_size=300,
    )
    assert of_kind(events_of(config), Started)[0].train_size == 300


def test_augmented_inputs_are_drawn_anew_for_the_trees_of_each_epoch(monkeypatch):
    seen = []

    class Watched(RandomForestRegressor):
        def fit(self, inputs, targets, sample_weight):
            seen.append(inputs.copy())
            return super().fit(inputs, targets, sample_weight)

    monkeypatch.setattr(growing_forest, "RandomForestRegressor", Watched)
    config = GROWN.replace(dataset="digits", epochs=2, augment="shift", transfer_size=100)
    assert isinstance(events_of(config)[-1], Finished)
    plain, distilled, plain_again, _ = seen
    assert np.array_equal(plain, distilled)
    assert not np.array_equal(plain, plain_again)


def test_with_hard_labels_only_there_is_one_forest():
    assert of_kind(events_of(GROWN.replace(method="hard")), Started)[0].students == ["plain"]


def test_a_network_may_learn_from_a_forest_that_was_a_student(tmp_path):
    folder, _ = stored_run(GROWN, tmp_path)
    saved = str(folder.path / "distilled.safetensors")
    events = events_of(TAUGHT.replace(teacher_weights=saved, epochs=1))

    assert of_kind(events, Prepared)[0].teacher_source == "loaded"


@pytest.mark.parametrize("method", ["dkd", "logit_mse", "hint", "label_smoothing"])
def test_a_method_that_cannot_teach_a_forest_is_refused(method):
    with pytest.raises(UserError, match="choose the method kd or hard"):
        RunConfig(student="forest:10", method=method)


@pytest.mark.parametrize("models", [{"student": "forest:10"}, {"teacher": "forest:10"}])
def test_a_forest_has_no_first_weights_to_give_or_take(models):
    with pytest.raises(UserError, match="no layers of the same name"):
        RunConfig(student_start="teacher", **models)


@pytest.mark.parametrize(
    "make",
    [
        lambda: SweepConfig(base=GROWN),
        lambda: TeacherSelectionConfig(base=GROWN, teachers=("mlp:4", "mlp:8")),
        lambda: SearchConfig(base=GROWN),
        lambda: SearchConfig(students=("mlp:8", "forest:10")),
    ],
)
def test_forests_do_not_learn_together_with_others(make):
    with pytest.raises(UserError) as caught:
        make()
    assert caught.value.code == "forest_alone"


@pytest.mark.parametrize(
    "settings",
    [
        {"ensemble": 2},
        {"also": "dkd"},
        {"patience": 3},
        {"mixup": 1.0},
        {"teacher": "mlp:8 + mlp:4"},
    ],
)
def test_what_a_forest_does_not_heed_is_refused(settings):
    with pytest.raises(UserError) as caught:
        RunConfig(student="forest:10", **settings)
    assert caught.value.code == "forest_setting"
    assert caught.value.values["name"] in settings


def test_a_forest_is_no_assistant():
    with pytest.raises(UserError, match="is not trained as networks are"):
        RunConfig(assistants="forest:10")
