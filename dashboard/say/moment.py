"""A moment of a run in numbers and words: scores, sentences, and the loss with its numbers."""

from typing import Any

from latex2mathml.converter import convert

from dashboard.say.formula import loss_in_numbers
from dashboard.say.verdict import accuracy_interval, verdict
from dashboard.text.names import LEARNERS
from dashboard.text.phrases import Words, join_sentences
from kdcore.events import Scores
from kdcore.jobs.run.record import RunRecord


def moment(history: RunRecord, words: Words, position: float | None = None) -> dict[str, Any]:
    """What the page says of a run at a moment.

    Args:
        history: of the run.
        words: of the viewer's language.
        position: the moment in epochs; ``None`` for the newest.

    Returns:
        ``scores`` (by learner ``accuracy`` and the ends ``low`` and ``high`` of its 95 %
        interval; under domain adaptation on the target, with ``source``, the accuracy there),
        ``headline`` and ``reasons`` (texts), ``numbers`` (the loss as MathML, or empty)
        and ``controls`` as they acted.
    """
    controls = history.controls_at(position)
    found = verdict(history, position)
    return {
        "scores": {name: _score(history, scores) for name, scores in _learners(history, position)},
        "headline": join_sentences(words, found.headline),
        "reasons": join_sentences(words, found.reasons),
        "numbers": _numbers(history, position, controls),
        "controls": controls,
    }


def _learners(history: RunRecord, position: float | None) -> list[tuple[str, Scores]]:
    """Teacher and students with their scores, in their usual order."""
    found = history.evaluation(position)
    known = dict(found[1]) if found else {}
    if history.teacher:
        known["teacher"] = history.teacher
    return [(name, known[name]) for name in LEARNERS if name in known]


def _score(history: RunRecord, scores: Scores) -> dict[str, float]:
    assert history.started is not None
    if history.config.get("target") and scores.target_accuracy is not None:
        accuracy, size = scores.target_accuracy, history.started.target_test_size
        low, high = accuracy_interval(round((1 - accuracy) * size), size)
        return {"accuracy": accuracy, "low": low, "high": high, "source": scores.test_accuracy}
    low, high = accuracy_interval(scores.test_errors, history.started.test_size)
    return {"accuracy": scores.test_accuracy, "low": low, "high": high}


def _numbers(history: RunRecord, position: float | None, controls: dict[str, float]) -> str:
    means = history.means("distilled", position)
    if means is None:
        return ""
    config = history.config
    latex = loss_in_numbers(
        config["method"],
        config["mixing"],
        controls,
        means,
        config.get("also", ""),
        config.get("alignment_weight", 0.0),
    )
    return convert(latex)
