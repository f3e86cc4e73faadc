"""Models by name."""

from pkgutil import resolve_name

import torch
from torch import nn

from kdcore.catalogue import MODELS, parse_model, parse_models
from kdcore.errors import UserError
from kdcore.inputs import INPUT_KINDS
from kdcore.models.ensemble import EnsembleModel

STRIDE = 10_007
"""Between the seeds of first weights that must differ."""


def build_model(spec: str, input_shape: tuple[int, ...], classes: int, seed: int) -> nn.Module:
    """A freshly initialised network; the same seed gives the same weights.

    Args:
        spec: ``mlp:500``, ``resnet8`` …; see ``kdcore.catalogue.MODELS``. Several with ``+``
            between them are an ensemble.
        input_shape: of one example, see ``InputKind.model_shape``.
        classes: width of the output.
        seed: of the weights; the global generator is left as it was.

    Raises:
        UserError: no such model, or one for other inputs.
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
    if len(input_shape) not in {INPUT_KINDS[kind].axes for kind in entry.accepts}:
        raise UserError(
            "model_input_shape", spec=spec, shape=list(input_shape), kinds=", ".join(entry.accepts)
        )
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        module: nn.Module = resolve_name(entry.build)(spec, input_shape, classes)
    # convolutions are quicker with the channels innermost; other weights keep their order
    return module.to(memory_format=torch.channels_last)


def start_seed(seed: int, start: int) -> int:
    """The seed of one of several networks' first weights; that of the first is ``seed`` itself."""
    return (seed + STRIDE * start) % 2**31
