"""What a run's charts of uncertainty have in common: it is measured once, at the end."""

from typing import Any

from dashboard.charts.parts import style
from dashboard.text.names import LEARNERS
from dashboard.text.phrases import Words
from kdcore.events import COVERAGES, ConformalScores, UncertaintyScores
from kdcore.jobs.run.record import RunRecord

KINDS = ("test", "other", "photographs", "rotated", "noise")
"""Of inputs; all but the first are unfamiliar."""


def none_measured(history: RunRecord, words: Words) -> dict[str, Any]:
    """Instead of a chart: that it comes at the end, or that this run has none."""
    return style.empty(words, "no_uncertainty" if history.over else "uncertainty")


def scores_of(history: RunRecord) -> dict[str, UncertaintyScores]:
    """By learner, in the order in which they are shown; nothing before the end."""
    if history.uncertainty is None:
        return {}
    found = history.uncertainty.learners
    return {learner: found[learner] for learner in LEARNERS if learner in found}


def conformal_of(scores: UncertaintyScores, sets: str, coverage: float) -> ConformalScores:
    """The sets of a kind with the coverage next to the one asked for."""
    found: list[ConformalScores] = getattr(scores, sets)
    return found[level_of(coverage)]


def level_of(coverage: float) -> int:
    """Its place among ``COVERAGES``."""
    return min(range(len(COVERAGES)), key=lambda at: abs(COVERAGES[at] - coverage))


def kind_title(words: Words, kind: str, other_dataset: str) -> str:
    """What a kind of input is called; of the other data set its name."""
    if kind == "other" and other_dataset:
        return words[f"dataset.{other_dataset}"]
    return words[f"chart.inputs.{kind}"]
