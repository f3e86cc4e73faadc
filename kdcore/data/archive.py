"""The files of a folder, zip or tar, one after the other, never extracted.

A name inside an archive is only ever a label: no path on this machine is made from it.
"""

import bz2
import gzip
import io
import lzma
import os
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from kdcore.data.encodings import repaired
from kdcore.errors import UserError

Parts = tuple[str, ...]
"""Folders and file name, below the container."""
MOST_ENTRIES = 1_000_000
"""Files and folders of an archive; files of a folder."""
MOST_FOLDERS = 50_000
"""In a folder: classes, perhaps in several splits, and what lies below them."""
HIGHEST_RATIO, FREE_BYTES = 200, 256 << 20
"""An archive may unfold to 256 MiB or to 200 times its size, whichever is more."""
LONGEST_LINK = 4096
ENCRYPTED = 1
"""Flag of a file in a zip."""
COMPRESSIONS = ((b"\x1f\x8b", gzip.open), (b"BZh", bz2.open), (b"\xfd7zXZ", lzma.open))
HIDDEN = {"__macosx", "@eadir", "$recycle.bin", "thumbs.db", "desktop.ini"}
"""What systems leave behind, in lower case; so is all that begins with a dot."""
BROKEN = (
    tarfile.TarError,
    zipfile.BadZipFile,
    EOFError,
    OSError,
    lzma.LZMAError,
    zlib.error,
    RuntimeError,
    NotImplementedError,
)
"""What the readers raise for damaged or unknown contents."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file or folder as it lies in its container."""

    parts: Parts
    size: int = 0
    open: Callable[[], IO[bytes]] | None = None
    """Its contents, until the next entry is asked for; ``None`` of a folder and of a link."""
    is_folder: bool = False
    link: Parts | None = None
    """In an archive, where the entry that it stands for lies; empty where that is no entry, and of
    what is neither file, folder nor link."""

    @property
    def name(self) -> str:
        """For messages."""
        return "/".join(self.parts)


