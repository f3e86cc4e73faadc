"""Domain adaptation: what the students learn from, what only measures."""

from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from support.files import collect

from kdcore import Run, RunConfig
from kdcore.commands import Controls
from kdcore.data import Split, load_dataset
from kdcore.errors import UserError
from kdcore.job import Job
from kdcore.jobs.run.events import Batch, Epoch, Finished, Prepared, Snapshot, Started
from kdcore.jobs.sweep.config import SweepConfig
from kdcore.jobs.sweep.record import SweepRecord
from kdcore.store import Store, recorded
from kdcore.training.measuring.domain_shift import POINTS, ShiftAxes
from kdcore.training.measuring.evaluation import Predictions
from kdcore.training.objective.student_specs import student_names, student_spec
from kdcore.training.teachers.teacher import train_teachers
from kdcore.training.trainer import DistillationTrainer

SMALL = RunConfig(
    dataset="digits",
    target="rotated:degrees=30",
    transfer_size=120,
    batch_size=40,
    epochs=2,
    teacher="mlp:24",
    student="mlp:12",
    teacher_epochs=4,
    device="cpu",
)
CPU = torch.device("cpu")


def of_kind(events, kind):
    return [event for event in events if isinstance(event, kind)]


@pytest.fixture(scope="module")
def data():
    return collect(load_dataset(SMALL, None))[1]


@pytest.fixture(scope="module")
def teacher(data):
    controls = Controls(SMALL)
    return collect(train_teachers(SMALL, data, controls, None, CPU, "float32"))[1]


def trainer_of(config, data, teacher):
    values = config.to_dict()
    specs = [student_spec(config, name, values) for name in student_names(config)]
    return DistillationTrainer(config, [config.seed], specs, data, teacher, CPU)


def weights(module):
    return torch.cat([weight.detach().flatten() for weight in module.parameters()])


@pytest.fixture(scope="module")
def events():
    return list(Run(SMALL))


def test_every_learner_is_measured_on_source_and_target_after_each_epoch(events):
    (prepared,), epochs = of_kind(events, Prepared), of_kind(events, Epoch)

    assert len(epochs) == 2
    for scores in (prepared.teacher, *(one for each in epochs for one in each.students.values())):
        assert 0 <= scores.target_accuracy <= 1
    assert prepared.teacher.target_accuracy < prepared.teacher.test_accuracy, "it is shifted"
    (started,) = of_kind(events, Started)
    assert (started.target_train_size, started.target_test_size) == (1293, 360)


def test_a_run_without_a_target_says_nothing_of_one():
    events = list(Run(SMALL.replace(target="", epochs=1)))
    (epoch,) = of_kind(events, Epoch)

    assert [one.target_accuracy for one in epoch.students.values()] == [None, None]
    assert of_kind(events, Started)[0].target_test_size == 0


def test_the_plain_student_is_the_one_of_a_run_without_a_target(events):
    *_, adapted = of_kind(events, Epoch)
    *_, alone = of_kind(Run(SMALL.replace(target="")), Epoch)

    assert adapted.students["plain"].nll == pytest.approx(alone.students["plain"].nll, rel=1e-4)
    assert adapted.students["distilled"].nll != pytest.approx(
        alone.students["distilled"].nll, rel=1e-4
    )


def test_the_targets_labels_change_nothing_but_the_measurement(data, teacher):
    other = data.target.test.labels.flip(0)
    relabelled = replace(
        data, target=replace(data.target, test=Split(data.target.test.inputs, other))
    )
    found = []
    for one in (data, relabelled):
        trainer = trainer_of(SMALL, one, teacher)
        for step, batch in enumerate(trainer.begin(1)):
            trainer.step(batch, step)
        found.append(weights(trainer.students.modules[1]))

    assert torch.equal(*found)


