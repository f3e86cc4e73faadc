"""The job: an ensemble learns a number with its uncertainty and teaches a small network both.

Every network answers a mean and a log variance. The teacher's answer is the mean and the variance
of its networks mixed. For each seed a plain and a distilled student begin alike and see the same
batches; the plain one learns from the numbers alone.
"""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from copy import deepcopy
from pathlib import Path

import torch
from torch import Tensor, nn

from kdcore.commands import Controls, Stopped
from kdcore.data.regression import RegressionData, Rows, load_regression
from kdcore.events import Event, Progress
from kdcore.jobs.regression.config import RegressionConfig
from kdcore.jobs.regression.events import (
    Answers,
    RegressionEpoch,
    RegressionFinished,
    RegressionScores,
    RegressionStarted,
    RegressionTaught,
    RegressionTeacher,
)
from kdcore.jobs.regression.intervals import LEVELS, NOMINAL, half_width
from kdcore.jobs.regression.record import STUDENTS
from kdcore.losses.gaussian import LEAST, MOST, gaussian_kl, gaussian_nll, mixture_moments
from kdcore.metrics.regression import interval_coverage, r_squared, root_mean_squared_error
from kdcore.models.build import build_model, start_seed
from kdcore.models.cost import parameter_count, training_operations
from kdcore.store import JobFolder
from kdcore.threads import suit_threads
from kdcore.training.batches.order import batches
from kdcore.training.devices.device import choose_device, device_name, software_versions
from kdcore.training.randomness import draws, generator, seeded

SHOWN = 300
"""Test examples whose answers are kept."""


def regress(
    config: RegressionConfig,
    controls: Controls,
    *,
    name: str,
    folder: JobFolder[RegressionConfig] | None = None,
) -> Iterator[Event]:
    """The whole experiment as events.

    Args:
        config: table, models and numbers of networks.
        controls: ``stop`` acts, between two epochs.
        name: its id.
        folder: not used: nothing but events is kept.

    Raises:
        UserError: something that a person can mend.
    """
    del folder
    config.check_used()
    began = time.perf_counter()
    base = config.base
    device = choose_device(base.device)
    data = yield from load_regression(base.dataset, base.label_column)
    known = _known(data, base.unlabelled, base.seed)
    yield RegressionStarted(
        regression=name,
        config=config.to_dict(),
        device=device_name(device),
        data=data.name if base.dataset == "diabetes" else Path(base.dataset).name,
        target=data.target,
        columns=list(data.columns),
        train_size=len(data.train.targets),
        labelled=int(known.sum()),
        test_size=len(data.test.targets),
        target_mean=data.mean,
        target_std=data.std,
        version=software_versions(),
        notes=list(data.notes),
    )
    experiment = Experiment(config, controls, data, known, device)
    stopped = False
    try:
        yield from experiment.train_teacher()
        yield from experiment.train_students()
    except Stopped:
        stopped = True
    shown = data.test.targets[:SHOWN].double() * data.std + data.mean
    yield RegressionFinished(
        regression=name,
        stopped=stopped,
        targets=shown.tolist(),
        answers={learner: experiment.shown(one) for learner, one in experiment.answers.items()},
        levels=list(LEVELS),
        seconds=time.perf_counter() - began,
    )


