"""What a run says, as frozen records of JSON values.

The order of a run is ``started``, ``progress``…, ``teacher_epoch``…, ``prepared``, then ``batch``,
``retuned``, ``paused``, ``resumed``, ``epoch`` and ``snapshot`` interleaved (``batch`` not where
the students are forests), and at the end ``finished`` or ``failed``. That of a sweep is
``sweep_started``, the teacher's, ``sweep_prepared``, then ``sweep_progress``, ``cells_scored``,
``cells_ended`` and ``group_retried`` interleaved, and ``sweep_finished`` or ``failed``. That of a
search is ``search_started``, the teachers', ``search_prepared``, then for each trial
``trial_started``, ``trial_scored``… and ``trial_ended``, and ``search_finished`` or ``failed``; one
that is continued begins anew with ``search_started``. That of a choice of teacher is
``choice_started``, then the teacher's epochs and ``teacher_judged`` for each, and
``choice_finished`` or ``failed``. That of a shrinking is ``shrink_started``, then for the teacher,
the student and each stage ``stage_began``, ``stage_epoch``… and ``stage_ended``, and
``shrink_finished`` or ``failed``. Arrays live in the run's folder; an event carries their file
name.
"""

import json
import math
from dataclasses import asdict, dataclass, field, is_dataclass
from functools import cache
from types import UnionType
from typing import Any, ClassVar, get_args, get_origin, get_type_hints


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Base of all events."""

    kind: ClassVar[str]

    def to_dict(self) -> dict[str, Any]:
        """JSON values; a number that is not finite becomes ``None``."""
        values: dict[str, Any] = finite(asdict(self))
        return {"event": self.kind} | values

    def to_json(self) -> str:
        """One line of JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False, separators=(",", ":"))


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a model costs."""

    parameters: int
    bytes: int
    flops: int
    """Multiply–adds times two, for one example's forward pass."""
    latency: float
    """Median seconds for one example's forward pass on the run's device."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """A learner's quality; accuracies from 0 to 1, losses in nats."""

    test_accuracy: float
    test_errors: int
    ece: float
    nll: float
    brier: float
    validation_accuracy: float
    agreement: float | None
    """Share of test examples answered like the teacher; the teacher itself has none."""
    train_loss: float | None = None
    """Mean over the epoch's steps, as are the next three; the teacher has none."""
    hard_loss: float | None = None
    soft_loss: float | None = None
    """The soft term as the method defines it (with T² for ``kd``), before the weight."""
    train_accuracy: float | None = None
    validation_nll: float | None = None
    """``None`` in what was recorded before it was measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """One of several networks that stand before the students."""

    role: str
    """``teacher 1`` …, ``teacher``, ``assistant 1`` …."""
    model: str
    scores: Scores


@dataclass(frozen=True, slots=True, kw_only=True)
class EnsembleScores:
    """What the networks of one student are worth, on test data."""

    test_accuracies: list[float]
    """Of each network alone."""
    voting_accuracy: float
    """Of the class with most votes; the student's own is that of the mean probabilities."""
    disagreement: float
    """Share of examples on which two of them answer differently, mean over all pairs."""


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
    teachers: list[Taught] = field(default_factory=list)
    """All that taught, in order, where it is not one network alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepScores:
    """Means over the batches since the last ``batch`` event."""

    loss: float
    hard_loss: float
    soft_loss: float
    accuracy: float
    agreement: float
    hard_gradient: float
    """Norm of the hard term's gradient at the logits, weight included."""
    soft_gradient: float
    """The same of the soft term, weight included."""
    soft_gradient_without_t2: float
    """The same if the factor T² were left out; equal to it where the method has none."""
    measures: dict[str, float] = field(default_factory=dict)
    """Numbers of the method's own, such as the parts of its divergence."""


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
class Diagnosis:
    """Where a learner is right, wrong and how sure, on test data; see ``metrics/diagnosis.py``."""

    confusion: list[list[int]]
    """``[true class][answer]``, counts."""
    bins: list[list[float]]
    """60 equal-width bins of the confidence: ``[count, sum of confidence, sum of correct]``."""
    calibration: dict[str, float]
    """ECE, MCE, adaptive and class-wise ECE, Brier, NLL, mean entropy and so on, as it answers."""
    calibrated: dict[str, float]
    """The same after division of the logits by ``temperature_fitted``."""
    bins_calibrated: list[list[float]]
    temperature_fitted: float
    """Minimises the NLL on validation data, never on test data."""
    validation_nll_curve: list[list[float]]
    """``[temperature, NLL on validation data]``."""
    entropy_right: list[int]
    """Histogram of the answer's entropy over ``log classes``, 20 bins from 0 to 1."""
    entropy_wrong: list[int]
    risk_coverage: list[list[float]]
    """``[coverage, error among the most confident]``, about 100 points."""
    errors_inherited: int | None
    """Wrong exactly as the teacher is; ``None`` for the teacher and without one."""
    errors_own: int | None
    """Wrong where the teacher is right, or wrong in another way."""
    teacher_errors_mended: int | None
    """Right where the teacher is wrong."""
    missing_classes: list[list[float]] = field(default_factory=list)
    """Where a bias is added to the logits of the classes that the students never see: ``[bias,
    errors on test data, of them on such classes, errors on validation data, of them on such]``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot(Event):
    """The state of all answers after an epoch; epoch 0 is before the first batch."""

    kind = "snapshot"

    epoch: int
    arrays: str | None
    """safetensors file in the run's folder: logits of the watched validation examples, and the
    inputs that a method makes."""
    learners: dict[str, Diagnosis]


@dataclass(frozen=True, slots=True, kw_only=True)
class Retuned(Event):
    """A setting was changed during the run."""

    kind = "retuned"

    step: int
    position: float
    name: str
    value: float
    previous: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Paused(Event):
    """The run waits."""

    kind = "paused"

    step: int
    position: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed(Event):
    """The run goes on."""

    kind = "resumed"

    step: int
    position: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished(Event):
    """The run is over; ``stopped`` if a person ended it early."""

    kind = "finished"

    run: str
    stopped: bool
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed(Event):
    """The run ended by an error; what was recorded before stays."""

    kind = "failed"

    error: str
    """One sentence."""
    code: str = ""
    """Key of ``kdcore.errors.MESSAGES``; empty for an unexpected exception."""
    values: dict[str, Any] = field(default_factory=dict)
    details: str = ""
    """The traceback of an unexpected exception."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepStarted(Event):
    """The data are loaded and a sweep begins."""

    kind = "sweep_started"

    sweep: str
    config: dict[str, Any]
    cells: list[dict[str, Any]]
    """By number: ``run`` and the settings in which cells differ."""
    device: str
    validation_size: int
    test_size: int
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepPrepared(Event):
    """The teacher is ready and the work is divided."""

    kind = "sweep_prepared"

    teacher_source: str
    teacher: Scores
    groups: list[list[int]]
    """Cells that are trained jointly."""
    executor: str
    """``joint`` (one process), ``processes`` or ``ray``."""
    workers: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepProgress(Event):
    """A group took some batches."""

    kind = "sweep_progress"

    group: int
    position: float
    """In epochs."""
    epochs: int
    students: int
    """Trained in the group, plain ones included."""
    images_per_second: float
    """Of all its students together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CellsScored(Event):
    """An epoch of a group is over; by the cell's number, written as text."""

    kind = "cells_scored"

    epoch: int
    distilled: dict[str, Scores]
    plain: dict[str, Scores]
    """The plain student beside each cell: cells of one seed and learning rate share it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CellsEnded(Event):
    """Cells are finished, stopped or failed; their runs can be opened."""

    kind = "cells_ended"

    cells: list[int]
    state: str
    """``finished``, ``stopped`` or ``failed``."""
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRetried(Event):
    """A worker died; its group begins anew."""

    kind = "group_retried"

    group: int
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepFinished(Event):
    """The sweep is over; ``stopped`` if a person ended it early."""

    kind = "sweep_finished"

    sweep: str
    stopped: bool
    finished: int
    """Cells."""
    failed: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchStarted(Event):
    """The data are loaded and a search begins, or goes on where it was stopped."""

    kind = "search_started"

    search: str
    config: dict[str, Any]
    device: str
    more_is_better: bool
    """Whether the objective is to be as large as it can."""
    ended: int
    """Trials that ended before; they are not told again."""
    validation_sizes: list[int]
    """Of each fold; of the one validation split where there are no folds."""
    test_size: int
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPrepared(Event):
    """The teachers are ready: one, or one for each fold."""

    kind = "search_prepared"

    teacher_sources: list[str]
    """``trained``, ``cached`` or ``loaded``."""
    teachers: list[Scores]
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialStarted(Event):
    """The next trial was chosen."""

    kind = "trial_started"

    trial: int
    """Optuna's number of it; a trial that was stopped keeps its own."""
    params: dict[str, Any]
    """The settings of the space that act in this trial, by their names in a run."""
    runs: list[str]
    """Its trainings' runs, one for each fold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialScored(Event):
    """A trial finished an epoch in all its folds."""

    kind = "trial_scored"

    trial: int
    epoch: int
    epochs: int
    value: float
    """The objective, mean over the folds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialEnded(Event):
    """A trial is over; its runs can be opened."""

    kind = "trial_ended"

    trial: int
    state: str
    """``complete``, ``pruned``, ``failed`` or ``stopped``."""
    params: dict[str, Any]
    runs: list[str]
    epochs: int
    value: float | None
    """The objective after the last epoch, mean over the folds; ``None`` where there was none."""
    spread: float | None
    """Sample standard deviation of the objective over the folds; ``None`` without folds."""
    values: list[float]
    """The objective of each fold."""
    test_accuracy: float | None
    """Mean over the folds' students; nothing is chosen by it."""
    seconds: float
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchFinished(Event):
    """The search is over; ``stopped`` if a person ended it early.

    What begins with ``best`` belongs to the trial with the best value, of equals the earliest;
    it is ``None`` or empty where no trial is complete.
    """

    kind = "search_finished"

    search: str
    stopped: bool
    complete: int
    """Trials of the whole search, those before a continuation included."""
    pruned: int
    failed: int
    best_trial: int | None
    best_params: dict[str, Any]
    best_runs: list[str]
    best_value: float | None
    best_spread: float | None
    best_test_accuracy: float | None
    """Beside the value; nothing was chosen by it."""
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceStarted(Event):
    """The data are loaded and teachers are about to be compared."""

    kind = "choice_started"

    choice: str
    config: dict[str, Any]
    device: str
    validation_size: int
    test_size: int
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TeacherJudged(Event):
    """A teacher was measured and its students are trained."""

    kind = "teacher_judged"

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
    """Of the students that it taught, by seed."""
    students_test_accuracy: list[float]
    runs: list[str]
    """Of the students, by seed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceFinished(Event):
    """All teachers are compared; the lists hold those that share the best value.

    They are empty where a person ended the comparison early (``stopped``).
    """

    kind = "choice_finished"

    choice: str
    stopped: bool
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ShrinkStarted(Event):
    """The data are loaded and a student is about to be made smaller."""

    kind = "shrink_started"

    shrink: str
    config: dict[str, Any]
    device: str
    """Where it learns; everything is measured on the CPU, where alone int8 is computed."""
    engine: str
    """PyTorch's engine for int8; empty where no stage needs one."""
    validation_size: int
    test_size: int
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """How long a forward pass takes."""

    median: float
    """Seconds; of several turns, each of which is the mean of many passes."""
    iqr: float
    """Interquartile range over the turns, seconds."""
    of_student: float
    """How many times that of the unshrunk student, with which it took turns; their median."""
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
    """A stage made the student smaller and measured it; the distilling again comes next."""

    kind = "stage_began"

    stage: str
    """One of ``kdcore.shrink_config.STAGES``; ``teacher``, which is measured alone, or
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
    """A stage's student is distilled again and measured."""

    kind = "stage_ended"

    stage: str
    after: Measured
    weights: str
    """File in the shrinking's folder: safetensors, for int8 PyTorch's own state dict (``.pt``)."""
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ShrinkFinished(Event):
    """All stages are over; ``stopped`` if a person ended it early."""

    kind = "shrink_finished"

    shrink: str
    stopped: bool
    stages: int
    """That ended, the student's included."""
    seconds: float


