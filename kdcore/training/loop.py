"""The main path: a configuration becomes data, a teacher and students, and tells of it.

Read ``train`` from top to bottom; everything else is detail.
"""

import platform
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from kdcore.catalogue import METHODS
from kdcore.commands import Controls, Stopped
from kdcore.config import RunConfig
from kdcore.data import Dataset, Split, augmented, load_dataset, noisy_labels, transfer_set
from kdcore.errors import UserError
from kdcore.events import (
    Batch,
    Epoch,
    Event,
    Finished,
    Paused,
    Prepared,
    Retuned,
    Scores,
    Started,
)
from kdcore.models.build import build_model
from kdcore.models.cost import measure_cost
from kdcore.models.matching import copy_matching
from kdcore.store import RunFolder
from kdcore.training.batches import batch_count, batches
from kdcore.training.device import choose_device, choose_precision, use_faster_float32_matmul
from kdcore.training.evaluation import Answers, answer, answers, score
from kdcore.training.learners import Learners, autocast
from kdcore.training.meter import SLOWEST_REPORTS, Meter, batches_per_report
from kdcore.training.snapshots import Snapshots
from kdcore.training.teacher import Teacher, teach_teacher
from kdcore.training.terms import Terms, mix
from kdcore.training.weights import save_module
from kdcore.version import VERSION


@dataclass(slots=True)
class Position:
    """Where the run stands."""

    step: int = 0
    epoch: float = 0.0
    """In epochs: 2.5 is the middle of the third."""
    began: float = field(default_factory=time.perf_counter)


def train(
    config: RunConfig, controls: Controls, *, run: str, folder: RunFolder | None = None
) -> Iterator[Event]:
    """The whole experiment, told as events.

    Raises:
        UserError: something that a person can mend.
    """
    began = time.perf_counter()
    use_faster_float32_matmul()
    device = choose_device(config.device)
    data = yield from load_dataset(config, folder.root if folder else None)
    data = data.to(device)
    transfer = _transfer(config, data)
    yield _started(config, run, device, data, transfer)
    try:
        teacher = yield from teach_teacher(
            config, data, controls, folder, device, _precision(config.teacher, config, data, device)
        )
    except Stopped:
        yield Finished(run=run, stopped=True, epochs=0, step=0, teacher=None, students={},
                       seconds=time.perf_counter() - began)  # fmt: skip
        return
    lesson = Lesson(config, data, transfer, teacher, device)
    snapshots = Snapshots(folder, data, lesson.teacher_answers, config.epochs)
    yield Prepared(
        teacher_source=teacher.source, teacher=lesson.teacher_scores, arrays=snapshots.begin(),
        costs={name: measure_cost(module, data.input_shape, device)
               for name, module in {"teacher": teacher.module, **lesson.students}.items()},
        seconds=time.perf_counter() - began,
    )  # fmt: skip
    if folder:
        yield from snapshots.take(0, lesson.answers())
    here = Position()
    stopped, scores, epochs = False, {}, 0
    try:
        for epoch in range(1, config.epochs + 1):
            epoch_began = time.perf_counter()
            yield from lesson.learn(epoch, controls, here)
            given = lesson.answers()
            scores = lesson.scores(given)
            epochs = epoch
            yield lesson.epoch_event(epoch, here, scores, controls, epoch_began)
            yield from snapshots.take(epoch, given)
    except Stopped:
        stopped = True
        scores = lesson.scores(lesson.answers())
    if teacher_changed := lesson.teacher_changed():
        raise AssertionError(f"the teacher changed during the run: {teacher_changed}")
    yield Finished(
        run=run, stopped=stopped, epochs=epochs, step=here.step, teacher=lesson.teacher_scores,
        students=scores, seconds=time.perf_counter() - began, weights=_save(lesson, folder),
    )  # fmt: skip


