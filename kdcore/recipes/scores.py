"""What recipes compare: the scores of a trial, with their unit and direction."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A number that a learner of a trial has."""

    title: str
    unit: str
    """``count``, ``share`` (from 0 to 1, shown in per cent) or ``number``."""
    more_is_better: bool = False


def _share(title: str, *, more_is_better: bool = True) -> Score:
    return Score(title=title, unit="share", more_is_better=more_is_better)


SCORES = {
    "test_errors": Score(title="test errors", unit="count"),
    "missing_errors": Score(title="test errors on classes left out of training", unit="count"),
    "bias_errors": Score(title="test errors with the bias", unit="count"),
    "bias_missing_errors": Score(
        title="test errors with the bias, on classes left out of training", unit="count"
    ),
    "error_rate": _share("test error rate", more_is_better=False),
    "bias_error_rate": _share("test error rate with the bias", more_is_better=False),
    "test_accuracy": _share("test accuracy"),
    "validation_accuracy": _share("validation accuracy"),
    "training_accuracy": _share("training accuracy"),
    "target_accuracy": _share("test accuracy on the target"),
    "macro_precision": _share("macro precision"),
    "macro_recall": _share("macro recall"),
    "macro_f1": _share("macro F1"),
    "agreement": _share("top-1 agreement with the teacher"),
    "top3_agreement": _share("share of the teacher's top 3 classes in its own top 3"),
    "kl_to_teacher": Score(title="KL from the teacher, nats", unit="number"),
    "ece": Score(title="ECE, 15 bins", unit="number"),
    "nll": Score(title="NLL, nats", unit="number"),
    "temperature_fitted": Score(title="calibration temperature", unit="number"),
    "corrupted_accuracy": _share("accuracy on corrupted test images"),
    "corrupted_ece": Score(title="ECE on corrupted test images", unit="number"),
    "attacked_accuracy": _share("accuracy under attack"),
    "unfamiliar_entropy": Score(
        title="entropy on unfamiliar inputs, nats", unit="number", more_is_better=True
    ),
    "unfamiliar_knowledge": Score(
        title="mutual information on unfamiliar inputs, nats", unit="number", more_is_better=True
    ),
    "familiar_entropy": Score(title="entropy where it is right, nats", unit="number"),
    "familiar_knowledge": Score(title="mutual information where it is right, nats", unit="number"),
    "entropy_auroc": _share("AUROC of unfamiliar inputs by entropy"),
    "knowledge_auroc": _share("AUROC of unfamiliar inputs by mutual information"),
}
"""By the name under which a trial reports it; ``bias`` is the one of least validation error.

Some have parts too, each under ``SCORE:PART``: those of corrupted and attacked images by severity
from 0, the images as they are, to 5, and the AUROC by the kind of unfamiliar input."""


def value_text(score: str, value: float) -> str:
    """A score as people read it.

    Example:
        >>> value_text("test_errors", 74), value_text("test_errors", 74.4)
        ('74', '74.4')
        >>> value_text("error_rate", 0.132), value_text("ece", 0.0123)
        ('13.20%', '0.0123')
    """
    match SCORES[score].unit:
        case "count":
            return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"
        case "share":
            return f"{value:.2%}"
        case _:
            return f"{value:.4f}" if abs(value) < 1 else f"{value:.3g}"


def claimed_text(score: str, value: float) -> str:
    """A score as its source gives it, with no more digits than there.

    Example:
        >>> claimed_text("error_rate", 0.132), claimed_text("test_errors", 74)
        ('13.2%', '74')
    """
    return f"{100 * value:.6g}%" if SCORES[score].unit == "share" else value_text(score, value)


def difference_text(score: str, value: float) -> str:
    """A difference of two scores, with its sign; of shares in percentage points.

    Example:
        >>> difference_text("test_errors", -26.0), difference_text("error_rate", 0.0123)
        ('−26', '+1.23')
    """
    match SCORES[score].unit:
        case "count":
            text = f"{value:+,.0f}" if float(value).is_integer() else f"{value:+,.1f}"
        case "share":
            text = f"{100 * value:+.2f}"
        case _:
            text = f"{value:+.4f}"
    return text.replace("-", "−")


def noise_text(score: str, value: float) -> str:
    """A deviation to either side, without its sign; of shares in percentage points.

    Example:
        >>> noise_text("test_errors", 23.27), noise_text("error_rate", 0.0123)
        ('23', '1.23')
    """
    match SCORES[score].unit:
        case "count":
            return f"{value:.0f}"
        case "share":
            return f"{100 * value:.2f}"
        case _:
            return f"{value:.4f}"


def spread_text(score: str, mean: float, sd: float | None) -> str:
    """A mean and its standard deviation, where there is one.

    Example:
        >>> spread_text("test_errors", 74.2, 3.1), spread_text("test_accuracy", 0.981, None)
        ('74.2 ± 3.1', '98.10%')
    """
    text = value_text(score, mean)
    if sd is None:
        return text
    match SCORES[score].unit:
        case "count":
            return f"{text} ± {sd:.1f}"
        case "share":
            return f"{text} ± {100 * sd:.2f}"
        case _:
            return f"{text} ± {sd:.4f}"
