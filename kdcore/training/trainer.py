"""The trainer: students of one architecture with their teacher, batch after batch.

Shapes: S seeds, G members, K = S · G students with the seed as the slower index.
"""

from collections.abc import Sequence
from contextlib import ExitStack

import torch
from torch import Tensor, nn

from kdcore.catalogue import METHODS, is_forest, parse_models
from kdcore.data import Dataset
from kdcore.errors import UserError
from kdcore.events import Scores
from kdcore.jobs.run.config import RunConfig
from kdcore.models.build import build_model, start_seed
from kdcore.models.ensemble import EnsembleModel, members_of
from kdcore.models.matching import copy_matching
from kdcore.training.device import choose_precision
from kdcore.training.distributed import averaged, replicated, to_whole, world_size
from kdcore.training.evaluation import Predictions, answers, answers_of, score, score_all
from kdcore.training.graph_term import GraphTerm, gradient_norms
from kdcore.training.meter import GraphLosses, Meter, Report
from kdcore.training.probes import GeneratedInputs
from kdcore.training.student_specs import with_starts
from kdcore.training.students import Students
from kdcore.training.targets import BatchTargets, side_by_side
from kdcore.training.teacher import Teacher
from kdcore.training.teacher_mixture import TeacherMixture
from kdcore.training.terms import StepControls, StudentSpec, Terms, step_controls_of
from kdcore.training.transfer_batches import batch_size, batches_per_epoch, transfer_batches


