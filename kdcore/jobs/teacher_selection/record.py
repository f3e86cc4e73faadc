"""What a selection of a teacher has found so far, folded from its events."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from kdcore.events import Event
from kdcore.jobs.teacher_selection.events import TeacherEvaluated, TeacherSelectionFinished


@dataclass(slots=True)
class TeacherSelectionRecord:
    """A selection so far."""

    teachers: list[TeacherEvaluated] = field(default_factory=list)
    """That were compared, in their order."""
    finished: TeacherSelectionFinished | None = None

    def fold(self, events: Iterable[Event]) -> None:
        """Take in new events."""
        for event in events:
            match event:
                case TeacherEvaluated():
                    self.teachers.append(event)
                case TeacherSelectionFinished():
                    self.finished = event

    def summary(self) -> dict[str, Any]:
        """The teachers that were compared and whose students are the best."""
        end = self.finished
        return {
            "teachers": [one.teacher for one in self.teachers],
            "by_student": end.by_student if end else [],
            "agree": end and end.agree,
            "seconds": end and end.seconds,
        }
