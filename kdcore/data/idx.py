"""MNIST and its kin: IDX files as torchvision lays them out, read with NumPy.

torchvision is imported only to learn where a missing file can be fetched: importing it takes
longer than reading the files.
"""

import gzip
import zlib
from collections.abc import Generator
from io import BufferedReader
from pathlib import Path
from typing import IO, cast

import numpy as np
import torch

from kdcore.data.assemble import assemble
from kdcore.data.dataset import Dataset, Split
from kdcore.data.fetch import fetch
from kdcore.errors import UserError
from kdcore.events import Progress
from kdcore.inputs import Image

FILES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)
IMAGES_MAGIC, LABELS_MAGIC = 0x0803, 0x0801
LARGEST = 1 << 30
"""Bytes that a file may claim to hold."""

FASHION = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)
KUZUSHIJI = ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo")


def mnist(root: Path) -> Generator[Progress, None, Dataset]:
    """Handwritten digits, 28×28. Source: LeCun, Cortes, Burges, 1998."""
    return (yield from _load("mnist", "MNIST", tuple("0123456789"), root))


def fashion_mnist(root: Path) -> Generator[Progress, None, Dataset]:
    """Articles of clothing, 28×28. Source: Xiao, Rasul, Vollgraf, 2017."""
    return (yield from _load("fashion_mnist", "FashionMNIST", FASHION, root))


def kmnist(root: Path) -> Generator[Progress, None, Dataset]:
    """Cursive Japanese characters, 28×28. Source: Clanuwat and others, 2018."""
    return (yield from _load("kmnist", "KMNIST", KUZUSHIJI, root))


def read_idx(path: Path, magic: int) -> np.ndarray:
    """The array of an IDX file, plain or gzipped: uint8, one axis or three.

    Raises:
        UserError: it is cut off, damaged or no such file.
    """
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with cast(IO[bytes], opener(path, "rb")) as file:
            found = int.from_bytes(_exactly(file, 4), "big")
            if found != magic:
                raise UserError("idx_magic", path=str(path), expected=magic, found=found)
            axes = [int.from_bytes(_exactly(file, 4), "big") for _ in range(magic & 0xFF)]
            values = bytearray(_size(axes))  # filled in place: large files are held once
            if _fill(file, values) < len(values) or file.read(1):
                raise EOFError
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise UserError("file_damaged", path=str(path)) from None
    return np.frombuffer(values, dtype=np.uint8).reshape(axes)


def _load(
    name: str, folder: str, classes: tuple[str, ...], root: Path
) -> Generator[Progress, None, Dataset]:
    place = _place(root, folder)
    if any(_file(place, file) is None for file in FILES):
        yield from _fetch(folder, place)
    paths = [_file(place, file) for file in FILES]
    arrays = []
    for number, (path, magic) in enumerate(
        zip(paths, (IMAGES_MAGIC, LABELS_MAGIC) * 2, strict=True), start=1
    ):
        assert path is not None, "fetched above"
        arrays.append(read_idx(path, magic))
        yield Progress(task="read", done=number, total=len(paths), detail=path.name)
    splits = [_split(arrays[at], arrays[at + 1], paths[at : at + 2], len(classes)) for at in (0, 2)]
    return assemble(name, classes, splits[0], Image(), test=splits[1])


def _place(root: Path, folder: str) -> Path:
    """Where the files lie, whether ``root`` is torchvision's, the folder itself or one above."""
    places = [root / folder / "raw", root / "data" / folder / "raw"]
    if folder == "MNIST" or root.resolve().name == folder:
        places.append(root / "raw")
    return next((place for place in places if _file(place, FILES[0])), places[0])


def _file(place: Path, name: str) -> Path | None:
    return next((path for path in (place / name, place / f"{name}.gz") if path.is_file()), None)


def _fetch(folder: str, place: Path) -> Generator[Progress, None, None]:
    from torchvision import datasets  # noqa: PLC0415  (1.6 s; only to download)

    known = getattr(datasets, folder)
    for name, md5 in known.resources:
        if _file(place, name.removesuffix(".gz")) is None:
            yield from fetch([mirror + name for mirror in known.mirrors], place / name, md5)


def _split(images: np.ndarray, labels: np.ndarray, paths: list[Path | None], classes: int) -> Split:
    if len(images) != len(labels):
        raise UserError(
            "idx_counts",
            images_path=str(paths[0]),
            images=len(images),
            labels_path=str(paths[1]),
            labels=len(labels),
        )
    if labels.size and labels.max() >= classes:
        raise UserError(
            "label_outside", path=str(paths[1]), label=int(labels.max()), highest=classes - 1
        )
    return Split(torch.from_numpy(images[:, None]), torch.from_numpy(labels.astype(np.int64)))


def _fill(file: IO[bytes], values: bytearray) -> int:
    """Read into ``values``; how many bytes there were."""
    filled = 0
    view = memoryview(values)
    while count := cast(BufferedReader, file).readinto(view[filled:]):
        filled += count
    return filled


def _exactly(file: IO[bytes], size: int) -> bytes:
    values = file.read(size)
    if len(values) < size:
        raise EOFError
    return values


def _size(axes: list[int]) -> int:
    size = 1
    for axis in axes:
        size *= axis
    if size > LARGEST:
        raise EOFError
    return size
