"""The scores of a trial's learners, from what its run has reported."""

from collections.abc import Sequence
from statistics import fmean

from kdcore.events import Diagnosis, Scores
from kdcore.jobs.run.events import Finished, Snapshot

OF_A_RUN = (
    "test_errors",
    "test_accuracy",
    "validation_accuracy",
    "target_accuracy",
    "ece",
    "nll",
    "agreement",
    "kl_to_teacher",
)
"""Fields of ``Scores`` that are scores of a recipe too."""


def values_of(finished: Finished, snapshot: Snapshot | None) -> dict[str, dict[str, float]]:
    """By learner: its scores, under the names of ``kdcore.recipes.SCORES``.

    Args:
        finished: the end of the run.
        snapshot: its last one.
    """
    learners = ({"teacher": finished.teacher} if finished.teacher else {}) | finished.students
    diagnoses = snapshot.learners if snapshot else {}
    return {
        name: _of_scores(scores) | (_of_diagnosis(diagnoses[name]) if name in diagnoses else {})
        for name, scores in learners.items()
    }


def chosen_bias(rows: Sequence[Sequence[float]]) -> Sequence[float]:
    """The row of ``Diagnosis.missing_classes`` with the fewest errors on validation data.

    Of equals the one whose bias is nearest to 0.

    Example:
        >>> chosen_bias([[0.0, 9, 8, 7, 6], [1.0, 5, 1, 3, 1], [2.0, 4, 0, 3, 0]])
        [1.0, 5, 1, 3, 1]
    """
    return min(rows, key=lambda row: (row[3], abs(row[0]), row[0]))


def macro_scores(confusion: Sequence[Sequence[int]]) -> dict[str, float]:
    """Precision, recall and F1 of every class, each averaged over the classes.

    Args:
        confusion: ``[true class][answer]``, counts. A class that is never the answer has
            precision 0, one without examples recall 0.

    Example:
        >>> macro_scores([[1, 1], [0, 2]])["macro_recall"]
        0.75
    """
    per_class = []
    for at, row in enumerate(confusion):
        right, answers, examples = row[at], sum(one[at] for one in confusion), sum(row)
        precision = right / answers if answers else 0.0
        recall = right / examples if examples else 0.0
        f1 = 2 * right / (answers + examples) if answers + examples else 0.0
        per_class.append((precision, recall, f1))
    names = ("macro_precision", "macro_recall", "macro_f1")
    return {
        name: fmean(values)
        for name, values in zip(names, zip(*per_class, strict=True), strict=True)
    }


def _of_scores(scores: Scores) -> dict[str, float]:
    named = {name: getattr(scores, name) for name in OF_A_RUN}
    known = {name: float(value) for name, value in named.items() if value is not None}
    return known | {"error_rate": 1.0 - scores.test_accuracy}


def _of_diagnosis(diagnosis: Diagnosis) -> dict[str, float]:
    found = {
        "temperature_fitted": diagnosis.temperature_fitted,
        **macro_scores(diagnosis.confusion),
    }
    rows = diagnosis.missing_classes
    if not rows:
        return found
    test_size = sum(map(sum, diagnosis.confusion))
    unbiased = next(row for row in rows if row[0] == 0.0)
    chosen = chosen_bias(rows)
    return found | {
        "missing_errors": unbiased[2],
        "bias_errors": chosen[1],
        "bias_missing_errors": chosen[2],
        "bias_error_rate": chosen[1] / test_size,
    }
