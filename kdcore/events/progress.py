"""How far the work before the first batch is, in a job of any kind."""

from dataclasses import dataclass

from kdcore.events.base import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress(Event):
    """Long work before the first batch goes on."""

    kind = "progress"

    task: str
    """``download``, ``read``, ``teacher`` or ``teacher_outputs``."""
    done: int
    total: int | None
    """``None`` where unknown."""
    detail: str = ""
    """A file name, say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TeacherEpoch(Event):
    """A teacher or an assistant finished a pass; absent where it came from the cache or a file."""

    kind = "teacher_epoch"

    learner: str = "teacher"
    """Where there are several ``teacher 1`` …; ``assistant 1`` …."""
    model: str = ""
    epoch: int
    epochs: int
    seconds: float
    train_loss: float
    train_accuracy: float
    validation_accuracy: float
    test_accuracy: float
    test_errors: int