def loss_by_hand(config, trainer, module, indices):
    """(1 − λ) · CE of the source + λ · T² · KL over the target that counts + w · CORAL."""
    data, (index,) = trainer.data, indices
    source = trainer.transfer_batches[0].transfer
    order = trainer.adaptation._batches[0]._index(0)
    target = data.target.train[order]
    assert len(order.unique()) == config.batch_size, "no target example twice"
    with torch.no_grad():
        of_teacher = trainer.teacher.module(data.normalised(target))
    counts = of_teacher.softmax(-1).max(-1).values >= config.target_confidence
    assert 0 < counts.sum() < len(counts), "the threshold takes some"
    hidden, last = module.layers[0], module.layers[1]

    def features(inputs):
        return hidden(data.normalised(inputs).flatten(1)).relu()

    of_source, of_target = features(source.inputs[index]), features(target)
    hard = F.cross_entropy(last(of_source), source.labels[index])
    t = config.temperature
    kl = F.kl_div(
        (last(of_target) / t).log_softmax(-1), (of_teacher / t).softmax(-1), reduction="none"
    ).sum(-1)
    soft = t**2 * (kl * counts).sum() / len(counts)
    difference = of_source.T.cov() - of_target.T.cov()
    alignment = difference.pow(2).sum() / (4 * of_source.shape[1] ** 2)
    parts = {"hard": hard, "soft": soft, "alignment": config.alignment_weight * alignment}
    return (1 - config.weight) * hard + config.weight * soft + parts["alignment"], parts


def test_a_step_goes_down_the_loss_that_is_written_down(data, teacher):
    config = SMALL.replace(
        optimizer="sgd",
        lr=0.1,
        weight=0.7,
        temperature=3,
        target_confidence=0.4,
        alignment="coral",
        alignment_weight=20,
    )
    trainer = trainer_of(config, data, teacher)
    plain, distilled = trainer.students.modules
    before = weights(distilled)
    batch = trainer.begin(1)[0]
    loss, parts = loss_by_hand(config, trainer, distilled, batch)
    gradients = torch.autograd.grad(loss, list(distilled.parameters()))
    expected = before - 0.1 * torch.cat([each.flatten() for each in gradients])
    trainer.step(batch, 0)
    report = trainer.report(measured=True)

    assert torch.allclose(weights(distilled), expected, atol=1e-6)
    assert not torch.allclose(weights(distilled), before, atol=1e-3)
    assert report.soft[0, 1].item() == pytest.approx(parts["soft"].item(), rel=1e-4)
    aligned = report.measures["alignment_term"][0]
    assert aligned[1].item() == pytest.approx(parts["alignment"].item(), rel=1e-4)
    assert aligned[0].isnan(), "the plain student has no such term"
    assert not torch.equal(weights(plain), weights(distilled))


