"""What a run shows, in plain sentences: who is ahead, whether that means anything, and why."""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from dashboard.text.phrases import Sentence
from kdcore.catalogue import method_of
from kdcore.events import Scores
from kdcore.jobs.run.events import Finished
from kdcore.jobs.run.record import RunRecord

SURE = 1.96
"""Standard errors that leave a chance of 5%."""
BEGINNING = 0.1
"""Share of the epochs during which nothing is said about who is ahead."""
FIRST_EPOCHS = 2
"""The same in epochs, whatever the length of the run."""


def sampling_noise(errors: int, other_errors: int, size: int) -> float:
    """Difference in errors that two equally good learners reach by chance in 1 of 20 test sets.

    Both counts are taken as independent binomials of ``size`` examples. Learners that saw the
    same batches err on many of the same examples, so the true noise is rather smaller.

    Example:
        >>> round(sampling_noise(30, 40, 360))
        16
    """
    variance = sum(count * (1 - count / size) for count in (errors, other_errors))
    return SURE * math.sqrt(variance)


def accuracy_interval(errors: int, size: int) -> tuple[float, float]:
    """The accuracies that are compatible with so many errors, at 95%.

    Source:
        Wilson: Probable Inference, the Law of Succession, and Statistical Inference, 1927.

    Example:
        >>> [round(end, 3) for end in accuracy_interval(60, 600)]
        [0.873, 0.922]
    """
    share, square = 1 - errors / size, SURE**2 / size
    middle = (share + square / 2) / (1 + square)
    reach = SURE / (1 + square) * math.sqrt(share * (1 - share) / size + square / (4 * size))
    return max(0.0, middle - reach), min(1.0, middle + reach)


class Verdict(NamedTuple):
    """What the page says of the students at a moment."""

    headline: list[Sentence]
    """Who is ahead, or whether the teacher helped."""
    reasons: list[Sentence]
    """Why that may be so, and what else there is to know."""


NOTHING = Verdict([], [])


def verdict(history: RunRecord, position: float | None = None) -> Verdict:
    """What can be said of the students at a moment; nothing before their first evaluation.

    While a run goes on, and for a moment that is looked back at, they say who is ahead; only the
    end of a run says whether the teacher helped.

    Args:
        history: of the run.
        position: the moment in epochs; ``None`` for the newest.
    """
    found = history.evaluation(position)
    if history.started is None or found is None:
        return NOTHING
    epoch, students = found
    past = position is not None and position < history.position - 1e-9
    over = history.finished is not None and not past
    if over and history.finished and history.finished.students:
        students = history.finished.students
    if {"plain", "distilled"} - students.keys():
        return Verdict([], _early_stopping(history) if over else [])
    epochs = history.config["epochs"]
    if not over and epoch < max(FIRST_EPOCHS, BEGINNING * epochs):
        early = Sentence("verdict.early", {"epoch": epoch, "epochs": epochs})
        return Verdict([early], setup(history))
    reasons = [
        *_source_too(history, students),
        *_own_teacher(history),
        *setup(history),
        *_resemblance(students),
    ]
    if over:
        headline, nothing_to_add = _outcome(history, students)
        return Verdict(headline, [*nothing_to_add, *reasons, *_early_stopping(history)])
    return Verdict(_comparison(history, epoch, students, past=past), reasons)


def outcome_of_run(history: RunRecord) -> int | None:
    """Whether the teacher helped: 1 yes, -1 it harmed, 0 where chance could make as much.

    ``None`` before the end of the run, or where it has not both students.
    """
    end = history.finished
    if history.started is None or end is None or {"plain", "distilled"} - end.students.keys():
        return None
    values, gain = _error_difference(history, end.students)
    if abs(gain) <= values["noise"]:
        return 0
    return 1 if gain > 0 else -1


def setup(history: RunRecord) -> list[Sentence]:
    """What makes the data of this run special, and so what the teacher can add."""
    assert history.started is not None
    config, size = history.config, history.started.train_size
    said = []
    if share := config.get("unlabelled", 0.0):
        said.append(
            Sentence(
                "verdict.unlabelled",
                {
                    "labelled": size - round(size * share),
                    "unlabelled": round(size * share),
                    "size": size,
                },
            )
        )
    if share := config.get("label_noise", 0.0):
        said.append(Sentence("verdict.wrong_labels", {"share": share}))
    if classes := config.get("drop_classes", ""):
        said.append(Sentence("verdict.unseen", {"classes": classes}))
    if config.get("target"):
        count = history.started.target_train_size
        said.append(Sentence("verdict.unlabelled_target", {"count": count}))
    return said


