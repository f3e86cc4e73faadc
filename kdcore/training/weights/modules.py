"""Networks to and from safetensors files that say what they hold."""

import json
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from kdcore.data import Dataset
from kdcore.data.for_teacher import Trained
from kdcore.data.teacher_inputs import TeacherInputs, teacher_inputs_of
from kdcore.errors import UserError
from kdcore.jobs.run.config import RunConfig
from kdcore.models.build import build_model
from kdcore.models.ensemble import members_of
from kdcore.models.trees import Trees
from kdcore.store import load_arrays, packed, write_whole
from kdcore.training.weights.adapted import adapt
from kdcore.training.weights.weights_file import WeightsFile, without_prefix

SHOWN = 3
"""Names in an error message; the others are counted."""


def save_module(path: Path, module: nn.Module, spec: str, data: Dataset) -> None:
    """Write the module's weights with what is needed to build and feed it again."""
    write_whole(path, packed_module(module, spec, data))


def packed_module(module: nn.Module, spec: str, data: Dataset) -> bytes:
    """The same as the contents of a file."""
    arrays = {name: value.detach().cpu().numpy() for name, value in module.state_dict().items()}
    own = teacher_inputs_of(members_of(module)[0])
    return packed(
        arrays,
        {
            "model": spec,
            "dataset": data.name,
            "classes": json.dumps(list(data.classes), ensure_ascii=False),
            "input_shape": json.dumps(list(data.input_shape)),
            "input_kind": json.dumps([data.kind.name, data.kind.settings], ensure_ascii=False),
            "stored_shape": json.dumps(list(data.stored_shape)),
            "mean": json.dumps(data.brought_mean.tolist()),
            "std": json.dumps(data.brought_std.tolist()),
        }
        | (own.about if own else {}),
    )


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
    return network_of(WeightsFile.read(path), data)


def network_of(
    file: WeightsFile, data: Dataset, spec: str = "", config: RunConfig | None = None
) -> nn.Module:
    """The network whose weights a file holds, fit for ``data``.

    Args:
        file: as it was read.
        data: whose inputs and classes the network takes.
        spec: of the network, for a file that does not say what it holds.
        config: may say that the network gets inputs of its own, as may the file.

    Raises:
        UserError: the weights are not such a network's, or not finite.
    """
    about = file.about
    own = TeacherInputs.wanted(config or RunConfig(), about, data)
    shape = own.shape if own else data.input_shape
    if "model" in about:
        _check_description(file, data, shape)
        spec = about["model"]
    elif not spec:
        raise UserError("weights_foreign", path=str(file.path))
    classes = len(data.classes)
    with torch.device("meta"):  # the shapes alone: a description may claim a huge network
        shell = _built(spec, shape, classes, file.path)
    weights, _ = without_prefix(file.tensors, set(shell.state_dict()))
    _check_keys(weights, shell, spec, file.path)
    weights = _converted(weights, shell, file.path)
    module = build_model(spec, shape, classes, 0)
    _check_finite(weights, module, file.path)
    try:
        module.load_state_dict(weights)
    except RuntimeError:
        raise UserError("weights_foreign", path=str(file.path)) from None
    adapt(module, Trained.on(about), data, inputs=own is None)
    if own:
        for member in members_of(module):
            own.attach(member)
    return module


def _built(spec: str, shape: tuple[int, ...], classes: int, path: Path) -> nn.Module:
    try:
        return build_model(spec, shape, classes, 0)
    except UserError as error:
        if error.code == "model_input_shape":
            raise
        raise UserError("weights_foreign", path=str(path)) from None


def _check_description(file: WeightsFile, data: Dataset, wanted: tuple[int, ...]) -> None:
    """Raise ``UserError`` where a file says that it was made for other data, or says nothing."""
    classes = _described(file, "classes")
    if len(classes) != len(data.classes):
        raise UserError(
            "class_count", teacher=len(classes), dataset=data.name, data=len(data.classes)
        )
    shape = _described(file, "input_shape")
    if shape != list(wanted):
        raise UserError(
            "input_shape", teacher=shape, dataset=data.name, data=list(data.input_shape)
        )


def _described(file: WeightsFile, key: str) -> list[Any]:
    try:
        values = json.loads(file.about.get(key, ""))
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, list):
        raise UserError("weights_foreign", path=str(file.path))
    return values


def _check_keys(weights: dict[str, Tensor], shell: nn.Module, spec: str, path: Path) -> None:
    """Raise ``UserError`` where weights are missing, surplus or of another shape."""
    # a single number is kept as an array of one
    expected = {name: list(value.shape) or [1] for name, value in shell.state_dict().items()}
    of_trees = {
        f"{name}.{buffer}".lstrip(".")
        for name, part in shell.named_modules()
        if isinstance(part, Trees)
        for buffer, _ in part.named_buffers()
    }
    # BatchNorm's count of batches was added late: older files lack it
    missing = [
        name
        for name in expected
        if name not in weights and not name.endswith("num_batches_tracked")
    ]
    surplus = [name for name in weights if name not in expected]
    shapes = [
        f"{name} {list(value.shape)} ≠ {expected[name]}"
        for name, value in weights.items()
        if name in expected
        and name not in of_trees
        and (list(value.shape) or [1]) != expected[name]
    ]
    if missing or surplus or shapes:
        raise UserError(
            "weights_keys",
            path=str(path),
            model=spec,
            missing=_some(missing),
            surplus=_some(surplus),
            shapes=_some(shapes),
        )


def _converted(weights: dict[str, Tensor], shell: nn.Module, path: Path) -> dict[str, Tensor]:
    """The weights as the kinds of number that the network has.

    Raises:
        UserError: they are whole numbers where it has others: without their scale they say little.
    """
    kinds = {name: value.dtype for name, value in shell.state_dict().items()}
    found = {}
    for name, value in weights.items():
        try:
            if kinds[name].is_floating_point and not value.is_floating_point():
                raise TypeError
            if value.is_meta or value.layout != torch.strided:  # without values, or with a few
                raise TypeError
            found[name] = value.to(kinds[name])
        except (TypeError, RuntimeError):  # of two numbers in a byte, say
            kind = str(value.dtype if value.layout == torch.strided else value.layout)
            kind = "meta" if value.is_meta else kind.removeprefix("torch.")
            raise UserError("weights_kind", path=str(path), name=name, kind=kind) from None
    return found


def _check_finite(weights: dict[str, Tensor], module: nn.Module, path: Path) -> None:
    """Raise ``UserError`` where a weight is NaN or infinite; a leaf's threshold may be."""
    grown = any(isinstance(part, Trees) for part in module.modules())
    for name, value in weights.items():
        if value.is_floating_point() and bool(
            (value.isnan() if grown else ~value.isfinite()).any()
        ):
            raise UserError("weights_not_finite", path=str(path), name=name)


def _some(names: list[str]) -> str:
    more = f" … (+{len(names) - SHOWN})" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more or "–"
