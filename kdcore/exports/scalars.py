"""The numbers of a run that a tracker draws."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from kdcore.events import Event, Scores, StepScores, TeacherEpoch
from kdcore.jobs.run.events import Batch, Epoch, Prepared


@dataclass(frozen=True, slots=True, kw_only=True)
class Scalars:
    """Numbers of one moment."""

    axis: str
    """What ``at`` counts: ``step``, batches of the students, or ``NAME/epoch``, passes of a
    teacher or an assistant before them."""
    at: int
    values: dict[str, float]
    """By ``LEARNER/NAME``; numbers of the run itself by ``NAME`` alone."""


def scalars_of(event: Event) -> Scalars | None:
    """The numbers of an event of a run; ``None`` where it has none to draw over time."""
    match event:
        case TeacherEpoch():
            who = f"{event.learner.replace(' ', '_')}_training"
            names = ("train_loss", "train_accuracy", "validation_accuracy", "test_accuracy")
            values = {f"{who}/{name}": float(getattr(event, name)) for name in names}
            return Scalars(axis=f"{who}/epoch", at=event.epoch, values=values)
        case Prepared(teacher=Scores() as teacher):
            return Scalars(axis="step", at=0, values=_numbers("teacher", asdict(teacher)))
        case Batch():
            values = {"position": event.position, "images_per_second": event.images_per_second}
            for name, means in event.students.items():
                values |= _numbers(name, _of_a_batch(means))
            return Scalars(axis="step", at=event.step, values=values | event.controls)
        case Epoch():
            values = {"epoch": float(event.epoch), **event.controls}
            for name, scores in event.students.items():
                values |= _numbers(name, asdict(scores))
            return Scalars(axis="step", at=event.step, values=values)
    return None


def _of_a_batch(scores: StepScores) -> dict[str, Any]:
    """By names that differ from those of an epoch: another set of examples, another value."""
    values = asdict(scores)
    measures = values.pop("measures")
    return {f"batch_{name}": value for name, value in (values | measures).items()}


def _numbers(learner: str, values: Mapping[str, Any]) -> dict[str, float]:
    return {
        f"{learner}/{name}": float(value)
        for name, value in values.items()
        if isinstance(value, int | float)
    }
