"""Files that tests make, a disk without room, and how to walk through a generator."""

import io
import resource
import zipfile
from collections.abc import Iterable
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image


def collect(generator):
    """What a generator yields and what it returns."""
    yielded = []
    while True:
        try:
            yielded.append(next(generator))
        except StopIteration as end:
            return yielded, end.value


def picture(
    shade: int, size: tuple[int, int] = (12, 12), *, mode: str = "RGB", kind="PNG"
) -> bytes:
    colour = shade if mode == "L" else (shade, 255 - shade, 7)
    file = io.BytesIO()
    Image.new(mode, size, colour).save(file, kind)
    return file.getvalue()


def pictures_in(
    folders: Iterable[str], count: int, size: tuple[int, int] = (12, 12), *, mode: str = "RGB"
) -> dict[str, bytes]:
    """``count`` images in each folder; each folder has a range of shades of its own."""
    return {
        f"{folder}/{number:03d}.png": picture(20 * place + number, size, mode=mode)
        for place, folder in enumerate(folders)
        for number in range(count)
    }


def rows(count: int, line: str) -> str:
    """Lines of a table: ``{i}`` counts from 0, ``{name}`` is a or b in turn."""
    return "".join(line.format(i=i, name="ab"[i % 2]) + "\n" for i in range(count))


def as_folder(root: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    return root


def as_zip(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def idx(array: np.ndarray) -> bytes:
    """An IDX file of bytes, by the format's description."""
    header = bytes([0, 0, 8, array.ndim]) + b"".join(n.to_bytes(4, "big") for n in array.shape)
    return header + array.astype(np.uint8).tobytes()


@contextmanager
def room_for(size):
    """No file can grow beyond ``size`` bytes: the operating system writes a part and refuses."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
