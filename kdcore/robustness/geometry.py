"""Images that are turned or moved; what leaves the frame is lost, black comes in."""

import torch
from torch import Tensor
from torchvision.transforms.v2 import InterpolationMode, functional

DIRECTIONS = ((0, -1), (1, 0), (0, 1), (-1, 0))
"""Up, right, down, left as ``(across, down)``."""


def rotation(images: Tensor, amount: float, seed: int) -> Tensor:
    """Each image is turned about its middle, one way or the other at random.

    Args:
        images: ``[n, channels, height, width]`` from 0 to 1.
        amount: degrees.
        seed: of the way, drawn on the CPU.

    Returns:
        Images like ``images``, interpolated linearly.

    Source:
        Engstrom et al. 2019, section 3.
    """
    left = _drawn(2, len(images), seed).bool().to(images.device)[:, None, None, None]
    one, other = (
        functional.rotate(images, angle, interpolation=InterpolationMode.BILINEAR)
        for angle in (amount, -amount)
    )
    turned: Tensor = torch.where(left, one, other)
    return turned


def shift(images: Tensor, amount: float, seed: int) -> Tensor:
    """Each image is moved up, right, down or left at random.

    Args:
        images: ``[n, channels, height, width]`` from 0 to 1.
        amount: distance, as a share of the side along which it is moved.
        seed: of the direction, drawn on the CPU.

    Returns:
        Images like ``images``, interpolated linearly.

    Source:
        Engstrom et al. 2019, section 3.
    """
    height, width = images.shape[-2:]
    chosen = _drawn(len(DIRECTIONS), len(images), seed)
    moved = torch.empty_like(images)
    for number, (across, down) in enumerate(DIRECTIONS):
        own = (chosen == number).to(images.device)
        moved[own] = functional.affine(
            images[own],
            angle=0.0,
            translate=[across * amount * width, down * amount * height],
            scale=1.0,
            shear=[0.0, 0.0],
            interpolation=InterpolationMode.BILINEAR,
        )
    return moved


def _drawn(values: int, count: int, seed: int) -> Tensor:
    return torch.randint(values, (count,), generator=torch.Generator().manual_seed(seed))
