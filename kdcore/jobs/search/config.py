"""What a search is: one ``RunConfig``, the space in which its students differ, how to look."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self

from kdcore.catalogue import parse_model
from kdcore.errors import UserError, check_names
from kdcore.jobs.run.config import RunConfig, check_equal_training, check_networks, check_weight
from kdcore.jobs.sweep.config import checked_axis, parse_axis
from kdcore.settings import checked, setting


@dataclass(frozen=True, slots=True)
class Range:
    """All numbers from ``low`` to ``high``."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Axis:
    """A direction of the space."""

    setting: str
    """Of a run, which varies along it."""
    numbers: bool = True
    """Whether it may be a range."""
    log: bool = False
    """Whether a range is drawn from evenly in its logarithm."""


AXES = {
    "methods": Axis("method", numbers=False),
    "students": Axis("student", numbers=False),
    "lrs": Axis("lr", log=True),
    "temperatures": Axis("temperature", log=True),
    "weights": Axis("weight"),
}
SYNTAX = {
    "methods": ("NAME,…", "names, separated by commas"),
    "students": ("MODEL …", "models in one argument, separated by spaces: 'mlp:8 mlp:16,8'"),
    "lrs": ("LOW:HIGH|A,B,…", "a range, sampled on a log scale, or values"),
    "temperatures": ("LOW:HIGH|A,B,…", "a range, sampled on a log scale, or values"),
    "weights": ("LOW:HIGH|A,B,…", "a range, or values"),
}
"""By axis: how it is written and what that means."""
OBJECTIVES = {"validation_accuracy": True, "validation_nll": False}
"""Scores that can be looked for, on data that are neither trained on nor tested with; whether
more is better."""
MOST_FOLDS = 20
TRIALS = "optuna.sqlite"
"""File in a search's folder with all trials, which Optuna and its dashboard can open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchConfig:
    """A space of runs and the way to look for the best of it.

    Each axis is a ``Range`` or a tuple of values; one that is left empty has the base's own value
    alone. The base's seed is that of the students' weights and batches in every trial.

    Raises:
        UserError: a bad value, or nothing to look for.
    """

    base: RunConfig = field(default_factory=RunConfig)
    methods: tuple[str, ...] = ()
    students: tuple[str, ...] = ()
    lrs: Range | tuple[float, ...] = ()
    temperatures: Range | tuple[float, ...] = Range(1.0, 20.0)
    weights: Range | tuple[float, ...] = Range(0.0, 1.0)
    trials: int = setting(20, "trials to run", low=1, high=10_000)
    sampler: str = setting(
        "tpe",
        "how the next trial is chosen: from the earlier ones (tpe, gp) or at random",
        choices=("tpe", "gp", "random"),
    )
    pruner: str = setting(
        "median", "when a trial is stopped early", choices=("median", "halving", "none")
    )
    folds: int = setting(
        0,
        "folds of cross-validation over training and validation data; 0 means the one "
        "validation split",
        low=0,
        high=MOST_FOLDS,
    )
    objective: str = setting("validation_accuracy", "score to optimise", choices=tuple(OBJECTIVES))
    seed: int = setting(0, "of the sampler and of the folds", low=0, high=2**31 - 1)

    def __post_init__(self) -> None:
        check_equal_training(self.base, "A search")
        for item in self.plain_settings():
            value = checked(item, getattr(self, item), SearchConfig)
            object.__setattr__(self, item, value)
        for name, axis in AXES.items():
            given = getattr(self, name) or (getattr(self.base, axis.setting),)
            object.__setattr__(self, name, _checked_axis(name, given, self.base))
        _ = self.pairs  # each of them must be a run
        if all(
            not isinstance(axis := getattr(self, name), Range) and len(axis) == 1 for name in AXES
        ):
            raise UserError("nothing_to_search", axes=", ".join(AXES))
        if self.folds == 1:
            raise UserError("bad_folds", folds=1, most=MOST_FOLDS)
        if self.folds and self.base.teacher_weights:
            raise UserError("teacher_given", path=self.base.teacher_weights)

    @property
    def pairs(self) -> list[RunConfig]:
        """A run of each method with each student.

        Raises:
            UserError: the two do not go together.
        """
        return [
            self.base.replace(method=method, student=student)
            for method in self.methods
            for student in self.students
        ]

    @classmethod
    def plain_settings(cls) -> list[str]:
        """The names of all that is neither the base nor an axis."""
        return [item.name for item in fields(cls) if item.name not in ("base", *AXES)]

    @property
    def more_is_better(self) -> bool:
        """Whether the objective is to be as large as it can."""
        return OBJECTIVES[self.objective]

    def to_dict(self) -> dict[str, Any]:
        """JSON values; a range has the keys ``low`` and ``high``."""
        axes = {name: _axis_values(getattr(self, name)) for name in AXES}
        plain = {name: getattr(self, name) for name in self.plain_settings()}
        return {"base": self.base.to_dict()} | axes | plain

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The search that ``to_dict`` described.

        Raises:
            UserError: a name that is no setting, or a bad value.
        """
        check_names(values, [item.name for item in fields(cls)])
        read = dict(values)
        for name in AXES.keys() & values.keys():
            given = values[name]
            read[name] = Range(**given) if isinstance(given, Mapping) else tuple(given)
        read["base"] = RunConfig.from_dict(values.get("base", {}))
        return cls(**read)


def parse_space(axis: str, text: str) -> Range | tuple[Any, ...]:
    """``"1:20"`` → ``Range(1.0, 20.0)``; ``"1,2,4"`` → ``("1", "2", "4")``; see ``SYNTAX``.

    Raises:
        UserError: it is neither a range nor values.
    """
    if axis == "students":
        return parse_models(axis, text)
    if ":" not in text:
        return parse_axis(axis, text)
    if not AXES[axis].numbers:
        raise UserError("no_range", axis=axis, value=text)
    try:
        low, high = (float(part) for part in text.split(":"))
    except ValueError:
        raise UserError("bad_range", axis=axis, value=text) from None
    return Range(low, high)


def parse_models(axis: str, text: str) -> tuple[str, ...]:
    """``"mlp:8 mlp:16,8"`` → ``("mlp:8", "mlp:16,8")``: widths have commas, so blanks part models.

    Raises:
        UserError: there is no model.
    """
    models = tuple(text.split())
    if not models:
        raise UserError("no_models", axis=axis)
    return models


def _checked_axis(name: str, given: Any, base: RunConfig) -> Range | tuple[Any, ...]:
    axis = AXES[name]
    if isinstance(given, Range):
        if not axis.numbers:
            raise UserError("no_range", axis=name, value=f"{given.low}:{given.high}")
        low, high = (checked(axis.setting, value, RunConfig) for value in (given.low, given.high))
        if low >= high:
            raise UserError("bad_range", axis=name, value=f"{given.low:g}:{given.high:g}")
        values: tuple[Any, ...] = (low, high)
    else:
        values = checked_axis(name, axis.setting, given)
    for value in values:
        if axis.setting == "weight":
            check_weight(value, base.mixing)
        if axis.setting == "student":
            parse_model(value)
            check_networks(value)
    return Range(*values) if isinstance(given, Range) else values


def _axis_values(axis: Range | tuple[Any, ...]) -> Any:
    return asdict(axis) if isinstance(axis, Range) else list(axis)