class Lesson:
    """The students of a run with their teacher: same start, same batches, one optimiser."""

    def __init__(
        self, config: RunConfig, data: Dataset, transfer: Split, teacher: Teacher,
        device: torch.device,
    ) -> None:  # fmt: skip
        self.config, self.data, self.transfer, self.device = config, data, transfer, device
        self.teacher = teacher
        names = student_names(config)
        self.precision = _precision(config.student, config, data, device)
        self.students: dict[str, nn.Module] = {name: self._student() for name in names}
        self.learners = Learners(
            self.students, optimizer=config.optimizer, lr=config.lr, precision=self.precision,
            device=device,
        )  # fmt: skip
        self.terms = Terms(config.method, _index_of("distilled", names))
        self.meter = Meter(names, self.terms)
        self.teacher_answers = answers(teacher.module, data, "float32")
        self.teacher_scores = score(self.teacher_answers, data, None)
        once = config.teacher_outputs == "once" or (
            config.teacher_outputs == "auto" and config.augment == "none"
        )
        if once and config.augment != "none":
            raise UserError("outputs_of_augmented", augment=config.augment)
        precision = _precision(config.teacher, config, data, device)
        self._teacher_outputs = (
            answer(teacher.module, data, transfer, precision=precision) if once else None
        )
        self._teacher_weights = _copies(teacher.module)
        self.batch_size = len(transfer.labels) if config.optimizer == "gd" else config.batch_size
        self.batches = batch_count(len(transfer.labels), self.batch_size)

    def learn(self, epoch: int, controls: Controls, here: Position) -> Iterator[Event]:
        """One epoch of batches."""
        for student in self.students.values():
            student.train()
        every = batches_per_report(self.batches, self._flops_per_batch())
        generator = torch.Generator().manual_seed(self.config.seed * 1_000_003 + epoch)
        order = batches(len(self.transfer.labels), self.batch_size, self.config.seed, epoch)
        taken = reported = 0
        report_began = time.perf_counter()
        for number, index in enumerate(order, start=1):
            for event in controls.obey(here.step, here.epoch):
                if isinstance(event, Paused | Retuned) and self.meter.pending:
                    yield self._batch_event(controls, here, taken - reported, report_began)
                    reported, report_began = taken, time.perf_counter()
                yield event
            self._step(index.to(self.device), controls, generator)
            here.step += 1
            here.epoch = epoch - 1 + number / len(order)
            taken += len(index)
            slow = 0 < controls.values["speed"] <= SLOWEST_REPORTS * every
            if number == len(order) or controls.stepping or slow or self.meter.pending >= every:
                yield self._batch_event(controls, here, taken - reported, report_began)
                reported, report_began = taken, time.perf_counter()

    def answers(self) -> dict[str, Answers]:
        """Every student's logits on test and validation data."""
        return {name: answers(student, self.data, self.precision)
                for name, student in self.students.items()}  # fmt: skip

    def scores(self, given: dict[str, Answers]) -> dict[str, Scores]:
        """What the students' answers are worth, with the means of the epoch's batches."""
        means = self.meter.epoch_means()
        return {name: score(given[name], self.data, self.teacher_answers, means[name])
                for name in self.students}  # fmt: skip

    def epoch_event(
        self, epoch: int, here: Position, scores: dict[str, Scores], controls: Controls,
        began: float,
    ) -> Epoch:  # fmt: skip
        """The end of an epoch."""
        seconds = time.perf_counter() - began
        return Epoch(
            epoch=epoch, step=here.step, seconds=seconds,
            images_per_second=len(self.transfer.labels) / seconds, teacher=self.teacher_scores,
            students=scores, controls=dict(controls.values),
        )  # fmt: skip

    def teacher_changed(self) -> str:
        """The name of a weight or buffer that is not bit for bit what it was; else nothing."""
        now = self.teacher.module.state_dict()
        return next((name for name, value in self._teacher_weights.items()
                     if not torch.equal(value, now[name])), "")  # fmt: skip

    def _student(self) -> nn.Module:
        config = self.config
        student = build_model(
            config.student, self.data.input_shape, len(self.data.classes), config.seed
        )
        if config.student_start == "teacher":
            copy_matching(student, self.teacher.module.cpu())
            self.teacher.module.to(self.device)
        return student.to(self.device)

    def _step(self, index: Tensor, controls: Controls, generator: torch.Generator) -> None:
        raw = self.transfer.inputs.index_select(0, index)
        labels = self.transfer.labels.index_select(0, index)
        if self.config.augment != "none":
            raw = augmented(raw, self.config.augment, generator)
        inputs = self.data.normalised(raw)
        teacher_logits = self._teacher_logits(inputs, index)
        logits = self.learners.forward(inputs)
        temperature, weight = controls.values["temperature"], controls.values["weight"]
        hard, soft = self.terms.gradients(
            logits, labels, teacher_logits, temperature, mix(self.config.mixing, weight)
        )
        gradients = list(hard)
        if soft is not None and self.terms.distilled is not None:
            gradients[self.terms.distilled] = gradients[self.terms.distilled] + soft
        self.learners.learn(gradients, controls.values["lr"])
        self.meter.record(logits, labels, teacher_logits, hard, soft)

    def _teacher_logits(self, inputs: Tensor, index: Tensor) -> Tensor:
        if self._teacher_outputs is not None:
            return self._teacher_outputs.index_select(0, index)
        with torch.no_grad(), autocast(self.device, self.precision):
            return self.teacher.module(inputs).float()  # type: ignore[no-any-return]

    def _batch_event(
        self, controls: Controls, here: Position, images: int, report_began: float
    ) -> Batch:
        mixed = mix(self.config.mixing, controls.values["weight"])
        students = self.meter.report(
            temperature=controls.values["temperature"], mixed=mixed, step=here.step,
            lr=controls.values["lr"],
        )  # fmt: skip
        now = time.perf_counter()
        return Batch(
            step=here.step, position=here.epoch, seconds=now - here.began,
            images_per_second=images / max(now - report_began, 1e-9), students=students,
        )  # fmt: skip

    def _flops_per_batch(self) -> float:
        """About six operations a weight and example, forward and backward."""
        weights = sum(p.numel() for student in self.students.values() for p in student.parameters())
        positions = 1 if len(self.data.input_shape) == 1 else self.data.input_shape[-1] ** 2
        convolutional = not self.config.student.startswith("mlp")
        return 6.0 * weights * self.batch_size * (positions / 4 if convolutional else 1)