def entries(path: Path) -> Iterator[Entry]:
    """All that is visible in a folder or archive; hidden files and folders are left out.

    Raises:
        UserError: it is broken, too large, or no archive at all.
    """
    if path.is_dir():
        yield from _in_folder(path)
        return
    reader = _in_zip if zipfile.is_zipfile(path) else _in_tar
    with readable(path):
        yield from reader(path)


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Turns what the readers raise for a damaged archive into one sentence."""
    try:
        yield
    except BROKEN as error:
        raise UserError("archive_broken", path=str(path), cause=_sentence(error)) from None


def names_come_first(path: Path) -> bool:
    """Whether all names can be listed without reading all contents."""
    return path.is_dir() or zipfile.is_zipfile(path)


def signature(folder: Path) -> str:
    """Changes when a file is added, removed or edited: names, sizes and times of change."""
    found = []
    for file, parts in _files(folder):
        about = file.stat()
        found.append(("/".join(parts), about.st_size, about.st_mtime_ns))
    return repr(sorted(found))


def unpacked(path: Path) -> IO[bytes]:
    """A single compressed file as a stream of what it holds; any other file as it is."""
    with path.open("rb") as file:
        start = file.read(6)
    opener = next((opener for magic, opener in COMPRESSIONS if start.startswith(magic)), io.open)
    return cast(IO[bytes], opener(path, "rb"))


def budget(path: Path) -> int:
    """Bytes to which an archive or compressed file may unfold."""
    return max(FREE_BYTES, HIGHEST_RATIO * path.stat().st_size)


def _in_folder(folder: Path) -> Iterator[Entry]:
    count = 0
    for place, parts in _walk(folder):
        if parts:
            yield Entry(parts, is_folder=True)
        for name in sorted(entry.name for entry in os.scandir(place) if not entry.is_dir()):
            file = Path(place, name)
            if _is_hidden(name):
                continue
            count += 1
            if count > MOST_ENTRIES:
                raise UserError("folder_many_files", path=str(folder), most=MOST_ENTRIES)
            if file.is_file():
                yield Entry((*parts, name), file.stat().st_size, lambda file=file: file.open("rb"))  # type: ignore[misc]
            else:  # a pipe or a device, which may never end, or a link that leads nowhere
                yield Entry((*parts, name), link=())


def _files(folder: Path) -> Iterator[tuple[Path, Parts]]:
    for entry in _in_folder(folder):
        if entry.open:
            yield folder.joinpath(*entry.parts), entry.parts


def _walk(folder: Path) -> Iterator[tuple[Path, Parts]]:
    """The folder and all visible ones below it, links followed unless they lead in a circle."""
    waiting: list[tuple[Path, Parts, frozenset[tuple[int, int]]]] = [(folder, (), frozenset())]
    seen = 0
    while waiting:
        place, parts, above = waiting.pop()
        try:
            about = place.stat()
            inner = sorted(entry.name for entry in os.scandir(place) if entry.is_dir())
        except OSError as error:
            raise UserError(
                "data_path_unreadable", path=str(place), cause=error.strerror or str(error)
            ) from None
        here = (about.st_dev, about.st_ino)
        if here in above:
            continue
        seen += 1
        if seen + len(waiting) + len(inner) > MOST_FOLDERS:
            raise UserError("folder_too_large", path=str(folder), most=MOST_FOLDERS)
        yield place, parts
        waiting += [
            (place / name, (*parts, name), above | {here})
            for name in reversed(inner)
            if not _is_hidden(name)
        ]


def _in_zip(path: Path) -> Iterator[Entry]:
    with zipfile.ZipFile(path) as archive:
        infos = archive.infolist()
        if len(infos) > MOST_ENTRIES or sum(info.file_size for info in infos) > budget(path):
            raise UserError("archive_too_large", path=str(path))
        names = [_zip_name(info) for info in infos]
        meant = repaired(names)
        for info, name in zip(infos, names, strict=True):
            if (parts := _parts(meant.get(name, name))) is None:
                continue
            if info.is_dir():
                yield Entry(parts, is_folder=True)
            elif stat.S_ISLNK(info.external_attr >> 16):
                short = info.file_size <= LONGEST_LINK
                target = archive.read(info).decode(errors="replace") if short else ""
                yield Entry(parts, link=_beside(parts, target))
            elif info.flag_bits & ENCRYPTED:
                raise UserError("archive_locked", path=str(path))
            else:
                yield Entry(parts, info.file_size, lambda info=info: archive.open(info))  # type: ignore[misc]


def _zip_name(info: zipfile.ZipInfo) -> str:
    """A name that is not marked as UTF-8 may be anything: its bytes, undecodable ones kept."""
    if info.flag_bits & 0x800:
        return info.filename
    return info.filename.encode("cp437", "replace").decode("utf-8", "surrogateescape")


def _in_tar(path: Path) -> Iterator[Entry]:
    with unpacked(path) as contents:
        stream = _Budget(contents, path)
        # mode "r|" asks a stream for read() alone
        archive = tarfile.open(mode="r|", fileobj=stream, encoding="utf-8")  # type: ignore[call-overload] # noqa: SIM115
        for number, member in enumerate(archive):
            if number >= MOST_ENTRIES:
                raise UserError("archive_too_large", path=str(path))
            if (parts := _parts(member.name)) is None:
                continue
            if member.isdir():
                yield Entry(parts, is_folder=True)
            elif member.islnk():
                yield Entry(parts, link=_parts(member.linkname) or ())
            elif member.issym():
                yield Entry(parts, link=_beside(parts, member.linkname))
            elif member.isreg() and not member.issparse():
                yield Entry(parts, member.size, lambda member=member: archive.extractfile(member))  # type: ignore[misc]
            else:  # a device, say
                yield Entry(parts, link=())
        if stream.delivered < archive.offset + tarfile.BLOCKSIZE:  # no closing block of zeros
            raise EOFError("it is cut off")


class _Budget:
    """A stream that ends in an error after so many bytes, whatever its headers claim."""

    def __init__(self, stream: IO[bytes], path: Path) -> None:
        self._stream, self._budget, self._path = stream, budget(path), path
        self.delivered = 0

    def read(self, size: int) -> bytes:
        """As of a file; tarfile asks for small blocks."""
        content = self._stream.read(size)
        self.delivered += len(content)
        if self.delivered > self._budget:
            raise UserError("archive_too_large", path=str(self._path))
        return content


def _parts(name: str) -> Parts | None:
    """The folders and the file name of what is visible; ``None`` for anything else."""
    # a byte of an encoding that is not yet known may look like a backslash
    known = not any("\udc80" <= letter <= "\udcff" for letter in name)
    steps = (name.replace("\\", "/") if known else name).split("/")
    parts = tuple(step for step in steps if step not in ("", ".", ".."))
    return None if not parts or any(map(_is_hidden, parts)) else parts


def _beside(parts: Parts, target: str) -> Parts:
    """Where a symbolic link of an archive leads; empty where it leads out of it."""
    if target.startswith("/"):
        return ()
    found = list(parts[:-1])
    for step in target.split("/"):
        if step == "..":
            if not found:
                return ()
            found.pop()
        elif step not in ("", "."):
            found.append(step)
    return tuple(found)


def _is_hidden(name: str) -> bool:
    return name.startswith(".") or name.lower() in HIDDEN


def _sentence(error: BaseException) -> str:
    return str(error).rstrip(".") or type(error).__name__
