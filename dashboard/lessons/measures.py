"""The figures that cards name and predictions are compared with, measured on the run that is shown.

Each is a pure function of what the run has found so far, and ``None`` before that is known: a
comparison of the students when the run is over, whatever only needs the teacher at once.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashboard.charts.missing_classes import curve_of, missing_examples
from dashboard.say.examples import Arrays, most_ambiguous_example, most_telling_example, softmax
from dashboard.say.verdict import sampling_noise
from kdcore.events import Diagnosis, Scores
from kdcore.jobs.run.record import RunRecord

CONFIDENT = 54
"""First of 60 bins whose confidence is 0.9 or more."""
LEARNERS = ("teacher", "plain", "distilled")


@dataclass(frozen=True, slots=True)
class Found:
    """What a run has found so far."""

    record: RunRecord
    start: Arrays
    """Its ``prepared.safetensors``; empty before the teacher is ready and without one."""
    before: Arrays
    """The students' logits on the watched examples before training; empty where there are none."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure: how it is found and how it is written."""

    find: Callable[[Found], float | str | None]
    format: str = ""
    """Of ``str.format``; a text has none."""

    @property
    def is_text(self) -> bool:
        """Whether it is a name and no number, as that of a class."""
        return not self.format

    def text(self, value: float | str) -> str:
        """As people read it."""
        return str(value) if self.is_text else self.format.format(value).replace("-", "−")


def measured(found: Found) -> dict[str, dict[str, Any]]:
    """Every measure that is known: its ``value`` and its ``text``."""
    values = {name: measure.find(found) for name, measure in MEASURES.items()}
    return {
        name: {"value": value, "text": MEASURES[name].text(value)}
        for name, value in values.items()
        if value is not None
    }


# ------------------------------------------------------------------------------ of the students


def _scores(found: Found, learner: str) -> Scores | None:
    """At the end of the run; the teacher's as soon as it is ready."""
    if learner == "teacher":
        return found.record.teacher
    last = found.record.evaluation(None) if found.record.over else None
    return last[1].get(learner) if last else None


def _score(learner: str, name: str, factor: float = 1.0) -> Callable[[Found], float | None]:
    def find(found: Found) -> float | None:
        scores = _scores(found, learner)
        value = getattr(scores, name) if scores else None
        return None if value is None else factor * value

    return find


def _difference(
    one: Callable[[Found], float | None], other: Callable[[Found], float | None]
) -> Callable[[Found], float | None]:
    def find(found: Found) -> float | None:
        first, second = one(found), other(found)
        return None if first is None or second is None else first - second

    return find


_gain = _difference(
    _score("distilled", "test_accuracy", 100), _score("plain", "test_accuracy", 100)
)


def _gain_noise(found: Found) -> float | None:
    """The gain that chance alone reaches in one of 20 test sets, in percentage points."""
    plain, distilled = _scores(found, "plain"), _scores(found, "distilled")
    if plain is None or distilled is None or found.record.started is None:
        return None
    size = found.record.started.test_size
    return 100 * sampling_noise(plain.test_errors, distilled.test_errors, size) / size


def _gain_in_noise(found: Found) -> float | None:
    """The gain in units of what chance reaches: between −1 and 1 nothing is decided."""
    gain, noise = _gain(found), _gain_noise(found)
    return None if gain is None or not noise else gain / noise


def _of_started(find: Callable[[RunRecord], float]) -> Callable[[Found], float | None]:
    return lambda found: find(found.record) if found.record.started else None


def _training(record: RunRecord) -> int:
    assert record.started is not None
    return record.started.train_size


def _labelled(record: RunRecord) -> int:
    size = _training(record)
    share: float = record.config.get("unlabelled", 0.0)
    return size - round(size * share)


def _test_size(record: RunRecord) -> int:
    assert record.started is not None
    return record.started.test_size


# ------------------------------------------------------------------------- of the last snapshot


def _diagnosis(found: Found, learner: str) -> Diagnosis | None:
    snapshot = found.record.snapshot(None) if found.record.over else None
    return snapshot.learners.get(learner) if snapshot else None


def _diagnosed(
    learner: str, find: Callable[[Diagnosis], float | None]
) -> Callable[[Found], float | None]:
    def look(found: Found) -> float | None:
        diagnosis = _diagnosis(found, learner)
        return find(diagnosis) if diagnosis else None

    return look


