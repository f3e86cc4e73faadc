"""What a selection of a teacher has found so far, folded from its events."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from kdcore.events import Cancelled, Event, Failed, TeacherEpoch
from kdcore.jobs.teacher_selection.events import (
    TeacherEvaluated,
    TeacherSelectionFinished,
    TeacherSelectionStarted,
)


@dataclass(slots=True)
class TeacherSelectionRecord:
    """A selection so far."""

    folded: int = 0
    """Events folded in."""
    started: TeacherSelectionStarted | None = None
    teacher_epoch: TeacherEpoch | None = None
    """The newest one of the teacher that is trained."""
    teachers: list[TeacherEvaluated] = field(default_factory=list)
    """That were compared, in their order."""
    finished: TeacherSelectionFinished | None = None
    failed: Failed | None = None
    cancelled: bool = False
    """Before it began."""

    def fold(self, events: Iterable[Event]) -> None:
        """Take in new events."""
        for event in events:
            self.folded += 1
            match event:
                case TeacherSelectionStarted():
                    self.started = event
                case TeacherEpoch():
                    self.teacher_epoch = event
                case TeacherEvaluated():
                    self.teachers.append(event)
                    self.teacher_epoch = None
                case TeacherSelectionFinished():
                    self.finished = event
                case Failed():
                    self.failed = event
                case Cancelled():
                    self.cancelled = True

    @property
    def over(self) -> bool:
        """Whether it has finished or failed: no more comes."""
        return bool(self.finished or self.failed or self.cancelled)

    @property
    def done(self) -> float:
        """Share of the teachers that were compared, from 0 to 1."""
        if self.started is None:
            return 0.0
        return len(self.teachers) / len(self.started.config["teachers"])

    def summary(self) -> dict[str, Any]:
        """The teachers that were compared and whose students are the best."""
        end = self.finished
        return {
            "teachers": [one.teacher for one in self.teachers],
            "by_student": end.by_student if end else [],
            "agree": end and end.agree,
            "seconds": end and end.seconds,
        }
