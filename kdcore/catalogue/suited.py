"""Which models suit data of one's own, by the shape of the inputs and the number of examples."""

from kdcore.catalogue.models import MODELS, parse_models
from kdcore.errors import UserError

FEW, MANY = 1_000, 20_000
"""Training examples."""
PLAIN_SIDE = 28
"""Pixels up to which fully connected nets do well on gray images."""


def suited_families(input_shape: tuple[int, ...]) -> list[str]:
    """Families of models for ``(channels, height, width)`` or ``(features,)``."""
    if len(input_shape) == 3:
        return [name for name, family in MODELS.items() if family.images_only]
    return [name for name, family in MODELS.items() if not family.images_only]


def suited_pair(input_shape: tuple[int, ...], examples: int) -> tuple[str, str]:
    """A teacher and a much smaller student that learn in reasonable time on a CPU.

    Args:
        input_shape: ``(channels, height, width)`` or ``(features,)``.
        examples: for training.

    Example:
        >>> suited_pair((3, 32, 32), 600)
        ('convnet:16,32,64', 'convnet:8,16')
    """
    if len(input_shape) == 3:
        if min(input_shape[1:]) < 16:  # a third layer would see no more
            return "convnet:16,32", "convnet:8"
        return ("convnet:16,32,64" if examples < FEW else "convnet:32,64,128"), "convnet:8,16"
    if examples < FEW:
        return "mlp:64,64", "mlp:6"
    return ("mlp:256,128", "mlp:16") if examples < MANY else ("mlp:500", "mlp:64")


def suits(models: str, input_shape: tuple[int, ...]) -> bool:
    """Whether all of ``models``, as a setting writes them, are of kinds that suit such inputs.

    Fully connected nets and forests count as suited to small gray images alone.
    """
    try:
        families = [MODELS[spec.partition(":")[0]] for spec in parse_models(models)]
    except UserError:  # it is said elsewhere
        return True
    if len(input_shape) != 3:
        return not any(family.images_only for family in families)
    plain = input_shape[0] == 1 and max(input_shape[1:]) <= PLAIN_SIDE
    return plain or all(family.images_only for family in families)
