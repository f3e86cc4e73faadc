"""The job: a teacher learns with CTC, then one small network learns without and with it."""

import time
from collections.abc import Callable, Generator, Iterator
from copy import deepcopy
from pathlib import Path

import torch
from safetensors.torch import save
from torch import nn

from kdcore.commands import Controls, Stopped
from kdcore.data.audio.librispeech import Corpus, read_librispeech
from kdcore.data.audio.made_speech import made_speech
from kdcore.data.load import data_root
from kdcore.events import Event, Progress
from kdcore.jobs.recognition.config import MADE, RecognitionConfig, parse_network
from kdcore.jobs.recognition.events import (
    STUDENTS,
    RecognitionBatch,
    RecognitionEpoch,
    RecognitionFinished,
    RecognitionStarted,
    RecognitionTeacherEpoch,
    SplitSize,
    Transcript,
)
from kdcore.models.cost import parameter_count
from kdcore.models.ctc_crnn import CtcCrnn
from kdcore.store import JobFolder, packed
from kdcore.training.checkpoint import TrainingLog
from kdcore.training.devices.device import (
    choose_device,
    device_name,
    set_float32_arithmetic,
    software_versions,
)
from kdcore.training.fit import Position, fit
from kdcore.training.randomness import seeded
from kdcore.training.recognition.examples import Examples, Speech, prepared
from kdcore.training.recognition.measure import (
    Recognised,
    peak_agreement,
    rate_difference,
    rate_interval,
    recognised,
)
from kdcore.training.recognition.trainer import RecognitionTrainer
from kdcore.training.state import Stateful

WATCHED = 4
"""Test utterances whose answers are kept, frame by frame."""
SHOWN = 12
"""Test utterances whose transcripts are reported."""
REPORTS = 10
"""Of an epoch, on its way."""


def recognise(
    config: RecognitionConfig,
    controls: Controls,
    *,
    name: str,
    folder: JobFolder[RecognitionConfig] | None,
) -> Iterator[Event]:
    """Train teacher, plain and distilled recogniser, and measure their character error rates.

    One that was broken off goes on from its last checkpoint.

    Args:
        config: the corpus and how to learn.
        controls: ``stop`` acts.
        name: the job's id.
        folder: where weights, answers and checkpoints are kept; without one nothing is written.

    Raises:
        UserError: something that a person can mend.
    """
    log = TrainingLog(folder)
    yield from log.passed_on(_recognise(config, controls, log, name=name, folder=folder))


def _recognise(
    config: RecognitionConfig,
    controls: Controls,
    log: TrainingLog,
    *,
    name: str,
    folder: JobFolder[RecognitionConfig] | None,
) -> Iterator[Event]:
    began = time.perf_counter() - log.seconds
    set_float32_arithmetic()
    device = choose_device(config.device)
    corpus = yield from _corpus(config, folder)
    log.check_data(corpus.fingerprint)
    speech = prepared(corpus, config.bands)
    del corpus  # its waveforms, which are large
    teacher = _network(config, config.teacher, speech, "teacher").to(device)
    student = _network(config, config.student, speech, "student").to(device)
    bench = Bench(config, controls, log, folder, speech, device)
    yield bench.started(name, teacher, student)
    stopped = False
    try:
        yield from bench.train_teacher(teacher)
        yield from bench.train_students(teacher, student)
    except Stopped:
        stopped = True
    yield bench.finished(name, stopped=stopped, seconds=time.perf_counter() - began)


def _corpus(
    config: RecognitionConfig, folder: JobFolder[RecognitionConfig] | None
) -> Generator[Progress, None, Corpus]:
    if config.data == MADE:
        root = yield from made_speech(data_root(config.base, folder.root if folder else None))
    else:
        root = Path(config.data).expanduser()
    corpus = yield from read_librispeech(
        root,
        train_size=config.train_size,
        evaluation_size=config.evaluation_size,
        longest=config.longest,
        seed=config.seed,
    )
    return corpus


def _network(config: RecognitionConfig, model: str, speech: Speech, learner: str) -> CtcCrnn:
    with seeded(config.seed, f"recognition/{learner}"):
        return CtcCrnn(config.bands, 1 + len(speech.alphabet), *parse_network(model))


