"""From the name or path in a run's settings to the data set."""

import hashlib
import os
import tarfile
import zipfile
from collections.abc import Callable, Generator
from pathlib import Path
from pkgutil import resolve_name

from kdcore.catalogue import DATASETS
from kdcore.config import RunConfig
from kdcore.data.archive import folder_signature
from kdcore.data.cache import load_decoded, save_decoded
from kdcore.data.dataset import Dataset
from kdcore.data.fetch import file_digest
from kdcore.errors import UserError, hint
from kdcore.events import Progress
from kdcore.store import default_root

Source = Callable[[Path], Generator[Progress, None, Dataset]]
"""What the catalogue names: from the folder of downloads to the data, telling how far it is."""
ARCHIVES = (".zip", ".tar", ".tgz", ".tbz2", ".txz", ".gz", ".bz2", ".xz")
FORMAT = 1
"""Of the decoded files; counts up when the same images would be decoded otherwise."""


def load_dataset(config: RunConfig, store_root: Path | None) -> Generator[Progress, None, Dataset]:
    """The data set that ``config.dataset`` names or whose path it is.

    Args:
        config: ``dataset``, ``data_root`` and ``image_size`` are read.
        store_root: where own data are kept decoded, and downloads too unless ``data_root`` or the
            environment's ``KDCORE_DATA`` names a folder for them. Without it own data are not kept
            and downloads go to the default store.

    Raises:
        UserError: there is no such data set, or it cannot be read.
    """
    if config.dataset in DATASETS:
        source: Source = resolve_name(DATASETS[config.dataset].load)
        return (yield from source(data_root(config, store_root)))
    return (yield from _own(_existing(config.dataset), config.image_size, store_root))


def data_root(config: RunConfig, store_root: Path | None) -> Path:
    """Where downloaded data sets lie."""
    if given := config.data_root or os.environ.get("KDCORE_DATA", ""):
        return Path(given).expanduser()
    return (store_root or default_root()) / "data" / "downloads"


def _existing(name: str) -> Path:
    try:
        path = Path(name).expanduser()
        if name and path.exists():
            return path
    except (OSError, RuntimeError):  # a name that is too long, a person who is not known here
        raise UserError("data_path_missing", path=name) from None
    if len(path.parts) > 1 or path.suffix:
        raise UserError("data_path_missing", path=name)
    names = list(DATASETS)
    raise UserError("unknown_dataset", name=name, allowed=", ".join(names), hint=hint(name, names))


def _own(
    path: Path, image_size: int, store_root: Path | None
) -> Generator[Progress, None, Dataset]:
    kind = _kind(path)
    file = store_root / "data" / f"{_key(path, image_size)}.safetensors" if store_root else None
    if file and (data := load_decoded(file)):
        yield Progress(task="read", done=1, total=1, detail=path.name)
        return data
    if kind == "table":
        from kdcore.data.table import read_table  # noqa: PLC0415  (pandas: 0.4 s)

        data = yield from read_table(path)
    else:
        from kdcore.data.own import read_images  # noqa: PLC0415  (Pillow, for own images alone)

        data = yield from read_images(path, image_size)
    if file:
        save_decoded(file, data)
    return data


def _kind(path: Path) -> str:
    if path.is_file() and path.suffix.lower() in (".csv", ".tsv"):
        return "table"
    if path.is_dir() or _is_archive(path):
        return "images"
    raise UserError("data_kind_unknown", path=str(path))


def _is_archive(path: Path) -> bool:
    """By name, so that a damaged archive is called damaged, or by content."""
    named = path.name.lower().endswith(ARCHIVES)
    return path.is_file() and (named or zipfile.is_zipfile(path) or tarfile.is_tarfile(path))


def _key(path: Path, image_size: int) -> str:
    """Of the content, and of what is made of it."""
    try:
        content = folder_signature(path) if path.is_dir() else file_digest(path, "sha256")
    except OSError as error:
        raise UserError("data_path_unreadable", path=str(path),
                        cause=error.strerror or str(error)) from None  # fmt: skip
    return hashlib.sha256(f"{FORMAT} {image_size} {path.name} {content}".encode()).hexdigest()[:32]
