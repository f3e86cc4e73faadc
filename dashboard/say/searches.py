"""What a search or a selection of a teacher has found, in sentences."""

from collections.abc import Mapping
from typing import Any

from dashboard.charts.parts.criteria import CRITERIA
from dashboard.say.titles import short_text
from dashboard.text.numbers import objective_text
from dashboard.text.phrases import Sentence
from dashboard.text.viewer import t
from kdcore.jobs.search.config import SearchConfig
from kdcore.jobs.search.record import SearchRecord
from kdcore.jobs.teacher_selection.record import TeacherSelectionRecord


def best_sentences(record: SearchRecord, config: SearchConfig) -> list[Sentence]:
    """The best trial on validation data, with its value on test data; nothing before there is one.

    Args:
        record: of the search.
        config: of the search.
    """
    best = record.best
    if best is None or best.value is None or best.test_accuracy is None:
        return []
    values = {
        "complete": len(record.complete),
        "trial": best.trial,
        "value": objective_text(config.objective, best.value),
        "objective": t(f"objective.{config.objective}"),
        "test": f"{best.test_accuracy:.1%}",
    }
    sentences = [Sentence("searches.best", values)]
    if best.spread is not None:
        spread = objective_text(config.objective, best.spread)
        sentences.append(Sentence("searches.best_spread", {"spread": spread}))
    return sentences


def settings_text(params: Mapping[str, Any]) -> str:
    """The settings of a trial in one line, numbers rounded to four digits."""
    return " · ".join(
        short_text(name, float(f"{value:.4g}") if isinstance(value, float) else value)
        for name, value in params.items()
    )


def criteria_sentences(record: TeacherSelectionRecord) -> list[Sentence]:
    """Whom each criterion would choose among the teachers that were compared."""
    if not record.teachers:
        return []
    gap = t("app.comma")
    return [
        Sentence(
            "searches.chosen_by",
            {
                "criterion": t(f"criterion.{one.name}"),
                "teachers": gap.join(one.best(record.teachers)),
            },
        )
        for one in CRITERIA
    ]


def agreement_sentences(record: TeacherSelectionRecord) -> list[Sentence]:
    """Whether one teacher is the best by all criteria; nothing before all are compared."""
    if record.finished is None or record.finished.agree is None:
        return []
    return [Sentence("searches.agree" if record.finished.agree else "searches.disagree", {})]
