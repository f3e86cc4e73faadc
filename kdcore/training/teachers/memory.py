"""Whether the networks of a run fit into a device's memory, before any is built."""

import os
from functools import lru_cache
from pathlib import Path

import torch

from kdcore.catalogue import is_forest, is_given, parse_models
from kdcore.data import Dataset
from kdcore.errors import UserError
from kdcore.jobs.run.config import RunConfig
from kdcore.models.build import build_model
from kdcore.models.given import given_module

GIBIBYTE = 1 << 30
WEIGHT = 4
"""Bytes."""
COPIES = {"adam": 4, "sgd": 3, "gd": 2, "muon": 3}
"""Of each weight while a network learns: itself, its gradient, the moments of the optimizer."""
CONTAINER = Path("/sys/fs/cgroup/memory.max")
"""What a container may take, in bytes, or ``max``."""


def check_memory(config: RunConfig, data: Dataset, device: torch.device) -> None:
    """Refuse models whose weights alone are more than the device has in all.

    The estimate is from below: activations, data and copies that only answer are left out.

    Raises:
        UserError: they do not fit.
    """
    has = whole_memory(device)
    needs = least_memory(config, tuple(data.input_shape), len(data.classes))
    if needs > has:
        raise UserError(
            "models_memory", needs=needs / GIBIBYTE, has=has / GIBIBYTE, device=device.type
        )


def least_memory(config: RunConfig, shape: tuple[int, ...], classes: int) -> float:
    """Bytes of all weights at the moment at which there are most.

    Args:
        config: of the run; a teacher that a file holds is as large as the file.
        shape: of an input, without the batch.
        classes: how many the output has.
    """
    held = 0.0  # by networks that have learned
    most = 0.0
    if not config.teacher_weights:
        for model in config.teachers:
            weights = WEIGHT * _weights(model, shape, classes)
            most = max(most, held + COPIES["adam"] * weights)
            held += weights
    students = (2 if config.students == "both" else 1) * config.networks
    assistants = [(model, 1) for model in parse_models(config.assistants)]
    for model, count in [*assistants, (config.student, students)]:
        weights = WEIGHT * count * _weights(model, shape, classes)
        most = max(most, held + COPIES[config.optimizer] * weights)
        held += weights
    return most


def whole_memory(device: torch.device) -> float:
    """Bytes that a device has, or of this machine's as many as this process may use."""
    if device.type == "cuda":
        return float(torch.cuda.mem_get_info(device)[1])
    try:
        machine = float(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    except (ValueError, OSError):  # unknown on this system
        return float("inf")
    try:
        return min(machine, float(CONTAINER.read_text(encoding="ascii")))
    except (OSError, ValueError):
        return machine


def _weights(model: str, shape: tuple[int, ...], classes: int) -> int:
    if is_given(model):
        return sum(weight.numel() for weight in given_module(model).module.parameters())
    return _weights_of_catalogue(model, shape, classes)


@lru_cache(maxsize=64)
def _weights_of_catalogue(model: str, shape: tuple[int, ...], classes: int) -> int:
    if is_forest(model):  # it has no more of them than its data have examples
        return 0
    with torch.device("meta"):
        module = build_model(model, shape, classes, 0)
    return sum(weight.numel() for weight in module.parameters())
