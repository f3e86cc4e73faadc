"""What a compression reports.

The order is ``compression_started``, then for the teacher, the student and each stage
``stage_began``, ``stage_epoch``… and ``stage_ended``, and ``compression_finished`` or ``failed``.
"""

from dataclasses import dataclass, field
from typing import Any

from kdcore.events.base import Completed, Event
from kdcore.events.scores import Scores
from kdcore.notes import Note


@dataclass(frozen=True, slots=True, kw_only=True)
class CompressionStarted(Event):
    """The data are loaded and a student is about to be made smaller."""

    kind = "compression_started"

    compression: str
    config: dict[str, Any]
    device: str
    """Where it learns; everything is measured on the CPU, where alone int8 is computed."""
    engine: str
    """PyTorch's engine for int8; empty where no stage needs one."""
    validation_size: int
    test_size: int
    version: str
    notes: list[Note] = field(default_factory=list)
    """What was decided on reading the data, for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """How long a forward pass takes."""

    median: float
    """Seconds; of several turns, each of which is the mean of many passes."""
    iqr: float
    """Interquartile range over the turns, seconds."""
    of_student: float
    """How many times that of the uncompressed student, with which it took turns; their median."""
    of_student_iqr: float
    """Interquartile range of these ratios."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What a network costs and what it is worth, on the CPU with one thread."""

    scores: Scores
    parameters: int
    """Weights and biases, zeros included."""
    nonzero: int
    """Of them, those that are not zero."""
    bytes: int
    """Of the state dict as ``torch.save`` writes it; a zero takes as much as any number."""
    packed_bytes: int
    """The same once ``gzip`` has packed it."""
    latency_1: Latency
    """Of a forward pass of one example."""
    latency_128: Latency
    """Of a batch of 128."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageBegan(Event):
    """A stage made the student smaller and measured it; re-distillation comes next."""

    kind = "stage_began"

    stage: str
    """One of ``kdcore.jobs.compression.config.STAGES``; ``teacher``, which is measured alone, or
    ``student``: the distilled one as it is, which learns as long as the others."""
    model: str
    """As a setting writes it; empty where the catalogue has no such model."""
    before: Measured


@dataclass(frozen=True, slots=True, kw_only=True)
class StageEpoch(Event):
    """A stage's student finished a pass over the transfer set."""

    kind = "stage_epoch"

    stage: str
    epoch: int
    epochs: int
    train_loss: float
    """Mean over the epoch's batches."""
    validation_accuracy: float
    """Of the network that learns; that of int8 still computes in float, rounded alike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageEnded(Event):
    """A stage's student is re-distilled and measured."""

    kind = "stage_ended"

    stage: str
    after: Measured
    weights: str
    """File in the job's folder: safetensors, for int8 PyTorch's own state dict (``.pt``)."""
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CompressionFinished(Completed):
    """All stages are over; ``stopped`` if a person ended it early."""

    kind = "compression_finished"

    compression: str
    stages: int
    """That ended, the student's included."""
    seconds: float
