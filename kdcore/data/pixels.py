"""What the values of images mean."""

from torch import Tensor

FULL, OF_DIGITS = 255, 16
"""White in most data sets, and in scikit-learn's digits."""


def white(images: Tensor) -> int:
    """The value of white in a data set, from some of its images ``[n, c, h, w]``."""
    return FULL if bool(images.max() > OF_DIGITS) else OF_DIGITS
