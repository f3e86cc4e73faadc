"""From the name or path in a run's settings to the data set."""

import hashlib
import os
import tarfile
import zipfile
from collections.abc import Callable, Generator, Iterable
from dataclasses import replace
from pathlib import Path
from pkgutil import resolve_name

from kdcore.catalogue import DATASETS, GIVEN_DATA, is_shift
from kdcore.data.archive import BROKEN, entries, signature
from kdcore.data.cache import load_decoded, save_decoded
from kdcore.data.dataset import Dataset
from kdcore.data.fetch import file_digest
from kdcore.data.for_teacher import beside_teacher
from kdcore.data.given import find_given
from kdcore.data.names import listed
from kdcore.data.table.file import MOST_BYTES as MOST_TABLE_BYTES
from kdcore.data.table.file import is_table, open_table, tables_in, title_of_table
from kdcore.data.target import with_other, with_shifted
from kdcore.errors import UserError, hint
from kdcore.events import Progress
from kdcore.jobs.run.compatibility import check_inputs
from kdcore.jobs.run.config import RunConfig
from kdcore.notes import note
from kdcore.store_root import default_root

Source = Callable[[Path], Generator[Progress, None, Dataset]]
"""What the catalogue names: from the folder of downloads to the data, telling how far it is."""
ARCHIVES = (".zip", ".tar", ".tgz", ".tbz2", ".txz", ".gz", ".bz2", ".xz")
SPREADSHEETS = (".xlsx", ".xls", ".ods", ".numbers")
MOST_ARCHIVE_BYTES = 64 << 30
FORMAT = 4
"""Of the decoded files; counts up when the same data would be read otherwise."""


def load_dataset(config: RunConfig, store_root: Path | None) -> Generator[Progress, None, Dataset]:
    """The data set that ``config.dataset`` names or whose path it is.

    Args:
        config: ``dataset``, ``target``, ``data_root``, ``image_size`` and ``label_column`` are
            read, and ``teacher_weights`` with its inputs: see ``beside_teacher``.
        store_root: where own data are kept decoded, and downloads too unless ``data_root`` or the
            environment's ``KDCORE_DATA`` names a folder for them. Without it own data are not kept
            and downloads go to the default store.

    Raises:
        UserError: there is no such data set, or it cannot be read.
    """
    data = yield from _dataset(config, store_root)
    if is_shift(config.target):
        data = with_shifted(data, config.target)
    elif config.target:
        other = RunConfig(
            dataset=config.target, data_root=config.data_root, image_size=config.image_size
        )
        data = with_other(data, (yield from _dataset(other, store_root)))
    if config.teacher_weights:
        return beside_teacher(data, Path(config.teacher_weights).expanduser(), config)
    return data


def load_training_data(
    config: RunConfig, store_root: Path | None, others: Iterable[RunConfig] = ()
) -> Generator[Progress, None, Dataset]:
    """As ``load_dataset``, for models and methods that must take such inputs.

    Args:
        config: see ``load_dataset``.
        store_root: likewise.
        others: other runs on the same data.

    Raises:
        UserError: also where they do not; of a data set of the catalogue before it is read.
    """
    runs = [config, *others]
    if config.dataset in DATASETS:
        for run in runs:
            check_inputs(run, DATASETS[config.dataset].kind)
    data = yield from load_dataset(config, store_root)
    for run in runs:
        check_inputs(run, data.kind)
    return data


def _dataset(config: RunConfig, store_root: Path | None) -> Generator[Progress, None, Dataset]:
    if config.dataset.startswith(GIVEN_DATA):
        data = find_given(config.dataset)
        is_table = False
    elif config.dataset in DATASETS:
        source: Source = resolve_name(DATASETS[config.dataset].load)
        data = yield from source(data_root(config, store_root))
        is_table = False
    else:
        path = existing_path(config.dataset)
        data = yield from _own(path, config, store_root)
        is_table = any(one.code == "label_column" for one in data.notes)
    if config.label_column and not is_table:
        unused = note("label_column_unused", column=config.label_column)
        data = replace(data, notes=(*data.notes, unused))
    return data


