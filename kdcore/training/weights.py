"""Networks to and from safetensors files that say what they hold."""

import json
from pathlib import Path

import torch
from torch import nn

from kdcore.data import Dataset
from kdcore.errors import UserError
from kdcore.models.build import build_model
from kdcore.store import load_arrays, packed, write_whole


def save_module(path: Path, module: nn.Module, spec: str, data: Dataset) -> None:
    """Write the module's weights with what is needed to build and feed it again."""
    write_whole(path, packed_module(module, spec, data))


def packed_module(module: nn.Module, spec: str, data: Dataset) -> bytes:
    """The same as the contents of a file."""
    arrays = {name: value.detach().cpu().numpy() for name, value in module.state_dict().items()}
    return packed(arrays, {
        "model": spec,
        "dataset": data.name,
        "classes": json.dumps(list(data.classes), ensure_ascii=False),
        "input_shape": json.dumps(list(data.input_shape)),
        "mean": json.dumps(data.mean.tolist()),
        "std": json.dumps(data.std.tolist()),
    })  # fmt: skip


def saved_model(path: Path) -> str:
    """The spec of the network that a file holds, empty where it does not say.

    Raises:
        UserError: the file cannot be read.
    """
    _, about = load_arrays(path)
    return about.get("model", "")


def load_module(path: Path, data: Dataset) -> nn.Module:
    """The network of a file that ``save_module`` wrote, fit for ``data``.

    Raises:
        UserError: the file cannot be read, has no such description, or was made for other data.
    """
    arrays, about = load_arrays(path)
    if not {"model", "classes", "input_shape"} <= about.keys():
        raise UserError("weights_foreign", path=str(path))
    classes = json.loads(about["classes"])
    if len(classes) != len(data.classes):
        raise UserError("class_count", teacher=len(classes), dataset=data.name,
                        data=len(data.classes))  # fmt: skip
    shape = tuple(json.loads(about["input_shape"]))
    if shape != tuple(data.input_shape):
        raise UserError("input_shape", teacher=list(shape), dataset=data.name,
                        data=list(data.input_shape))  # fmt: skip
    module = build_model(about["model"], shape, len(classes), 0)
    try:
        module.load_state_dict({name: torch.from_numpy(value) for name, value in arrays.items()})
    except RuntimeError:
        raise UserError("weights_foreign", path=str(path)) from None
    return module
