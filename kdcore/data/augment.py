"""Random changes of a whole batch of images at once."""

import torch
import torch.nn.functional as F
from torch import Tensor

from kdcore.data.sent import sent
from kdcore.errors import UserError

SMALL_SHIFT, LARGE_SHIFT, LARGE_SIDE = 2, 4, 32
"""Pixels: 4 is the usual padding for CIFAR's 32×32, 2 suits 28×28 and 8×8."""


def augmented(inputs: Tensor, kind: str, generator: torch.Generator) -> Tensor:
    """Shift each image at random, and for ``shift_flip`` mirror half of them.

    What leaves the frame is lost and zeros come in.

    Args:
        inputs: uint8 ``[batch, channels, height, width]``.
        kind: ``shift`` or ``shift_flip``.
        generator: draws on its own device, whatever the device of ``inputs``.

    Returns:
        New images like ``inputs``.

    Raises:
        UserError: the inputs are not images.
    """
    if inputs.ndim != 4:
        raise UserError("augment_needs_images", augment=kind)
    batch, channels, height, width = inputs.shape
    most = LARGE_SHIFT if min(height, width) >= LARGE_SIDE else SMALL_SHIFT
    shifts = sent(_drawn(2 * most + 1, (2, batch, 1), generator), inputs.device)
    rows = torch.arange(height, device=inputs.device) + shifts[0]
    columns = torch.arange(width, device=inputs.device) + shifts[1]
    if kind == "shift_flip":
        mirrored = sent(_drawn(2, (batch, 1), generator).bool(), inputs.device)
        columns = torch.where(mirrored, columns.flip(1), columns)
    pixels = rows[:, :, None] * (width + 2 * most) + columns[:, None, :]
    index = pixels.view(batch, 1, -1).expand(-1, channels, -1)
    padded = F.pad(inputs, (most, most, most, most)).flatten(2)
    return padded.gather(2, index).view_as(inputs)


def _drawn(values: int, shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
    return torch.randint(values, shape, generator=generator, device=generator.device)
