"""Unstructured pruning: the smallest weights of every layer become zero and stay so.

Zeros take as much room and time as any number: a dense file does not shrink, only a packed one.

Source:
    Han et al.: Learning both Weights and Connections for Efficient Neural Networks, 2015
    (magnitude pruning, then retraining what is left).
"""

from collections.abc import Iterator
from copy import deepcopy

import torch
from torch import nn
from torch.nn.utils import prune

from kdcore.jobs.compression.config import CompressionConfig
from kdcore.training.compression.student import CompressedStudent, Student, as_used


def pruned(student: Student, config: CompressionConfig) -> CompressedStudent:
    """Zero ``prune_share`` of the weights of each layer, those of least magnitude; no biases.

    A mask keeps them at zero while the rest is distilled again.
    """
    module = deepcopy(student.module)
    for layer in _layers(module):
        # the tool lays the scores out flat, which weights with the channels innermost are not
        scores = layer.weight.detach().contiguous()  # type: ignore[operator]
        prune.l1_unstructured(
            layer, "weight", amount=float(config.prune_share), importance_scores=scores
        )
    return CompressedStudent(module, student.model, finish=remove_masks)


def remove_masks(module: nn.Module) -> nn.Module:
    """A copy in which the masked weights are plain zeros and the masks are gone."""
    for layer in _layers(module):
        # every forward pass makes it anew from weight and mask, and a copy takes leaves alone
        layer.weight = layer.weight.detach()  # type: ignore[operator]
    plain = as_used(module)
    for layer in _layers(plain):
        prune.remove(layer, "weight")
    # the product with a mask has another order in memory, in which convolutions are slower
    return plain.to(memory_format=torch.channels_last)


def _layers(module: nn.Module) -> Iterator[nn.Module]:
    return (part for part in module.modules() if isinstance(part, nn.Linear | nn.Conv2d))
