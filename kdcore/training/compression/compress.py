"""The job: a run's distilled student is compressed in several ways, each measured and finetuned.

Every stage begins at the same student, so that the stages compare. The student itself learns as
long as they do: what it gains by that is more training, not recovery.
"""

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from torch import nn

from kdcore.catalogue import method_of
from kdcore.commands import Controls, Stopped
from kdcore.data import Dataset, load_dataset
from kdcore.errors import UserError
from kdcore.events import Event
from kdcore.jobs.compression.config import CompressionConfig
from kdcore.jobs.compression.events import (
    CompressionFinished,
    CompressionStarted,
    Measured,
    StageBegan,
    StageEnded,
)
from kdcore.jobs.kind import RUN
from kdcore.metrics import accuracy
from kdcore.store import JobFolder, Store, write_whole
from kdcore.threads import suit_threads
from kdcore.training.batches.order import batches
from kdcore.training.checkpoint import TrainingLog
from kdcore.training.compression.finetune import FinetuneCallbacks, FinetuneTrainer
from kdcore.training.compression.int8 import quiet, use_int8_engine
from kdcore.training.compression.measure import measured, serialised
from kdcore.training.compression.stages import MAKE, NEEDS_ENGINE
from kdcore.training.compression.student import CompressedStudent, Student, as_it_is
from kdcore.training.devices.device import (
    choose_device,
    device_name,
    set_float32_arithmetic,
    software_versions,
)
from kdcore.training.measuring.evaluation import Predictions, predict, predict_split
from kdcore.training.objective.teacher_mixture import TeacherMixture, mixture_of
from kdcore.training.teachers.frozen import FrozenTeacher
from kdcore.training.teachers.teacher import Teacher, frozen
from kdcore.training.transfer_batches import TransferBatches, transfer_batches
from kdcore.training.weights.modules import load_module, save_module, saved_model

CALIBRATION = 512
"""Examples of the transfer set on which ranges of activations are measured."""


def compress(
    config: CompressionConfig,
    controls: Controls,
    *,
    name: str,
    folder: JobFolder[CompressionConfig],
) -> Iterator[Event]:
    """Measure teacher and student, then compress, measure, distil again and measure stage by stage.

    One that was broken off goes on from its last checkpoint.

    Args:
        config: the run, the stages and their amounts.
        controls: ``stop`` acts.
        name: the compression's id.
        folder: where the weights of every stage are kept; the run lies in its store.

    Raises:
        UserError: something that a person can mend.
    """
    log = TrainingLog(folder)
    yield from log.passed_on(_compress(config, controls, log, name=name, folder=folder))


def _compress(
    config: CompressionConfig,
    controls: Controls,
    log: TrainingLog,
    *,
    name: str,
    folder: JobFolder[CompressionConfig],
) -> Iterator[Event]:
    began = time.perf_counter() - log.seconds
    set_float32_arithmetic()
    device = choose_device(config.base.device)
    wanting = tuple(stage for stage in config.stages if stage in NEEDS_ENGINE)
    engine = use_int8_engine(wanting) if wanting else ""
    run = Store(folder.root).find(config.run, RUN).path
    of_run = config.base
    if of_run.teacher_weights:  # the file may be gone; the run kept what its networks were fed
        of_run = of_run.replace(teacher_weights=str(run / "teacher.safetensors"))
    here = yield from load_dataset(of_run, folder.root)
    log.check_data(here.fingerprint)
    data = here.to(device)
    teacher = Teacher(frozen(_of_run(run, "teacher", here)), "loaded")
    student = _of_run(run, "distilled", here)
    yield CompressionStarted(
        compression=name,
        config=config.to_dict(),
        device=device_name(device),
        engine=engine,
        validation_size=len(here.validation.labels),
        test_size=len(here.test.labels),
        version=software_versions(),
        notes=list(here.notes),
    )
    student.eval()
    yield StageBegan(
        stage="teacher",
        model=saved_model(run / "teacher.safetensors"),
        before=measured(teacher.module, student, here, None),
    )
    teacher_predictions = predict(teacher.module, here, "float32")
    (batches_of_seed,) = transfer_batches(
        [config.base],
        data,
        FrozenTeacher(teacher.to(device).module, data, "float32"),
        class_orders=any(method_of(spec).shuffles_classes for spec in config.base.terms),
    )
    some = batches(len(batches_of_seed.transfer.labels), CALIBRATION, config.base.seed, epoch=0)[0]
    begin = Student(
        student,
        config.base.student,
        here.input_shape,
        len(here.classes),
        here.normalised(batches_of_seed.transfer.inputs.cpu()[some]),
    )
    # all are built before the first is finetuned, so that errors come at once
    smaller = {"student": as_it_is(begin, config)} | {
        stage: MAKE[stage](begin, config) for stage in config.stages
    }
    mixture = mixture_of(config.base, teacher.module)
    bench = Bench(
        config,
        student,
        batches_of_seed,
        mixture,
        data,
        here,
        teacher_predictions,
        controls,
        folder,
        log,
    )
    ended, stopped = 0, False
    try:
        for stage, compressed in smaller.items():
            if not log.is_past(stage, list(smaller)):
                yield from bench.finetuned(stage, compressed)
            ended += 1
    except Stopped:
        stopped = True
    yield CompressionFinished(
        compression=name, stopped=stopped, stages=ended, seconds=time.perf_counter() - began
    )