def _source_too(history: RunRecord, students: Mapping[str, Scores]) -> list[Sentence]:
    """Where the verdict is on target data: how the students do on the source."""
    if not history.config.get("target"):
        return []
    values = {name: students[name].test_accuracy for name in ("plain", "distilled")}
    return [Sentence("verdict.on_source", values)]


def _own_teacher(history: RunRecord) -> list[Sentence]:
    """Where the teacher that is shown has taught nobody: who has."""
    method = method_of(history.config["method"])
    if not method.has_own_teacher or history.teacher is None:
        return []
    return [Sentence(f"verdict.taught_by_{method.acts_on}", {})]


def _comparison(
    history: RunRecord, epoch: float, students: Mapping[str, Scores], *, past: bool
) -> list[Sentence]:
    """Who is ahead at a moment, and whether chance could make as much."""
    values, gain = _error_difference(history, students)
    values |= {"epoch": epoch, "epochs": history.config["epochs"]}
    when = f"{_on_target(history)}{'was' if past else 'is'}"
    if gain == 0:
        return [Sentence(f"verdict.{when}_level", values)]
    way = "ahead" if gain > 0 else "behind"
    sure = "beyond" if abs(gain) > values["noise"] else "within"
    return [Sentence(f"verdict.{when}_{way}", values), Sentence(f"verdict.{sure}_chance", values)]


def _outcome(
    history: RunRecord, students: Mapping[str, Scores]
) -> tuple[list[Sentence], list[Sentence]]:
    """Whether the teacher helped, as far as one run shows; and where not, why."""
    values, gain = _error_difference(history, students)
    domain = _on_target(history)
    if gain == 0:
        return [Sentence(f"verdict.{domain}equal", values)], _nothing_to_add(history)
    way = "better" if gain > 0 else "worse"
    sure = "beyond" if abs(gain) > values["noise"] else "within"
    helped = (way, sure) == ("better", "beyond")
    headline = [Sentence(f"verdict.{domain}{way}_{sure}", values)]
    return headline, [] if helped else _nothing_to_add(history)


def _error_difference(
    history: RunRecord, students: Mapping[str, Scores]
) -> tuple[dict[str, Any], int]:
    assert history.started is not None
    errors = {name: score.test_errors for name, score in students.items()}
    size = history.started.test_size
    if _on_target(history):
        size = history.started.target_test_size
        errors = {
            name: round((1 - (score.target_accuracy or 0.0)) * size)
            for name, score in students.items()
        }
    noise = sampling_noise(errors["plain"], errors["distilled"], size)
    gain = errors["plain"] - errors["distilled"]
    return {"count": abs(gain), "size": size, "noise": round(noise)}, gain


def _on_target(history: RunRecord) -> str:
    """What the keys of sentences on target data begin with; nothing where there are none."""
    return "target_" if history.config.get("target") else ""


def _nothing_to_add(history: RunRecord) -> list[Sentence]:
    """Where every example has its right label, a teacher has little to add."""
    assert history.started is not None
    if _on_target(history):
        assert history.teacher is not None, "a target has labels by a teacher"
        accuracy = history.teacher.target_accuracy or 0.0
        return [Sentence("verdict.teacher_on_target", {"accuracy": accuracy})]
    if setup(history) or history.config.get("transfer_size", 0):
        return []
    return [Sentence("verdict.all_labelled", {"count": history.started.train_size})]


def _resemblance(students: Mapping[str, Scores]) -> list[Sentence]:
    """How much of the teacher's view of the classes each student has."""
    values = {name: students[name].class_correlation for name in ("plain", "distilled")}
    if any(value is None for value in values.values()):
        return []
    return [Sentence("verdict.resemblance", values)]


def _early_stopping(history: RunRecord) -> list[Sentence]:
    """Why a run with early stopping ended, and which epochs' weights it has kept."""
    end: Finished | None = history.finished
    if end is None or not end.best_epochs:
        return []
    config, best = history.config, end.best_epochs
    why = [Sentence("verdict.patience", {"count": config["patience"], "all": config["epochs"]})]
    if end.stopped or end.epochs == config["epochs"]:
        why = []
    earliest, latest = min(best.values()), max(best.values())
    if earliest == latest:
        return [*why, Sentence("verdict.best_epoch", {"epoch": latest})]
    if len(best) == 1:
        return why
    return [*why, Sentence("verdict.best_epochs", best)]
