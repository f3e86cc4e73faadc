"""By what a teacher can be chosen, as the charts of a selection show it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from dashboard.text.phrases import Words
from kdcore.jobs.teacher_selection.events import TeacherEvaluated


@dataclass(frozen=True, slots=True)
class Criterion:
    """A number by which teachers are compared, on validation data."""

    name: str
    """Its title is ``criterion.NAME``."""
    value: Callable[[TeacherEvaluated], float]
    rising: bool
    """Whether more is better."""
    percent: bool = False

    def title(self, words: Words) -> str:
        """What it is called."""
        return words[f"criterion.{self.name}"]

    def text(self, value: float) -> str:
        """A value as it is read."""
        return f"{value:.1%}" if self.percent else f"{value:.4f}"

    def best(self, teachers: Sequence[TeacherEvaluated]) -> list[str]:
        """The teachers that share the best value."""
        values = [self.value(one) for one in teachers]
        best = (max if self.rising else min)(values)
        return [one.teacher for one, value in zip(teachers, values, strict=True) if value == best]


CRITERIA = (
    Criterion("accuracy", lambda one: one.validation_accuracy, rising=True, percent=True),
    Criterion("ece", lambda one: one.ece, rising=False),
    Criterion("nll_fitted", lambda one: one.nll_fitted, rising=False),
    Criterion(
        "student", lambda one: fmean(one.students_validation_accuracy), rising=True, percent=True
    ),
)


def deviation(values: Sequence[float]) -> float | None:
    """Sample standard deviation; ``None`` for one value."""
    return stdev(values) if len(values) > 1 else None