def student_names(config: RunConfig) -> list[str]:
    """The students of a run; without a soft term, a distilled one would be the plain one."""
    names = ["plain", "distilled"] if config.students == "both" else [config.students]
    return names if METHODS[config.method].loss else ["plain"]


def _transfer(config: RunConfig, data: Dataset) -> Split:
    """What the students see: a part of the training data, perhaps with wrong labels."""
    part = transfer_set(data.train, config.transfer_size, config.seed)
    if not config.label_noise:
        return part
    labels = noisy_labels(part.labels.cpu(), len(data.classes), config.label_noise, config.seed)
    return Split(inputs=part.inputs, labels=labels.to(part.labels.device))


def _started(
    config: RunConfig, run: str, device: torch.device, data: Dataset, transfer: Split
) -> Started:
    batch_size = len(transfer.labels) if config.optimizer == "gd" else config.batch_size
    return Started(
        run=run, config=config.to_dict(), device=_device_name(device),
        precision=_precision(config.student, config, data, device), classes=list(data.classes),
        students=student_names(config), train_size=len(transfer.labels),
        validation_size=len(data.validation.labels), test_size=len(data.test.labels),
        input_shape=list(data.input_shape),
        batches_per_epoch=batch_count(len(transfer.labels), batch_size),
        version=(f"kdcore {VERSION}, torch {torch.__version__}, "
                 f"Python {platform.python_version()}, {torch.get_num_threads()} threads"),
    )  # fmt: skip


def _device_name(device: torch.device) -> str:
    return torch.cuda.get_device_name(device) if device.type == "cuda" else device.type


def _precision(spec: str, config: RunConfig, data: Dataset, device: torch.device) -> str:
    with torch.device("meta"):  # the shapes alone
        module = build_model(spec, data.input_shape, len(data.classes), config.seed)
    return choose_precision(config.precision, device, module)


def _copies(module: nn.Module) -> dict[str, Tensor]:
    return {name: value.clone() for name, value in module.state_dict().items()}


def _index_of(name: str, names: list[str]) -> int | None:
    return names.index(name) if name in names else None


def _save(lesson: Lesson, folder: RunFolder | None) -> dict[str, str]:
    if folder is None:
        return {}
    files = {}
    for name, module in {"teacher": lesson.teacher.module, **lesson.students}.items():
        spec = lesson.config.teacher if name == "teacher" else lesson.config.student
        files[name] = f"{name}.safetensors"
        save_module(folder.path / files[name], module, spec, lesson.data)
    return files
