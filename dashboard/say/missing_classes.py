"""The errors of students that never saw some classes, with a bias that brings these back."""

from dashboard.charts.missing_classes import curves, missing_examples
from dashboard.text.phrases import Sentence
from kdcore.jobs.run.events import Snapshot, Started


def errors_at_bias(snapshot: Snapshot, bias: float, classes: str) -> dict[str, Sentence]:
    """A sentence a student: its errors at a bias, without one, and where validation data choose it.

    Args:
        snapshot: with the errors at every bias.
        bias: the one that is shown.
        classes: names of those that are missing.
    """
    sentences = {}
    for name, curve in curves(snapshot).items():
        counts = {}
        for when, at in (("now", bias), ("without", 0.0), ("chosen", curve.best)):
            counts[f"errors_{when}"], counts[f"missed_{when}"] = curve.at(at)
        values = {"classes": classes, "bias": bias, "best": curve.best, **counts}
        sentences[name] = Sentence("missing.errors", values)
    return sentences


def missing_sizes(snapshot: Snapshot, started: Started) -> Sentence:
    """After which epoch, and how many test examples are of the missing classes."""
    names = started.config["drop_classes"]
    missing = missing_examples(next(iter(snapshot.learners.values())), started.classes, names)
    return Sentence(
        "missing.after",
        {"epoch": snapshot.epoch, "size": started.test_size, "missing": missing, "classes": names},
    )