@dataclass(frozen=True, slots=True)
class Bench:
    """What all stages share."""

    config: CompressionConfig
    student: nn.Module
    """As it was distilled."""
    batches_of_seed: TransferBatches
    mixture: TeacherMixture
    data: Dataset
    """Where the students learn."""
    here: Dataset
    """On the CPU, where they are measured."""
    teacher: Predictions
    controls: Controls
    folder: JobFolder[CompressionConfig]
    log: TrainingLog

    def finetuned(self, name: str, compressed: CompressedStudent) -> Iterator[Event]:
        """One stage from its first measurement to its last.

        Raises:
            Stopped: the compression was asked to stop.
            UserError: the loss became infinite.
        """
        began = time.perf_counter()
        self.controls.raise_if_stopped()
        suit_threads(math.inf)  # whichever stage came before: also where it is taken up here
        yield StageBegan(
            stage=name,
            model=compressed.model,
            before=self._measured(compressed.finish(compressed.module)),
        )
        epochs, device = self.config.epochs, self.data.mean.device
        module = compressed.module.to(device)
        trainer = FinetuneTrainer(
            module, self.batches_of_seed, self.mixture, self.config.base, device, name
        )
        yield from FinetuneCallbacks(
            trainer, name, epochs, self.controls, self.log, self._validated
        ).fit()
        final = compressed.finish(module)
        yield StageEnded(
            stage=name,
            after=self._measured(final),
            weights=self._saved(name, compressed, final),
            seconds=time.perf_counter() - began,
        )

    def _measured(self, module: nn.Module) -> Measured:
        return measured(module, self.student, self.here, self.teacher)

    def _validated(self, module: nn.Module) -> float:
        with quiet():
            logits = predict_split(module, self.data, self.data.validation).cpu()
        return float(accuracy(logits.double(), self.here.validation.labels))

    def _saved(self, name: str, compressed: CompressedStudent, final: nn.Module) -> str:
        """Keep a stage's weights; the name of the file."""
        if compressed.quantized:
            write_whole(self.folder.path / f"{name}.pt", serialised(final))
            return f"{name}.pt"
        model = compressed.model or f"{self.config.base.student}, layers factorised"
        save_module(self.folder.path / f"{name}.safetensors", final, model, self.here)
        return f"{name}.safetensors"


def _of_run(run: Path, learner: str, data: Dataset) -> nn.Module:
    """A network that the run saved.

    Raises:
        UserError: it saved none, or for other data.
    """
    path = run / f"{learner}.safetensors"
    if not path.exists():
        raise UserError("nothing_distilled", run=run.name)
    return load_module(path, data)
