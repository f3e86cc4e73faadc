"""Inputs that a learner was never taught: to see whether it notices.

They have the shape and the range of values of the data set; what is random about them depends on
nothing but a seed.
"""

from collections.abc import Generator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image as Picture
from torch import Tensor

from kdcore.data.dataset import Dataset
from kdcore.data.digits import digits
from kdcore.data.mnist5k import mnist5k
from kdcore.inputs import Image

KINDS = ("other", "photographs", "rotated", "noise")
"""Another data set, parts of two photographs, the test inputs after a quarter turn, and noise; of
data that are no images there is noise alone."""
PHOTOGRAPHS = ("china.jpg", "flower.jpg")
"""That come with scikit-learn."""
PATCH = 64
"""Pixels of a photograph, across, that become one image."""
OWN_DIGITS = ("mnist5k", "mnist")
"""Data sets to which MNIST's digits are not unfamiliar; scikit-learn's are."""


def unfamiliar_inputs(data: Dataset, count: int, seed: int) -> dict[str, Tensor]:
    """Inputs by kind, as the data set has them before it normalises them.

    Args:
        data: that the learners were taught.
        count: of each kind, as far as there are as many.
        seed: of what is random.

    Returns:
        ``[n, …]`` on the CPU, as the splits hold them.
    """
    generator = torch.Generator().manual_seed(seed)
    if not isinstance(data.kind, Image):
        return {"noise": _noise(data, count, generator)}
    channels, height, width = data.input_shape
    top = float(data.kind.white)

    def shaped(images: Tensor) -> Tensor:
        """Images from 0 to 1, ``[n, 1 or 3, h, w]``, as the data set would have them."""
        sized = F.interpolate(images, (height, width), mode="bilinear", antialias=True)
        if channels == 1:
            sized = sized.mean(1, keepdim=True)
        return (sized.expand(-1, channels, -1, -1) * top).round().clamp(0, top).byte()

    return {
        "other": shaped(_other_digits(data, count)),
        "photographs": shaped(_patches(count, generator)),
        "rotated": rotated(evenly(data.test.inputs, count).cpu()),
        "noise": _noise(data, count, generator),
    }


def other_dataset(data: Dataset) -> str:
    """The name of the bundled data set that is not the learner's own."""
    return "digits" if data.name in OWN_DIGITS else "mnist5k"


def evenly(values: Tensor, count: int) -> Tensor:
    """``count`` rows at equal distances, whatever the order; all of them where there are fewer."""
    return values[even_places(len(values), count).to(values.device)]


def even_places(size: int, count: int) -> Tensor:
    """The numbers of these rows."""
    return torch.linspace(0, size - 1, min(count, size)).round().long()


def rotated(images: Tensor) -> Tensor:
    """After a quarter turn, ``[n, c, h, w]``; after half a turn where they are not square."""
    return torch.rot90(images, 1 if images.shape[-1] == images.shape[-2] else 2, dims=(-2, -1))


def _other_digits(data: Dataset, count: int) -> Tensor:
    own = other_dataset(data) == "digits"
    loaded = _result(digits(Path()) if own else mnist5k(Path()))
    assert isinstance(loaded.kind, Image), "both are digits"
    return evenly(loaded.test.inputs, count).float() / loaded.kind.white


def _patches(count: int, generator: torch.Generator) -> Tensor:
    """Squares at random places of the photographs, ``[n, 3, PATCH, PATCH]`` from 0 to 1."""
    package = find_spec("sklearn")
    assert package is not None, "scikit-learn is a dependency"
    folder = Path((package.submodule_search_locations or [])[0]) / "datasets" / "images"
    found = []
    for at, name in enumerate(PHOTOGRAPHS):
        with Picture.open(folder / name) as picture:
            pixels = torch.from_numpy(np.asarray(picture.convert("RGB")).copy())
        share = len(range(at, count, len(PHOTOGRAPHS)))
        tops, lefts = (
            torch.randint(size - PATCH + 1, (share,), generator=generator).tolist()
            for size in pixels.shape[:2]
        )
        found += [
            pixels[top : top + PATCH, left : left + PATCH].permute(2, 0, 1)
            for top, left in zip(tops, lefts, strict=True)
        ]
    return torch.stack(found).float() / 255


def _noise(data: Dataset, count: int, generator: torch.Generator) -> Tensor:
    size = min(count, len(data.test.labels))
    return data.kind.noise(size, data.train.inputs, data.mean, data.std, generator)


def _result(loading: Generator[Any, None, Dataset]) -> Dataset:
    while True:
        try:
            next(loading)
        except StopIteration as end:
            data: Dataset = end.value
            return data
