"""5,000 digits of MNIST that come with the program, 28×28 pixels."""

from collections.abc import Generator
from pathlib import Path

import numpy as np
import torch

from kdcore.data.assemble import assemble
from kdcore.data.dataset import Dataset, Split
from kdcore.events import Progress
from kdcore.inputs import Image

FILE = Path(__file__).with_name("mnist5k.npz")
"""Made by ``scripts/make_mnist5k.py``; its licence stands in ``mnist5k.txt``."""


def mnist5k(_root: Path) -> Generator[Progress, None, Dataset]:
    """Fixed splits: 400 of each class for training, 40 for validation, 60 for test.

    Training and validation are drawn from MNIST's training set, test from its test set.

    Source:
        LeCun, Cortes, Burges: The MNIST database of handwritten digits, 1998.
    """
    with np.load(FILE) as arrays:
        train, validation, test = (
            Split(
                torch.from_numpy(arrays[f"{split}_images"][:, None]),
                torch.from_numpy(arrays[f"{split}_labels"].astype(np.int64)),
            )
            for split in ("train", "validation", "test")
        )
    size = sum(len(split.labels) for split in (train, validation, test))
    yield Progress(task="read", done=size, total=size, detail="mnist5k")
    return assemble(
        "mnist5k", tuple("0123456789"), train, Image(), test=test, validation=validation
    )
