"""USPS: digits from envelopes, in LIBSVM's text format."""

import bz2
from collections.abc import Generator
from pathlib import Path

import numpy as np
import torch

from kdcore.data.assemble import assemble
from kdcore.data.dataset import Dataset, Split
from kdcore.data.fetch import fetch
from kdcore.errors import UserError
from kdcore.events import Progress
from kdcore.inputs import Image

FILES = {"train": "usps.bz2", "test": "usps.t.bz2"}
PIXELS = 16 * 16


def usps(root: Path) -> Generator[Progress, None, Dataset]:
    """16×16, as torchvision scales them. Source: Hull, IEEE PAMI, 1994."""
    places = [root, root / "data", root / "USPS", root / "data" / "USPS"]
    place = next((place for place in places if (place / FILES["train"]).is_file()), root / "USPS")
    splits = {}
    for number, (split, name) in enumerate(FILES.items(), start=1):
        if not (place / name).is_file():
            yield from _fetch(split, place / name)
        splits[split] = read_usps(place / name)
        yield Progress(task="read", done=number, total=len(FILES), detail=name)
    return assemble("usps", tuple("0123456789"), splits["train"], Image(), test=splits["test"])


def read_usps(path: Path) -> Split:
    """Lines of ``label 1:value … 256:value``; labels from 1 to 10, values from -1 to 1.

    Raises:
        UserError: the file is cut off or damaged.
    """
    try:
        with bz2.open(path, "rt", encoding="ascii") as lines:
            rows = [[field.rpartition(":")[2] for field in line.split()] for line in lines]
        table = np.array(rows, dtype=np.float32).reshape(-1, PIXELS + 1)
    except (EOFError, OSError, ValueError):
        raise UserError("file_damaged", path=str(path)) from None
    labels = table[:, 0].astype(np.int64) - 1
    if len(labels) and not (labels.min() >= 0 and labels.max() <= 9):
        raise UserError("file_damaged", path=str(path))
    images = ((table[:, 1:] + 1) / 2 * 255).astype(np.uint8)
    return Split(torch.from_numpy(images.reshape(-1, 1, 16, 16)), torch.from_numpy(labels))


def _fetch(split: str, target: Path) -> Generator[Progress, None, None]:
    from torchvision.datasets import USPS  # noqa: PLC0415  (1.6 s; only to download)

    url, _, md5 = USPS.split_list[split]
    yield from fetch([url], target, md5)
