"""The trainer: students of one architecture with their teacher, batch after batch.

Shapes: S seeds, G members, K = S · G students with the seed as the slower index.
"""

import math
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial

import torch
from torch import Tensor, nn

from kdcore.catalogue import METHODS
from kdcore.data import Dataset, Split
from kdcore.errors import UserError
from kdcore.events import Scores
from kdcore.jobs.run.config import RunConfig
from kdcore.models.build import build_model, check_learns, start_seed
from kdcore.models.cost import rough_operations, training_operations
from kdcore.models.ensemble import EnsembleModel
from kdcore.models.matching import copy_matching
from kdcore.threads import suit_threads
from kdcore.training.adaptation.adaptation import Adaptation
from kdcore.training.adaptation.target_batches import TargetBatches, target_outputs
from kdcore.training.batches.targets import BatchTargets, side_by_side
from kdcore.training.devices.distributed import averaged, rank, replicated, to_whole, world_size
from kdcore.training.devices.precision import model_precision
from kdcore.training.devices.step_threads import StepThreads
from kdcore.training.measuring.evaluation import Predictions, predict, predict_all, score, score_all
from kdcore.training.measuring.meter import GraphLosses, Meter, Report
from kdcore.training.networks.students import Students
from kdcore.training.objective.student_specs import with_starts
from kdcore.training.objective.teacher_mixture import mixture_of
from kdcore.training.objective.terms import StepControls, StudentSpec, Terms, step_controls_of
from kdcore.training.probes import GeneratedInputs
from kdcore.training.probes.graph_term import GraphTerm, gradient_norms
from kdcore.training.randomness import key
from kdcore.training.state import State
from kdcore.training.teachers.frozen import FrozenTeacher
from kdcore.training.teachers.teacher import Teacher
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
        # the teacher answers alike, whatever came before: equal runs, equal bits
        suit_threads(math.inf)
        self.config, self.data, self.device = config, data, device
        self._seeds = list(seeds)
        self.step_controls = self.step_controls_of(specs)
        """What acts on each of the nets from the next batch on."""
        specs = with_starts(specs, config.networks)
        self.teacher = teacher
        self.precision = model_precision(config.student, config, data, device)
        of_seeds = [config.replace(seed=seed) for seed in seeds]
        terms = dict.fromkeys(term for spec in specs for term in spec.terms)
        graph_terms = [term for term in terms if METHODS[term.method].needs_graph]
        adapts = bool(config.target) and any(spec.uses_teacher for spec in specs)
        if graph_terms and world_size() > 1:
            raise UserError("method_alone", method=graph_terms[0].method)
        if adapts and world_size() > 1:
            raise UserError("target_alone")
        self.students = Students(
            [[self._student(own, spec.start) for spec in specs] for own in of_seeds],
            optimizer=config.optimizer,
            lr=[spec.lr for spec in specs],
            seeds=[
                key(start_seed(own.seed, spec.start), f"dropout on rank {rank()}")
                for own in of_seeds
                for spec in specs
            ],
            precision=self.precision,
            device=device,
            wrap=replicated if world_size() > 1 else None,
            with_graph=bool(graph_terms) or adapts,
            input_shape=data.input_shape,
        )
        mixture = mixture_of(config, teacher.module)
        self.terms = Terms(specs, mixture, config.networks, on_target=adapts)
        self.meter = Meter(len(seeds), len(specs), self.terms, gather=averaged)
        self.teacher_predictions = predict(teacher.module, data, "float32")
        self.teacher_scores = score(self.teacher_predictions, data, None)
        teacher_precision = model_precision(config.teacher, config, data, device)
        frozen_teacher = FrozenTeacher(teacher.module, data, teacher_precision)
        class_orders = any(METHODS[term.method].shuffles_classes for term in terms)
        self.transfer_batches = transfer_batches(
            of_seeds,
            data,
            frozen_teacher,
            class_orders=class_orders,
            input_type=self.students.input_type,
        )
        self._teacher_weights = _copies(teacher.module)
        self.transfer_size = len(self.transfer_batches[0].transfer.labels)
        self.batch_size = batch_size(config, self.transfer_size)
        self.batches = batches_per_epoch(config, self.transfer_size)
        self.adaptation = None
        if adapts:
            outputs = target_outputs(config, data, frozen_teacher)
            target_batches = [
                TargetBatches(
                    own, data, frozen_teacher, self.batch_size, outputs, class_orders=class_orders
                )
                for own in of_seeds
            ]
            self.adaptation = Adaptation(
                target_batches, specs, self.students, mixture, config.alignment
            )
        suit_threads(self.flops_per_batch + self._flops_of_teacher())
        self._threads = StepThreads(may_choose=self.students.may_choose_threads)
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

    def seen_by_students(self, seed: int) -> tuple[Split, Tensor]:
        """The transfer set of a seed and the labels known of it, −1 where hidden."""
        of_seed = self.transfer_batches[self._seeds.index(seed)]
        return of_seed.transfer, of_seed.known_labels

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
        """The epoch's batches: an index tensor for each seed; see ``Trainer``."""
        self.students.train(mode=True)
        return list(
            zip(
                *(batches_of_seed.begin(epoch) for batches_of_seed in self.transfer_batches),
                strict=True,
            )
        )

    def step(self, indices: tuple[Tensor, ...], step: int) -> None:
        """One batch of every seed, of which this rank takes its part; see ``Trainer``."""
        self.students.step = step
        examples = len(indices[0])
        # with all threads: mixtures and teachers of any kind may depend on them in a few digits
        inputs, targets = self._batch(indices, step)
        if self.adaptation:
            self.adaptation.begin(step)
        with self._threads.of(examples, partial(self._attempted, inputs, targets)):
            self._step(inputs, targets, examples)

    def _step(self, inputs: Tensor, targets: BatchTargets, examples: int) -> None:
        """A step on this rank's part of a batch of so many examples."""
        if self.graph_terms or self.adaptation:
            self._step_with_graph(inputs, targets)
            return
        logits = self.students.forward(inputs)
        parts_gradients = self.terms.gradients(logits, targets, self.step_controls)
        hard, soft = (to_whole(gradient, examples) for gradient in parts_gradients)
        self.students.learn(hard + soft, self.step_controls.lr)
        self.meter.record(logits, targets, hard, soft)

    def _attempted(self, inputs: Tensor, targets: BatchTargets) -> list[Tensor]:
        """All that a step computes before it changes the weights, changing nothing.

        Backward go the logits themselves: the loss's gradient would tell nothing where it is zero,
        as it is where a student begins as its teacher.
        """
        logits = self.students.forward(inputs)
        hard, soft = self.terms.gradients(logits, targets, self.step_controls)
        found = [logits, hard, soft, self.students.gradients(logits)]
        self.students.forget()
        return found

    def _batch(self, indices: tuple[Tensor, ...], step: int) -> tuple[Tensor, BatchTargets]:
        """Inputs ``[S, B, …]`` and targets of every seed."""
        parts = [
            batches_of_seed.batch(index, step)
            for batches_of_seed, index in zip(self.transfer_batches, indices, strict=True)
        ]
        return _stacked([own for own, _ in parts]), side_by_side([own for _, own in parts])

    def _step_with_graph(self, inputs: Tensor, targets: BatchTargets) -> None:
        step_controls = self.step_controls
        assert targets.teacher_logits is not None, "a term that needs the graph has a teacher"
        if any(graph_term.needs_input_gradients for graph_term in self.graph_terms):
            inputs = inputs.detach().requires_grad_()
        with ExitStack() as stack:
            for graph_term in self.graph_terms:
                stack.enter_context(graph_term.watching())
            if self.adaptation:
                stack.enter_context(self.adaptation.watching())
            logits = self.students.forward(inputs)
        hard, soft = self.terms.gradients(logits, targets, step_controls)
        mean_logits = self.terms.mixture.mean_logits(targets.teacher_logits)
        found = [
            (one.term, one.terms(inputs, targets.method_labels, mean_logits, step_controls))
            for one in self.graph_terms
        ]
        if self.adaptation:
            found += self.adaptation.terms(step_controls)
        losses: dict[str, Tensor] = {}
        weighed: dict[int, Tensor] = {}
        for spec, of_nets in found:
            total = hard.new_zeros(len(self.students.modules))
            weights = step_controls.weight(spec).repeat(self.students.seeds)
            for net, term in of_nets.items():
                total[net] = term.detach()
                weighed[net] = weighed.get(net, 0.0) + term * weights[net]
            losses[spec.weight] = total.view(hard.shape[:2])
        norms = (
            gradient_norms(self.students, weighed, hard, soft) if self.meter.pending == 0 else None
        )
        self.students.add(weighed)
        self.students.learn(hard + soft, step_controls.lr)
        for graph_term in self.graph_terms:
            graph_term.learn(step_controls.lr)
        self.meter.record(logits, targets, hard, soft, GraphLosses(losses, norms))

    def forget(self) -> None:
        """Give back what a step that was broken off left."""
        self.students.forget()
        self.students.train(mode=True)  # a method may have asked them in the other
        for graph_term in self.graph_terms:
            graph_term.forget()
        if self.adaptation:
            self.adaptation.forget()

    def limit_target(self, size: int) -> None:
        """Let a step take no more than ``size`` examples of the target from now on."""
        if self.adaptation:
            self.adaptation.limit(size)

    def report(self, *, measured: bool = False) -> Report:
        """The means since the last report; ``measured`` asks for the methods' own numbers too."""
        report = self.meter.report(self.step_controls, measured=measured)
        if measured:
            for graph_term in self.graph_terms:
                report.measures.update(graph_term.measures())
            if self.adaptation:
                report.measures.update(self.adaptation.measures())
        return report.grouped(self.config.networks)

    def predict_networks(self) -> Predictions:
        """Every net's logits on test and validation data, ``[K, …]``."""
        return predict_all(self.students, self.data)

    def predict(self) -> Predictions:
        """Every student's, of an ensemble the joint ones."""
        return self.predict_networks().together(self.config.networks)

    def scores(self, predictions: Predictions) -> list[Scores]:
        """What the students' answers are worth, with the means of the epoch's batches."""
        means = self.meter.epoch_means(self.config.networks)
        return score_all(predictions, self.data, self.teacher_predictions, means)

    def generated(self, student: int) -> GeneratedInputs | None:
        """Inputs that a method generated for a student, of several networks for the first."""
        net = student * self.config.networks
        found = (graph_term.generated(net) for graph_term in self.graph_terms)
        return next(filter(None, found), None)

    def state_dict(self) -> State:
        """See ``Stateful``; between two reports."""
        return {
            "students": self.students.state_dict(),
            "graph_terms": {str(at): one.state_dict() for at, one in enumerate(self.graph_terms)},
            "meter": self.meter.state_dict(),
        }

    def load_state_dict(self, state: State) -> None:
        """See ``Stateful``."""
        self.students.load_state_dict(state["students"])
        for at, graph_term in enumerate(self.graph_terms):
            graph_term.load_state_dict(state.get("graph_terms", {}).get(str(at), {}))
        self.meter.load_state_dict(state["meter"])

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
        """Forward and backward, of all students."""
        shape = self.data.input_shape
        return training_operations(self.students.modules, shape, self.batch_size)

    def _flops_of_teacher(self) -> float:
        """Of its answers to a batch, where it gives them anew at every step."""
        if not self.transfer_batches[0].asks_teacher:
            return 0.0
        own = rough_operations(self.teacher.module, self.data.input_shape)
        return 2.0 * own * self.batch_size

    def _student(self, config: RunConfig, start: int) -> nn.Module:
        student = build_model(
            config.student,
            self.data.input_shape,
            len(self.data.classes),
            start_seed(config.seed, start),
        )
        check_learns("student", config.student, student)
        if config.student_start == "teacher":
            copy_matching(student, self.teacher.module.cpu())
            self.teacher.module.to(self.device)
        return student.to(self.device)


def _stacked(tensors: Sequence[Tensor]) -> Tensor:
    """The inputs of all seeds; the same tensor where there is one alone."""
    return tensors[0] if len(tensors) == 1 else torch.cat(list(tensors))


def _copies(module: nn.Module) -> dict[str, Tensor]:
    return {name: value.clone() for name, value in module.state_dict().items()}
