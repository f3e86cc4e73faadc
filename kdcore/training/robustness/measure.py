"""The job: every network that a run kept answers test images that are corrupted and attacked.

Nothing is trained. The intervals are over the choice of test examples; another seed of the
training may turn out otherwise.
"""

import time
from collections.abc import Iterator
from pathlib import Path

import torch
from torch import Tensor, nn

from kdcore.catalogue import CORRUPTIONS
from kdcore.catalogue.corruptions import SEVERITIES
from kdcore.commands import Controls, Stopped
from kdcore.data import Dataset, Split, load_dataset
from kdcore.errors import UserError
from kdcore.events import Event
from kdcore.jobs.kind import RUN
from kdcore.jobs.robustness.config import RobustnessConfig
from kdcore.jobs.robustness.events import (
    CLEAN,
    CorruptionEnded,
    CorruptionMeasured,
    RobustnessFinished,
    RobustnessStarted,
)
from kdcore.store import JobFolder, Store, packed
from kdcore.training.devices.device import (
    choose_device,
    device_name,
    set_float32_arithmetic,
    software_versions,
)
from kdcore.training.randomness import generator
from kdcore.training.robustness.answers import PICTURES, AnswerBench, Answers, has_gradient
from kdcore.training.robustness.means import RESAMPLES, Means
from kdcore.training.weights.modules import load_module

LEARNERS = ("teacher", "plain", "distilled")


def measure_robustness(
    config: RobustnessConfig, controls: Controls, *, name: str, folder: JobFolder[RobustnessConfig]
) -> Iterator[Event]:
    """Measure the networks of a run on clean images, then corruption by corruption.

    Args:
        config: the run and the corruptions.
        controls: ``stop`` acts.
        name: the test's id.
        folder: where pictures are kept; the run lies in its store.

    Raises:
        UserError: something that a person can mend.
    """
    began = time.perf_counter()
    set_float32_arithmetic()
    device = choose_device(config.base.device)
    run = Store(folder.root).find(config.run, RUN).path
    of_run = config.base
    if of_run.teacher_weights:  # the file may be gone; the run kept what its networks were fed
        of_run = of_run.replace(teacher_weights=str(run / "teacher.safetensors"))
    here = yield from load_dataset(of_run, folder.root)
    if not here.kind.framed:
        raise UserError("robustness_images", dataset=config.base.dataset)
    data = here.to(device)
    learners = {learner: module.to(device).eval() for learner, module in _kept(run, here).items()}
    not_attacked = [learner for learner, module in learners.items() if not has_gradient(module)]
    asked = [corruption for corruption in config.corruptions if CORRUPTIONS[corruption].attack]
    if len(asked) == len(config.corruptions) and len(not_attacked) == len(learners):
        raise UserError("nothing_attacked", run=config.run)
    corruptions = [
        corruption
        for corruption in config.corruptions
        if corruption not in asked or len(not_attacked) < len(learners)
    ]
    split = some_examples(data.test, config.examples, config.seed)
    yield RobustnessStarted(
        robustness=name,
        config=config.to_dict() | {"corruptions": corruptions},
        device=device_name(device),
        classes=list(data.classes),
        learners=list(learners),
        not_attacked=not_attacked,
        examples=len(split.labels),
        test_size=len(data.test.labels),
        version=software_versions(),
        notes=list(data.notes),
    )
    bench = AnswerBench(
        data,
        split,
        learners,
        steps=config.steps,
        seed=config.seed,
        between=controls.raise_if_stopped,
    )
    means = Means(split.labels.cpu(), config.seed)
    stopped = False
    try:
        yield from _measured(corruptions, bench, means, folder)
    except Stopped:
        stopped = True
    plain = [corruption for corruption in means.measured if not CORRUPTIONS[corruption].attack]
    attacks = [corruption for corruption in means.measured if CORRUPTIONS[corruption].attack]
    yield RobustnessFinished(
        robustness=name,
        stopped=stopped,
        corruptions=means.comparison(plain) if plain else None,
        attacks=means.comparison(attacks) if attacks else None,
        resamples=RESAMPLES,
        seconds=time.perf_counter() - began,
    )


def _measured(
    corruptions: list[str], bench: AnswerBench, means: Means, folder: JobFolder[RobustnessConfig]
) -> Iterator[Event]:
    began = time.perf_counter()
    clean = bench.clean_answers()
    means.keep_clean(clean)
    yield CorruptionMeasured(
        corruption=CLEAN,
        severity=0,
        amount=0.0,
        learners=means.qualities(clean),
        seconds=time.perf_counter() - began,
    )
    for name in corruptions:
        corruption = CORRUPTIONS[name]
        of_severities = []
        for severity in range(1, SEVERITIES + 1):
            began = time.perf_counter()
            of_severities.append(bench.answers(name, corruption, severity))
            yield CorruptionMeasured(
                corruption=name,
                severity=severity,
                amount=corruption.amounts[severity - 1],
                learners=means.qualities(of_severities[-1]),
                seconds=time.perf_counter() - began,
            )
        means.keep(name, of_severities)
        file = f"{name}.safetensors"
        folder.write(file, pictures([clean, *of_severities], means.labels))
        yield CorruptionEnded(corruption=name, comparison=means.comparison([name]), pictures=file)


def some_examples(split: Split, most: int, seed: int) -> Split:
    """All examples in their order, or ``most`` that are drawn by the seed."""
    count = len(split.labels)
    if count <= most:
        return split
    order = torch.randperm(count, generator=generator(seed, "examples"))[:most]
    return split.take(order.to(split.labels.device))


def pictures(of_severities: list[dict[str, Answers]], labels: Tensor) -> bytes:
    """The first images of each severity with all answers, as ``CorruptionEnded`` says."""
    learners = list(of_severities[-1])
    seen = learners[-1]
    images = torch.stack([answers[seen].pictures for answers in of_severities])
    arrays = {
        "images": (images * 255).round().byte().cpu().movedim(2, -1).contiguous().numpy(),
        "labels": labels[:PICTURES].numpy(),
    }
    for learner in learners:
        logits = [answers[learner].logits[:PICTURES] for answers in of_severities]
        arrays[f"{learner}_logits"] = torch.stack(logits).numpy()
    return packed(arrays)


def _kept(run: Path, data: Dataset) -> dict[str, nn.Module]:
    """The networks that a run saved.

    Raises:
        UserError: it saved none, or for other data.
    """
    files = {learner: run / f"{learner}.safetensors" for learner in LEARNERS}
    found = {learner: load_module(path, data) for learner, path in files.items() if path.exists()}
    if not found:
        raise UserError("nothing_kept", run=run.name)
    return found
