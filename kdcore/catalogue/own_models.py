"""Architectures of one's own, chosen by name like any other model."""

import re
from collections.abc import Callable, Iterable
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from kdcore.catalogue.models import MODELS, Family
from kdcore.errors import UserError
from kdcore.inputs import INPUT_KINDS

GROUP = "kdcore.models"
"""Entry points of installed packages that are models; known in every process."""
NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
"""Of a model."""
USUAL = ("image", "features")
"""Kinds of input that a registered model takes unless it says otherwise."""


def register_model(
    name: str,
    build: Callable[[tuple[int, ...], int], Any] | str,
    *,
    accepts: Iterable[str] = USUAL,
    title: str = "",
) -> None:
    """Make an architecture known by a name, in this process alone.

    The dashboard and its worker are other processes: for them a package names the model as an entry
    point of the group ``kdcore.models``. A name that was registered before gets the new function.

    Args:
        name: by which it is chosen; small letters, digits and ``_``.
        build: ``(input_shape, classes) -> torch.nn.Module`` with new weights, or its dotted path
            ``package.module:function``, which is imported when the model is built. The module gives
            logits ``[batch, classes]``; its attribute ``stages`` may name the parts at which its
            stages end, for methods on features.
        accepts: kinds of input.
        title: for people; default: the name.

    Raises:
        UserError: the name cannot be used or is another model's, or there is no such kind.

    Example:
        >>> from torch import nn
        >>> register_model("my_linear", lambda shape, classes: nn.Linear(*shape, classes))
        >>> MODELS.pop("my_linear").accepts
        ('image', 'features')
    """
    kinds = tuple(accepts)
    for kind in kinds:
        if kind not in INPUT_KINDS:
            raise UserError("unknown_input_kind", kind=kind, allowed=", ".join(INPUT_KINDS))
    if not callable(build) and not isinstance(build, str):
        raise UserError("model_no_function", name=name, found=type(build).__name__)
    _enter(name, build, kinds, title or name)


def enter_installed(points: Iterable[EntryPoint] | None = None) -> list[UserError]:
    """Make the models of installed packages known, without importing one of them.

    Args:
        points: entry points; default: those of the group.

    Returns:
        Why some are left out.
    """
    problems = []
    for point in entry_points(group=GROUP) if points is None else points:
        package = point.dist.name if point.dist else point.module
        build = f"{point.module}:{point.attr}" if point.attr else point.module
        try:
            # what it accepts is known once it is imported
            _enter(point.name, build, tuple(INPUT_KINDS), f"{point.name} ({package})")
        except UserError as error:
            problems.append(error)
    return problems


def _enter(
    name: str, build: Callable[..., Any] | str, accepts: tuple[str, ...], title: str
) -> None:
    if not NAME.fullmatch(name):
        raise UserError("model_name", name=name)
    if name in MODELS and not MODELS[name].registered:
        raise UserError("model_name_taken", name=name, title=MODELS[name].title)
    MODELS[name] = Family(
        title=title,
        build=build,
        takes_widths=False,
        example=name,
        accepts=accepts,
        convolutional="image" in accepts,
        registered=True,
    )
