"""The tensors of a file: safetensors, or what ``torch.save`` wrote of a state dict."""

import pickle
import warnings
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any, Self

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from kdcore.errors import UserError

MOST_BYTES = 4 << 30
SAVED_BY_TORCH = (b"PK\x03\x04", b"\x80\x02", b"\x80\x03", b"\x80\x04")
"""How a file of ``torch.save`` begins, in its present form and the one before."""
SAFETENSORS = b"\0\0\0\0{"
"""Bytes 4 to 8 of a safetensors file, after the length of its header: that begins like a pickle
where the header has 640 bytes, say."""

HIGHEST_RATIO = 100
"""To how much of its size a file may unfold; torch.save packs nothing."""
MOST_PREFIXES = 10
"""Before the names of weights."""
MOST_PICKLED = 64 << 20
"""Bytes of the names and shapes of all weights in a file."""
ALLOCATES = b"bytearray"
"""What a pickle may call even where no code is run, for as many bytes as it likes."""


@dataclass(frozen=True, slots=True)
class WeightsFile:
    """What a file of weights holds."""

    path: Path
    tensors: dict[str, Tensor]
    about: dict[str, str]
    """What it says of itself; nothing in a foreign file."""

    @classmethod
    def read(cls, path: Path) -> Self:
        """The tensors of a file, on the CPU; no code of a pickle is run.

        Raises:
            UserError: it is missing, cut off, too large, no regular file or of another kind.
        """
        try:
            if not path.exists():
                raise UserError("weights_missing", path=str(path))
            if not path.is_file():
                raise UserError("weights_not_a_file", path=str(path))
            if (size := path.stat().st_size) > MOST_BYTES:
                raise UserError(
                    "weights_too_large",
                    path=str(path),
                    size=size / (1 << 30),
                    most=MOST_BYTES >> 30,
                )
            with path.open("rb") as file:
                start = file.read(9)
            if start.startswith(SAVED_BY_TORCH) and start[4:] != SAFETENSORS:
                _check_unfolded(path)
                return cls(path, _state_dict(_loaded(path), path), {})
            with safe_open(path, framework="pt") as saved:
                tensors = {name: saved.get_tensor(name) for name in saved.keys()}  # noqa: SIM118
                return cls(path, tensors, saved.metadata() or {})
        except (OSError, SafetensorError) as error:
            cause = str(getattr(error, "strerror", None) or error).splitlines()[0]
            raise UserError("weights_unreadable", path=str(path), cause=cause) from None

    @property
    def converted(self) -> str:
        """The kind of number of the weights where it is not float32."""
        kinds = {
            str(value.dtype).removeprefix("torch.")
            for value in self.tensors.values()
            if value.is_floating_point()
        }
        return ", ".join(sorted(kinds - {"float32"}))


def without_prefix(
    tensors: Mapping[str, Tensor], expected: set[str]
) -> tuple[dict[str, Tensor], str]:
    """The tensors by the names that are expected, and what stood before all of them.

    Wrappers write such prefixes: ``module.``, ``model.``, ``_orig_mod.``, also several of them.

    Example:
        >>> without_prefix({"module.weight": torch.zeros(1)}, {"weight"})
        ({'weight': tensor([0.])}, 'module.')
    """
    prefix = ""
    names = list(tensors)
    for _ in range(MOST_PREFIXES):
        if not names or expected.intersection(names):
            break
        first = names[0].partition(".")[0] + "."
        if not all(name.startswith(first) and len(name) > len(first) for name in names):
            return dict(tensors), ""
        names = [name.removeprefix(first) for name in names]
        prefix += first
    return {name.removeprefix(prefix): value for name, value in tensors.items()}, prefix


def _check_unfolded(path: Path) -> None:
    """Refuse what would take far more memory than its file: packed zeros, or a call for them.

    Raises:
        UserError: it would, or is no file that torch.save wrote.
    """
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                infos = archive.infolist()
                unfolded = sum(info.file_size for info in infos)
                pickles = [info for info in infos if info.filename.endswith(".pkl")]
                if max((info.file_size for info in pickles), default=0) > MOST_PICKLED:
                    raise UserError("weights_no_state_dict", path=str(path))
                if unfolded > min(MOST_BYTES, HIGHEST_RATIO * path.stat().st_size):
                    raise UserError("weights_unfold", path=str(path))
                bad = any(ALLOCATES in archive.read(info) for info in pickles)
        else:
            with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as contents:
                bad = contents.find(ALLOCATES) >= 0
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError):
        bad = True
    if bad:
        raise UserError("weights_no_state_dict", path=str(path))


def _loaded(path: Path) -> Any:
    try:
        with warnings.catch_warnings(action="ignore"):  # on archives of TorchScript, say
            return torch.load(path, map_location="cpu", weights_only=True)
    except (
        pickle.UnpicklingError,
        RuntimeError,
        EOFError,
        MemoryError,
        OverflowError,
        RecursionError,
        UnicodeError,
        AttributeError,
        KeyError,
        IndexError,
        TypeError,
        ValueError,
    ):
        raise UserError("weights_no_state_dict", path=str(path)) from None


def _state_dict(contents: Any, path: Path) -> dict[str, Tensor]:
    """The state dict of a file, which may lie one or two levels deep in a checkpoint."""
    for _ in range(3):
        if not isinstance(contents, Mapping):
            break
        if tensors := {
            str(name): value for name, value in contents.items() if isinstance(value, Tensor)
        }:
            return tensors
        inner = [
            value
            for name, value in contents.items()
            if isinstance(value, Mapping) and "optim" not in str(name)
        ]
        if not inner:
            break
        contents = inner[0]
    raise UserError("weights_no_state_dict", path=str(path))
