"""What a run has come to, folded from its events."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from kdcore.events import Event, Retuned, Scores
from kdcore.jobs.run.events import Epoch, Finished, Prepared


@dataclass(slots=True)
class RunRecord:
    """A run so far."""

    epochs: int = 0
    seconds: float | None = None
    teacher: Scores | None = None
    students: dict[str, Scores] = field(default_factory=dict)
    """Of the last evaluation."""
    turned: dict[str, float] = field(default_factory=dict)
    """The controls that a person moved during the run, with the value that each had last."""

    def fold(self, events: Iterable[Event]) -> None:
        """Take in new events."""
        for event in events:
            match event:
                case Prepared():
                    self.teacher = event.teacher
                case Epoch():
                    self.epochs, self.students = event.epoch, event.students
                case Retuned():
                    self.turned[event.name] = event.value
                case Finished():
                    self.epochs, self.seconds = event.epochs, event.seconds
                    self.students = event.students or self.students

    def summary(self) -> dict[str, Any]:
        """Epochs, seconds, test accuracies of the last evaluation, what was turned."""
        learners = {
            "teacher": self.teacher,
            "plain": self.students.get("plain"),
            "distilled": self.students.get("distilled"),
        }
        accuracies = {name: scores and scores.test_accuracy for name, scores in learners.items()}
        return {
            "epochs": self.epochs,
            "seconds": self.seconds,
            **accuracies,
            "turned": dict(self.turned),
        }
