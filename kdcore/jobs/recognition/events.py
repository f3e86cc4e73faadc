"""What a recognition reports.

The order is ``recognition_started``, the teacher's ``recognition_teacher_epoch``, the students'
``recognition_epoch``, with ``recognition_batch`` a few times an epoch between them, and at last
``recognition_finished`` or ``failed``.
"""

from dataclasses import dataclass, field
from typing import Any

from kdcore.events.base import Completed, Event
from kdcore.notes import Note

BLANK = "∅"
"""How CTC's blank is written."""
STUDENTS = ("plain", "distilled")
LEARNERS = ("teacher", *STUDENTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitSize:
    """How much there is of a split."""

    utterances: int
    speakers: int
    seconds: float
    """Of sound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecognitionStarted(Event):
    """The corpus is read and the networks are about to learn."""

    kind = "recognition_started"

    recognition: str
    config: dict[str, Any]
    device: str
    alphabet: str
    """The characters that are written; a network's answer 0 is the blank, n the n-th of these."""
    rate: int
    """Samples a second."""
    frame: float
    """Seconds from one answer to the next."""
    splits: dict[str, SplitSize]
    """``train``, ``validation`` and ``test``."""
    parameters: dict[str, int]
    """Of ``teacher`` and ``student``."""
    batches: int
    """Of an epoch."""
    watched: list[str]
    """Names of the test utterances whose answers are kept, frame by frame."""
    version: str
    notes: list[Note] = field(default_factory=list)
    """What was decided on reading the data, for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecognitionBatch(Event):
    """Some batches of an epoch were taken."""

    kind = "recognition_batch"

    stage: str
    """``teacher`` or ``students``."""
    position: float
    """In epochs: 2.5 is the middle of the third."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecognitionTeacherEpoch(Event):
    """The teacher finished a pass."""

    kind = "recognition_teacher_epoch"

    epoch: int
    epochs: int
    seconds: float
    loss: float
    """CTC, nats a frame."""
    validation: float
    """Character error rate."""
    test: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StudentTerms:
    """The terms of a student's loss, means over the epoch's frames."""

    ctc: float
    """Nats a frame."""
    kl: float
    """T² · KL(teacher ‖ student) of the frames and answers that are distilled, nats over all
    frames; the plain student does not learn from it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """What was said in a test utterance and what each learner writes."""

    name: str
    speaker: str
    said: str
    learners: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecognitionEpoch(Event):
    """The students finished a pass; epoch 0 is before the first."""

    kind = "recognition_epoch"

    epoch: int
    seconds: float
    validation: dict[str, float]
    """Character error rate by learner, the teacher's too."""
    test: dict[str, float]
    terms: dict[str, StudentTerms]
    """By student; empty before the first pass."""
    agreement: dict[str, float | None]
    """By student: the share of the test frames in which the teacher writes a character, where the
    student writes the same one; ``None`` while the teacher writes nothing."""
    transcripts: list[Transcript]
    """Of the watched utterances and some more."""
    answers: str
    """File of arrays in the folder; empty where none is kept.

    By watched utterance n and learner ``n_LEARNER``: probabilities ``[frames, 1 + characters]``,
    float16.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class RateInterval:
    """A character error rate, or a difference of two, with its 95% interval over utterances."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RecognitionFinished(Completed):
    """All epochs are over; ``stopped`` if a person ended it early."""

    kind = "recognition_finished"

    recognition: str
    epochs: int
    """That the students finished."""
    test: dict[str, RateInterval]
    """By learner; empty before the students' first epoch is over."""
    gain: RateInterval | None
    """Plain minus distilled, paired by utterance: above 0 the distilled student makes fewer
    errors."""
    seconds: float
