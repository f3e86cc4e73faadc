"""What a run shows, said plainly: numbers, and whether the difference means anything."""

import math
from typing import Any, NamedTuple

from dashboard.status import Status
from kdcore.events import Finished, Scores

SURE = 1.96
"""Standard errors that leave a chance of 5%."""


class Sentence(NamedTuple):
    """A text's key and what fills it."""

    key: str
    values: dict[str, Any]


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


def verdict(status: Status) -> list[Sentence]:
    """Sentences on the newest evaluation; none before the first epoch is over."""
    if not status.started or not (status.epoch or status.finished):
        return []
    last = status.finished if status.finished and status.finished.students else status.epoch
    if last is None:
        return []
    epochs = status.epoch.epoch if status.epoch else 0
    scores = {**last.students, **({"teacher": last.teacher} if last.teacher else {})}
    return [
        Sentence("verdict.after", {"count": epochs}),
        *(Sentence(f"verdict.{name}", {"accuracy": score.test_accuracy})
          for name, score in scores.items()),
        *_comparison(last.students, status.started.test_size),
        *(_best(status.finished, status.started.config) if status.finished else ()),
    ]  # fmt: skip


def _best(end: Finished, config: dict[str, Any]) -> list[Sentence]:
    """Why a run with patience ended and which epochs' weights it has kept."""
    epochs, stopped, ended = end.best_epochs, end.stopped, end.epochs
    if not epochs:
        return []
    why = [Sentence("verdict.patience", {"count": config["patience"], "all": config["epochs"]})]
    if stopped or ended == config["epochs"]:
        why = []
    earliest, latest = min(epochs.values()), max(epochs.values())
    if earliest == latest:
        return [*why, Sentence("verdict.best_epoch", {"epoch": latest})]
    if len(epochs) == 1:
        return why
    return [*why, Sentence("verdict.best_epochs", epochs)]


def _comparison(students: dict[str, Scores], size: int) -> list[Sentence]:
    if {"plain", "distilled"} - students.keys():
        return []
    errors = {name: score.test_errors for name, score in students.items()}
    gain = errors["plain"] - errors["distilled"]
    noise = sampling_noise(errors["plain"], errors["distilled"], size)
    values = {"difference": abs(gain), "size": size, "noise": round(noise)}
    if gain == 0:
        return [Sentence("verdict.equal", values)]
    way = "better" if gain > 0 else "worse"
    return [Sentence(f"verdict.{way}_{'beyond' if abs(gain) > noise else 'within'}", values)]
