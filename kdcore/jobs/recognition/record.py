"""What a recognition has found so far, folded from its events."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from kdcore.events import Cancelled, Event, Failed, Progress
from kdcore.jobs.recognition.events import (
    RecognitionBatch,
    RecognitionEpoch,
    RecognitionFinished,
    RecognitionStarted,
    RecognitionTeacherEpoch,
)


@dataclass(slots=True)
class RecognitionRecord:
    """A recognition so far."""

    folded: int = 0
    """Events folded in."""
    progress: Progress | None = None
    """The newest of reading or making the corpus; ``None`` once that is over."""
    started: RecognitionStarted | None = None
    batch: RecognitionBatch | None = None
    """The newest one."""
    teacher: list[RecognitionTeacherEpoch] = field(default_factory=list)
    epochs: list[RecognitionEpoch] = field(default_factory=list)
    """Of the students; the first is before they learned."""
    finished: RecognitionFinished | None = None
    failed: Failed | None = None
    cancelled: bool = False
    """Before it began."""

    def fold(self, events: Iterable[Event]) -> None:
        """Take in new events."""
        for event in events:
            self.folded += 1
            match event:
                case Progress():
                    self.progress = event
                case RecognitionStarted():
                    self.started, self.progress = event, None
                case RecognitionBatch():
                    self.batch = event
                case RecognitionTeacherEpoch():
                    self.teacher.append(event)
                case RecognitionEpoch():
                    self.epochs.append(event)
                case RecognitionFinished():
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
    def stage(self) -> str:
        """``teacher`` or ``students``."""
        return "students" if self.epochs else "teacher"

    @property
    def position(self) -> float:
        """Epochs of the stage so far; 2.5 is the middle of the third."""
        stage = self.stage
        done = self.epochs[-1].epoch if self.epochs else len(self.teacher)
        on_the_way = self.batch.position if self.batch and self.batch.stage == stage else 0.0
        return max(float(done), on_the_way)

    @property
    def done(self) -> float:
        """Share of the epochs that are over, from 0 to 1; two students count as two."""
        if self.started is None:
            return 0.0
        teacher = self.started.config["teacher_epochs"]
        students = self.started.config["epochs"]
        over = teacher + 2 * self.position if self.epochs else self.position
        return min(1.0, float(over / (teacher + 2 * students)))

    def epoch(self, number: float | None = None) -> RecognitionEpoch | None:
        """The students' epoch of that number, or the newest one; ``None`` where there is none."""
        for one in self.epochs:
            if one.epoch == number:
                return one
        return self.epochs[-1] if self.epochs else None

    def summary(self) -> dict[str, Any]:
        """The character error rates on test data, and by how much the distilled one is ahead."""
        newest = self.epochs[-1] if self.epochs else None
        gain = self.finished.gain if self.finished else None
        return {
            "test": dict(newest.test) if newest else {},
            "epochs": newest.epoch if newest else 0,
            "gain": gain and [gain.value, gain.low, gain.high],
            "seconds": self.finished and self.finished.seconds,
        }
