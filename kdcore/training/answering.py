"""What a run's learners answer to a question; asking leaves them as they were."""

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from kdcore.data import Dataset, Split
from kdcore.data.for_teacher import Trained
from kdcore.errors import UserError
from kdcore.inputs import InputKind, Text, kind_of_shape, make_kind
from kdcore.inputs.text import PADDING
from kdcore.losses import softmax
from kdcore.models.ensemble import members_of
from kdcore.models.feature_hooks import feature_hooks
from kdcore.models.mlp import MLP
from kdcore.queries import (
    MOST_MAP_CLASSES,
    MOST_UNITS,
    MOST_WEIGHTS,
    MOST_WORD_CLASSES,
    Answer,
    ClassMap,
    ClassMaps,
    DecisionMap,
    Layers,
    LinearLayers,
    Logits,
    MapQuery,
    Predict,
    Query,
    Step,
    StepLogits,
    UnitMap,
    UnitMaps,
    Words,
    WordShares,
    bad_query,
)
from kdcore.store import RunFolder
from kdcore.training.batches.order import chunks
from kdcore.training.fit import Position
from kdcore.training.measuring.evaluation import chunk_size
from kdcore.training.single_step import StepSettings, logits_around_step
from kdcore.training.weights.modules import network_of
from kdcore.training.weights.weights_file import WeightsFile
from kdcore.training.word_shares import word_shares

REACH = 2.5
"""Standard deviations from the mean to the border of a plane that no one has named."""
LEARNERS = ("teacher", "plain", "distilled")
"""Whose weights a run keeps, in the order in which they are shown."""

Modules = Mapping[str, nn.Module]
"""Learners by name."""


def answer(query: Query, modules: Modules, data: Dataset, epoch: float | None) -> Answer:
    """What the learners say; weights, modes and random numbers are afterwards what they were.

    Args:
        query: the question.
        modules: the learners.
        data: whose normalisation they take, on their device; its examples are not looked at.
        epoch: how far the students are; ``None`` where they are trained.

    Raises:
        UserError: the question does not suit the data or the learners.
    """
    with evaluating(modules), torch.no_grad():
        match query:
            case Predict():
                return _logits(query, modules, data, epoch)
            case Layers():
                return _linear_layers(modules, data, epoch)
            case DecisionMap():
                return _class_maps(query, modules, data, epoch)
            case UnitMap():
                return _unit_maps(query, modules, data, epoch)
            case Step():
                return _step_logits(query, modules, data, epoch)
            case Words():
                return _word_shares(query, modules, data, epoch)
    raise AssertionError(f"no answer to {query}")


def answer_during(modules: Modules, data: Dataset, position: Position, query: Query) -> Answer:
    """The same between two batches of a training that stands at ``position``."""
    return answer(query, modules, data, position.epochs)


@contextmanager
def evaluating(modules: Modules) -> Iterator[None]:
    """Evaluation mode meanwhile, for each part as it was afterwards."""
    before = [(part, part.training) for module in modules.values() for part in module.modules()]
    for module in modules.values():
        module.eval()
    try:
        yield
    finally:
        for part, mode in before:
            part.training = mode


def stored_learners(folder: RunFolder) -> tuple[dict[str, nn.Module], Dataset]:
    """The learners of a run that is over, and data without examples that say how they are fed.

    Raises:
        UserError: the run keeps no weights, or a file cannot be read.
    """
    files = {name: folder.path / f"{name}.safetensors" for name in LEARNERS}
    found = {name: WeightsFile.read(path) for name, path in files.items() if path.is_file()}
    if not found:
        raise UserError("no_weights", run=folder.id)
    data = _without_examples(next(iter(found.values())))
    return {name: network_of(file, data).eval() for name, file in found.items()}, data


def _without_examples(file: WeightsFile) -> Dataset:
    """What a file says of its data, as data."""
    trained = Trained.on(file.about)
    shape = _shape(file.about, file.path)
    if trained.mean is None or trained.std is None or not trained.classes:
        raise UserError("weights_foreign", path=str(file.path))
    if not (_fits(trained.mean, shape) and _fits(trained.std, shape) and (trained.std > 0).all()):
        raise UserError("weights_foreign", path=str(file.path))
    kind, stored = _kind(file, shape)
    empty = Split(torch.zeros((0, *stored)), torch.zeros(0, dtype=torch.int64))
    return Dataset(
        name=file.about.get("dataset", ""),
        classes=tuple(trained.classes),
        train=empty,
        validation=empty,
        test=empty,
        mean=trained.mean.float(),
        std=trained.std.float(),
        kind=kind,
    )


