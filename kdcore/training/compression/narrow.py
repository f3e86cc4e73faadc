"""Structured pruning: whole neurons or channels are taken out, so that the network is narrower."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.utils import prune

from kdcore.jobs.compression.config import CompressionConfig
from kdcore.models.build import build_model
from kdcore.models.convnet import ConvNet
from kdcore.models.mlp import MLP
from kdcore.training.compression.student import CompressedStudent, Student

Index = dict[str, Sequence[Tensor | None]]
"""By entry of the state dict: what is kept along each axis, ``None`` for all."""


def narrow(student: Student, config: CompressionConfig) -> CompressedStudent:
    """Take ``narrow_share`` of the neurons or channels out of every hidden layer.

    Those go whose incoming weights have the least norm.

    Source:
        Li et al.: Pruning Filters for Efficient ConvNets, 2016 (filters by the norm of their
        weights; here L2).
    """
    module = student.module
    assert isinstance(module, MLP | ConvNet), "the configuration refuses the stage for others"
    if isinstance(module, MLP):
        layers: list[nn.Module] = list(module.layers[:-1])
    else:
        layers = [part for part in module.features if isinstance(part, nn.Conv2d)]
    outputs_to_keep = [kept_outputs(layer, config.narrow_share) for layer in layers]
    index = (
        _of_mlp(outputs_to_keep)
        if isinstance(module, MLP)
        else _of_convnet(module, outputs_to_keep)
    )
    family = student.model.partition(":")[0]
    model = f"{family}:{','.join(str(len(each)) for each in outputs_to_keep)}"
    smaller = build_model(model, student.input_shape, student.classes, seed=0)
    smaller.load_state_dict(
        {name: _taken(value, index.get(name, ())) for name, value in module.state_dict().items()}
    )
    return CompressedStudent(smaller, model)


def kept_outputs(layer: nn.Module, share: float) -> Tensor:
    """The outputs of a layer that stay, in order: all but ``share`` of them, and at least one."""
    weight: Tensor = layer.weight.detach()  # type: ignore[operator]
    removed = min(round(share * len(weight)), len(weight) - 1)
    scratch = nn.Module()
    scratch.weight = nn.Parameter(weight.clone())
    prune.ln_structured(scratch, "weight", amount=removed, n=2, dim=0)
    mask: Tensor = scratch.weight_mask  # type: ignore[assignment]
    return mask.flatten(1).any(1).nonzero().squeeze(1)


def _of_mlp(outputs_to_keep: Sequence[Tensor]) -> Index:
    index: Index = {}
    for number, (inputs, outputs) in enumerate(
        zip([None, *outputs_to_keep], [*outputs_to_keep, None], strict=True)
    ):
        index |= {f"layers.{number}.weight": (outputs, inputs), f"layers.{number}.bias": (outputs,)}
    return index


def _of_convnet(module: ConvNet, outputs_to_keep: Sequence[Tensor]) -> Index:
    index: Index = {"head.weight": (None, outputs_to_keep[-1])}
    inputs: Tensor | None = None
    waiting = list(outputs_to_keep)
    for number, part in enumerate(module.features):
        if isinstance(part, nn.Conv2d):
            outputs = waiting.pop(0)
            index[f"features.{number}.weight"] = (outputs, inputs)
            inputs = outputs
        elif isinstance(part, nn.BatchNorm2d):
            for name in ("weight", "bias", "running_mean", "running_var"):
                index[f"features.{number}.{name}"] = (inputs,)
    return index


def _taken(value: Tensor, along: Sequence[Tensor | None]) -> Tensor:
    for axis, index in enumerate(along):
        if index is not None:
            value = torch.index_select(value, axis, index)
    return value
