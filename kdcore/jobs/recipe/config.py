"""What a recipe job is: the experiment's name, its variant, its seeds and where its data lie."""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from kdcore.catalogue import DATASETS
from kdcore.errors import UserError, check_names, hint
from kdcore.jobs.run.config import RunConfig
from kdcore.jobs.sweep.config import checked_axis
from kdcore.recipes import RECIPES, Recipe

SETTINGS = ("data_root", "device", "precision")
"""Of ``base``; all others are the experiment's."""


@dataclass(frozen=True, slots=True)
class RecipeCell:
    """A trial with one of its seeds, which is a run."""

    trial: str
    seed: int
    config: RunConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeConfig:
    """An experiment of ``RECIPES``.

    Raises:
        UserError: there is no such recipe, it trains nothing, or a bad seed.
    """

    recipe: str = "controls"
    quick: bool = False
    """A smaller variant with the same rows."""
    seeds: tuple[int, ...] = ()
    """Of the students; empty: as many as the recipe has."""
    dataset: str = ""
    """In place of the recipe's: a name, or a file in the folder of the data; empty: the recipe's.
    """
    base: RunConfig = field(default_factory=RunConfig)
    """Where the data lie and where to train; all else is the recipe's, which fills the data in."""

    def __post_init__(self) -> None:
        if self.recipe not in RECIPES:
            raise UserError(
                "unknown_recipe",
                name=self.recipe,
                allowed=", ".join(RECIPES),
                hint=hint(self.recipe, list(RECIPES)),
            )
        recipe = self.experiment
        if recipe.is_worked:
            raise UserError("recipe_without_training", name=self.recipe)
        usual = range(recipe.quick_seeds if self.quick else recipe.seeds)
        object.__setattr__(
            self, "seeds", checked_axis("seeds", "seed", tuple(self.seeds) or tuple(usual))
        )
        first = self._config(next(iter(recipe.trials)), self.seeds[0])
        object.__setattr__(self, "base", self.base.replace(dataset=first.dataset))

    @property
    def experiment(self) -> Recipe:
        """The recipe itself."""
        return RECIPES[self.recipe]

    @property
    def cells(self) -> list[RecipeCell]:
        """All runs, trial by trial; the seed changes fastest."""
        return [
            RecipeCell(trial, seed, self._config(trial, seed))
            for trial in self.experiment.trials
            for seed in self.seeds
        ]

    @property
    def settings_key(self) -> str:
        """Content hash of what the recipe itself sets in its trials and measures of them."""
        recipe = self.experiment
        settings = {
            name: [recipe.settings_of(name, quick=self.quick), trial.measures]
            for name, trial in recipe.trials.items()
        }
        return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:16]

    def _config(self, trial: str, seed: int) -> RunConfig:
        settings = self.experiment.settings_of(trial, quick=self.quick)
        dataset = self.dataset or settings.get("dataset", RunConfig().dataset)
        if dataset not in DATASETS:  # a file among the data
            dataset = str(data_folder(self.base) / dataset)
        settings["dataset"] = dataset
        shared = {name: getattr(self.base, name) for name in SETTINGS}
        return RunConfig(**{**shared, **settings, "seed": seed})

    def to_dict(self) -> dict[str, Any]:
        """JSON values."""
        return {
            "recipe": self.recipe,
            "quick": self.quick,
            "seeds": list(self.seeds),
            "dataset": self.dataset,
            "base": self.base.to_dict(),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The job that ``to_dict`` described.

        Raises:
            UserError: a name that is no setting, or a bad value.
        """
        check_names(values, ("recipe", "quick", "seeds", "dataset", "base"))
        return cls(
            recipe=values.get("recipe", cls.__dataclass_fields__["recipe"].default),
            quick=bool(values.get("quick", False)),
            seeds=tuple(values.get("seeds", ())),
            dataset=values.get("dataset", ""),
            base=RunConfig.from_dict(values.get("base", {})),
        )


def data_folder(base: RunConfig) -> Path:
    """Where a recipe looks for files among the data."""
    return Path(base.data_root or os.environ.get("KDCORE_DATA", "")).expanduser()


def command_of(config: RecipeConfig) -> str:
    """The command that repeats a job, without where its data lie here."""
    seeds = ",".join(map(str, config.seeds))
    parts = ["python -m kdcore recipe", config.recipe, *(["--quick"] if config.quick else [])]
    other = [f"--dataset {Path(config.dataset).name}"] if config.dataset else []
    usual = RunConfig()
    numerics = [
        f"--{name} {value}"
        for name in ("device", "precision")
        if (value := getattr(config.base, name)) != getattr(usual, name)
    ]
    return " ".join([*parts, f"--seeds {seeds}", *other, *numerics])