def _kind(file: WeightsFile, shape: tuple[int, ...]) -> tuple[InputKind, tuple[int, ...]]:
    """The kind of input that a file names, and its stored shape; of older files by ``shape``."""
    if "input_kind" not in file.about:
        return kind_of_shape(shape)(), shape
    try:
        return make_kind(*json.loads(file.about["input_kind"])), _shape(
            file.about, file.path, "stored_shape"
        )
    except (KeyError, ValueError, TypeError, RecursionError):
        raise UserError("weights_foreign", path=str(file.path)) from None


def _shape(about: Mapping[str, str], path: Path, name: str = "input_shape") -> tuple[int, ...]:
    try:
        shape = tuple(int(size) for size in json.loads(about[name]))
    except (KeyError, ValueError, TypeError, OverflowError, RecursionError):
        raise UserError("weights_foreign", path=str(path)) from None
    if not shape or min(shape) < 1:
        raise UserError("weights_foreign", path=str(path))
    return shape


def _fits(values: Tensor, shape: tuple[int, ...]) -> bool:
    """Whether inputs of this shape can be normalised by the values."""
    if not values.isfinite().all() or values.ndim > len(shape):
        return False
    sizes = zip(reversed(values.shape), reversed(shape), strict=False)
    return all(size in (1, wanted) for size, wanted in sizes)


def _logits(query: Predict, modules: Modules, data: Dataset, epoch: float | None) -> Logits:
    inputs = _inputs(query.inputs, data)
    return Logits(
        epoch=epoch,
        classes=list(data.classes),
        logits={name: _forward(module, inputs).tolist() for name, module in modules.items()},
    )


def _linear_layers(modules: Modules, data: Dataset, epoch: float | None) -> LinearLayers:
    nets = {
        name: module
        for name, module in modules.items()
        if isinstance(module, MLP) and data.kind.linear
    }
    weights = sum(layer.weight.numel() for net in nets.values() for layer in _linear(net))
    told = nets if len(nets) == len(modules) and weights <= MOST_WEIGHTS else {}
    return LinearLayers(
        epoch=epoch,
        classes=list(data.classes),
        layers={name: _layers_of(net, data) for name, net in told.items()},
    )


def _linear(net: MLP) -> list[nn.Linear]:
    return [layer for layer in net.layers if isinstance(layer, nn.Linear)]


def _layers_of(net: MLP, data: Dataset) -> list[dict[str, str]]:
    """The layers of a net; the normalisation, which is linear, is a part of the first."""
    shape = data.input_shape
    slope = (1 / data.brought_std).expand(shape).flatten()
    start = (-data.brought_mean / data.brought_std).expand(shape).flatten()
    found = []
    for number, layer in enumerate(_linear(net)):
        weights, bias = layer.weight.cpu().double(), layer.bias.cpu().double()
        if number == 0:
            weights, bias = weights * slope, bias + weights @ start
        found.append(
            {"weights": _base64(weights.numpy(), "<f4"), "bias": _base64(bias.numpy(), "<f4")}
        )
    return found


def _step_logits(query: Step, modules: Modules, data: Dataset, epoch: float | None) -> StepLogits:
    for name in ("teacher", query.learner):
        if name not in modules:
            raise UserError("no_such_learner", learner=name)
    if max(query.labels) >= len(data.classes):
        raise bad_query("labels", f"0 … {len(data.classes) - 1}")
    inputs = _inputs(query.inputs, data)
    teacher_logits = _forward(modules["teacher"], inputs)
    before, after = logits_around_step(
        members_of(modules[query.learner])[0],
        inputs,
        torch.tensor(query.labels, device=inputs.device),
        teacher_logits.to(inputs.device),
        StepSettings(
            temperature=query.temperature,
            weight=query.weight,
            hard_weight=query.hard_weight,
            optimizer=query.optimizer,
            lr=query.lr,
        ),
    )
    return StepLogits(
        epoch=epoch,
        classes=list(data.classes),
        teacher=teacher_logits.tolist(),
        before=before.tolist(),
        after=after.tolist(),
    )