class Experiment:
    """What is trained, and how good it is.

    Args:
        config: see ``regress``.
        controls: see there.
        data: on the CPU.
        known: ``[n]`` of the training examples whose number the students see.
        device: where to compute.
    """

    def __init__(
        self,
        config: RegressionConfig,
        controls: Controls,
        data: RegressionData,
        known: Tensor,
        device: torch.device,
    ) -> None:
        self._config, self._controls, self._data = config, controls, data
        self._train, self._validation, self._test = (
            rows.to(device) for rows in (data.train, data.validation, data.test)
        )
        self._known, self._device = known.to(device), device
        self._targets = data.test.targets.double()
        self._teacher_targets: tuple[Tensor, Tensor] | None = None
        """The teacher's mean and log variance on training data."""
        self.answers: dict[str, tuple[Tensor, Tensor]] = {}
        """Mean and variance on test data: of the teacher and the students of the first seed."""

    def train_teacher(self) -> Iterator[Event]:
        """Train the networks of the teacher, each to its best epoch on validation data."""
        base, count = self._config.base, self._config.networks
        networks: list[nn.Module] = []
        for number in range(count):
            began = time.perf_counter()
            network = self._built(base.teacher, start_seed(base.seed, number))
            yield from self._fit_teacher(network, number)
            networks.append(network)
            mean, log_variance = answer(network, self._test)
            yield RegressionTeacher(
                network=number + 1,
                of=count,
                scores=self._scores(mean, log_variance.exp()),
                seconds=time.perf_counter() - began,
            )
        mean, variance = _together(networks, self._test)
        teacher_mean, teacher_variance = _together(networks, self._train)
        self._teacher_targets = teacher_mean, teacher_variance.log()
        self.answers["teacher"] = mean, variance
        student = self._built(base.student, base.seed)
        yield RegressionTaught(
            scores=self._scores(mean, variance),
            parameters={
                "teacher": sum(map(parameter_count, networks)),
                "student": parameter_count(student),
            },
        )

    def train_students(self) -> Iterator[Event]:
        """Train plain and distilled student of every seed."""
        assert self._teacher_targets, "the teacher comes first"
        base = self._config.base
        for seed in range(base.seed, base.seed + self._config.pairs):
            networks = {name: self._built(base.student, seed) for name in STUDENTS}
            optimizers = {
                name: torch.optim.Adam(one.parameters(), lr=base.lr)
                for name, one in networks.items()
            }
            step = 0
            for epoch in range(1, base.epochs + 1):
                self._controls.raise_if_stopped()
                began = time.perf_counter()
                for batch in batches(len(self._train.targets), base.batch_size, seed, epoch):
                    for name, network in networks.items():
                        weight = base.weight if name != "plain" else 0.0
                        with _chance(network, seed, "regression dropout", step):
                            loss = self._loss(network, batch, weight)
                        _step(network, optimizers[name], loss)
                    step += 1
                found = {name: answer(one, self._test) for name, one in networks.items()}
                if seed == base.seed:
                    for name, (mean, log_variance) in found.items():
                        self.answers[name] = mean, log_variance.exp()
                yield RegressionEpoch(
                    seed=seed,
                    epoch=epoch,
                    students={
                        name: self._scores(mean, log_variance.exp())
                        for name, (mean, log_variance) in found.items()
                    },
                    seconds=time.perf_counter() - began,
                )

    def shown(self, answered: tuple[Tensor, Tensor]) -> Answers:
        """A learner's answers in the unit of the number, and what its intervals cover."""
        mean, deviation = self._in_unit(*answered)
        targets = self._targets * self._data.std + self._data.mean
        return Answers(
            mean=mean[:SHOWN].tolist(),
            deviation=deviation[:SHOWN].tolist(),
            covered=[float(interval_coverage(mean, deviation, targets, level)) for level in LEVELS],
        )

    def _built(self, spec: str, seed: int) -> nn.Module:
        shape = (len(self._data.columns),)
        network = build_model(spec, shape, 2, seed)
        suit_threads(training_operations([network], shape, self._config.base.batch_size))
        return network.to(self._device)

    def _fit_teacher(self, network: nn.Module, number: int) -> Iterator[Event]:
        base = self._config.base
        optimizer = torch.optim.Adam(network.parameters(), lr=base.lr)
        seed = start_seed(base.seed, number)
        best, kept = float("inf"), network.state_dict()
        step = 0
        for epoch in range(1, base.teacher_epochs + 1):
            self._controls.raise_if_stopped()
            for batch in batches(len(self._train.targets), base.batch_size, seed, epoch):
                with _chance(network, seed, "regression teacher dropout", step):
                    mean, log_variance = _halves(network(self._train.inputs[batch]))
                loss = gaussian_nll(mean, log_variance, self._train.targets[batch])
                _step(network, optimizer, loss)
                step += 1
            nll = float(gaussian_nll(*answer(network, self._validation), self._validation.targets))
            if nll < best:
                best, kept = nll, deepcopy(network.state_dict())
            yield Progress(
                task="teacher",
                done=number * base.teacher_epochs + epoch,
                total=self._config.networks * base.teacher_epochs,
            )
        network.load_state_dict(kept)

    def _loss(self, network: nn.Module, batch: Tensor, weight: float) -> Tensor:
        """(1−λ) · NLL of the numbers that are known + λ · KL from the teacher."""
        assert self._teacher_targets, "the teacher comes first"
        mean, log_variance = _halves(network(self._train.inputs[batch]))
        known = self._known[batch]
        loss = mean.sum() * 0.0
        if bool(known.any()):
            nll = gaussian_nll(mean[known], log_variance[known], self._train.targets[batch][known])
            loss = loss + (1 - weight) * nll * known.float().mean()
        if weight:
            teacher_mean, teacher_log_variance = (part[batch] for part in self._teacher_targets)
            kl = gaussian_kl(teacher_mean, teacher_log_variance, mean, log_variance)
            loss = loss + weight * kl
        return loss

    def _in_unit(self, mean: Tensor, variance: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and deviation as the table has them, float64 on the CPU."""
        std = self._data.std
        return mean.cpu().double() * std + self._data.mean, variance.cpu().double().sqrt() * std

    def _scores(self, mean: Tensor, variance: Tensor) -> RegressionScores:
        shown, deviation = self._in_unit(mean, variance)
        targets = self._targets * self._data.std + self._data.mean
        return RegressionScores(
            rmse=float(root_mean_squared_error(shown, targets)),
            r2=float(r_squared(shown, targets)),
            nll=float(gaussian_nll(shown, 2 * deviation.log(), targets)),
            coverage=float(interval_coverage(shown, deviation, targets, NOMINAL)),
            width=float(2 * half_width(NOMINAL) * deviation.mean()),
        )


@torch.no_grad()
def answer(network: nn.Module, rows: Rows) -> tuple[Tensor, Tensor]:
    """Mean and log variance ``[n]`` of a network's answers, in evaluation mode."""
    was_training = network.training
    outputs = network.eval()(rows.inputs)
    network.train(was_training)
    return _halves(outputs)


def _halves(outputs: Tensor) -> tuple[Tensor, Tensor]:
    return outputs[:, 0], outputs[:, 1].clamp(LEAST, MOST)


def _together(networks: list[nn.Module], rows: Rows) -> tuple[Tensor, Tensor]:
    means, log_variances = zip(*(answer(one, rows) for one in networks), strict=True)
    return mixture_moments(torch.stack(means), torch.stack(log_variances).exp())


def _chance(network: nn.Module, seed: int, purpose: str, step: int) -> AbstractContextManager[None]:
    """Around an answer in training mode: its dropout depends on seed and step alone."""
    return seeded(seed, purpose, step) if draws(network) else nullcontext()


def _step(network: nn.Module, optimizer: torch.optim.Optimizer, loss: Tensor) -> None:
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()
    if hasattr(network, "constrain"):
        network.constrain()  # type: ignore[operator]


def _known(data: RegressionData, unlabelled: float, seed: int) -> Tensor:
    """Which training examples keep their number, at least one."""
    count = len(data.train.targets)
    kept = max(1, round((1 - unlabelled) * count))
    known = torch.zeros(count, dtype=torch.bool)
    known[torch.randperm(count, generator=generator(seed, "labels"))[:kept]] = True
    return known
