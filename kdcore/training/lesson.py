"""A lesson: students of one architecture with their teacher, batch after batch.

Shapes: S seeds, G members, K = S · G students with the seed as the slower index.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from kdcore.catalogue import METHODS, is_forest
from kdcore.config import RunConfig
from kdcore.data import Dataset
from kdcore.errors import UserError
from kdcore.events import Scores
from kdcore.models.build import build_model
from kdcore.models.matching import copy_matching
from kdcore.training.cohort import batch_size, batches_per_epoch, cohorts
from kdcore.training.device import choose_precision
from kdcore.training.distributed import averaged, replicated, to_whole, world_size
from kdcore.training.evaluation import Answers, answers, answers_of, score, score_all
from kdcore.training.inside import Inside
from kdcore.training.meter import Meter, Report
from kdcore.training.students import Students
from kdcore.training.teacher import Teacher
from kdcore.training.terms import Member, Terms, Tuning


class Lesson:
    """Students that start alike and see the same batches, seed by seed.

    Args:
        config: what all students share; its seed is not looked at.
        seeds: S of them.
        members: G of them, those of one method beside each other.
        data: on ``device``.
        teacher: of all of them.
        device: where to train.
    """

    def __init__(
        self, config: RunConfig, seeds: Sequence[int], members: Sequence[Member], data: Dataset,
        teacher: Teacher, device: torch.device,
    ) -> None:  # fmt: skip
        self.config, self.data, self.device = config, data, device
        self.teacher = teacher
        self.precision = model_precision(config.student, config, data, device)
        of_seeds = [config.but(seed=seed) for seed in seeds]
        inside = next((member.method for member in members
                       if METHODS[member.method].acts_inside), "")  # fmt: skip
        if inside and world_size() > 1:
            raise UserError("method_alone", method=inside)
        self.students = Students(
            [[self._student(own) for _ in members] for own in of_seeds],
            optimizer=config.optimizer, lr=[member.lr for member in members],
            precision=self.precision, device=device,
            wrap=replicated if world_size() > 1 else None, with_graph=bool(inside),
        )  # fmt: skip
        self.inside = (
            Inside(config, seeds, members, self.students, teacher.module, data) if inside else None
        )
        self.terms = Terms([member.method for member in members])
        self.meter = Meter(len(seeds), len(members), self.terms, gather=averaged)
        self.teacher_answers = answers(teacher.module, data, "float32")
        self.teacher_scores = score(self.teacher_answers, data, None)
        self.cohorts = cohorts(
            of_seeds, data, teacher, model_precision(config.teacher, config, data, device)
        )
        self._teacher_weights = _copies(teacher.module)
        self.transfer_size = len(self.cohorts[0].transfer.labels)
        self.batch_size = batch_size(config, self.transfer_size)
        self.batches = batches_per_epoch(config, self.transfer_size)

    def begin(self, epoch: int) -> list[tuple[Tensor, ...]]:
        """The epoch's batches: an index tensor for each seed."""
        self.students.train(mode=True)
        return list(zip(*(cohort.begin(epoch) for cohort in self.cohorts), strict=True))

    def step(self, indices: tuple[Tensor, ...], tuning: Tuning) -> None:
        """One batch of every seed, of which this rank takes its part."""
        parts = [cohort.batch(index) for cohort, index in
                 zip(self.cohorts, indices, strict=True)]  # fmt: skip
        inputs, labels, teacher_logits = map(_stacked, zip(*parts, strict=True))
        if self.inside:
            self._step_inside(self.inside, inputs, labels, teacher_logits, tuning)
            return
        logits = self.students.forward(inputs)
        parts_gradients = self.terms.gradients(logits, labels, teacher_logits, tuning)
        hard, soft = (to_whole(gradient, len(indices[0])) for gradient in parts_gradients)
        self.students.learn(hard + soft, tuning.lr)
        self.meter.record(logits, labels, teacher_logits, hard, soft)

    def _step_inside(
        self, inside: Inside, inputs: Tensor, labels: Tensor, teacher_logits: Tensor, tuning: Tuning
    ) -> None:
        if inside.needs_input_gradients:
            inputs = inputs.detach().requires_grad_()
        with inside.watching():
            logits = self.students.forward(inputs)
        terms = inside.terms(inputs, labels, teacher_logits, tuning)
        hard, soft = self.terms.gradients(logits, labels, teacher_logits, tuning)
        within = inside.within(terms, hard, tuning, with_norms=self.meter.pending == 0)
        self.students.add({net: term * tuning.soft[net % self.students.members]
                           for net, term in terms.items()})  # fmt: skip
        self.students.learn(hard + soft, tuning.lr)
        inside.learn(tuning.lr)
        self.meter.record(logits, labels, teacher_logits, hard, soft, within)

    def report(self, tuning: Tuning, *, measured: bool = False) -> Report:
        """The means since the last report; ``measured`` asks for the methods' own numbers too."""
        report = self.meter.report(tuning, measured=measured)
        if measured and self.inside:
            report.measures.update(self.inside.measures())
        return report

    def answers(self) -> Answers:
        """Every student's logits on test and validation data, ``[K, …]``."""
        return answers_of(self.students, self.data)

    def scores(self, given: Answers) -> list[Scores]:
        """What the students' answers are worth, with the means of the epoch's batches."""
        return score_all(given, self.data, self.teacher_answers, self.meter.epoch_means())

    def teacher_changed(self) -> str:
        """The name of a weight or buffer that is not bit for bit what it was; else nothing."""
        now = self.teacher.module.state_dict()
        return next((name for name, value in self._teacher_weights.items()
                     if not torch.equal(value, now[name])), "")  # fmt: skip

    @property
    def flops_per_batch(self) -> float:
        """About six operations a weight and example, forward and backward."""
        weights = sum(p.numel() for student in self.students.modules for p in student.parameters())
        positions = 1 if len(self.data.input_shape) == 1 else self.data.input_shape[-1] ** 2
        convolutional = not self.config.student.startswith("mlp")
        return 6.0 * weights * self.batch_size * (positions / 4 if convolutional else 1)

    def _student(self, config: RunConfig) -> nn.Module:
        student = build_model(
            config.student, self.data.input_shape, len(self.data.classes), config.seed
        )
        if config.student_start == "teacher":
            copy_matching(student, self.teacher.module.cpu())
            self.teacher.module.to(self.device)
        return student.to(self.device)


def model_precision(spec: str, config: RunConfig, data: Dataset, device: torch.device) -> str:
    """In which precision the model ``spec`` is computed; a forest multiplies nothing."""
    if is_forest(spec):
        return "float32"
    with torch.device("meta"):  # the shapes alone
        module = build_model(spec, data.input_shape, len(data.classes), config.seed)
    return choose_precision(config.precision, device, module)


def _stacked(tensors: Sequence[Tensor]) -> Tensor:
    """A new first axis; a view where there is one tensor alone."""
    return tensors[0][None] if len(tensors) == 1 else torch.stack(list(tensors))


def _copies(module: nn.Module) -> dict[str, Tensor]:
    return {name: value.clone() for name, value in module.state_dict().items()}