class Bench:
    """What both stages share: the data, the commands, and where all of it is kept."""

    def __init__(
        self,
        config: RecognitionConfig,
        controls: Controls,
        log: TrainingLog,
        folder: JobFolder[RecognitionConfig] | None,
        speech: Speech,
        device: torch.device,
    ) -> None:
        self.config, self.controls, self.log = config, controls, log
        self.folder, self.speech, self.device = folder, speech, device
        self.train, self.validation, self.test = (
            speech.splits[split] for split in ("train", "validation", "test")
        )
        self._epochs = 0
        """That the students finished."""
        self._newest: dict[str, Recognised] = {}
        """Of the test data, by learner."""

    def started(self, name: str, teacher: nn.Module, student: nn.Module) -> RecognitionStarted:
        """The event that begins the job."""
        return RecognitionStarted(
            recognition=name,
            config=self.config.to_dict(),
            device=device_name(self.device),
            alphabet=self.speech.alphabet,
            rate=self.speech.rate,
            frame=self.speech.seconds_per_answer,
            splits={split: _size(own) for split, own in self.speech.splits.items()},
            parameters={"teacher": parameter_count(teacher), "student": parameter_count(student)},
            batches=-(-len(self.train) // self.config.batch_size),
            watched=[one.name for one in self.test.utterances[:WATCHED]],
            version=software_versions(),
            notes=list(self.speech.notes),
        )

    def train_teacher(self, teacher: nn.Module) -> Iterator[Event]:
        """The teacher learns with CTC alone, and is frozen.

        Raises:
            Stopped: the job was asked to stop.
            UserError: the loss became infinite.
        """
        epochs = self.config.teacher_epochs
        trainer = RecognitionTrainer(
            {"teacher": teacher},
            {"teacher": 0.0},
            None,
            self.train,
            self.config,
            epochs,
            self.device,
        )

        def report(epoch: int, seconds: float) -> Iterator[Event]:
            yield RecognitionTeacherEpoch(
                epoch=epoch,
                epochs=epochs,
                seconds=seconds,
                loss=trainer.terms["teacher"].ctc,
                validation=self._recognised(teacher, self.validation).rate,
                test=self._recognised(teacher, self.test).rate,
            )

        yield from _Stage("teacher", trainer, self.controls, self.log, report).fit(epochs)
        teacher.requires_grad_(requires_grad=False).eval()
        self._save("teacher", teacher, self.config.teacher)

    def train_students(self, teacher: nn.Module, student: nn.Module) -> Iterator[Event]:
        """The plain and the distilled student learn from the same batches and the same start.

        Raises:
            Stopped: the job was asked to stop.
            UserError: a loss became infinite.
        """
        modules = {name: deepcopy(student) for name in STUDENTS}
        weights = {"plain": 0.0, "distilled": self.config.weight}
        trainer = RecognitionTrainer(
            modules, weights, teacher, self.train, self.config, self.config.epochs, self.device
        )
        on_validation = self._recognised(teacher, self.validation).rate
        of_teacher = self._recognised(teacher, self.test)

        def measure(epoch: int) -> None:
            self._epochs = epoch
            self._newest = {"teacher": of_teacher} | {
                name: self._recognised(module, self.test) for name, module in modules.items()
            }

        def report(epoch: int, seconds: float) -> Iterator[Event]:
            measure(epoch)
            test = self._newest
            yield RecognitionEpoch(
                epoch=epoch,
                seconds=seconds,
                validation={"teacher": on_validation}
                | {
                    name: self._recognised(module, self.validation).rate
                    for name, module in modules.items()
                },
                test={name: one.rate for name, one in test.items()},
                terms=trainer.terms,
                agreement={name: peak_agreement(test[name], of_teacher) for name in STUDENTS},
                transcripts=self._transcripts(test),
                answers=self._answers(epoch, test),
            )
            for name, module in modules.items():
                self._save(name, module, self.config.student)

        stage = _Stage("students", trainer, self.controls, self.log, report)
        yield from stage.fit(self.config.epochs, from_zero=True, restored=measure)

    def finished(self, name: str, *, stopped: bool, seconds: float) -> RecognitionFinished:
        """The event that ends the job."""
        seed, found = self.config.seed, self._newest
        return RecognitionFinished(
            recognition=name,
            stopped=stopped,
            epochs=self._epochs,
            test={learner: rate_interval(one, seed) for learner, one in found.items()},
            gain=rate_difference(found["plain"], found["distilled"], seed) if found else None,
            seconds=seconds,
        )

    def _recognised(self, module: nn.Module, examples: Examples) -> Recognised:
        watched = min(WATCHED, len(examples))
        return recognised(module, examples, self.speech.alphabet, self.device, watched)

    def _transcripts(self, test: dict[str, Recognised]) -> list[Transcript]:
        return [
            Transcript(
                name=one.name,
                speaker=one.speaker,
                said=one.transcript,
                learners={learner: found.texts[at] for learner, found in test.items()},
            )
            for at, one in enumerate(self.test.utterances[:SHOWN])
        ]

    def _answers(self, epoch: int, test: dict[str, Recognised]) -> str:
        if self.folder is None:
            return ""
        file = f"answers-{epoch:04}.safetensors"
        arrays = {
            f"{at}_{learner}": probabilities.half().numpy()
            for learner, found in test.items()
            for at, probabilities in enumerate(found.watched)
        }
        self.folder.write(file, packed(arrays))
        return file

    def _save(self, learner: str, module: nn.Module, model: str) -> None:
        if self.folder is None:
            return
        about = {"model": model, "alphabet": self.speech.alphabet, "bands": str(self.config.bands)}
        tensors = {
            name: one.detach().cpu().contiguous() for name, one in module.state_dict().items()
        }
        self.folder.write(f"{learner}.safetensors", save(tensors, about))


class _Stage:
    """The teacher's training or the students'; ``Callbacks``.

    Args:
        name: of the stage.
        trainer: what learns.
        controls: ``stop`` acts.
        log: where the checkpoints are kept.
        report: measures after an epoch that took so many seconds, and says so.
    """

    should_stop = False

    def __init__(
        self,
        name: str,
        trainer: RecognitionTrainer,
        controls: Controls,
        log: TrainingLog,
        report: Callable[[int, float], Iterator[Event]],
    ) -> None:
        self._name, self._trainer, self._controls = name, trainer, controls
        self._log, self._report = log, report
        self._began = time.perf_counter()

    def fit(
        self,
        epochs: int,
        *,
        from_zero: bool = False,
        restored: Callable[[int], None] = lambda _: None,
    ) -> Iterator[Event]:
        """Train to the last epoch, from the stage's checkpoint where there is one.

        Args:
            epochs: in all.
            from_zero: report what is there before the first epoch, too.
            restored: is called with the epoch of the checkpoint that the stage goes on from.

        Raises:
            Stopped: the job was asked to stop.
            UserError: a loss became infinite.
        """
        position = Position()
        if self._log.restore(self._name, self._parts(position)):
            restored(position.epoch)
        else:
            if from_zero:
                yield from self._report(0, 0.0)
            self._save(position)
        yield from fit(self._trainer, self, epochs, position)

    def before_epoch(self, position: Position) -> None:
        """See ``Callbacks``."""
        del position
        self._began = time.perf_counter()

    def before_batch(self, position: Position) -> Iterator[Event]:
        """See ``Callbacks``."""
        del position
        self._controls.raise_if_stopped()
        return iter(())

    def after_batch(self, batch: torch.Tensor, position: Position) -> Iterator[Event]:
        """See ``Callbacks``."""
        del batch
        if position.batch % max(1, position.of // REPORTS) == 0 and position.batch < position.of:
            yield RecognitionBatch(stage=self._name, position=position.epochs)

    def after_epoch(self, position: Position) -> Iterator[Event]:
        """See ``Callbacks``."""
        yield from self._report(position.epoch, time.perf_counter() - self._began)
        self._save(position)

    def _parts(self, position: Position) -> dict[str, Stateful]:
        return {"position": position, "trainer": self._trainer}

    def _save(self, position: Position) -> None:
        self._log.save(self._name, position, self._parts(position), only=True)


def _size(examples: Examples) -> SplitSize:
    return SplitSize(
        utterances=len(examples),
        speakers=len({one.speaker for one in examples.utterances}),
        seconds=sum(one.seconds for one in examples.utterances),
    )
