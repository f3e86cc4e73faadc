"""The shrinking as a whole: what is measured, what moves, what stays."""

from dataclasses import asdict

import pytest
import torch

from kdcore import Run, RunConfig
from kdcore.commands import Controls
from kdcore.data import load_dataset
from kdcore.job import Job
from kdcore.jobs.compression.config import STAGES, CompressionConfig
from kdcore.jobs.compression.events import StageBegan, StageEnded, StageEpoch
from kdcore.jobs.kind import RUN
from kdcore.store import Store, recorded
from kdcore.training.checkpoint import TrainingLog
from kdcore.training.compression import measure
from kdcore.training.compression.finetune import FinetuneCallbacks, FinetuneTrainer
from kdcore.training.compression.pruned import pruned, remove_masks
from kdcore.training.compression.student import Student
from kdcore.training.measuring.evaluation import predict, score
from kdcore.training.objective.teacher_mixture import TeacherMixture
from kdcore.training.teachers.frozen import FrozenTeacher
from kdcore.training.teachers.teacher import Teacher, frozen
from kdcore.training.transfer_batches import transfer_batches
from kdcore.training.weights.modules import load_module

BASE = RunConfig(
    dataset="digits",
    epochs=2,
    teacher_epochs=2,
    teacher="mlp:32",
    student="mlp:16",
    transfer_size=300,
    precision="float32",
    device="cpu",
)
TIMES = ("seconds", "latency_1", "latency_128", "compression")