class DistillationTrainer:
    """Students that start alike and see the same batches, seed by seed.

    Args:
        config: what all students share; its seed is not looked at.
        seeds: S of them.
        specs: how the students learn, those of one method beside each other; G networks in all,
            as many of each spec as a student is networks.
        data: on ``device``.
        teacher: of all of them.
        device: where to train.
    """

    def __init__(
        self,
        config: RunConfig,
        seeds: Sequence[int],
        specs: Sequence[StudentSpec],
        data: Dataset,
        teacher: Teacher,
        device: torch.device,
    ) -> None:
        self.config, self.data, self.device = config, data, device
        specs = with_starts(specs, config.networks)
        self.teacher = teacher
        self.precision = model_precision(config.student, config, data, device)
        of_seeds = [config.replace(seed=seed) for seed in seeds]
        graph_terms = [
            term
            for term in dict.fromkeys(term for spec in specs for term in spec.terms)
            if METHODS[term.method].needs_graph
        ]
        if graph_terms and world_size() > 1:
            raise UserError("method_alone", method=graph_terms[0].method)
        self.students = Students(
            [[self._student(own, spec.start) for spec in specs] for own in of_seeds],
            optimizer=config.optimizer,
            lr=[spec.lr for spec in specs],
            precision=self.precision,
            device=device,
            wrap=replicated if world_size() > 1 else None,
            with_graph=bool(graph_terms),
        )
        self.terms = Terms(specs, mixture_of(config, teacher.module), config.networks)
        self.meter = Meter(len(seeds), len(specs), self.terms, gather=averaged)
        self.teacher_answers = answers(teacher.module, data, "float32")
        self.teacher_scores = score(self.teacher_answers, data, None)
        self.transfer_batches = transfer_batches(
            of_seeds, data, teacher, model_precision(config.teacher, config, data, device)
        )
        self._teacher_weights = _copies(teacher.module)
        self.transfer_size = len(self.transfer_batches[0].transfer.labels)
        self.batch_size = batch_size(config, self.transfer_size)
        self.batches = batches_per_epoch(config, self.transfer_size)
        self.graph_terms = [
            GraphTerm(
                term,
                config,
                seeds,
                specs,
                self.students,
                teacher.module,
                data,
                config.epochs * self.batches,
            )
            for term in graph_terms
        ]

    def step_controls_of(self, specs: Sequence[StudentSpec]) -> StepControls:
        """What acts on each of the nets; ``specs`` as the trainer has them."""
        return step_controls_of(
            with_starts(specs, self.config.networks), self.config.mixing, self.device
        )

    def learners(self) -> list[nn.Module]:
        """The students as they answer: networks, or ensembles of them."""
        nets, size = self.students.modules, self.config.networks
        if size == 1:
            return nets
        return [EnsembleModel(nets[at : at + size]) for at in range(0, len(nets), size)]

    def begin(self, epoch: int) -> list[tuple[Tensor, ...]]:
        """The epoch's batches: an index tensor for each seed."""
        self.students.train(mode=True)
        return list(
            zip(
                *(batches_of_seed.begin(epoch) for batches_of_seed in self.transfer_batches),
                strict=True,
            )
        )

    def step(self, indices: tuple[Tensor, ...], step_controls: StepControls) -> None:
        """One batch of every seed, of which this rank takes its part."""
        parts = [
            batches_of_seed.batch(index)
            for batches_of_seed, index in zip(self.transfer_batches, indices, strict=True)
        ]
        inputs = _stacked([own for own, _ in parts])
        targets = side_by_side([own for _, own in parts])
        if self.graph_terms:
            self._step_with_graph(inputs, targets, step_controls)
            return
        logits = self.students.forward(inputs)
        parts_gradients = self.terms.gradients(logits, targets, step_controls)
        hard, soft = (to_whole(gradient, len(indices[0])) for gradient in parts_gradients)
        self.students.learn(hard + soft, step_controls.lr)
        self.meter.record(logits, targets, hard, soft)

    def _step_with_graph(
        self, inputs: Tensor, targets: BatchTargets, step_controls: StepControls
    ) -> None:
        assert targets.teacher_logits is not None, "a term that needs the graph has a teacher"
        if any(graph_term.needs_input_gradients for graph_term in self.graph_terms):
            inputs = inputs.detach().requires_grad_()
        with ExitStack() as stack:
            for graph_term in self.graph_terms:
                stack.enter_context(graph_term.watching())
            logits = self.students.forward(inputs)
        hard, soft = self.terms.gradients(logits, targets, step_controls)
        mean_logits = self.terms.mixture.mean_logits(targets.teacher_logits)
        losses: dict[str, Tensor] = {}
        weighed: dict[int, Tensor] = {}
        for graph_term in self.graph_terms:
            total = hard.new_zeros(len(self.students.modules))
            weights = step_controls.weight(graph_term.term).repeat(self.students.seeds)
            for net, term in graph_term.terms(
                inputs, targets.method_labels, mean_logits, step_controls
            ).items():
                total[net] = term.detach()
                weighed[net] = weighed.get(net, 0.0) + term * weights[net]
            losses[graph_term.term.weight] = total.view(hard.shape[:2])
        norms = (
            gradient_norms(self.students, weighed, hard, soft) if self.meter.pending == 0 else None
        )
        self.students.add(weighed)
        self.students.learn(hard + soft, step_controls.lr)
        for graph_term in self.graph_terms:
            graph_term.learn(step_controls.lr)
        self.meter.record(logits, targets, hard, soft, GraphLosses(losses, norms))

    def report(self, step_controls: StepControls, *, measured: bool = False) -> Report:
        """The means since the last report; ``measured`` asks for the methods' own numbers too."""
        report = self.meter.report(step_controls, measured=measured)
        if measured:
            for graph_term in self.graph_terms:
                report.measures.update(graph_term.measures())
        return report.grouped(self.config.networks)

    def each_answers(self) -> Predictions:
        """Every net's logits on test and validation data, ``[K, …]``."""
        return answers_of(self.students, self.data)

    def answers(self) -> Predictions:
        """Every student's, of an ensemble the joint ones."""
        return self.each_answers().together(self.config.networks)

    def scores(self, predictions: Predictions) -> list[Scores]:
        """What the students' answers are worth, with the means of the epoch's batches."""
        means = self.meter.epoch_means(self.config.networks)
        return score_all(predictions, self.data, self.teacher_answers, means)

    def made(self, student: int) -> GeneratedInputs | None:
        """Inputs that a method made for a student, of several networks for the first."""
        net = student * self.config.networks
        return next(
            (made for graph_term in self.graph_terms if (made := graph_term.made(net))), None
        )

    def teacher_changed(self) -> str:
        """The name of a weight or buffer that is not bit for bit what it was; else nothing."""
        now = self.teacher.module.state_dict()
        return next(
            (
                name
                for name, value in self._teacher_weights.items()
                if not torch.equal(value, now[name])
            ),
            "",
        )

    @property
    def flops_per_batch(self) -> float:
        """About six operations a weight and example, forward and backward."""
        weights = sum(p.numel() for student in self.students.modules for p in student.parameters())
        positions = 1 if len(self.data.input_shape) == 1 else self.data.input_shape[-1] ** 2
        convolutional = not self.config.student.startswith("mlp")
        return 6.0 * weights * self.batch_size * (positions / 4 if convolutional else 1)

    def _student(self, config: RunConfig, start: int) -> nn.Module:
        student = build_model(
            config.student,
            self.data.input_shape,
            len(self.data.classes),
            start_seed(config.seed, start),
        )
        if config.student_start == "teacher":
            copy_matching(student, self.teacher.module.cpu())
            self.teacher.module.to(self.device)
        return student.to(self.device)


def model_precision(spec: str, config: RunConfig, data: Dataset, device: torch.device) -> str:
    """In which precision the model ``spec`` is computed; a forest multiplies nothing."""
    if all(map(is_forest, parse_models(spec))):
        return "float32"
    with torch.device("meta"):  # the shapes alone
        module = build_model(spec, data.input_shape, len(data.classes), config.seed)
    return choose_precision(config.precision, device, module, data.input_shape)


def mixture_of(config: RunConfig, teacher: nn.Module) -> TeacherMixture:
    """How the teachers' logits are mixed.

    Raises:
        UserError: there are not as many shares as teachers.
    """
    count = len(members_of(teacher))
    if config.assistants and count == 1:  # the shares are those of its teachers
        return TeacherMixture()
    own = teacher.shares.tolist() if isinstance(teacher, EnsembleModel) else [1.0]
    shares = config.shares or own
    if len(shares) != count:
        raise UserError("teacher_shares_count", value=config.teacher_shares, teachers=count)
    return TeacherMixture(config.teacher_mixing, shares)


def _stacked(tensors: Sequence[Tensor]) -> Tensor:
    """The inputs of all seeds; the same tensor where there is one alone."""
    return tensors[0] if len(tensors) == 1 else torch.cat(list(tensors))


def _copies(module: nn.Module) -> dict[str, Tensor]:
    return {name: value.clone() for name, value in module.state_dict().items()}
