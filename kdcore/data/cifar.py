"""CIFAR-10 and CIFAR-100 in their Python format, read by torchvision.

The files are pickles; torchvision compares the checksum of each with its publisher's before it
opens one.
"""

import tarfile
from collections.abc import Generator
from pathlib import Path
from typing import Any

import torch

from kdcore.data.assemble import assemble
from kdcore.data.dataset import Dataset, Split
from kdcore.data.fetch import fetch, file_digest
from kdcore.errors import UserError
from kdcore.events import Progress
from kdcore.inputs import Image


def cifar10(root: Path) -> Generator[Progress, None, Dataset]:
    """Photographs of 10 kinds, 32×32. Source: Krizhevsky, 2009."""
    from torchvision.datasets import CIFAR10  # noqa: PLC0415  (1.6 s)

    return (yield from _load("cifar10", CIFAR10, root))


def cifar100(root: Path) -> Generator[Progress, None, Dataset]:
    """Photographs of 100 kinds, 32×32. Source: Krizhevsky, 2009."""
    from torchvision.datasets import CIFAR100  # noqa: PLC0415  (1.6 s)

    return (yield from _load("cifar100", CIFAR100, root))


def _load(name: str, known: Any, root: Path) -> Generator[Progress, None, Dataset]:
    """``known`` is torchvision's class."""
    place = _place(root, (known.base_folder, known.filename))
    if not (place / known.base_folder).is_dir():
        yield from _unpack(known, place)
    try:
        splits = [known(place, train=train) for train in (True, False)]
    except RuntimeError:
        raise UserError("file_damaged", path=str(place / known.base_folder)) from None
    total = sum(len(split.targets) for split in splits)
    yield Progress(task="read", done=total, total=total, detail=known.base_folder)
    train, test = (
        Split(
            torch.from_numpy(split.data.transpose(0, 3, 1, 2).copy()), torch.tensor(split.targets)
        )
        for split in splits
    )
    return assemble(name, tuple(splits[0].classes), train, Image(), test=test)


def _place(root: Path, names: tuple[str, ...]) -> Path:
    """The folder that holds one of ``names``, whether ``root`` is it or one above or below."""
    resolved = root.resolve()
    if resolved.name == names[0]:
        return resolved.parent
    for place in (root, root / "data"):
        if any((place / name).exists() for name in names):
            return place
    return root


def _unpack(known: Any, place: Path) -> Generator[Progress, None, None]:
    archive = place / known.filename
    if not archive.is_file():
        yield from fetch([known.url], archive, known.tgz_md5)
    elif file_digest(archive, "md5") != known.tgz_md5:
        raise UserError("file_damaged", path=str(archive))
    yield Progress(task="read", done=0, total=None, detail=known.filename)
    try:
        with tarfile.open(archive) as files:
            files.extractall(place, filter="data")
    except OSError as error:
        raise UserError(
            "folder_not_writable", folder=str(place), cause=error.strerror or str(error)
        ) from None
