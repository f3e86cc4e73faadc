"""Images of one's own: a folder or an archive with one folder a class.

Layouts, each possibly below one top folder: ``CLASS/image``, or ``train/CLASS/image`` with
``test/`` and perhaps ``validation/`` beside it. Folders below a class belong to it.
"""

import re
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from kdcore.data.archive import image_count, image_files
from kdcore.data.assemble import assemble
from kdcore.data.dataset import Dataset, Split
from kdcore.data.images import decode, fit, stack
from kdcore.errors import UserError
from kdcore.events import Progress

LEVELS = {"train": "train", "training": "train", "test": "test", "testing": "test",
          "val": "validation", "valid": "validation", "validation": "validation"}  # fmt: skip
MOST_DECODED = 4 << 30
"""Bytes of all images together."""
IMAGES_PER_REPORT = 250


@dataclass(frozen=True, slots=True)
class Picture:
    """A decoded image and where it lay."""

    parts: tuple[str, ...]
    pixels: np.ndarray
    """uint8 ``[h, w]`` or ``[h, w, 3]``, at most ``image_size`` wide and high."""


@dataclass(frozen=True, slots=True)
class Place:
    """What a file's folders say of it."""

    split: str
    """``train``, ``test`` or ``validation``."""
    class_name: str


def read_images(path: Path, image_size: int) -> Generator[Progress, None, Dataset]:
    """The images of a folder, zip or tar (gz, bz2, xz), decoded in memory.

    Images that all have one size of at most ``image_size`` stay as they are; all others are
    scaled and cropped to ``image_size``. Gray if all are gray, RGB otherwise.

    Raises:
        UserError: it cannot be read, or does not hold at least two classes of images.
    """
    pictures = yield from _pictures(path, image_size)
    if not pictures:
        raise UserError("no_images", path=str(path))
    placed = _placed(pictures)
    if not placed:
        raise UserError("no_class_folders", path=str(path))
    names = sorted({place.class_name for place, _ in placed}, key=_natural)
    splits = _splits(placed, names, image_size)
    title = re.sub(r"(\.tar)?\.\w+$", "", path.name) if path.is_file() else path.resolve().name
    return assemble(title, tuple(_shown(name) for name in names), splits["train"],
                    test=splits.get("test"), validation=splits.get("validation"))  # fmt: skip


def _pictures(path: Path, image_size: int) -> Generator[Progress, None, list[Picture]]:
    total = image_count(path)
    pictures: list[Picture] = []
    decoded = 0
    for file in image_files(path):
        pixels = decode(file, image_size, path)
        pictures.append(Picture(file.parts, pixels))
        decoded += pixels.nbytes
        if decoded > MOST_DECODED:
            raise UserError("images_too_many", path=str(path), limit=MOST_DECODED >> 30,
                            image_size=image_size)  # fmt: skip
        if len(pictures) % IMAGES_PER_REPORT == 0:
            yield Progress(task="read", done=len(pictures), total=total, detail=path.name)
    yield Progress(task="read", done=len(pictures), total=len(pictures), detail=path.name)
    return pictures


def _placed(pictures: list[Picture]) -> list[tuple[Place, Picture]]:
    """Those in class folders, by name: the order in an archive is nobody's decision."""
    places = _places([picture.parts for picture in pictures])
    pairs = [(place, picture) for place, picture in zip(places, pictures, strict=True) if place]
    return sorted(pairs, key=lambda pair: pair[1].parts)


def _places(files: Sequence[tuple[str, ...]]) -> list[Place | None]:
    """Split and class of each file; ``None`` for one that lies beside the class folders."""
    while len({parts[0] for parts in files}) == 1 and any(len(parts) > 2 for parts in files):
        files = [parts[1:] if len(parts) > 1 else parts for parts in files]
    levels = {parts[0].lower() for parts in files if len(parts) > 2 and parts[0].lower() in LEVELS}
    if not any(LEVELS[level] == "train" for level in levels):
        return [Place("train", parts[0]) if len(parts) > 1 else None for parts in files]
    return [
        Place(LEVELS[parts[0].lower()], parts[1])
        if len(parts) > 2 and parts[0].lower() in levels else None
        for parts in files
    ]  # fmt: skip


def _splits(
    placed: list[tuple[Place, Picture]], names: list[str], image_size: int
) -> dict[str, Split]:
    """By name, those that have examples; ``train`` always has."""
    pixels = torch.from_numpy(stack(_of_one_size([picture for _, picture in placed], image_size)))
    labels = torch.tensor([names.index(place.class_name) for place, _ in placed])
    members: dict[str, list[int]] = {}
    for at, (place, _) in enumerate(placed):
        members.setdefault(place.split, []).append(at)
    return {
        name: _shuffled(Split(pixels, labels), torch.tensor(index))
        for name, index in members.items()
    }


def _of_one_size(pictures: list[Picture], side: int) -> list[np.ndarray]:
    if len({picture.pixels.shape[:2] for picture in pictures}) == 1:
        return [picture.pixels for picture in pictures]
    return [
        picture.pixels if picture.pixels.shape[:2] == (side, side) else fit(picture.pixels, side)
        for picture in pictures
    ]


def _shuffled(examples: Split, index: torch.Tensor) -> Split:
    """Folders come class by class; whoever looks at the first examples should see all kinds."""
    order = torch.randperm(len(index), generator=torch.Generator().manual_seed(0))
    return examples.take(index[order])


def _natural(name: str) -> tuple[bool, int, str]:
    """Numbers by value, then words."""
    number = name.isascii() and name.isdigit()
    return (not number, int(name) if number else 0, name)


def _shown(name: str) -> str:
    """A class name without anything that a page or a chart could take for markup."""
    return re.sub(r"[^\w \-.]", "_", name)[:64]
