"""What a selection of a teacher reports.

The order is ``teacher_selection_started``, then the teacher's epochs and ``teacher_evaluated`` for
each, and ``teacher_selection_finished`` or ``failed``.
"""

from dataclasses import dataclass, field
from typing import Any

from kdcore.events.base import Completed, Event
from kdcore.notes import Note


@dataclass(frozen=True, slots=True, kw_only=True)
class TeacherSelectionStarted(Event):
    """The data are loaded and teachers are about to be compared."""

    kind = "teacher_selection_started"

    selection: str
    config: dict[str, Any]
    device: str
    validation_size: int
    test_size: int
    version: str
    notes: list[Note] = field(default_factory=list)
    """What was decided on reading the data, for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TeacherEvaluated(Event):
    """A teacher was measured and its students are trained."""

    kind = "teacher_evaluated"

    teacher: str
    source: str
    """``trained`` or ``cached``."""
    parameters: int
    validation_accuracy: float
    ece: float
    """Expected calibration error on validation data, 15 bins, as the teacher answers."""
    nll: float
    """On validation data, as it answers."""
    temperature_fitted: float
    """Minimises the NLL on validation data."""
    nll_fitted: float
    """The NLL at that temperature, on the same validation data."""
    test_accuracy: float
    """Nothing is chosen by what is measured on test data."""
    students_validation_accuracy: list[float]
    """Of its students, by seed."""
    students_test_accuracy: list[float]
    runs: list[str]
    """Of the students, by seed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TeacherSelectionFinished(Completed):
    """All teachers are compared; the lists hold those that share the best value.

    They are empty where a person ended the comparison early (``stopped``).
    """

    kind = "teacher_selection_finished"

    selection: str
    by_accuracy: list[str]
    """Highest validation accuracy of the teacher."""
    by_ece: list[str]
    """Least expected calibration error on validation data."""
    by_nll_fitted: list[str]
    """Least NLL on validation data after the temperature fit."""
    by_student: list[str]
    """Highest validation accuracy of the distilled student, mean over seeds."""
    agree: bool | None
    """Whether one teacher stands in all four lists."""
    seconds: float
