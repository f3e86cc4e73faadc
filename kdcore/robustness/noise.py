"""Pixels that are disturbed one by one."""

import torch
from torch import Tensor


def gaussian_noise(images: Tensor, amount: float, seed: int) -> Tensor:
    """Independent normal noise on every value, clipped to the range.

    Args:
        images: ``[n, channels, height, width]`` from 0 to 1.
        amount: standard deviation; the range of a pixel is 1.
        seed: of the noise, which is drawn on the CPU.

    Returns:
        Images like ``images``.

    Source:
        Hendrycks, Dietterich 2019, ``gaussian_noise`` of ImageNet-C.
    """
    generator = torch.Generator().manual_seed(seed)
    noise = torch.randn(images.shape, generator=generator).to(images)
    return (images + amount * noise).clamp_(0, 1)


def salt_and_pepper(images: Tensor, amount: float, seed: int) -> Tensor:
    """Some pixels become black or white, both equally often; all channels of one together.

    Args:
        images: ``[n, channels, height, width]`` from 0 to 1.
        amount: share of the pixels.
        seed: chooses them, on the CPU.

    Returns:
        Images like ``images``.

    Source:
        Hendrycks, Dietterich 2019, ``impulse_noise`` of ImageNet-C; there each channel has pixels
        of its own.

    Example:
        >>> salt_and_pepper(torch.full((1, 3, 1, 1), 0.5), amount=1.0, seed=0).unique().numel()
        1
    """
    generator = torch.Generator().manual_seed(seed)
    count, _, height, width = images.shape
    drawn = torch.rand(count, 1, height, width, generator=generator).to(images.device)
    salted = torch.where(drawn < amount / 2, 0.0, images)
    return torch.where((drawn >= amount / 2) & (drawn < amount), 1.0, salted)
