"""How a sweep's cells are divided: what may be trained jointly, and what is worth it here.

Small nets gain by being trained together, since a step costs more in calls than in arithmetic.
Wide nets do not, and a processor's cores serve several processes of one thread better than one
process of several. So a few steps of both are timed before the sweep begins.
"""

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from kdcore.catalogue import method_of
from kdcore.data import Dataset
from kdcore.errors import UserError
from kdcore.jobs.run.config import RunConfig
from kdcore.models.build import build_model
from kdcore.models.cost import activations, training_operations
from kdcore.threads import available_cores, suit_threads
from kdcore.training.batches.order import batch_count
from kdcore.training.devices.precision import model_precision
from kdcore.training.grid.network_layout import NetworkLayout
from kdcore.training.networks.stacked_convnet import memory_of_stacked
from kdcore.training.networks.students import Students
from kdcore.training.transfer_batches import batch_size

START_UP = 5.0
"""Seconds until a new process has loaded torch and the data."""
SIZES = (1, 4, 16, 64)
"""Students together that are timed."""
STEPS, LONGEST = 4, 0.4
"""Steps timed of each, and the seconds after which no more are begun."""
SHARE_OF_MEMORY = 0.5
"""Of what is free, for students."""
GIBIBYTE = 1024.0**3


@dataclass(frozen=True, slots=True)
class SweepPlan:
    """The division of a sweep."""

    groups: list[list[int]]
    """Numbers of the cells that are trained jointly."""
    workers: int
    """Processes of one thread each; 0 for none beside this one."""


def joint_groups(cells: Sequence[RunConfig]) -> list[list[int]]:
    """The cells that one loop can train: equal but for T, λ, lr, method and seed.

    A method that takes more than a teacher's logits goes with itself alone.

    Each rectangle has every combination of its seeds with its other settings.
    """
    alike: dict[str, dict[RunConfig, dict[int, int]]] = {}
    for number, config in enumerate(cells):
        differing = {"temperature", "weight", "lr", "seed"}
        if method_of(config.method).acts_on == "logits":
            differing.add("method")
        values = config.to_dict().items()
        shared = {name: value for name, value in values if name not in differing}
        # methods that cannot share a group are kept apart
        alike.setdefault(repr(shared), {}).setdefault(config.replace(seed=0), {})[config.seed] = (
            number
        )
    found = []
    for members in alike.values():
        by_seeds: dict[tuple[int, ...], list[int]] = {}
        for seeds in members.values():
            by_seeds.setdefault(tuple(sorted(seeds)), []).extend(seeds.values())
        found += list(by_seeds.values())
    return found


