"""A sample's classes taken apart: its own, and all the others."""

import torch
from torch import Tensor


def target_log_probability(log_probabilities: Tensor, labels: Tensor) -> Tensor:
    """What ``[..., batch, classes]`` says of each sample's own class, ``[..., batch]``."""
    index = labels.expand(log_probabilities.shape[:-1])[..., None]
    return log_probabilities.gather(-1, index).squeeze(-1)


def other_classes(values: Tensor, labels: Tensor) -> Tensor:
    """The columns of all classes but the sample's own, ``[..., batch, classes − 1]``.

    They come in cyclic order from the class after the label: taken out rather than masked, so
    that no softmax over them has to be mended afterwards.
    """
    classes = values.shape[-1]
    steps = torch.arange(1, classes, device=values.device)
    index = (labels[..., None] + steps) % classes
    return values.gather(-1, index.expand(*values.shape[:-1], classes - 1))