def _confident_right(diagnosis: Diagnosis) -> float | None:
    """Share of right answers, in %, among those of a confidence of 0.9 or more."""
    count, _, right = map(sum, zip(*diagnosis.bins[CONFIDENT:], strict=True))
    return 100 * right / count if count else None


def _confident_count(diagnosis: Diagnosis) -> float:
    return sum(count for count, _, _ in diagnosis.bins[CONFIDENT:])


def _dropped(found: Found) -> str | None:
    names: str = found.record.config.get("drop_classes", "")
    return names or None


def _dropped_right(learner: str, *, biased: bool = False) -> Callable[[Found], float | None]:
    """Right answers, in %, among the test examples of the classes the students never saw."""

    def find(found: Found) -> float | None:
        diagnosis, names = _diagnosis(found, learner), _dropped(found)
        if diagnosis is None or names is None:
            return None
        classes = found.record.classes
        size = missing_examples(diagnosis, classes, names)
        if biased:
            curve = curve_of(diagnosis)
            return 100 * (1 - curve.at(curve.best)[1] / size)
        chosen = [classes.index(name.strip()) for name in names.split(",")]
        return 100 * sum(diagnosis.confusion[place][place] for place in chosen) / size

    return find


def _dropped_size(found: Found) -> float | None:
    diagnosis, names = _diagnosis(found, "plain"), _dropped(found)
    if diagnosis is None or names is None:
        return None
    return missing_examples(diagnosis, found.record.classes, names)


# --------------------------------------------------------------------------- of single examples


def _example(
    choose: Callable[[Arrays], int], find: Callable[[NDArray[np.float64]], float]
) -> Callable[[Found], float | None]:
    """Of the teacher's logits on one example."""

    def look(found: Found) -> float | None:
        if "teacher_watched" not in found.start:
            return None
        return find(found.start["teacher_watched"][choose(found.start)].astype(np.float64))

    return look


def _named(choose: Callable[[Arrays], int], rank: int) -> Callable[[Found], str | None]:
    """Name of the teacher's first (0) or second (1) class on one example."""
    place = _example(choose, lambda logits: int(np.argsort(-logits)[rank]))

    def look(found: Found) -> str | None:
        c = place(found)
        return None if c is None else found.record.classes[int(c)]

    return look


def _share(rank: int, temperature: float) -> Callable[[NDArray[np.float64]], float]:
    """Probability, in %, of the class of a rank."""
    return lambda logits: 100 * float(np.sort(softmax(logits[None] / temperature)[0])[-1 - rank])


def _entropy(temperature: float) -> Callable[[NDArray[np.float64]], float]:
    def find(logits: NDArray[np.float64]) -> float:
        answer = softmax(logits[None] / temperature)[0]
        known = answer[answer > 0]
        return float(-(known * np.log(known)).sum())

    return find


def _highest_entropy(found: Found) -> float | None:
    """The entropy of an answer that knows nothing, in nats."""
    return float(np.log(len(found.record.classes))) if found.record.classes else None


def _gradient(temperature: float, *, scaled: bool) -> Callable[[Found], float | None]:
    """Mean length of the soft term's gradient at the distilled student's logits, before training.

    ``(softmax(z_s/T) − softmax(z_t/T))/T`` for KL(teacher ‖ student) at T, times T² if scaled.

    Source:
        Hinton et al.: Distilling the Knowledge in a Neural Network, 2015, equation 2.
    """

    def find(found: Found) -> float | None:
        if "teacher_watched" not in found.start or "distilled_watched" not in found.before:
            return None
        teacher = found.start["teacher_watched"].astype(np.float64)
        student = found.before["distilled_watched"].astype(np.float64)
        gradient = (softmax(student / temperature) - softmax(teacher / temperature)) / temperature
        length = float(np.linalg.norm(gradient, axis=1).mean())
        return length * temperature**2 if scaled else length

    return find


def _ratio(
    one: Callable[[Found], float | None], other: Callable[[Found], float | None], factor: float
) -> Callable[[Found], float | None]:
    def find(found: Found) -> float | None:
        above, below = one(found), other(found)
        return None if above is None or not below else factor * above / below

    return find


PERCENT = "{:.1f}%"
POINTS = "{:+.1f}"
NAT = "{:.2f}"
COUNT = "{:,.0f}"

