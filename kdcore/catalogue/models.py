"""Families of models, and pairs of the literature."""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from kdcore.errors import UserError, hint
from kdcore.inputs import INPUT_KINDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A kind of model; those that take widths have them after a colon, grown ones their size."""

    title: str
    build: str | Callable[..., Any]
    """Dotted path of ``(spec, input_shape, classes) -> nn.Module``; see also ``registered``."""
    takes_widths: bool
    example: str
    accepts: tuple[str, ...]
    """Names of kinds of input."""
    convolutional: bool = False
    """Whether it has feature maps, with channels, rows and columns."""
    most_widths: int = 0
    """How many numbers it takes; 0: as many layers as there may be."""
    grown: bool = False
    """Whether it is fitted tree by tree, without gradients, features or batches."""
    pretrained: bool = False
    """Whether it comes with weights and only its last layer is fitted: a teacher alone."""
    registered: bool = False
    """Whether somebody else brings it: ``build`` is ``(input_shape, classes) -> nn.Module`` then,
    the function itself or its dotted path."""
    largest: tuple[int, ...] = ()
    """Of one that is grown: the highest value of each number of its size."""
    student: bool = True
    """Whether it can learn from a teacher."""
    readable: bool = False
    """Whether it is drawn so that a person can follow it."""


MODELS = {
    "mlp": Family(
        title="Fully connected, ReLU",
        build="kdcore.models.mlp:mlp",
        takes_widths=True,
        example="mlp:800,800",
        accepts=("image", "features", "audio"),
    ),
    "dropout_mlp": Family(
        title="Fully connected, dropout and max-norm",
        build="kdcore.models.dropout_mlp:dropout_mlp",
        takes_widths=True,
        example="dropout_mlp:1200,1200",
        accepts=("image", "features", "audio"),
    ),
    "convnet": Family(
        title="Small convolutional network",
        build="kdcore.models.convnet:convnet",
        takes_widths=True,
        example="convnet:16,32,64",
        accepts=("image", "audio"),
        convolutional=True,
    ),
    "crnn": Family(
        title="Convolutions, then recurrent in time",
        build="kdcore.models.crnn:crnn",
        takes_widths=True,
        example="crnn:16,32,32,64",
        accepts=("audio",),
        convolutional=True,
    ),
    "audio_visual": Family(
        title="Convolutions for sound and for an image, joined",
        build="kdcore.models.audio_visual:audio_visual",
        takes_widths=True,
        example="audio_visual:16,32,64",
        accepts=("audio_image",),
        convolutional=True,
    ),
    "audio_only": Family(
        title="Small convolutional network on the sound alone",
        build="kdcore.models.audio_visual:audio_only",
        takes_widths=True,
        example="audio_only:8,16,32",
        accepts=("audio_image",),
        convolutional=True,
    ),
    **{
        name: Family(
            title=f"ResNet-{depth} for small images",
            build="kdcore.models.resnet:resnet",
            takes_widths=False,
            example=name,
            accepts=("image", "audio"),
            convolutional=True,
        )
        for name, depth in (("resnet8", 8), ("resnet20", 20), ("resnet56", 56))
    },
    **{
        name: Family(
            title=title,
            build="kdcore.models.vision:vision",
            takes_widths=False,
            example=name,
            accepts=("image", "audio"),
            convolutional=True,
        )
        for name, title in (
            ("resnet18", "ResNet-18 (torchvision)"),
            ("resnet50", "ResNet-50 (torchvision)"),
            ("resnet152", "ResNet-152 (torchvision)"),
            ("mobilenet_v2", "MobileNetV2 (torchvision)"),
        )
    },
    "efficientnet_lite0": Family(
        title="EfficientNet-Lite0 of ImageNet (extra: teachers)",
        build="kdcore.models.efficientnet_lite:efficientnet_lite0",
        takes_widths=False,
        example="efficientnet_lite0",
        accepts=("image",),
        convolutional=True,
        pretrained=True,
    ),
    **{
        name: Family(
            title=title,
            build=f"kdcore.models.text.{place}",
            takes_widths=True,
            example=example,
            accepts=("text",),
            most_widths=1 if name == "embedding_bag" else 2,
        )
        for name, title, place, example in (
            (
                "embedding_bag",
                "Mean of word vectors",
                "embedding_bag:embedding_bag",
                "embedding_bag:8",
            ),
            ("text_gru", "GRU, reads forwards", "gru:text_gru", "text_gru:16"),
            ("bigru", "GRU, reads both ways", "gru:text_gru", "bigru:64"),
            ("text_cnn", "Convolutions over words", "text_cnn:text_cnn", "text_cnn:32"),
            ("transformer", "Small transformer", "transformer:transformer", "transformer:64,2"),
        )
    },
    "forest": Family(
        title="Random forest (scikit-learn)",
        build="kdcore.models.forest:forest",
        takes_widths=True,
        example="forest:100",
        accepts=("image", "features", "audio"),
        grown=True,
        largest=(1_000, 64),
    ),
    "boosted": Family(
        title="Gradient-boosted trees (scikit-learn)",
        build="kdcore.models.added_trees:added_trees",
        takes_widths=True,
        example="boosted:100,3",
        accepts=("image", "features"),
        grown=True,
        largest=(1_000, 16),
        student=False,
    ),
    "tree": Family(
        title="Decision tree (scikit-learn)",
        build="kdcore.models.added_trees:added_trees",
        takes_widths=True,
        example="tree:3",
        accepts=("image", "features"),
        grown=True,
        largest=(4,),
        readable=True,
    ),
}

PRESETS = {
    "8×8 · 256-128 → 16": {"dataset": "digits", "teacher": "mlp:256,128", "student": "mlp:16"},
    "64 → 32": {"teacher": "mlp:64", "student": "mlp:32"},
    "256-128 → 128": {"teacher": "mlp:256,128", "student": "mlp:128"},
    "500 → 250": {"teacher": "mlp:500", "student": "mlp:250"},
    "1200-1200 → 800-800": {"teacher": "mlp:1200,1200", "student": "mlp:800,800"},
    "1200-1200 → 30-30": {"teacher": "mlp:1200,1200", "student": "mlp:30,30"},
}
"""Pairs of the source texts; hidden widths only, inputs and classes come from the data."""

MOST_LAYERS = 128
"""Hidden ones of a network."""
MOST_MODELS = 32
"""That stand in one setting: teachers, or assistants."""


GIVEN_MODULE = "module"
"""Family of the modules that a Python program gives; a name follows after a colon."""
GIVEN_NAME = re.compile(r"[\w.]{1,100}")
_OF_A_PROGRAM = Family(
    title="Module of a Python program",
    build="",
    takes_widths=False,
    example=f"{GIVEN_MODULE}:NAME",
    accepts=tuple(INPUT_KINDS),
    convolutional=True,
    registered=True,
)
_as_stored: ContextVar[bool] = ContextVar("models_as_stored", default=False)


@contextmanager
def models_as_stored() -> Iterator[None]:
    """Inside, models that another program has registered are read, too; none can be built."""
    before = _as_stored.set(True)
    try:
        yield
    finally:
        _as_stored.reset(before)


def is_given(spec: str) -> bool:
    """Whether a model is a module that a Python program gives."""
    return spec.startswith(f"{GIVEN_MODULE}:")


def family_of(spec: str) -> Family:
    """The family of a model.

    Raises:
        UserError: see ``parse_model``.
    """
    return MODELS.get(parse_model(spec)[0], _OF_A_PROGRAM)


def parse_model(spec: str) -> tuple[str, tuple[int, ...]]:
    """``"mlp:800,800"`` → ``("mlp", (800, 800))``; ``"resnet8"`` → ``("resnet8", ())``.

    A forest's numbers are how many trees it has and, where it is named, their greatest depth; those
    of boosted trees their rounds and likewise; a tree's is its depth.

    Raises:
        UserError: unknown family, too many widths, or such as are not whole numbers from 1 to
            16384.
    """
    family, _, tail = spec.partition(":")
    if family == GIVEN_MODULE and GIVEN_NAME.fullmatch(tail):
        return family, ()
    if family not in MODELS and _as_stored.get() and GIVEN_NAME.fullmatch(spec):
        return family, ()
    if family not in MODELS:
        examples = [entry.example for entry in MODELS.values()]
        raise UserError(
            "unknown_model", spec=spec, allowed=", ".join(examples), hint=hint(family, list(MODELS))
        )
    entry = MODELS[family]
    if not entry.takes_widths:
        if tail:
            raise UserError("model_takes_no_widths", spec=spec, family=family)
        return family, ()
    numbers = tail.split(",")
    if entry.grown:
        limits = entry.largest
        if len(numbers) > len(limits) or not all(map(_is_whole, numbers, limits)):
            raise UserError(f"{family}_size", spec=spec, trees=limits[0], depth=limits[-1])
    elif entry.most_widths and len(numbers) > entry.most_widths:
        raise UserError("model_numbers", spec=spec, most=entry.most_widths, example=entry.example)
    elif len(numbers) > MOST_LAYERS:
        raise UserError("model_too_deep", spec=spec, layers=len(numbers), most=MOST_LAYERS)
    elif not all(_is_whole(width, 16_384) for width in numbers):
        raise UserError("model_widths", spec=spec, example=entry.example)
    return family, tuple(int(number) for number in numbers)


def is_forest(spec: str) -> bool:
    """Whether a model is grown rather than trained by gradients; no error where there is none."""
    family = MODELS.get(spec.partition(":")[0])
    return family is not None and family.grown


def is_readable(spec: str) -> bool:
    """Whether a model is small enough to be drawn and followed by a person."""
    family = MODELS.get(spec.partition(":")[0])
    return family is not None and family.readable


def _is_whole(text: str, highest: int) -> bool:
    """Whether ``text`` is a whole number from 1 to ``highest``."""
    return text.isascii() and text.isdigit() and 1 <= int(text) <= highest


def parse_models(text: str) -> tuple[str, ...]:
    """``"mlp:64 + resnet8"`` → ``("mlp:64", "resnet8")``; nothing where there is no text.

    Raises:
        UserError: one of them is no model, or there are too many.
    """
    specs = tuple(part.strip() for part in text.split("+") if part.strip())
    if len(specs) > MOST_MODELS:
        raise UserError("models_too_many", text=text, count=len(specs), most=MOST_MODELS)
    for spec in specs:
        parse_model(spec)
    return specs


def models_spec(specs: Iterable[str]) -> str:
    """The text that ``parse_models`` reads."""
    return " + ".join(specs)
