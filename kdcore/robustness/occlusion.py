"""Something in front of what is to be recognised."""

import torch
from torch import Tensor

GREY = 0.5


def occlusion(images: Tensor, amount: float, seed: int) -> Tensor:
    """A grey square hides a part of each image; it lies wholly inside, anywhere.

    ``torchvision.transforms.v2.functional.erase`` takes one place for all images; each has its own
    here.

    Args:
        images: ``[n, channels, height, width]`` from 0 to 1.
        amount: side of the square, as a share of the shorter side, rounded to whole pixels.
        seed: of the places, which are drawn on the CPU.

    Returns:
        Images like ``images``.

    Source:
        DeVries, Taylor 2017 (cutout), where the square may stick out of the image.
    """
    generator = torch.Generator().manual_seed(seed)
    count, _, height, width = images.shape
    side = max(1, round(amount * min(height, width)))
    top, left = (
        torch.randint(room - side + 1, (count, 1), generator=generator) for room in (height, width)
    )
    rows = torch.arange(height) - top
    columns = torch.arange(width) - left
    hidden = ((rows >= 0) & (rows < side))[:, :, None] & ((columns >= 0) & (columns < side))[
        :, None
    ]
    return torch.where(hidden[:, None].to(images.device), GREY, images)