def test_a_pass_takes_every_target_example_once(data, teacher):
    batches = trainer_of(SMALL, data, teacher).adaptation._batches[0]
    steps = -(-len(data.target.train) // 40)
    index = torch.cat([batches._index(step) for step in range(steps)])

    assert index[: len(data.target.train)].sort().values.tolist() == list(
        range(len(data.target.train))
    )
    assert not torch.equal(batches._index(steps), batches._index(0)), "the next is shuffled anew"


def test_shuffled_classes_are_shuffled_on_the_target_too(data, teacher):
    config = SMALL.replace(method="shuffled_classes")
    trainer = trainer_of(config, data, teacher)
    batches, passes = trainer.adaptation._batches[0], -(-len(data.target.train) // 40)
    orders: dict[int, list[int]] = {}
    for step in (0, *range(passes, 2 * passes)):
        index = batches._index(step).tolist()
        for example, order in zip(index, batches.batch(step).class_orders.tolist(), strict=True):
            assert sorted(order) == list(range(9))
            assert orders.setdefault(example, order) == order, "the same in the next pass"
    trainer.step(trainer.begin(1)[0], 0)

    assert trainer.report().soft[0, 1] > 0


def test_several_teachers_are_as_sure_of_the_target_as_they_are_together(data):
    config = SMALL.replace(teacher="mlp:24 + mlp:4", teacher_shares="30,1", target_confidence=0.4)
    teachers = collect(train_teachers(config, data, Controls(config), None, CPU, "float32"))[1]
    batches = trainer_of(config, data, teachers).adaptation._batches[0]
    with torch.no_grad():
        answers = teachers.module(data.normalised(data.target.train[batches._index(0)]))
    batch = batches.batch(0)

    assert torch.equal(batch.predicted, answers.argmax(-1))
    assert torch.equal(batch.counts, answers.softmax(-1).amax(-1) >= 0.4)
    alike = batch.teacher_logits.softmax(-1).mean(0)
    assert not torch.equal(batch.predicted, alike.argmax(-1)), "the shares make a difference"


def test_where_no_target_example_counts_the_hard_term_is_alone():
    *_, last = of_kind(Run(SMALL.replace(target_confidence=1.0, epochs=1)), Batch)

    assert last.students["distilled"].soft_loss == 0
    assert last.students["distilled"].measures["target_share"] == 0


def test_a_cell_of_a_sweep_equals_its_run(tmp_path):
    base = SMALL.replace(alignment="mmd", epochs=1)
    config = SweepConfig(base=base, temperatures=(2, 4), weights=(0.5,), seeds=(0, 1))
    folder = Store(tmp_path).create(config)
    for _ in recorded(Job(config, folder), folder):
        pass
    *_, together = of_kind(folder.cell(3).events(), Epoch)
    *_, alone = of_kind(Run(config.cells[3]), Epoch)

    for name in ("plain", "distilled"):
        found, expected = together.students[name], alone.students[name]
        assert found.train_loss == pytest.approx(expected.train_loss, rel=1e-4)
        assert found.target_accuracy == pytest.approx(expected.target_accuracy, abs=0.01)
    record = SweepRecord()
    record.fold(folder.events())
    place = record.cells()[-1]
    assert record.accuracy == "target_accuracy"
    assert alone.students["distilled"].target_accuracy == pytest.approx(
        record.spread(place, record.accuracy).values[-1], abs=0.01
    )
    (snapshot,) = of_kind(folder.cell(3).events(), Snapshot)
    assert snapshot.shift.points.keys() == {"teacher", "plain", "distilled"}


def test_the_axes_of_the_shift_are_the_principal_components_of_the_teachers_answers(data):
    random = torch.Generator().manual_seed(0)
    teacher, student = (
        Predictions(
            *(torch.randn(count, 10, generator=random) * torch.arange(1, 11) for count in sizes)
        )
        for sizes in [(360, 10, 360)] * 2
    )
    found = ShiftAxes(data, teacher).shift({"student": student})
    places = np.linspace(0, 359, POINTS).round().astype(int)

    def centred(predictions):
        answers = np.concatenate(
            [predictions.test.numpy()[places], predictions.target.numpy()[places]]
        ).astype(float)
        return answers - answers.mean(1, keepdims=True)

    of_teacher = centred(teacher)
    middle = of_teacher.mean(0)
    values, axes = np.linalg.eigh(np.cov(of_teacher.T))
    expected = (centred(student) - middle) @ axes[:, :-3:-1]
    points = np.array(found.points["student"])

    for axis in (0, 1):
        assert np.allclose(np.abs(points[:, axis]), np.abs(expected[:, axis]), atol=0.006)
    assert found.explained == pytest.approx((values[:-3:-1] / values.sum()).tolist())
    assert found.source_classes == data.test.labels[places].tolist()


def test_a_stored_run_keeps_the_shift_of_every_epoch(tmp_path):
    folder = Store(tmp_path).create(SMALL)
    for _ in recorded(Run(SMALL, folder), folder):
        pass
    snapshots = of_kind(folder.events(), Snapshot)

    assert [one.epoch for one in snapshots] == [0, 1, 2]
    assert len({str(one.shift.points["teacher"]) for one in snapshots}) == 1
    assert len({str(one.shift.points["distilled"]) for one in snapshots}) == 3
    assert len(snapshots[0].shift.points["plain"]) == 2 * POINTS
    assert of_kind(folder.events(), Finished)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"target": "", "alignment": "coral"}, "target_none"),
        ({"target": "", "target_confidence": 0.5}, "target_none"),
        ({"method": "hint"}, "target_method"),
        ({"also": "0.5*relational"}, "target_method"),
        ({"method": "label_smoothing"}, "target_method"),
        ({"ensemble": 2, "method": "mutual"}, "target_method"),
        ({"student": "forest:3"}, "target_students"),
        ({"assistants": "mlp:16"}, "target_students"),
        ({"target": "rotated:angle=3"}, "unknown_shift_setting"),
        ({"target": "rotated:degrees=1000"}, "outside_range"),
    ],
)
def test_what_does_not_go_with_a_target_is_said_at_once(changes, code):
    with pytest.raises(UserError) as caught:
        SMALL.replace(**changes)
    assert caught.value.code == code
