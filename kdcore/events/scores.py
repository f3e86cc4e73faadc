"""What learners are worth and cost, as parts of events."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a model costs."""

    parameters: int
    bytes: int
    flops: int
    """Multiply–adds times two, for one example's forward pass."""
    latency: float
    """Median seconds for one example's forward pass on the run's device; a processor's one thread's
    since version 0.3.0, before that of as many as the process had."""


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
    """``None`` in what was recorded before it was measured, as are the next two."""
    kl_to_teacher: float | None = None
    """Mean KL(teacher ‖ student) on test data at T = 1, in nats; the teacher itself has none."""
    class_correlation: float | None = None
    """Correlation with the teacher's mean answers by true class, off the diagonal, softened at
    T = 4; the teacher itself has none."""
    target_accuracy: float | None = None
    """On the test part of the target data; ``None`` where there are none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TeacherScores:
    """One of several networks that stand before the students."""

    role: str
    """``teacher``, or ``teacher 1`` … and, as one, ``together``; ``assistant 1`` …."""
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
class DomainShift:
    """Where the answers to some source and target test examples lie, on axes that never change."""

    source_classes: list[int]
    """True class of each source point."""
    target_classes: list[int]
    """Of each target point; for the eye alone, no learner has them."""
    explained: list[float]
    """Share of the variance of the teacher's answers that each of the two axes has."""
    points: dict[str, list[list[float]]]
    """By learner ``[x, y]``, first the source points, then those of the target."""
