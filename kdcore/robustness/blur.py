"""Images out of focus."""

import math

from torch import Tensor
from torchvision.transforms.v2 import functional

REACH = 4.0
"""Standard deviations after which the kernel ends; what lies beyond weighs less than 1e-4."""


def gaussian_blur(images: Tensor, amount: float, seed: int = 0) -> Tensor:
    """Each pixel becomes the normally weighted mean of those around it.

    At the border the image is mirrored, as torchvision does.

    Args:
        images: ``[n, channels, height, width]`` from 0 to 1.
        amount: standard deviation, as a share of the shorter side.
        seed: nothing is drawn.

    Returns:
        Images like ``images``.

    Source:
        Hendrycks, Dietterich 2019, ``gaussian_blur`` of ImageNet-C.
    """
    del seed
    side = min(images.shape[-2:])
    sigma = amount * side
    # a mirrored border cannot be wider than the image
    reach = max(1, min(math.ceil(REACH * sigma), side - 1))
    blurred: Tensor = functional.gaussian_blur(images, [2 * reach + 1] * 2, [sigma, sigma])
    return blurred
