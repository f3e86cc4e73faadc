"""Which models suit data of one's own, by the kind of their inputs."""

from kdcore.catalogue.models import MODELS, parse_models
from kdcore.errors import UserError
from kdcore.inputs import InputKind


def suited_families(kind: type[InputKind]) -> list[str]:
    """Families of models to begin with on inputs of a kind; those of one's own need no advice."""
    return [
        name
        for name, family in MODELS.items()
        if not (family.registered or family.pretrained)
        and kind.name in family.accepts
        and family.convolutional >= kind.wants_convolutions
    ]


def accepts(model: str, kind: type[InputKind]) -> bool:
    """Whether a model takes inputs of a kind."""
    return kind.name in MODELS[model.partition(":")[0]].accepts


def suits(models: str, kind: type[InputKind], shape: tuple[int, ...]) -> bool:
    """Whether all of ``models``, as a setting writes them, suit inputs of a ``model_shape``."""
    try:
        families = [MODELS[spec.partition(":")[0]] for spec in parse_models(models)]
    except UserError:  # it is said elsewhere
        return True
    plain = not kind.wants_convolutions or kind.suits_plain_models(shape)
    return all(
        kind.name in family.accepts and (plain or family.convolutional) for family in families
    )
