"""2. Losses and curves of the device against those of the processor: same seed, float32."""

import math
from collections.abc import Iterator

from benchmarks.gpu_sections.report import Row, verdict
from benchmarks.gpu_sections.setting import Setting
from kdcore import Run, RunConfig
from kdcore.events import Failed
from kdcore.jobs.run.events import Batch, Epoch, Finished

SECTION = 2
TOLERANCE = 1e-3
DIGITS = RunConfig(
    dataset="digits",
    batch_size=160,  # few enough batches an epoch that each is reported
    epochs=3,
    teacher="mlp:64",
    student="mlp:32",
    teacher_epochs=2,
    precision="float32",
)
CONFIGS = {
    "soft targets, MLP": DIGITS,
    "hints, small convolutional networks": DIGITS.replace(
        method="hint", teacher="convnet:8,16", student="convnet:4,8"
    ),
    "ResNet-8, images changed at random and mixed": DIGITS.replace(
        teacher="convnet:8,16", student="resnet8", augment="shift_flip", mixup=0.4, epochs=2
    ),
}


def measure(setting: Setting) -> Iterator[Row]:
    """The largest difference of every batch's losses and every epoch's scores."""
    for name, config in CONFIGS.items():
        if setting.small:
            config = config.replace(epochs=1, teacher_epochs=1, transfer_size=320)
        here = losses_of(config.replace(device=setting.device))
        there = losses_of(config.replace(device="cpu"))
        found = largest_difference(here, there)
        values = sum(map(len, there.values()))
        what = f"difference to the CPU, {values} losses and scores: {name}"
        if setting.on_gpu:
            said = f"{verdict(found <= TOLERANCE)}, at most {TOLERANCE:g}"
        else:
            said = "carried out: the CPU against itself"
        yield Row(SECTION, what, f"{found:.1e}", "–", said)


def losses_of(config: RunConfig) -> dict[str, list[float]]:
    """Losses of all reports and epochs of a run, and the last scores, by where they belong.

    Raises:
        RuntimeError: the run failed.
    """
    found: dict[str, list[float]] = {}
    reports = 0
    for event in Run(config):
        match event:
            case Failed():
                raise RuntimeError(event.error)
            case Batch():
                for name, scores in event.students.items():
                    losses = [scores.loss, scores.hard_loss, scores.soft_loss]
                    found[f"batch {reports} {name}"] = losses
                reports += 1
            case Epoch():
                for name, own in event.students.items():
                    found[f"epoch {event.epoch} {name}"] = [own.train_loss or 0.0, own.nll]
            case Finished():
                assert event.teacher, "every run has a teacher"
                found["teacher"] = [event.teacher.nll]
    return found


def largest_difference(found: dict[str, list[float]], expected: dict[str, list[float]]) -> float:
    """Of values above 1 the relative one; infinite where a value is missing or no number."""
    if found.keys() != expected.keys():
        return math.inf
    differences = [
        abs(one - other) / max(1.0, abs(other))
        for place, values in expected.items()
        for one, other in zip(found[place], values, strict=True)
    ]
    return max((one if math.isfinite(one) else math.inf for one in differences), default=math.inf)