MEASURES: Mapping[str, Measure] = (
    {f"accuracy_{name}": Measure(_score(name, "test_accuracy", 100), PERCENT) for name in LEARNERS}
    | {f"errors_{name}": Measure(_score(name, "test_errors"), COUNT) for name in LEARNERS}
    | {f"ece_{name}": Measure(_score(name, "ece", 100), PERCENT) for name in LEARNERS}
    | {
        f"{title}_{name}": Measure(_score(name, field, factor), form)
        for name in ("plain", "distilled")
        for title, field, factor, form in (
            ("agreement", "agreement", 100, PERCENT),
            ("resemblance", "class_correlation", 1, NAT),
            ("kl", "kl_to_teacher", 1, NAT),
        )
    }
    | {
        f"{title}_{name}": Measure(_diagnosed(name, find), form)
        for name in LEARNERS
        for title, find, form in (
            ("confident_right", _confident_right, PERCENT),
            ("confident_count", _confident_count, COUNT),
            ("confidence", lambda one: 100 * one.calibration["mean_confidence"], PERCENT),
            ("fitted_t", lambda one: one.temperature_fitted, NAT),
            ("ece_fitted", lambda one: 100 * one.calibrated["ece"], PERCENT),
        )
    }
    | {f"dropped_right_{name}": Measure(_dropped_right(name), PERCENT) for name in LEARNERS}
    | {
        f"dropped_biased_{name}": Measure(_dropped_right(name, biased=True), PERCENT)
        for name in ("plain", "distilled")
    }
    | {
        f"inherited_{name}": Measure(_diagnosed(name, lambda one: one.errors_inherited), COUNT)
        for name in ("plain", "distilled")
    }
    | {
        "dropped": Measure(_dropped),
        "dropped_size": Measure(_dropped_size, COUNT),
        "gain": Measure(_gain, POINTS),
        "agreement_gain": Measure(
            _difference(_score("distilled", "agreement", 100), _score("plain", "agreement", 100)),
            POINTS,
        ),
        "ece_difference": Measure(
            _difference(_score("distilled", "ece", 100), _score("plain", "ece", 100)), POINTS
        ),
        "gain_noise": Measure(_gain_noise, "{:.1f}"),
        "gain_in_noise": Measure(_gain_in_noise, POINTS),
        "labelled": Measure(_of_started(_labelled), COUNT),
        "training": Measure(_of_started(_training), COUNT),
        "test": Measure(_of_started(_test_size), COUNT),
        "classes": Measure(_of_started(lambda record: len(record.classes)), COUNT),
        "highest_entropy": Measure(_highest_entropy, NAT),
    }
    | {
        f"{example}_{title}": Measure(_example(choose, find), form)
        for example, choose in (
            ("telling", most_telling_example),
            ("ambiguous", most_ambiguous_example),
        )
        for title, find, form in (
            ("entropy_t1", _entropy(1), NAT),
            ("entropy_t4", _entropy(4), NAT),
            ("entropy_t20", _entropy(20), NAT),
            ("share_t1", _share(0, 1), PERCENT),
            ("share_t4", _share(0, 4), PERCENT),
            ("share_t20", _share(0, 20), PERCENT),
            ("second_t1", _share(1, 1), PERCENT),
            ("second_t4", _share(1, 4), PERCENT),
        )
    }
    | {
        f"{example}_{title}": Measure(_named(choose, rank))
        for example, choose in (
            ("telling", most_telling_example),
            ("ambiguous", most_ambiguous_example),
        )
        for title, rank in (("first", 0), ("second", 1))
    }
    | {
        f"gradient_t{at}{'_scaled' if scaled else ''}": Measure(
            _gradient(at, scaled=scaled), "{:.3f}"
        )
        for at in (1, 4, 20)
        for scaled in (False, True)
    }
    | {
        f"gradient_left_t{at}": Measure(
            _ratio(_gradient(at, scaled=False), _gradient(1, scaled=False), 100), PERCENT
        )
        for at in (4, 20)
    }
    | {
        "gradient_scaled_t20_of_t4": Measure(
            _ratio(_gradient(20, scaled=True), _gradient(4, scaled=True), 100), PERCENT
        )
    }
)
"""By name; ``docs/lessons.md`` says what each is."""
