"""The 1,797 handwritten digits of 8×8 pixels that come with scikit-learn."""

import gzip
from collections.abc import Generator
from pathlib import Path

import numpy as np
import torch

from kdcore.data.assemble import assemble
from kdcore.data.bundled_tables import bundled_file
from kdcore.data.dataset import Dataset, Split
from kdcore.events import Progress
from kdcore.inputs.image import OF_DIGITS, Image


def digits(_root: Path) -> Generator[Progress, None, Dataset]:
    """Values from 0 to 16 in uint8 ``[n, 1, 8, 8]``; a fifth is test data.

    scikit-learn's own file is read in place: importing ``sklearn.datasets`` takes 1.5 s, which
    the default data set should not cost.

    Source:
        Alpaydin, Kaynak: Optical Recognition of Handwritten Digits, UCI, 1998.
    """
    with gzip.open(bundled_file("digits.csv.gz")) as lines:
        table = np.loadtxt(lines, delimiter=",", dtype=np.uint8)
    yield Progress(task="read", done=len(table), total=len(table), detail="digits")
    inputs = torch.from_numpy(table[:, :-1].reshape(-1, 1, 8, 8).copy())
    labels = torch.from_numpy(table[:, -1].astype(np.int64))
    return assemble("digits", tuple("0123456789"), Split(inputs, labels), Image(white=OF_DIGITS))
