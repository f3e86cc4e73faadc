"""What an experiment of the literature is, as plain data: trials, published rows, comparisons."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A configuration that is trained with several seeds."""

    title: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Of a run, on top of those that all trials of the recipe share."""
    quick: Mapping[str, Any] = field(default_factory=dict)
    """What the quick variant has instead."""
    measures: tuple[str, ...] = ()
    """What is measured of the trained networks besides a run's scores, by its name in ``MEASURES``
    of ``kdcore/training/recipe/measures.py``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A row of a published table, and where we look for it."""

    title: str
    trial: str
    """A key of the recipe's trials."""
    learner: str
    """``teacher``, ``plain`` or ``distilled``."""
    score: str
    """A key of ``SCORES``."""
    claimed: float | None = None
    """``None`` where the source gives no number."""
    place: str = ""
    """In the source: ``section 3``, ``table 1``, ``text`` or ``code``."""
    chosen_on_test: bool = False
    """Whether the source chose something by these test data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of two scores that are compared."""

    trial: str
    learner: str = "distilled"
    part: str = ""
    """Of the score, where it has parts: a severity."""

    def key(self, score: str) -> str:
        """Under which a trial reports it.

        Example:
            >>> Side(trial="kd").key("ece"), Side(trial="kd", part="3").key("corrupted_accuracy")
            ('ece', 'corrupted_accuracy:3')
        """
        return f"{score}:{self.part}" if self.part else score


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two trials, or two learners of one, seed by seed."""

    title: str
    first: Side
    second: Side
    """What the first is held against."""
    score: str = "test_errors"


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """A score over something that varies from trial to trial."""

    title: str
    x: str
    """What varies."""
    score: str
    lines: Mapping[str, tuple[tuple[float, Side], ...]]
    """By title: x and where the score is taken."""
    log_x: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step of a worked example: a sentence and its arithmetic."""

    text: str
    arithmetic: str
    """In plain signs, with its result."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """An experiment: what is claimed, how it is repeated here and what is compared."""

    title: str
    claim: str
    """What the source says, in a sentence."""
    source: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Of a run, shared by all trials."""
    quick: Mapping[str, Any] = field(default_factory=dict)
    """What the quick variant has instead, in all trials."""
    seeds: int = 3
    """Of the students, unless another number is asked for."""
    quick_seeds: int = 3
    trials: Mapping[str, Trial] = field(default_factory=dict)
    claims: Mapping[str, Claim] = field(default_factory=dict)
    comparisons: Mapping[str, Comparison] = field(default_factory=dict)
    curves: Mapping[str, Curve] = field(default_factory=dict)
    deviations: tuple[str, ...] = ()
    """What is done otherwise than in the source, and what the source leaves open."""
    steps: tuple[Step, ...] = ()
    """Of a worked example, which trains nothing."""

    @property
    def is_worked(self) -> bool:
        """Whether it is arithmetic alone."""
        return not self.trials

    def settings_of(self, trial: str, *, quick: bool) -> dict[str, Any]:
        """All settings of a trial's run but the seed and where the data lie."""
        own = self.trials[trial]
        found = {**self.settings, **own.settings}
        return {**found, **self.quick, **own.quick} if quick else found


def texts_of(name: str, recipe: Recipe) -> dict[str, str]:
    """Every English text of a recipe by the key under which it is translated."""
    parts = {"title": recipe.title, "claim": recipe.claim, "source": recipe.source}
    for group in ("trials", "claims", "comparisons", "curves"):
        parts |= {f"{group}.{key}": item.title for key, item in getattr(recipe, group).items()}
    for key, curve in recipe.curves.items():
        parts[f"curve_x.{key}"] = curve.x
        parts |= {f"line.{key}.{at}": title for at, title in enumerate(curve.lines, start=1)}
    parts |= {f"deviation.{at}": text for at, text in enumerate(recipe.deviations, start=1)}
    parts |= {f"step.{at}": step.text for at, step in enumerate(recipe.steps, start=1)}
    return {f"recipe.{name}.{key}": text for key, text in parts.items()}
