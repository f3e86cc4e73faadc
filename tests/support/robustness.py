"""A small robustness test as its events and as a folder of the store."""

import numpy as np

from kdcore.catalogue import CORRUPTIONS
from kdcore.catalogue.corruptions import SEVERITIES
from kdcore.jobs.robustness.config import RobustnessConfig
from kdcore.jobs.robustness.events import (
    CLEAN,
    Comparison,
    CorruptionEnded,
    CorruptionMeasured,
    Estimate,
    Quality,
    RobustnessFinished,
    RobustnessStarted,
)
from kdcore.jobs.run.config import RunConfig
from kdcore.store import packed, recorded
from support import events as make

RUN = "20260101-000000-aaaa"
NAMES = ("gaussian_noise", "blur", "contrast", "fgsm")
CONFIG = RobustnessConfig(run=RUN, base=RunConfig(), corruptions=NAMES)
LEARNERS = ("teacher", "plain", "distilled")
ERRORS = {"teacher": 10, "plain": 25, "distilled": 20}
"""Of 360 clean images; a severity adds as many again."""
PICTURES, CLASSES = 2, 10


def quality(learner, severity):
    errors = ERRORS[learner] * (severity + 1)
    size = make.TEST_SIZE
    return Quality(accuracy=(size - errors) / size, errors=errors, ece=0.01 * (severity + 1))


def estimate(value, reach):
    return Estimate(value=value, low=value - reach, high=value + reach)


def comparison(gain=0.05, reach=0.02, ece_gain=-0.001, beyond=0.0):
    """Where ``reach`` is the half of every interval."""
    return Comparison(
        accuracy={
            "teacher": estimate(0.9, 0.01),
            "plain": estimate(0.7, 0.01),
            "distilled": estimate(0.7 + gain, 0.01),
        },
        ece={"teacher": 0.03, "plain": 0.06, "distilled": 0.06 + ece_gain},
        accuracy_gain=estimate(gain, reach),
        ece_gain=estimate(ece_gain, reach),
        beyond_clean=estimate(beyond, reach),
    )


def alone():
    """Of a run without a plain student."""
    return Comparison(
        accuracy={"distilled": estimate(0.7, 0.01)},
        ece={"distilled": 0.06},
        accuracy_gain=None,
        ece_gain=None,
        beyond_clean=None,
    )


def measured(corruption, severity, learners=LEARNERS):
    amount = CORRUPTIONS[corruption].amounts[severity - 1] if severity else 0.0
    return CorruptionMeasured(
        corruption=corruption,
        severity=severity,
        amount=amount,
        learners={learner: quality(learner, severity) for learner in learners},
        seconds=0.1,
    )


def whole_test(name="robustness-test", compared=None, learners=LEARNERS):
    compared = compared or comparison()
    events = [
        RobustnessStarted(
            robustness=name,
            config=CONFIG.to_dict(),
            device="cpu",
            classes=[str(number) for number in range(CLASSES)],
            learners=list(learners),
            not_attacked=[],
            examples=make.TEST_SIZE,
            test_size=make.TEST_SIZE,
            version="test",
        ),
        measured(CLEAN, 0, learners),
    ]
    for corruption in NAMES:
        events += [
            *(measured(corruption, at, learners) for at in range(1, SEVERITIES + 1)),
            CorruptionEnded(
                corruption=corruption, comparison=compared, pictures=f"{corruption}.safetensors"
            ),
        ]
    return [
        *events,
        RobustnessFinished(
            robustness=name,
            stopped=False,
            corruptions=compared,
            attacks=compared,
            resamples=1_000,
            seconds=5.0,
        ),
    ]


def pictures():
    """Every learner is right on clean images; the plain student is wrong from severity 1 on."""
    logits = np.zeros((SEVERITIES + 1, PICTURES, CLASSES), np.float32)
    right, wrong = logits.copy(), logits.copy()
    for at in range(PICTURES):
        right[:, at, at] = 3
        wrong[0, at, at] = wrong[1:, at, at + 1] = 2
    return {
        "images": np.zeros((SEVERITIES + 1, PICTURES, 8, 8, 1), np.uint8),
        "labels": np.arange(PICTURES),
        "teacher_logits": right,
        "plain_logits": wrong,
        "distilled_logits": right,
    }


def record_robustness(store, events=None):
    """The test in the store, with its pictures."""
    folder = store.create(CONFIG)
    for _ in recorded(whole_test(folder.id) if events is None else events, folder):
        pass
    for name in NAMES:
        folder.write(f"{name}.safetensors", packed(pictures()))
    return folder
