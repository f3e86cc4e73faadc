"""Images in fog."""

from torch import Tensor
from torchvision.transforms.v2 import functional


def low_contrast(images: Tensor, amount: float, seed: int = 0) -> Tensor:
    """Every pixel comes nearer to the mean brightness of its image.

    Args:
        images: ``[n, channels, height, width]`` from 0 to 1; 1 or 3 channels.
        amount: what is left of the distance, as a share.
        seed: nothing is drawn.

    Returns:
        Images like ``images``.

    Source:
        Hendrycks, Dietterich 2019, ``contrast`` of ImageNet-C; there each channel has a mean of
        its own.
    """
    del seed
    faded: Tensor = functional.adjust_contrast(images, amount)
    return faded
