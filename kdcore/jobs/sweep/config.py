"""What a sweep is: one ``RunConfig`` and the axes along which its students differ."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self

from kdcore.catalogue import METHODS, method_of
from kdcore.errors import UserError, check_names
from kdcore.jobs.run.config import RunConfig, check_equal_training, check_networks, check_weight
from kdcore.settings import checked

AXES = {
    "temperatures": "temperature",
    "weights": "weight",
    "seeds": "seed",
    "lrs": "lr",
    "methods": "method",
}
"""Axis to the setting of a run that it varies."""
MOST_CELLS = 4_096


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepConfig:
    """A grid of runs; an axis that is left empty has the base's own value alone.

    With ``published`` it compares methods: each has its authors' T, λ and mixing, and what they
    do not say is the base's; the axes of T and λ are not looked at.

    Raises:
        UserError: a bad value, one that stands there twice, or too many cells.
    """

    base: RunConfig = field(default_factory=RunConfig)
    temperatures: tuple[float, ...] = (1.0, 2.0, 4.0, 8.0, 16.0)
    weights: tuple[float, ...] = (0.0, 0.25, 0.5, 0.75, 1.0)
    seeds: tuple[int, ...] = (0, 1, 2)
    lrs: tuple[float, ...] = ()
    methods: tuple[str, ...] = ()
    published: bool = False

    def __post_init__(self) -> None:
        check_equal_training(self.base, "A sweep")
        if self.published:
            for axis in ("temperatures", "weights"):
                object.__setattr__(self, axis, ())
        for axis, setting in AXES.items():
            given = getattr(self, axis) or (getattr(self.base, setting),)
            object.__setattr__(self, axis, checked_axis(axis, setting, given))
        for weight in self.weights:
            check_weight(weight, self.base.mixing)
        check_networks(self.base.student)
        if self.size > MOST_CELLS:
            raise UserError("sweep_too_large", cells=self.size, most=MOST_CELLS)

    @property
    def size(self) -> int:
        """How many cells the grid has."""
        size = 1
        for axis in AXES:
            size *= len(getattr(self, axis))
        return size

    @property
    def cells(self) -> list[RunConfig]:
        """The runs of the grid; the seed changes fastest, then λ, T, lr and method."""
        return list(self._cells())

    def _cells(self) -> Iterator[RunConfig]:
        for method, lr, temperature, weight, seed in itertools.product(
            self.methods, self.lrs, self.temperatures, self.weights, self.seeds
        ):
            settings = {"temperature": temperature, "weight": weight}
            if self.published:
                settings |= method_of(method).published
            yield self.base.replace(method=method, lr=lr, seed=seed, **settings)

    def to_dict(self) -> dict[str, Any]:
        """JSON values."""
        axes = {axis: list(getattr(self, axis)) for axis in AXES}
        return {"base": self.base.to_dict(), "published": self.published} | axes

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The sweep that ``to_dict`` described.

        Raises:
            UserError: a name that is no axis, or a bad value.
        """
        check_names(values, ("base", "published", *AXES))
        axes = {axis: tuple(given) for axis, given in values.items() if axis in AXES}
        return cls(
            base=RunConfig.from_dict(values.get("base", {})),
            **axes,
            published=bool(values.get("published", False)),
        )


def all_methods(base: RunConfig) -> tuple[str, ...]:
    """Every method with a soft term that suits the networks of ``base``."""
    found = []
    for name, method in METHODS.items():
        with suppress(UserError):
            base.replace(method=name)
            found += [name] if method.loss else []
    return tuple(found)


def parse_axis(axis: str, text: str) -> tuple[Any, ...]:
    """``"1,2,4"`` → ``("1", "2", "4")``; blanks are no values.

    Raises:
        UserError: there is no value.
    """
    values = tuple(part.strip() for part in text.split(",") if part.strip())
    if not values:
        raise UserError("empty_axis", axis=axis)
    return values


def checked_axis(axis: str, setting: str, given: Sequence[Any]) -> tuple[Any, ...]:
    """The values of an axis as what ``setting`` is.

    Raises:
        UserError: a bad value, or one that stands there twice.
    """
    values = tuple(checked(setting, value, RunConfig) for value in given)
    for at, value in enumerate(values):
        if value in values[:at]:
            raise UserError("value_twice", axis=axis, value=value)
    return values
