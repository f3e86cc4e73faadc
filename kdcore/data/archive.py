"""The image files of a folder, zip or tar, one after the other, never extracted.

A name inside an archive is only ever a label: no path on this machine is made from it.
"""

import bz2
import gzip
import io
import lzma
import os
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from kdcore.errors import UserError

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp")
MOST_BYTES = 64 << 20
"""Of one image file: an uncompressed bitmap of 16 million pixels."""
MOST_ENTRIES = 1_000_000
HIGHEST_RATIO, FREE_BYTES = 200, 256 << 20
"""An archive may unfold to 256 MiB or to 200 times its size, whichever is more."""
COMPRESSIONS = ((b"\x1f\x8b", gzip.open), (b"BZh", bz2.open), (b"\xfd7zXZ", lzma.open))
BROKEN = (tarfile.TarError, zipfile.BadZipFile, EOFError, OSError, lzma.LZMAError, zlib.error,
          RuntimeError, NotImplementedError)  # fmt: skip
"""What the readers raise for damaged, encrypted or unknown contents."""


@dataclass(frozen=True, slots=True)
class ImageFile:
    """An image as it lies in its container."""

    parts: tuple[str, ...]
    """Folders and file name."""
    content: bytes

    @property
    def name(self) -> str:
        """For messages."""
        return "/".join(self.parts)


def image_files(path: Path) -> Iterator[ImageFile]:
    """The image files of a folder or archive; hidden ones and ``__MACOSX`` are left out.

    Raises:
        UserError: it is broken, too large, or no archive at all.
    """
    if path.is_dir():
        yield from _in_folder(path)
        return
    reader = _in_zip if zipfile.is_zipfile(path) else _in_tar
    try:
        yield from reader(path)
    except BROKEN as error:
        raise UserError("archive_broken", path=str(path), cause=_sentence(error)) from None


def image_count(path: Path) -> int | None:
    """How many there are, where that can be known without reading everything."""
    if path.is_dir():
        return len(_paths(path))
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            return sum(_parts(entry.filename) is not None for entry in archive.infolist())
    return None


def folder_signature(path: Path) -> str:
    """Changes when a file is added, removed or edited: names, sizes and times of change."""
    stats = [(file.relative_to(path).as_posix(), file.stat()) for file in _paths(path)]
    return repr([(name, stat.st_size, stat.st_mtime_ns) for name, stat in stats])


def _paths(folder: Path) -> list[Path]:
    """Links to folders are not followed."""
    found = []
    for place, _, names in os.walk(folder):
        for name in names:
            file = Path(place, name)
            if _parts(file.relative_to(folder).as_posix()) is not None and file.is_file():
                found.append(file)
    return sorted(found)


def _in_folder(folder: Path) -> Iterator[ImageFile]:
    for file in _paths(folder):
        parts = file.relative_to(folder).parts
        _check_size("/".join(parts), folder, file.stat().st_size)
        try:
            content = file.read_bytes()
        except OSError as error:
            raise UserError("image_broken", image="/".join(parts), path=str(folder),
                            cause=_sentence(error)) from None  # fmt: skip
        yield ImageFile(parts, content)


def _in_zip(path: Path) -> Iterator[ImageFile]:
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
        if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > _budget(path):
            raise UserError("archive_too_large", path=str(path))
        for entry in entries:
            if entry.is_dir() or (parts := _parts(entry.filename)) is None:
                continue
            _check_size(entry.filename, path, entry.file_size)
            with archive.open(entry) as file:
                yield ImageFile(parts, file.read(entry.file_size))


def _in_tar(path: Path) -> Iterator[ImageFile]:
    with path.open("rb") as file:
        start = file.read(6)
    opener = next((opener for magic, opener in COMPRESSIONS if start.startswith(magic)), io.open)
    with cast(IO[bytes], opener(path, "rb")) as unpacked:
        stream = _Budget(unpacked, path)
        # mode "r|" asks a stream for read() alone
        archive = tarfile.open(mode="r|", fileobj=stream)  # type: ignore[call-overload] # noqa: SIM115
        for number, member in enumerate(archive):
            if number >= MOST_ENTRIES:
                raise UserError("archive_too_large", path=str(path))
            if not member.isreg() or member.issparse():
                continue
            if (parts := _parts(member.name)) is None:
                continue
            _check_size(member.name, path, member.size)
            content = archive.extractfile(member)
            assert content is not None, "a regular file has contents"
            yield ImageFile(parts, content.read())
        if stream.delivered < archive.offset + tarfile.BLOCKSIZE:  # no closing block of zeros
            raise EOFError("it is cut off")


class _Budget:
    """A stream that ends in an error after so many bytes, whatever its headers claim."""

    def __init__(self, stream: IO[bytes], path: Path) -> None:
        self._stream, self._budget, self._path = stream, _budget(path), path
        self.delivered = 0

    def read(self, size: int) -> bytes:
        """As of a file; tarfile asks for small blocks."""
        content = self._stream.read(size)
        self.delivered += len(content)
        if self.delivered > self._budget:
            raise UserError("archive_too_large", path=str(self._path))
        return content


def _parts(name: str) -> tuple[str, ...] | None:
    """The folders and the file name of a visible image; ``None`` for anything else."""
    steps = name.replace("\\", "/").split("/")
    parts = tuple(step for step in steps if step not in ("", ".", ".."))
    if not parts or not parts[-1].lower().endswith(SUFFIXES):
        return None
    if any(part.startswith(".") or part == "__MACOSX" for part in parts):
        return None
    return parts


def _check_size(name: str, path: Path, size: int) -> None:
    if size > MOST_BYTES:
        raise UserError("image_too_large", image=name, path=str(path))


def _budget(path: Path) -> int:
    """Bytes to which the archive may unfold."""
    return max(FREE_BYTES, HIGHEST_RATIO * path.stat().st_size)


def _sentence(error: BaseException) -> str:
    return str(error).rstrip(".") or type(error).__name__
