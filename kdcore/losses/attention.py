"""Attention transfer: where in the image the two networks are active."""

import torch.nn.functional as F
from torch import Tensor

SMALLEST_NORM = 1e-12


def attention_transfer(student_features: Tensor, teacher_features: Tensor) -> Tensor:
    """Squared difference of the normalised attention maps, mean over samples and places.

    A map is the mean over the channels of the squared activations. The larger of both is averaged
    to the size of the smaller.

    Args:
        student_features: ``[batch, channels, height, width]``.
        teacher_features: likewise, of any other channels and size; receive no gradient.

    Returns:
        A scalar.

    Source:
        Zagoruyko, Komodakis: Paying More Attention to Attention, 2017, equation 2 as the authors'
        code has it (the paper writes the norm without the square).

    Example:
        >>> import torch
        >>> image = torch.eye(4)[None, None]
        >>> attention_transfer(image, 7 * image)
        tensor(0.)
    """
    height, width = (
        min(sides)
        for sides in zip(student_features.shape[2:], teacher_features.shape[2:], strict=True)
    )
    student, teacher = (
        attention_map(F.adaptive_avg_pool2d(features, (height, width)))
        for features in (student_features, teacher_features.detach())
    )
    return (student - teacher).square().mean()


def attention_map(features: Tensor) -> Tensor:
    """``[batch, channels, height, width]`` → ``[batch, height · width]`` of norm 1."""
    return F.normalize(features.square().mean(1).flatten(1), dim=1, eps=SMALLEST_NORM)
