"""A network of other data, adapted to those of a run without changing its predictions."""

import torch
from torch import Tensor, nn

from kdcore.data import Dataset
from kdcore.data.for_teacher import Trained
from kdcore.models.added_trees import AddedTrees
from kdcore.models.ensemble import members_of
from kdcore.models.mlp import MLP
from kdcore.models.trees import Trees


def adapt(network: nn.Module, trained: Trained, data: Dataset, *, inputs: bool = True) -> None:
    """Change ``network`` in place so that it takes the inputs and classes of ``data``.

    It was trained on inputs ``(x − mean) / std`` and gets those that ``data`` normalises: what
    lies between the two is written into its first layer. Its logits get the order of the classes.

    Args:
        network: with the weights of a file; or an ensemble.
        trained: what the file says of its data.
        data: of the run.
        inputs: whether its inputs are those of ``data``; else only its classes are looked at.
    """
    order, other = trained.order(data), trained.other_inputs(data) if inputs else None
    for member in members_of(network):
        if order:
            _reorder(member, torch.tensor(order))
        if other and isinstance(member, MLP | Trees):
            _feed(member, *_between(data, *other))


def _between(data: Dataset, mean: Tensor, std: Tensor) -> tuple[Tensor, Tensor]:
    """Factor and summand that turn normalised inputs of ``data`` into those of a network.

    Args:
        data: of the run.
        mean: that the network was trained with, in the units in which inputs are brought.
        std: likewise.

    Returns:
        float64, one for each input, ``[channels · height · width]`` or ``[features]``.
    """
    factor = data.brought_std / std
    summand = (data.brought_mean - mean) / std
    return (factor.expand(data.input_shape).flatten(), summand.expand(data.input_shape).flatten())


@torch.no_grad()
def _feed(member: MLP | Trees, factor: Tensor, summand: Tensor) -> None:
    if isinstance(member, Trees):
        features = member.feature.long()
        moved = (member.threshold.double() - summand[features]) / factor[features]
        member.threshold.copy_(moved.float())
        return
    first = member.layers[0]
    assert isinstance(first, nn.Linear), "an MLP has linear layers"
    weight = first.weight.double()
    first.bias.copy_(first.bias.double() + weight @ summand)
    first.weight.copy_(weight * factor)


@torch.no_grad()
def _reorder(member: nn.Module, order: Tensor) -> None:
    """Logits in another order: the last linear layer of a net, the leaves of trees."""
    if isinstance(member, Trees):
        member.value.copy_(member.value[:, order])
        if isinstance(member, AddedTrees):
            member.baseline.copy_(member.baseline[order])
        return
    *_, last = (part for part in member.modules() if isinstance(part, nn.Linear))
    last.weight.copy_(last.weight[order])
    last.bias.copy_(last.bias[order])