def _word_shares(query: Words, modules: Modules, data: Dataset, epoch: float | None) -> WordShares:
    kind = data.kind
    if not isinstance(kind, Text):
        raise UserError("no_words", kind=kind.name)
    (length,) = data.stored_shape
    rows = query.inputs or [kind.numbers_of(text, length) for text in query.texts]
    inputs = _inputs(rows, data)
    logits = {name: _forward(module, inputs) for name, module in modules.items()}
    first = next(iter(logits.values()))
    numbers = first.argsort(dim=1, descending=True)[:, :MOST_WORD_CLASSES].tolist()
    there = [text != PADDING for text in inputs]
    return WordShares(
        epoch=epoch,
        classes=list(data.classes),
        tokens=[kind.tokens_of(text.tolist()) for text in inputs],
        joined=kind.is_joined,
        logits={name: own.tolist() for name, own in logits.items()},
        numbers=numbers,
        shares={
            name: [
                word_shares(module, text, classes)[:, known].tolist()
                for text, classes, known in zip(inputs, numbers, there, strict=True)
            ]
            for name, module in modules.items()
        },
    )


def _inputs(rows: Sequence[Sequence[float]], data: Dataset) -> Tensor:
    """Rows of numbers as they were brought → what a network takes."""
    shape, given = data.stored_shape, len(rows[0])
    if given != prod(shape):
        raise UserError("inputs_shape", given=given, shape=list(shape), needed=prod(shape))
    return _normalised(torch.tensor(rows, dtype=torch.float64).view(-1, *shape), data)


def _class_maps(
    query: DecisionMap, modules: Modules, data: Dataset, epoch: float | None
) -> ClassMaps:
    low, high, inputs = _plane(query, data)
    if len(data.classes) > MOST_MAP_CLASSES:
        raise UserError("map_classes", classes=len(data.classes), most=MOST_MAP_CLASSES)
    maps = {}
    for name, module in modules.items():
        probabilities = softmax(_forward(module, inputs).double() / query.temperature)
        confidence, classes = probabilities.max(-1)
        maps[name] = ClassMap(
            classes=_base64(classes.numpy(), "u1"),
            confidence=_base64((confidence.nan_to_num(0) * 255).round().numpy(), "u1"),
        )
    return ClassMaps(
        epoch=epoch, classes=list(data.classes), side=query.side, low=low, high=high, maps=maps
    )


def _unit_maps(query: UnitMap, modules: Modules, data: Dataset, epoch: float | None) -> UnitMaps:
    if query.learner not in modules:
        raise bad_query("learner", ", ".join(modules))
    low, high, inputs = _plane(query, data)
    module = members_of(modules[query.learner])[0]
    stages: list[str] = list(getattr(module, "stages", []))
    if query.layer >= len(stages):
        raise UserError("no_such_layer", learner=query.learner, layers=len(stages))
    with feature_hooks(module, stages) as found:
        values = []
        for part in chunks(len(inputs), chunk_size([module], inputs.device)):
            module(inputs[part])
            values.append(found[stages[query.layer]].float().cpu())
        layers = [found[stage].shape[1] for stage in stages]
    width = layers[query.layer]
    units = list(query.units) or list(range(min(width, MOST_UNITS)))
    if max(units) >= width:
        raise bad_query("units", f"0 … {width - 1}")
    return UnitMaps(
        epoch=epoch,
        side=query.side,
        low=low,
        high=high,
        layers=layers,
        units=units,
        values=_base64(torch.cat(values)[:, units].T.numpy(), "<f4"),
    )


def _plane(query: MapQuery, data: Dataset) -> tuple[list[float], list[float], Tensor]:
    """The corners and the normalised places ``[side², 2]``, row by row, the lowest y first."""
    if data.input_shape != (2,):
        raise UserError("no_plane", shape=list(data.input_shape))
    low = list(query.low) or (data.brought_mean - REACH * data.brought_std).tolist()
    high = list(query.high) or (data.brought_mean + REACH * data.brought_std).tolist()
    middles = (torch.arange(query.side, dtype=torch.float64) + 0.5) / query.side
    x, y = (first + (last - first) * middles for first, last in zip(low, high, strict=True))
    places = torch.stack([x.repeat(query.side), y.repeat_interleave(query.side)], dim=1)
    return low, high, _normalised(places, data)


def _normalised(inputs: Tensor, data: Dataset) -> Tensor:
    """``[n, …]`` float64 inputs as they were brought → what a network takes, on its device."""
    raw = data.kind.stored((inputs - data.offset) / data.scale)
    return data.normalised(raw.to(data.mean.device))


def _forward(module: nn.Module, inputs: Tensor) -> Tensor:
    """Logits ``[n, C]``, float32 on the CPU."""
    size = chunk_size([module], inputs.device)
    return torch.cat([module(inputs[part]).float().cpu() for part in chunks(len(inputs), size)])


def _base64(values: np.ndarray[Any, Any], kind: str) -> str:
    return b64encode(np.ascontiguousarray(values, dtype=kind).tobytes()).decode("ascii")
