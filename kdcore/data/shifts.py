"""Changes of all images of a data set, as target data for domain adaptation."""

import torch
from torch import Tensor

TOGETHER = 10_000
"""Images that are changed at once."""


def rotated(images: Tensor, generator: torch.Generator, white: int, *, degrees: float) -> Tensor:
    """All images turned anticlockwise by the same angle; what comes in is black.

    Args:
        images: uint8 ``[n, c, h, w]``.
        generator: not drawn from.
        white: not asked.
        degrees: the angle.

    Returns:
        New images like ``images``.

    Source:
        Ghifary et al.: Domain Generalization for Object Recognition with Multi-task Autoencoders,
        2015 (rotated MNIST).
    """
    from torchvision.transforms.v2 import InterpolationMode  # noqa: PLC0415  (1 s)
    from torchvision.transforms.v2.functional import rotate  # noqa: PLC0415

    del generator, white
    return torch.cat(
        [
            rotate(part, degrees, interpolation=InterpolationMode.BILINEAR)
            for part in images.split(TOGETHER)
        ]
    )


def coloured(images: Tensor, generator: torch.Generator, white: int, *, strength: float) -> Tensor:
    """Each image in two random colours: one for its black, one for its white.

    Of a value x from 0 to 1 becomes (1 − x) · s · b + x · (1 − s + s · f) with colours b and f that
    are drawn for each image, and s the strength.

    Args:
        images: uint8 ``[n, 3, h, w]``.
        generator: on the CPU.
        white: the value of white.
        strength: s, from 0 (unchanged) to 1.

    Returns:
        New images like ``images``.

    Source:
        A plain form of MNIST-M: Ganin, Lempitsky: Unsupervised Domain Adaptation by
        Backpropagation, 2015.
    """
    low, high = torch.rand(2, len(images), 3, 1, 1, generator=generator)
    low, high = strength * low, 1 - strength + strength * high
    parts = [
        torch.lerp(low[at : at + TOGETHER], high[at : at + TOGETHER], part.float() / white)
        for at, part in zip(range(0, len(images), TOGETHER), images.split(TOGETHER), strict=True)
    ]
    return torch.cat([(part * white).round().byte() for part in parts])