def digits():
    loading = load_dataset(BASE, None)
    try:
        while True:
            next(loading)
    except StopIteration as end:
        return end.value


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """With one finished run, and no patience for the measuring of times."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(measure, "TURNS", 2)
        patch.setattr(measure, "SECONDS", 1e-4)
        store = Store(tmp_path_factory.mktemp("store"))
        folder = store.create(BASE)
        for _ in recorded(Run(BASE, folder), folder):
            pass
        yield store


def shrunk(store, **changes):
    run = store.find("last", RUN)
    folder = store.create(CompressionConfig.of(run.id, run.config, **{"epochs": 2} | changes))
    return folder, list(recorded(Job(folder.config, folder), folder))


def files_of(folder):
    return {path: path.read_bytes() for path in folder.path.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def whole(store):
    before = files_of(store.find("last", RUN))
    folder, events = shrunk(store)
    return before, folder, events


def by_stage(events, kind):
    return {event.stage: event for event in events if isinstance(event, kind)}


def without_times(value):
    if isinstance(value, dict):
        return {name: without_times(item) for name, item in value.items() if name not in TIMES}
    return value


def test_every_stage_is_measured_before_and_after_it_is_distilled_again(whole):
    _, folder, events = whole
    order = ["student", *STAGES]

    assert events[-1].kind == "compression_finished"
    assert (events[-1].stopped, events[-1].stages) == (False, len(order))
    assert [event.stage for event in events if isinstance(event, StageBegan)] == ["teacher", *order]
    assert list(by_stage(events, StageEnded)) == order
    for stage in order:
        epochs = [
            event.epoch
            for event in events
            if isinstance(event, StageEpoch) and event.stage == stage
        ]
        assert epochs == [1, 2]
    assert folder.state == "finished"


def test_teacher_and_student_are_measured_as_the_run_left_them(whole, store):
    _, _, events = whole
    end = store.find("last", RUN).events()[-1]
    began = by_stage(events, StageBegan)

    assert began["teacher"].before.scores.test_errors == end.teacher.test_errors
    assert began["student"].before.scores.test_errors == end.students["distilled"].test_errors
    assert began["student"].before.scores.agreement == end.students["distilled"].agreement


def test_the_runs_files_stay_as_they_were(whole, store):
    before = whole[0]

    assert files_of(store.find("last", RUN)) == before


def test_the_numbers_say_what_each_stage_took_away(whole):
    after = {stage: event.after for stage, event in by_stage(whole[2], StageEnded).items()}
    student = after["student"]

    assert student.parameters == 64 * 16 + 16 + 16 * 10 + 10
    assert after["narrow"].parameters == 64 * 8 + 8 + 8 * 10 + 10
    assert after["narrow_int8"].parameters == after["narrow"].parameters
    assert after["pruned"].parameters == after["int8_learned"].parameters == student.parameters
    assert after["pruned"].nonzero == round(0.2 * 64 * 16) + 16 + round(0.2 * 16 * 10) + 10
    assert after["pruned"].bytes >= student.bytes
    assert after["pruned"].packed_bytes < student.packed_bytes / 2
    assert after["int8_dynamic"].bytes < student.bytes


def test_distilling_again_wins_back_what_the_harder_stages_lost(whole):
    began, ended = by_stage(whole[2], StageBegan), by_stage(whole[2], StageEnded)

    for stage in ("pruned", "narrow"):
        lost = began[stage].before.scores.test_errors
        assert ended[stage].after.scores.test_errors < lost


@pytest.mark.parametrize("stage", ["student", "pruned", "narrow"])
def test_the_saved_weights_are_those_that_were_measured(whole, stage):
    _, folder, events = whole
    data, event = digits(), by_stage(events, StageEnded)[stage]
    module = load_module(folder.path / event.weights, data)
    scores = score(predict(module, data, "float32"), data, None)

    assert scores.test_errors == event.after.scores.test_errors


def test_the_same_seed_tells_the_same_apart_from_times(store):
    first, second = (
        [
            without_times(event.to_dict())
            for event in shrunk(store, stages=("pruned", "int8_learned"))[1]
        ]
        for _ in range(2)
    )

    assert first == second


def test_stop_acts_in_the_middle_of_a_stage(store):
    run = store.find("last", RUN)
    config = CompressionConfig.of(run.id, run.config, epochs=10_000)
    work = Job(config, store.create(config))
    events = []
    for event in work:
        events.append(event)
        if isinstance(event, StageEpoch):
            work.controls.stop()

    assert [event.kind for event in events[-2:]] == ["stage_epoch", "compression_finished"]
    assert (events[-1].stopped, events[-1].stages) == (True, 0)


def test_convolutions_go_through_all_stages(store, tmp_path):
    own = Store(tmp_path)
    config = BASE.replace(student="convnet:6,8", teacher="convnet:8", transfer_size=100, epochs=1)
    folder = own.create(config)
    for _ in recorded(Run(config, folder), folder):
        pass
    _, events = shrunk(own, epochs=1)

    assert list(by_stage(events, StageEnded)) == ["student", *STAGES]
    assert by_stage(events, StageBegan)["narrow"].model == "convnet:3,4"


def test_a_control_distils_again_as_the_run_did(store):
    run = store.find("last", RUN)
    base = run.config.replace(method="shuffled_classes")
    config = CompressionConfig.of(run.id, base, stages=("pruned",), epochs=1)
    (*_, last) = Job(config, store.create(config))

    assert (last.kind, last.stages) == ("compression_finished", 2)


def test_a_run_without_weights_is_told_in_a_sentence(store, tmp_path):
    own = Store(tmp_path)
    run = own.create(BASE)
    config = CompressionConfig.of(run.id, BASE)
    (*_, last) = Job(config, own.create(config))

    assert (last.kind, last.code) == ("failed", "nothing_distilled")


@pytest.fixture
def bench(store):
    """A teacher, a student on the way to be pruned, and its batches."""
    data, run = digits(), store.find("last", RUN)
    teacher = Teacher(frozen(load_module(run.path / "teacher.safetensors", data)), "loaded")
    module = load_module(run.path / "distilled.safetensors", data)
    begin = Student(module, BASE.student, data.input_shape, 10, torch.zeros(2, *data.input_shape))
    config = CompressionConfig.of(run.id, BASE)
    answering = FrozenTeacher(teacher.module, data, "float32")
    (batches_of_seed,) = transfer_batches([config.base], data, answering)
    return teacher, pruned(begin, config).module, batches_of_seed, config.base


def again(module, transfer_batches, base, epochs=1):
    """Distil again; the mean loss of each epoch."""
    trainer = FinetuneTrainer(
        module, transfer_batches, TeacherMixture(), base, torch.device("cpu"), "x"
    )
    callbacks = FinetuneCallbacks(
        trainer, "x", epochs, Controls(base), TrainingLog(None), lambda _: 0.0
    )
    return [event.train_loss for event in callbacks.fit()]


def test_recovery_moves_only_what_the_masks_leave(bench):
    _, module, batches_of_seed, base = bench
    before = {name: value.clone() for name, value in module.state_dict().items()}
    losses = list(again(module, batches_of_seed, base, epochs=2))
    after = module.state_dict()

    assert losses[1] < losses[0]
    for layer in ("layers.0", "layers.1"):
        mask = before[f"{layer}.weight_mask"]
        one, other = before[f"{layer}.weight_orig"], after[f"{layer}.weight_orig"]
        assert torch.equal(after[f"{layer}.weight_mask"], mask)
        assert torch.equal(one[mask == 0], other[mask == 0])
        moved = one[mask == 1] != other[mask == 1]
        assert moved.float().mean() > 0.5  # some pixels are always 0, some neurons dead
    weight = remove_masks(module).layers[0].weight
    assert torch.all(weight[before["layers.0.weight_mask"] == 0] == 0)


def test_the_teacher_stays_bit_for_bit_and_takes_no_gradient(bench):
    teacher, module, batches_of_seed, base = bench
    before = {name: value.clone() for name, value in teacher.module.state_dict().items()}
    list(again(module, batches_of_seed, base))

    assert all(
        torch.equal(before[name], value) for name, value in teacher.module.state_dict().items()
    )
    assert all(weight.grad is None for weight in teacher.module.parameters())
    assert not teacher.module.training


def test_the_loss_is_the_runs_mixture_of_label_and_teacher(bench):
    _, module, batches_of_seed, base = bench
    base = base.replace(optimizer="gd", lr=1e-7, weight=0.25, temperature=3)
    batches_of_seed._config = base
    (index,) = batches_of_seed.begin(base.epochs + 1)
    (inputs,), given = batches_of_seed.batch(index, 0)
    labels, teacher_logits = given.labels[0], given.teacher_logits[0, 0]
    with torch.no_grad():
        logits = module(inputs).double()
    soft = (teacher_logits.double() / 3).softmax(-1)
    divergence = (soft * (soft.log() - (logits / 3).log_softmax(-1))).sum(-1).mean()
    expected = 0.75 * torch.nn.functional.cross_entropy(logits, labels) + 0.25 * 9 * divergence
    (loss,) = again(module, batches_of_seed, base)

    assert loss == pytest.approx(expected.item(), rel=1e-5)


def test_a_further_term_is_in_the_loss(bench):
    _, module, batches_of_seed, base = bench
    base = base.replace(optimizer="gd", lr=1e-7)
    batches_of_seed._config = base
    (alone,) = again(module, batches_of_seed, base)
    (beside,) = again(module, batches_of_seed, base.replace(also="2*logit_mse"))
    (index,) = batches_of_seed.begin(base.epochs + 1)
    (inputs,), given = batches_of_seed.batch(index, 0)
    with torch.no_grad():
        term = torch.nn.functional.mse_loss(module(inputs), given.teacher_logits[0, 0])

    assert beside == pytest.approx(alone + 2 * term.item(), rel=1e-5)


def test_times_are_positive_and_held_against_the_student(whole):
    for event in whole[2]:
        for found in (getattr(event, "before", None), getattr(event, "after", None)):
            if found is not None:
                for latency in (found.latency_1, found.latency_128):
                    assert min(asdict(latency).values()) >= 0
                    assert min(latency.median, latency.of_student) > 0
