"""Assistants between teacher and student: each is taught by the one before it.

With the student's own model they are generations of it.

Source:
    Mirzadeh et al.: Improved Knowledge Distillation via Teacher Assistant, 2020;
    Furlanello et al.: Born-Again Neural Networks, 2018.
"""

import time
from collections.abc import Generator
from dataclasses import replace

import torch

from kdcore.catalogue import parse_models
from kdcore.commands import Controls
from kdcore.data import Dataset
from kdcore.errors import UserError
from kdcore.events import Event, TeacherEpoch
from kdcore.jobs.run.config import RunConfig
from kdcore.training.distributed import world_size
from kdcore.training.student_specs import specs_at, student_spec
from kdcore.training.teacher import Instructor, Teacher, frozen
from kdcore.training.trainer import DistillationTrainer


def teach_assistants(
    config: RunConfig, data: Dataset, teacher: Teacher, controls: Controls, device: torch.device
) -> Generator[Event, None, Teacher]:
    """The last assistant, as the students' teacher; yields all assistants' epochs.

    They learn as the distilled student does: method, T, λ, schedules, epochs and batches are its
    own; what is turned during the run acts on the student alone.

    Raises:
        UserError: several processes, or a method that does not suit an assistant.
        Stopped: the run was told to stop.
    """
    if world_size() > 1:
        raise UserError("one_process", command="A run with assistants")
    line = teacher.line or (Instructor("teacher", teacher.model, teacher.module),)
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
        module = yield from _teach(own, data, teacher, controls, device, name, stage)
        line = (*line, Instructor(name, model, module))
        teacher = Teacher(module, teacher.source, model, line)
    return teacher


def _teach(
    config: RunConfig,
    data: Dataset,
    teacher: Teacher,
    controls: Controls,
    device: torch.device,
    name: str,
    stage: int,
) -> Generator[Event, None, torch.nn.Module]:
    # a start that no student of the run has, so that a generation is not its own child
    member = replace(student_spec(config, "distilled", controls.values), start=-stage)
    trainer = DistillationTrainer(config, [config.seed], [member], data, teacher, device)
    for epoch in range(1, config.epochs + 1):
        began = time.perf_counter()
        order = trainer.begin(epoch)
        for number, indices in enumerate(order):
            controls.raise_if_stopped()
            members = specs_at(
                [member], config.schedules, epoch - 1 + number / len(order), config.epochs
            )
            step_controls = trainer.step_controls_of(members)
            trainer.step(indices, step_controls)
        if bad := trainer.report(step_controls).not_finite():
            _, term, value = bad[0]
            raise UserError(
                "loss_not_finite",
                term=term,
                learner=name,
                value=str(value),
                step=epoch * len(order),
                lr=member.lr,
            )
        (scores,) = trainer.scores(trainer.answers())
        assert scores.train_loss is not None, "it was trained"
        assert scores.train_accuracy is not None, "likewise"
        yield TeacherEpoch(
            epoch=epoch,
            epochs=config.epochs,
            seconds=time.perf_counter() - began,
            learner=name,
            model=config.student,
            train_loss=scores.train_loss,
            train_accuracy=scores.train_accuracy,
            validation_accuracy=scores.validation_accuracy,
            test_accuracy=scores.test_accuracy,
            test_errors=scores.test_errors,
        )
    (module,) = trainer.students.modules
    return frozen(module)
