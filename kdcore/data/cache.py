"""A decoded data set in one safetensors file, found again by what it was made of."""

import json
import os
from contextlib import suppress
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from kdcore.data.dataset import Dataset, Split
from kdcore.errors import UserError
from kdcore.inputs import make_kind
from kdcore.notes import note

MEASURED = ("mean", "std", "offset", "scale")
SPLITS = ("train", "validation", "test")


def save_decoded(file: Path, data: Dataset) -> None:
    """Write ``data``; the file appears only once it is whole.

    Raises:
        UserError: there is no room for it.
    """
    tensors = {name: getattr(data, name) for name in MEASURED}
    for name in SPLITS:
        split: Split = getattr(data, name)
        tensors |= {f"{name}_inputs": split.inputs, f"{name}_labels": split.labels}
    about = {
        "name": data.name,
        "classes": json.dumps(data.classes),
        "columns": json.dumps(data.columns),
        "kind": json.dumps([data.kind.name, data.kind.settings]),
        "notes": json.dumps([(entry.code, entry.values) for entry in data.notes]),
    }
    begun = file.with_name(f"{file.name}.{os.getpid()}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        save_file({name: values.contiguous() for name, values in tensors.items()}, begun, about)
        begun.replace(file)
    except (OSError, SafetensorError) as error:
        with suppress(OSError):
            begun.unlink()
        raise UserError("folder_not_writable", folder=str(file.parent), cause=str(error)) from None


def load_decoded(file: Path) -> Dataset | None:
    """What ``save_decoded`` wrote; ``None`` if there is no such file or it is damaged."""
    if not file.is_file():
        return None
    try:
        with safe_open(file, framework="pt") as saved:
            about = saved.metadata()
            values = {name: saved.get_tensor(name) for name in saved.keys()}  # noqa: SIM118
    except SafetensorError:
        return None
    train, validation, test = (
        Split(values[f"{name}_inputs"], values[f"{name}_labels"]) for name in SPLITS
    )
    return Dataset(
        name=about["name"],
        classes=tuple(json.loads(about["classes"])),
        train=train,
        validation=validation,
        test=test,
        **{name: values[name] for name in MEASURED},
        kind=make_kind(*json.loads(about["kind"])),
        columns=tuple(json.loads(about["columns"])),
        notes=tuple(note(code, **named) for code, named in json.loads(about["notes"])),
    )