def data_root(config: RunConfig, store_root: Path | None) -> Path:
    """Where downloaded data sets lie."""
    if given := config.data_root or os.environ.get("KDCORE_DATA", ""):
        return Path(given).expanduser()
    return (store_root or default_root()) / "data" / "downloads"


def existing_path(name: str) -> Path:
    """The path that a setting names.

    Raises:
        UserError: nothing is there.
    """
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
    path: Path, config: RunConfig, store_root: Path | None
) -> Generator[Progress, None, Dataset]:
    kind = data_kind(path)
    _check_size(path, kind)
    file = store_root / "data" / f"{_key(path, config)}.safetensors" if store_root else None
    if file and (data := load_decoded(file)):
        yield Progress(task="read", done=1, total=1, detail=path.name)
        return data
    data = yield from _read(path, kind, config)
    if bool((data.train.inputs == data.train.inputs[0]).all()):
        data = replace(data, notes=(*data.notes, note("inputs_all_alike")))
    if file:
        save_decoded(file, data)
    return data


def _check_size(path: Path, kind: str) -> None:
    """Refuse a file that is too large before all of it is looked at, for its digest say."""
    if path.is_dir():
        return
    size = path.stat().st_size
    if kind == "table" and size > MOST_TABLE_BYTES:
        raise UserError("table_too_large", path=str(path), gigabytes=MOST_TABLE_BYTES >> 30)
    if size > MOST_ARCHIVE_BYTES:
        raise UserError("archive_too_long", path=str(path), gigabytes=MOST_ARCHIVE_BYTES >> 30)


def _read(path: Path, kind: str, config: RunConfig) -> Generator[Progress, None, Dataset]:
    """Images or recordings of a folder or archive; a table, alone or where there are neither."""
    if kind == "images":
        from kdcore.data.own import read_images  # noqa: PLC0415  (Pillow, for own images alone)

        try:
            return (yield from read_images(path, config.image_size))
        except UserError as error:
            if error.code != "no_images":
                raise
            from kdcore.data.audio.own import has_sounds, read_sounds  # noqa: PLC0415  (scipy)

            if has_sounds(path):
                return (yield from read_sounds(path))
            if not (names := tables_in(path)):
                raise _without_images(path, error) from None
        if len(names) > 1:
            raise UserError("tables_inside", path=str(path), found=listed(names))
        (inside,) = names
    else:
        inside = ""
    from kdcore.data.table.read import read_table  # noqa: PLC0415  (pandas: 0.4 s)

    with open_table(path, inside) as file:
        title = title_of_table(inside or path.name)
        data = yield from read_table(file, title, str(path), config.label_column)
    extra = (note("table_inside", table=inside),) if inside else ()
    return replace(data, notes=(*extra, *data.notes))


def _without_images(path: Path, error: UserError) -> UserError:
    """What is wrong with an archive or folder that holds neither images nor tables."""
    found = [
        entry.name
        for entry in entries(path)
        if entry.open and entry.name.lower().endswith(ARCHIVES)
    ]
    return UserError("archive_inside", path=str(path), found=listed(found)) if found else error


def data_kind(path: Path) -> str:
    """``table`` or ``images``; the latter of an archive or folder, whatever it holds."""
    if path.is_dir():
        return "images"
    if not path.is_file():
        raise UserError("data_kind_unknown", path=str(path))
    if path.name.lower().endswith(SPREADSHEETS):
        raise UserError("data_spreadsheet", path=str(path))
    if is_table(path):
        return "table"
    if _is_archive(path):
        return "images"
    raise UserError("data_kind_unknown", path=str(path))


def _is_archive(path: Path) -> bool:
    """By name, so that a damaged archive is called damaged, or by content."""
    named = path.name.lower().endswith(ARCHIVES)
    if named or zipfile.is_zipfile(path):
        return True
    try:
        return tarfile.is_tarfile(path)
    except BROKEN:  # it begins like a compressed one
        return True


def _key(path: Path, config: RunConfig) -> str:
    """Of the content, and of what is made of it."""
    try:
        content = signature(path) if path.is_dir() else file_digest(path, "sha256")
    except OSError as error:
        raise UserError(
            "data_path_unreadable", path=str(path), cause=error.strerror or str(error)
        ) from None
    parts = [FORMAT, config.image_size, config.label_column, path.name, content]
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogateescape")).hexdigest()[:32]