KINDS: dict[str, type[Event]] = {
    event.kind: event
    for event in (Started, Progress, TeacherEpoch, Prepared, Batch, Epoch, Snapshot, Retuned,
                  Paused, Resumed, Finished, Failed, SweepStarted, SweepPrepared, SweepProgress,
                  CellsScored, CellsEnded, GroupRetried, SweepFinished, SearchStarted,
                  SearchPrepared, TrialStarted, TrialScored, TrialEnded, SearchFinished,
                  ChoiceStarted, TeacherJudged, ChoiceFinished, ShrinkStarted, StageBegan,
                  StageEpoch, StageEnded, ShrinkFinished)
}  # fmt: skip

ENDS = (Finished.kind, Failed.kind, SweepFinished.kind, SearchFinished.kind, ChoiceFinished.kind,
        ShrinkFinished.kind)  # fmt: skip


def from_dict(values: dict[str, Any]) -> Event:
    """The event that ``to_dict`` told; keys that it does not know are left out."""
    return _revive(KINDS[values["event"]], values)  # type: ignore[no-any-return]


def from_json(line: str) -> Event:
    """The event of one line of ``to_json``."""
    return from_dict(json.loads(line))


def finite(value: Any) -> Any:
    """JSON values in which a number that is not finite, which JSON does not know, is ``None``."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    return value


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _revive(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, UnionType):
        return _revive(next(part for part in get_args(kind) if part is not type(None)), value)
    if isinstance(kind, type) and is_dataclass(kind):
        hints = _hints(kind)
        return kind(**{
            name: _revive(hints[name], item) for name, item in value.items() if name in hints
        })  # fmt: skip
    if get_origin(kind) is list and is_dataclass(get_args(kind)[0]):
        return [_revive(get_args(kind)[0], item) for item in value]
    if get_origin(kind) is dict and is_dataclass(get_args(kind)[1]):
        return {name: _revive(get_args(kind)[1], item) for name, item in value.items()}
    return value
