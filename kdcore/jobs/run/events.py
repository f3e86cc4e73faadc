"""What happens in a run.

The order is ``started``, ``progress``…, ``teacher_epoch``…, ``prepared``, then ``batch``,
``retuned``, ``paused``, ``resumed``, ``epoch``, ``trees_grown`` and ``snapshot`` interleaved
(``batch`` not where the students are grown, ``trees_grown`` where they are trees),
``uncertainty``, and at the end ``finished`` or ``failed``.
"""

from dataclasses import dataclass, field
from typing import Any

from kdcore.events.base import Completed, Event
from kdcore.events.scores import (
    Cost,
    Diagnosis,
    DomainShift,
    EnsembleScores,
    Scores,
    StepScores,
    TeacherScores,
)
from kdcore.events.trees import TreeNode
from kdcore.events.uncertainty import UncertaintyScores
from kdcore.notes import Note


@dataclass(frozen=True, slots=True, kw_only=True)
class Started(Event):
    """The data are loaded and the run begins."""

    kind = "started"

    run: str
    config: dict[str, Any]
    device: str
    precision: str
    classes: list[str]
    students: list[str]
    """``plain`` and ``distilled``, or one of them."""
    train_size: int
    """Examples that the students see in an epoch."""
    validation_size: int
    test_size: int
    input_shape: list[int]
    batches_per_epoch: int
    version: str
    """Of kdcore, torch and Python, so that a run can be repeated."""
    notes: list[Note] = field(default_factory=list)
    """What was decided on reading the data, for people."""
    input_kind: str = ""
    """Of ``kdcore.inputs``; empty in runs of earlier versions."""
    target_train_size: int = 0
    """Unlabelled target examples, where there are some."""
    target_test_size: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared(Event):
    """Teacher and students are ready; the first batch comes next."""

    kind = "prepared"

    teacher_source: str
    """``trained``, ``cached``, ``loaded`` or ``none``."""
    teacher: Scores | None
    costs: dict[str, Cost]
    """By learner: ``teacher``, ``plain``, ``distilled``; not of forests that are still to grow."""
    arrays: str | None
    """The file of what does not change: ``watched_inputs``, ``watched_labels``, teacher logits."""
    seconds: float
    teachers: list[TeacherScores] = field(default_factory=list)
    """All of them, in order, where it is not one network alone."""
    notes: list[Note] = field(default_factory=list)
    """On how a teacher's file was read, for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch(Event):
    """A few steps were taken."""

    kind = "batch"

    step: int
    """Batches taken since the start of the run."""
    position: float
    """In epochs: 2.5 is the middle of the third."""
    seconds: float
    """Since the first batch, pauses included."""
    images_per_second: float
    students: dict[str, StepScores]
    controls: dict[str, float] = field(default_factory=dict)
    """T, λ and learning rate of the newest batch, where a schedule moves one of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Epoch(Event):
    """One pass over the transfer set is over and every learner was evaluated."""

    kind = "epoch"

    epoch: int
    """Counted from 1."""
    step: int
    seconds: float
    """Training and evaluation of this epoch, pauses left out."""
    images_per_second: float
    teacher: Scores | None
    students: dict[str, Scores]
    controls: dict[str, float]
    """``temperature``, ``weight``, ``lr`` and ``speed`` at the end of the epoch."""
    ensembles: dict[str, EnsembleScores] = field(default_factory=dict)
    """By student, where each is several networks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot(Event):
    """The state of all answers after an epoch; epoch 0 is before the first batch."""

    kind = "snapshot"

    epoch: int
    arrays: str | None
    """safetensors file in the run's folder: logits of the watched validation examples, and the
    inputs that a method makes."""
    learners: dict[str, Diagnosis]
    shift: DomainShift | None = None
    """Where there are target data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TreesGrown(Event):
    """Students that are single trees have changed."""

    kind = "trees_grown"

    epoch: int
    trees: dict[str, list[TreeNode]]
    """By student; empty where nothing could grow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncertainty(Event):
    """What the learners know of what they do not know, at the end of a run that is kept."""

    kind = "uncertainty"

    arrays: str | None
    """safetensors file in the run's folder: some test examples with their labels, and each
    learner's sets of classes."""
    learners: dict[str, UncertaintyScores]
    inputs: dict[str, int]
    """How many of each kind there were, ``test`` among them."""
    other_dataset: str
    """The name of the ``other`` one; empty where the data are no images."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished(Completed):
    """The run is over; ``stopped`` if a person ended it early."""

    kind = "finished"

    run: str
    epochs: int
    step: int
    teacher: Scores | None
    students: dict[str, Scores]
    """Of the last evaluation; a stopped run is evaluated where it stopped."""
    seconds: float
    weights: dict[str, str] = field(default_factory=dict)
    """By learner: safetensors file in the run's folder."""
    best_epochs: dict[str, int] = field(default_factory=dict)
    """By student, where it has patience: the epoch whose weights and scores these are."""
