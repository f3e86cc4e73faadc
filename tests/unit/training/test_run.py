"""The invariants of a run."""

import pytest
import torch
from support.trained import events_of, of_kind, watch_trainer, without_clocks

from kdcore import Run, RunConfig
from kdcore.catalogue import METHODS
from kdcore.commands import Retune
from kdcore.errors import UserError
from kdcore.events import Failed, Retuned, TeacherEpoch
from kdcore.jobs.run.events import Batch, Epoch, Finished, Prepared, Started
from kdcore.store import Store, recorded
from kdcore.training import loop
from kdcore.training.transfer_batches import TransferBatches

LOGIT_METHODS = [name for name, method in METHODS.items() if method.loss and not method.needs_graph]
SMALL = RunConfig(dataset="digits", epochs=2, teacher_epochs=2, teacher="mlp:32", student="mlp:8")


def test_it_tells_the_documented_events_in_order():
    kinds = [event.kind for event in events_of(SMALL) if event.kind != "progress"]
    assert kinds[:4] == ["started", "teacher_epoch", "teacher_epoch", "prepared"]
    assert kinds[-1] == "finished"
    assert kinds.count("epoch") == 2


def test_an_epoch_has_the_keys_that_others_rely_on():
    (epoch, *_) = of_kind(events_of(SMALL), Epoch)
    line = epoch.to_dict()
    assert line["teacher"].keys() >= {"test_accuracy", "test_errors", "ece", "nll"}
    assert line["students"].keys() == {"plain", "distilled"}
    assert line["students"]["distilled"].keys() >= {
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
    assert line["controls"].keys() >= {"temperature", "weight", "lr"}


@pytest.mark.parametrize("student", ["mlp:8", "convnet:4"])
def test_the_same_seed_tells_the_same_events_bit_for_bit(student):
    config = SMALL.replace(student=student, epochs=1)
    first, second = ([without_clocks(event.to_dict()) for event in events_of(config)] for _ in "ab")
    assert first == second


def test_another_seed_tells_other_events():
    one, other = (of_kind(events_of(SMALL.replace(seed=seed)), Epoch)[-1] for seed in (0, 1))
    assert one.students["plain"].train_loss != other.students["plain"].train_loss


def test_the_plain_student_does_not_feel_the_teacher():
    losses = [
        [event.students["plain"].loss for event in of_kind(events_of(config), Batch)]
        for config in (
            SMALL,
            SMALL.replace(temperature=20, weight=1),
            SMALL.replace(students="plain"),
        )
    ]
    assert losses[0] == losses[1]
    # alone it is multiplied in other blocks, so that its last digits may differ
    assert losses[2] == pytest.approx(losses[0], rel=1e-4)


def test_without_weight_the_distilled_student_is_the_plain_one():
    for event in of_kind(events_of(SMALL.replace(weight=0)), Epoch):
        plain, distilled = event.students["plain"], event.students["distilled"]
        assert plain.train_loss == distilled.train_loss
        assert plain.test_errors == distilled.test_errors


@pytest.mark.parametrize("method", LOGIT_METHODS)
@pytest.mark.parametrize("mixing", ["convex", "additive"])
def test_every_active_term_has_a_gradient(method, mixing):
    teacher = "mlp:16 + mlp:12" if METHODS[method].acts_on == "teachers" else SMALL.teacher
    config = SMALL.replace(method=method, teacher=teacher, mixing=mixing, epochs=1)
    for event in of_kind(events_of(config), Batch):
        distilled, plain = event.students["distilled"], event.students["plain"]
        assert distilled.hard_gradient > 0
        assert distilled.soft_gradient > 0
        assert plain.hard_gradient > 0
        assert plain.soft_gradient == 0


def test_a_shuffled_teacher_is_the_same_at_every_epoch_and_another_for_every_example(monkeypatch):
    found = {}
    batch = TransferBatches.batch

    def watched(self, index, step):
        inputs, targets = batch(self, index, step)
        for example, order in zip(index.tolist(), targets.class_orders[0].tolist(), strict=True):
            found.setdefault(example, set()).add(tuple(order))
        return inputs, targets

    monkeypatch.setattr(TransferBatches, "batch", watched)
    events_of(SMALL.replace(method="shuffled_classes", epochs=2, students="distilled"))
    orders = [order for (order,) in found.values()]

    assert all(sorted(order) == list(range(9)) for order in orders)
    assert len(set(orders)) > 0.9 * len(orders)


def test_the_share_without_t_squared_is_smaller_by_it():
    event = of_kind(events_of(SMALL.replace(temperature=5, epochs=1)), Batch)[0]
    distilled = event.students["distilled"]
    assert distilled.soft_gradient_without_t2 == pytest.approx(distilled.soft_gradient / 25)


def test_with_hard_labels_only_there_is_one_student():
    events = events_of(SMALL.replace(method="hard", epochs=1))
    assert of_kind(events, Started)[0].students == ["plain"]


def test_the_teacher_is_bit_for_bit_what_it_was_and_in_evaluation_mode(monkeypatch):
    seen = watch_trainer(monkeypatch)
    events = events_of(SMALL.replace(teacher="convnet:4", student="convnet:4", epochs=2))
    assert isinstance(events[-1], Finished), events[-1]
    ((trainer, before, steps),) = seen
    assert steps
    for name, value in trainer.teacher.module.state_dict().items():
        assert torch.equal(value, before[name]), name


def test_a_setting_turned_during_the_run_acts_and_is_told():
    run = Run(SMALL.replace(epochs=3))
    seen = []
    for event in run:
        seen.append(event)
        if isinstance(event, Epoch) and event.epoch == 1:
            run.controls.temperature = 9
    (turned,) = of_kind(seen, Retuned)
    assert (turned.position, turned.value) == (1.0, 9)
    assert of_kind(seen, Epoch)[-1].controls["temperature"] == 9


def test_a_setting_of_the_methods_own_acts_and_is_told():
    run = Run(SMALL.replace(method="dkd:beta=2", mixing="additive"))
    events = []
    for event in run:
        events.append(event)
        if isinstance(event, Epoch) and event.epoch == 1:
            run.controls.send(Retune("beta", 0.0))
            run.controls.send(Retune("alpha", 0.0))
    assert [(event.name, event.previous, event.value) for event in of_kind(events, Retuned)] == [
        ("beta", 2.0, 0.0),
        ("alpha", 1.0, 0.0),
    ]
    before, after = (of_kind(events, Epoch)[at] for at in (0, 1))
    assert before.controls["beta"] == 2.0
    assert before.students["distilled"].soft_loss > 0
    assert after.students["distilled"].soft_loss == 0
    last = of_kind(events, Batch)[-1].students["distilled"].measures
    assert last["kl"] == pytest.approx(last["target_kl"] + last["weighted_non_target_kl"], rel=1e-4)


def test_a_run_at_a_speed_to_follow_tells_the_measures_with_every_point():
    batches = of_kind(events_of(SMALL.replace(method="dkd", speed=5000, epochs=1)), Batch)
    fast = of_kind(events_of(SMALL.replace(method="dkd", epochs=1)), Batch)

    assert all(event.students["distilled"].measures for event in batches)
    assert [bool(event.students["distilled"].measures) for event in fast][-1]
    assert not all(event.students["distilled"].measures for event in fast)


def test_the_settings_of_another_method_cannot_be_turned():
    with pytest.raises(UserError, match="beta cannot change"):
        Run(SMALL).controls.send(Retune("beta", 1.0))
    with pytest.raises(UserError, match="beta is 99"):
        Run(SMALL.replace(method="dkd")).controls.send(Retune("beta", 99.0))


def test_a_stopped_run_is_evaluated_where_it_stopped():
    run = Run(SMALL.replace(epochs=50))
    seen = []
    for event in run:
        seen.append(event)
        if isinstance(event, Batch) and event.step >= 10:
            run.controls.stop()
    assert isinstance(seen[-1], Finished)
    assert seen[-1].stopped
    assert seen[-1].step < 50
    assert seen[-1].students["distilled"].test_errors > 0


def test_a_run_stopped_while_the_teacher_trains_ends_at_once():
    run = Run(SMALL.replace(teacher_epochs=500))
    for event in run:
        if isinstance(event, TeacherEpoch):
            run.controls.stop()
    assert isinstance(event, Finished)
    assert event.stopped


def test_a_loss_that_is_not_finite_ends_the_run_with_its_name():
    events = events_of(SMALL.replace(lr=100.0, optimizer="sgd", epochs=50, student="mlp:64,64"))
    assert isinstance(events[-1], Failed)
    assert events[-1].code == "loss_not_finite"
    assert "lower the learning rate" in events[-1].error


def test_an_unexpected_exception_becomes_an_event_with_details(monkeypatch):
    def broken(*given):
        raise RuntimeError("unexpected")

    monkeypatch.setattr(loop, "DistillationTrainer", broken)
    last = events_of(SMALL)[-1]
    assert isinstance(last, Failed)
    assert "unexpected" in last.error
    assert "Traceback" in last.details


def test_a_trained_teacher_is_found_again(tmp_path):
    store = Store(tmp_path)
    first = events_of(SMALL, store.create(SMALL))
    again = SMALL.replace(seed=5, epochs=1)
    second = events_of(again, store.create(again))
    assert of_kind(first, Prepared)[0].teacher_source == "trained"
    assert of_kind(second, Prepared)[0].teacher_source == "cached"
    assert not of_kind(second, TeacherEpoch)
    assert of_kind(first, Prepared)[0].teacher == of_kind(second, Prepared)[0].teacher


def test_a_damaged_cache_is_trained_anew(tmp_path):
    store = Store(tmp_path)
    events_of(SMALL, store.create(SMALL))
    (cached,) = (tmp_path / "teachers").glob("*.safetensors")
    cached.write_bytes(cached.read_bytes()[:100])
    assert of_kind(events_of(SMALL, store.create(SMALL)), Prepared)[0].teacher_source == "trained"


def test_a_saved_teacher_can_be_loaded_and_must_fit_the_data(tmp_path):
    store = Store(tmp_path)
    folder = store.create(SMALL)
    list(recorded(Run(SMALL, folder), folder))
    saved = str(folder.path / "teacher.safetensors")
    events = events_of(SMALL.replace(teacher_weights=saved, epochs=1))
    assert of_kind(events, Prepared)[0].teacher_source == "loaded"
    last = events_of(RunConfig(dataset="moons", teacher_weights=saved, epochs=1))[-1]
    assert isinstance(last, Failed)
    assert last.code == "class_count"


def test_label_noise_and_a_small_transfer_set_reach_the_students_only():
    clean, noisy = events_of(SMALL), events_of(SMALL.replace(label_noise=0.5, transfer_size=200))
    assert of_kind(noisy, Started)[0].train_size == 200
    assert of_kind(clean, Prepared)[0].teacher == of_kind(noisy, Prepared)[0].teacher


def test_answers_computed_at_each_step_teach_the_same_as_cached_ones():
    once, each = (
        of_kind(events_of(SMALL.replace(teacher_outputs=kind)), Epoch)[-1].students["distilled"]
        for kind in ("once", "each_step")
    )
    assert once.train_loss == pytest.approx(each.train_loss, rel=1e-4)


def test_augmented_inputs_forbid_cached_answers():
    last = events_of(SMALL.replace(augment="shift", teacher_outputs="once"))[-1]
    assert isinstance(last, Failed)
    assert last.code == "outputs_of_augmented"
    assert isinstance(events_of(SMALL.replace(augment="shift", epochs=1))[-1], Finished)


def test_students_may_start_from_the_teachers_weights():
    config = SMALL.replace(epochs=1, lr=1e-7, student="mlp:32", teacher="mlp:32")
    started = of_kind(events_of(config.replace(student_start="teacher")), Epoch)[0]
    assert started.students["plain"].agreement > 0.95
    assert of_kind(events_of(config), Epoch)[0].students["plain"].agreement < 0.5


def test_a_student_that_never_sees_a_class_learns_of_it_from_the_teacher():
    config = SMALL.replace(
        drop_classes="3",
        method="kd",
        weight=1,
        temperature=8,
        epochs=12,
        teacher="mlp:64",
        student="mlp:32",
        teacher_epochs=15,
    )
    events = events_of(config)
    started, last = of_kind(events, Started)[0], of_kind(events, Epoch)[-1]
    with_all = of_kind(events_of(config.replace(drop_classes="", epochs=1)), Started)[0]
    assert started.train_size < with_all.train_size

    assert last.students["distilled"].test_errors < last.students["plain"].test_errors


def test_gradient_descent_takes_the_whole_transfer_set_as_one_batch():
    events = events_of(SMALL.replace(optimizer="gd", epochs=3))
    assert of_kind(events, Started)[0].batches_per_epoch == 1
    assert of_kind(events, Finished)[0].step == 3