def split_group(
    cells: Sequence[RunConfig], rectangle: Sequence[int], parts: int
) -> list[list[int]]:
    """A rectangle in about ``parts`` equal ones: by its settings, then by its seeds."""
    of_member: dict[RunConfig, list[int]] = {}
    for number in rectangle:
        of_member.setdefault(cells[number].replace(seed=0), []).append(number)
    members = list(of_member.values())
    by_member = min(parts, len(members))
    shares = [
        [number for member in members[at::by_member] for number in member]
        for at in range(by_member)
    ]
    by_seed = min(-(-parts // by_member), len(members[0]))
    if by_seed == 1:
        return shares
    seeds = sorted({cells[number].seed for number in rectangle})
    return [
        [number for number in share if cells[number].seed in seeds[at::by_seed]]
        for share in shares
        for at in range(by_seed)
    ]


def plan(
    cells: Sequence[RunConfig],
    data: Dataset,
    device: torch.device,
    *,
    executor: str = "auto",
    cluster_workers: int = 0,
) -> SweepPlan:
    """Divide the cells.

    Args:
        cells: the sweep's runs.
        data: on ``device``.
        device: where to train.
        executor: ``joint`` and ``processes`` are obeyed, ``auto`` takes what is quicker here.
        cluster_workers: of a cluster whose machines are like this one; each gets about as many
            students, whatever is quicker here.

    Raises:
        UserError: a single student does not fit into memory.
    """
    groups: list[list[int]] = []
    workers = 0
    cores = available_cores()
    found = joint_groups(cells)
    counts = [_count(cells, rectangle) for rectangle in found]
    for rectangle, students in zip(found, counts, strict=True):
        config = cells[rectangle[0]]
        fits = students_that_fit(config, data, device)
        parts, limit = 1, fits
        if cluster_workers:
            parts = -(-cluster_workers * students // sum(counts))
            limit = fits if device.type != "cpu" else max(1, fits // cores)
        elif device.type == "cpu" and executor != "joint" and cores > 1:
            rates = _seconds_per_student(config, data, device, min(fits, students))
            best = min(rates, key=rates.__getitem__)
            steps = config.epochs * batch_count(
                len(data.train.labels), batch_size(config, len(data.train.labels))
            )
            here = students * rates[best] * steps
            if best < max(rates):  # more together would be slower
                limit = best
            if executor == "processes" or here / cores + START_UP < here:
                parts = min(cores, students)
                workers = max(workers, parts)
                limit = max(1, min(limit, fits // cores))
        groups += _small_enough(cells, rectangle, parts, limit)
    return SweepPlan(groups, workers)


def _small_enough(
    cells: Sequence[RunConfig], rectangle: Sequence[int], parts: int, limit: int
) -> list[list[int]]:
    """At least ``parts`` groups of at most ``limit`` students; a cell is never divided.

    Every group has plain students of its own, so that more groups are more students.
    """
    while True:
        groups = split_group(cells, rectangle, parts)
        largest = max(_count(cells, group) for group in groups)
        if largest <= limit or len(groups) == len(rectangle):
            return groups
        parts = max(parts + 1, parts * largest // (limit + 1))


def _count(cells: Sequence[RunConfig], numbers: Sequence[int]) -> int:
    """Networks of a group, those of plain students included."""
    return NetworkLayout({number: cells[number] for number in numbers}).count


def students_that_fit(config: RunConfig, data: Dataset, device: torch.device) -> int:
    """How many students can be trained together.

    Raises:
        UserError: not even one.
    """
    needs, free = memory_of_student(config, data), free_memory(device)
    fits = int(free * SHARE_OF_MEMORY / needs)
    if fits < 1:
        raise UserError("sweep_memory", needs=needs / GIBIBYTE, free=free / GIBIBYTE)
    return fits


def memory_of_student(config: RunConfig, data: Dataset) -> float:
    """Bytes that one more student takes, estimated.

    Of each weight 20: itself, its gradient and Adam's two moments, and besides, where networks are
    stacked, the first two rounded to bf16, elsewhere the copy that answers an evaluation. The
    activations of a batch; what a stacked convolution works with; logits of all examples that it
    is evaluated on, four times over. The teacher and its copy, one of all students, are left out.
    """
    with torch.device("meta"):
        module = build_model(config.student, data.input_shape, len(data.classes), 0)
    weights = sum(parameter.numel() for parameter in module.parameters())
    evaluated = len(data.test.labels) + len(data.validation.labels)
    size = batch_size(config, len(data.train.labels))
    values = activations(module, data.input_shape)
    stacked = memory_of_stacked(module, data.input_shape)
    answers = 16.0 * evaluated * len(data.classes)
    return 20.0 * weights + 4.0 * size * values + stacked + answers


def free_memory(device: torch.device) -> float:
    """Bytes."""
    if device.type == "cuda":
        return float(torch.cuda.mem_get_info(device)[0])
    try:
        return float(os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    except (ValueError, OSError):  # unknown on this system
        return 4 * GIBIBYTE


def _seconds_per_student(
    config: RunConfig, data: Dataset, device: torch.device, most: int
) -> dict[int, float]:
    """Seconds of a step, by the number of students that take it together, for one of them."""
    size = batch_size(config, len(data.train.labels))
    inputs = data.normalised(data.train.inputs[:size])[None]
    precision = model_precision(config.student, config, data, device)
    found: dict[int, float] = {}
    began_all = time.perf_counter()
    for count in sorted({min(count, most) for count in SIZES}):
        modules = [
            build_model(config.student, data.input_shape, len(data.classes), seed)
            for seed in range(count)
        ]
        students = Students(
            [modules],
            optimizer=config.optimizer,
            lr=[config.lr] * count,
            seeds=range(count),
            precision=precision,
            device=device,
            input_shape=data.input_shape,
        )
        suit_threads(training_operations(modules, data.input_shape, size))  # as it will be trained
        times: list[float] = []
        while len(times) <= STEPS and sum(times) < LONGEST:
            began = time.perf_counter()
            logits = students.forward(inputs)
            students.learn(logits * 1e-3, [config.lr] * count)
            times.append(time.perf_counter() - began)
        found[count] = min(times[1:] or times) / count
        if time.perf_counter() - began_all > LONGEST * len(SIZES):
            break
    return found
