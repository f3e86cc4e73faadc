"""How far a recipe is, by an estimate of its arithmetic, and how long it has taken."""

import time
from collections.abc import Iterator, Mapping, Sequence

import torch

from kdcore.catalogue import is_forest, parse_models
from kdcore.data import Dataset
from kdcore.jobs.recipe.events import RecipeProgress
from kdcore.jobs.run.config import RunConfig
from kdcore.models.build import build_model
from kdcore.models.cost import rough_operations
from kdcore.training.objective.student_specs import student_names
from kdcore.training.recipe.measures import passes_of
from kdcore.training.transfer_batches import transfer_of

PERIOD = 2.0
"""Seconds between two events at least."""
OF_A_FOREST = 10_000.0
"""Weights of a network whose step costs about what an example costs a forest."""


class Meter:
    """Adds up what is done.

    Args:
        costs: of every piece of work, by its name.
        seconds: that were worked before.
    """

    def __init__(self, costs: Mapping[str, float], seconds: float) -> None:
        self._costs = dict(costs)
        self._shares = dict.fromkeys(costs, 0.0)
        self._began = time.perf_counter() - seconds
        self._reported = -PERIOD

    @property
    def seconds(self) -> float:
        """That were worked, also before."""
        return time.perf_counter() - self._began

    def reach(self, names: Sequence[str], share: float) -> None:
        """Some pieces are done to this share."""
        for name in names:
            self._shares[name] = max(self._shares[name], share)

    def report(
        self, trials: Sequence[str], *, measuring: bool = False, now: bool = False
    ) -> Iterator[RecipeProgress]:
        """An event, where one is due or wanted ``now``; ``measuring`` trained networks, or not."""
        if not now and self.seconds - self._reported < PERIOD:
            return
        self._reported = self.seconds
        done = sum(self._costs[name] * share for name, share in self._shares.items())
        total = sum(self._costs.values()) or 1.0
        yield RecipeProgress(
            done=done / total,
            seconds=self.seconds,
            trials=list(dict.fromkeys(trials)),
            measuring=measuring,
        )


def teacher_cost(config: RunConfig, data: Dataset) -> float:
    """What a part's teachers and assistants cost, in weights times examples."""
    teachers = sum(network_cost(model, data) for model in config.teachers)
    return teachers * config.teacher_epochs * len(data.train.labels)


def students_cost(config: RunConfig, data: Dataset) -> float:
    """What the students of a run cost, with assistants, in weights times examples."""
    nets = len(student_names(config)) * config.networks
    assistants = sum(network_cost(model, data) for model in parse_models(config.assistants))
    whole = network_cost(config.student, data) * nets + assistants
    return whole * config.epochs * len(transfer_of(config, data).labels)


def measures_cost(config: RunConfig, names: Sequence[str], data: Dataset) -> float:
    """What the measures of a trial cost, in weights times examples.

    A step of training passes an example forward and, for twice as much, backward.
    """
    students = network_cost(config.student, data) * len(student_names(config)) * config.networks
    networks = students + sum(network_cost(model, data) for model in config.teachers)
    return networks * sum(passes_of(name, data, config) for name in names) / 3


def network_cost(model: str, data: Dataset) -> float:
    """Weights; of a convolutional network as often as they are used, roughly."""
    if is_forest(model):
        return OF_A_FOREST
    with torch.device("meta"):
        module = build_model(model, data.input_shape, len(data.classes), 0)
    return rough_operations(module, data.input_shape)
