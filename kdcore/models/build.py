"""Models by name."""

from pkgutil import resolve_name

import torch
from torch import nn

from kdcore.catalogue import family_of, is_given, parse_models
from kdcore.errors import UserError
from kdcore.models.ensemble import EnsembleModel
from kdcore.models.given import given_module

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
    if is_given(spec):  # as it was brought, whatever the seed
        return given_module(spec).copy()
    entry = family_of(spec)
    if entry.images_only and len(input_shape) != 3:
        raise UserError("images_only", spec=spec, shape=list(input_shape))
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        module = _built(entry, spec, input_shape, classes)
    # convolutions are quicker with the channels innermost; other weights keep their order
    return module.to(memory_format=torch.channels_last)


def _built(entry: Family, spec: str, input_shape: tuple[int, ...], classes: int) -> nn.Module:
    if not entry.registered:
        found: nn.Module = resolve_name(str(entry.build))(spec, input_shape, classes)
        return found
    try:
        build = resolve_name(entry.build) if isinstance(entry.build, str) else entry.build
        found = build(input_shape, classes)
    except Exception as error:  # of whatever its author wrote
        cause = f"{type(error).__name__}: {(str(error).splitlines() or ['?'])[0]}".rstrip(".")
        raise UserError("model_build", spec=spec, shape=list(input_shape), cause=cause) from None
    if not isinstance(found, nn.Module):
        raise UserError("model_build_kind", spec=spec, found=type(found).__name__)
    return found


def start_seed(seed: int, start: int) -> int:
    """The seed of one of several networks' first weights; that of the first is ``seed`` itself."""
    return (seed + STRIDE * start) % 2**31
