"""One file from the network: in pieces, resumed where it stopped, checked before it counts."""

import hashlib
import http.client
import urllib.error
import urllib.request
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import IO

from kdcore.errors import UserError
from kdcore.events import Progress

TRIES = 3
TIMEOUT = 20.0
"""Seconds without a byte."""
PIECE = 1 << 18
LARGEST = 1 << 30
"""Bytes; every known file is smaller."""


class FetchError(Exception):
    """One try failed; ``code`` is the sentence to say when it was the last one."""

    def __init__(self, code: str, cause: str = "") -> None:
        super().__init__(code)
        self.code, self.cause = code, cause


def fetch(urls: Sequence[str], target: Path, md5: str | None) -> Generator[Progress, None, None]:
    """Bring the file to ``target``; what was fetched before a break is not fetched again.

    Args:
        urls: where it lies, one after the other in turn for each of the three tries.
        target: appears only once it is whole and its sum is right; until then ``.part`` is added.
        md5: as its publisher states it: against damage, not against forgery. ``None`` of an archive
            that is packed anew for each download: it has sums of its own inside.

    Raises:
        UserError: no network, a wrong file, or the folder cannot be written to.
    """
    for number in range(TRIES):
        url = urls[number % len(urls)]
        try:
            yield from _attempt(url, target, md5)
        except FetchError as error:
            last, where = error, url
        else:
            return
    raise UserError(
        last.code, file=target.name, url=where, folder=str(target.parent), cause=last.cause
    )


def file_digest(path: Path, name: str) -> str:
    """The hexadecimal ``name`` digest, ``md5`` or ``sha256``, of a file's contents."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, name).hexdigest()


def _attempt(url: str, target: Path, md5: str | None) -> Generator[Progress, None, None]:
    part = target.with_name(target.name + ".part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        begun = part.stat().st_size if part.exists() else 0
        with part.open("ab") as file:
            yield from _receive(url, file, begun, target.name)
    except OSError as error:
        raise UserError(
            "folder_not_writable", folder=str(target.parent), cause=error.strerror or str(error)
        ) from None
    if md5 is not None and file_digest(part, "md5") != md5:
        part.unlink()
        raise FetchError("download_wrong_sum")
    part.replace(target)


def _receive(url: str, file: IO[bytes], begun: int, name: str) -> Generator[Progress, None, None]:
    """Append the rest of ``url`` to ``file``; a server that cannot resume starts anew."""
    with _open(url, begun) as answer:
        if answer.headers.get_content_type() == "text/html":
            raise FetchError("download_html")
        if answer.status != http.HTTPStatus.PARTIAL_CONTENT:
            begun = 0
            file.truncate(0)
        length = answer.headers.get("Content-Length")
        total = begun + int(length) if length else None
        done = begun
        while piece := _read(answer):
            file.write(piece)
            done += len(piece)
            if done > LARGEST:
                raise FetchError("download_wrong_sum")
            yield Progress(task="download", done=done, total=total, detail=name)
    if total is not None and done < total:
        raise FetchError("download_cut_off")


def _open(url: str, begun: int) -> http.client.HTTPResponse:
    request = urllib.request.Request(url, headers={"User-Agent": "kdcore"})
    if begun:
        request.add_header("Range", f"bytes={begun}-")
    try:
        return urllib.request.urlopen(request, timeout=TIMEOUT)  # type: ignore[no-any-return]
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            return _open(url, 0)
        raise FetchError("download_unreachable", f"HTTP {error.code}") from None
    except (OSError, http.client.HTTPException) as error:
        raise FetchError("download_unreachable", _cause(error)) from None


def _read(answer: http.client.HTTPResponse) -> bytes:
    try:
        return answer.read(PIECE)
    except (OSError, http.client.HTTPException):
        raise FetchError("download_cut_off") from None


def _cause(error: Exception) -> str:
    return str(getattr(error, "reason", "") or error or type(error).__name__)
