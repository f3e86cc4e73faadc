"""Assistants between teacher and student: each is distilled from the one before it.

With the student's own model they are generations of it.

Source:
    Mirzadeh et al.: Improved Knowledge Distillation via Teacher Assistant, 2020;
    Furlanello et al.: Born-Again Neural Networks, 2018.
"""

from collections.abc import Generator, Iterator
from dataclasses import replace

import torch
from torch import Tensor

from kdcore.catalogue import parse_models
from kdcore.commands import Controls
from kdcore.data import Dataset
from kdcore.errors import UserError
from kdcore.events import Event, Scores
from kdcore.jobs.run.config import RunConfig
from kdcore.training.checkpoint import StageCheckpoints
from kdcore.training.devices.distributed import world_size
from kdcore.training.fit import Position
from kdcore.training.fitting_batch import take_or_say_what_fits
from kdcore.training.objective.student_specs import specs_at, student_spec
from kdcore.training.objective.terms import StudentSpec
from kdcore.training.teachers.teacher import Teacher, TeacherMember, frozen
from kdcore.training.teachers.train_network import NetworkCallbacks
from kdcore.training.trainer import DistillationTrainer


def train_assistants(
    config: RunConfig,
    data: Dataset,
    teacher: Teacher,
    controls: Controls,
    device: torch.device,
    log: StageCheckpoints,
) -> Generator[Event, None, Teacher]:
    """The last assistant, as the students' teacher; yields all assistants' epochs.

    They learn as the distilled student does: method, T, λ, schedules, epochs and batches are its
    own; what is turned during the run acts on the student alone.

    Raises:
        UserError: several processes, or a method that does not suit an assistant.
        Stopped: the run was asked to stop.
    """
    if world_size() > 1:
        raise UserError("one_process", command="A run with assistants")
    line = teacher.line or (TeacherMember("teacher", teacher.model, teacher.module),)
    for stage, model in enumerate(parse_models(config.assistants), start=1):
        own = config.replace(student=model, student_start="random", assistants="", ensemble=1)
        if stage > 1:  # its teacher is one network, whatever came before
            own = own.replace(
                teacher=teacher.model,
                teacher_weights="",
                teacher_shares="",
                teacher_mixing="losses",
            )
        name = f"assistant {stage}"
        module = yield from _train_assistant(own, data, teacher, controls, device, log, name, stage)
        line = (*line, TeacherMember(name, model, module))
        teacher = Teacher(module, teacher.source, model, line)
    return teacher


def _train_assistant(
    config: RunConfig,
    data: Dataset,
    teacher: Teacher,
    controls: Controls,
    device: torch.device,
    log: StageCheckpoints,
    name: str,
    stage: int,
) -> Generator[Event, None, torch.nn.Module]:
    # a start that no student of the run has, so that a generation is not its own child
    spec = replace(student_spec(config, "distilled", controls.values), start=-stage)
    trainer = AssistantTrainer(config, [config.seed], [spec], data, teacher, device)
    callbacks = AssistantCallbacks(
        trainer, controls, log, role=name, model=config.student, epochs=config.epochs
    )
    callbacks.trainer, callbacks.spec = trainer, spec
    yield from callbacks.fit()
    (module,) = trainer.students.modules
    return frozen(module)


class AssistantTrainer(DistillationTrainer):
    """A ``NetworkTrainer`` of one student."""

    def step(self, indices: tuple[Tensor, ...], step: int) -> None:
        """See ``Trainer``; says which batch fits where one does not."""
        take_or_say_what_fits(super().step, self, indices, step)

    def epoch_scores(self) -> Scores:
        """See ``NetworkTrainer``."""
        (scores,) = self.scores(self.predict())
        return scores


class AssistantCallbacks(NetworkCallbacks):
    """Of an assistant, whose settings go along their schedules."""

    trainer: AssistantTrainer
    spec: StudentSpec

    def before_batch(self, position: Position) -> Iterator[Event]:
        """See ``Callbacks``."""
        config = self.trainer.config
        specs = specs_at([self.spec], config.schedules, position.epochs, config.epochs)
        self.trainer.step_controls = self.trainer.step_controls_of(specs)
        return super().before_batch(position)

    def not_finite(self, term: str, value: float, position: Position) -> UserError:
        """See ``NetworkCallbacks``."""
        return UserError(
            "loss_not_finite",
            term=term,
            learner=self._role,
            value=str(value),
            step=position.step,
            lr=self.spec.lr,
        )
