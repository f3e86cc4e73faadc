"""Models by name."""

from pkgutil import resolve_name

import torch
from torch import nn

from kdcore.catalogue import MODELS, parse_model, parse_models
from kdcore.errors import UserError
from kdcore.models.ensemble import EnsembleModel

STRIDE = 10_007
"""Between the seeds of first weights that must differ."""


def build_model(spec: str, input_shape: tuple[int, ...], classes: int, seed: int) -> nn.Module:
    """A freshly initialised network; the same seed gives the same weights.

    Args:
        spec: ``mlp:500``, ``resnet8`` …; see ``kdcore.catalogue.MODELS``. Several with ``+``
            between them are an ensemble.
        input_shape: ``(channels, height, width)`` or ``(features,)``.
        classes: width of the output.
        seed: of the weights; the global generator is left as it was.

    Raises:
        UserError: no such model, or one for images only on other data.
    """
    if "+" in spec:
        return EnsembleModel(
            [
                build_model(part, input_shape, classes, start_seed(seed, at))
                for at, part in enumerate(parse_models(spec))
            ]
        )
    family, _ = parse_model(spec)
    entry = MODELS[family]
    if entry.images_only and len(input_shape) != 3:
        raise UserError("images_only", spec=spec, shape=list(input_shape))
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        module: nn.Module = resolve_name(entry.build)(spec, input_shape, classes)
    # convolutions are quicker with the channels innermost; other weights keep their order
    return module.to(memory_format=torch.channels_last)


def start_seed(seed: int, start: int) -> int:
    """The seed of one of several networks' first weights; that of the first is ``seed`` itself."""
    return (seed + STRIDE * start) % 2**31
