"""The teacher: trained once by a fixed recipe, then found again by its content; or loaded.

Its recipe does not depend on the students' settings or seed, so that every run on the same data
meets the same teacher. It learns from all training data with their true labels.
"""

import hashlib
import json
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import nn

from kdcore.catalogue import family_of, is_forest, is_given, method_of, models_spec, parse_models
from kdcore.commands import Controls
from kdcore.data import Dataset
from kdcore.data.teacher_inputs import TeacherInputs
from kdcore.errors import UserError
from kdcore.events import Event, TeacherScores
from kdcore.jobs.run.config import RunConfig
from kdcore.models.build import build_model, check_learns, start_seed
from kdcore.models.ensemble import EnsembleModel, members_of
from kdcore.models.given import given_module
from kdcore.models.trees import Trees
from kdcore.notes import Note, note
from kdcore.store import JobFolder, teacher_path
from kdcore.training.checkpoint import StageCheckpoints
from kdcore.training.measuring.evaluation import predict, score
from kdcore.training.teachers.memory import check_memory
from kdcore.training.teachers.tempered import temper
from kdcore.training.teachers.train_network import (
    LR,
    OPTIMIZER,
    SEED,
    LabelTrainer,
    NetworkCallbacks,
    stage_of,
)
from kdcore.training.weights.modules import load_module, network_of, save_module
from kdcore.training.weights.weights_file import WeightsFile, without_prefix

RECIPE_VERSION = 1
"""Of all that stands here; another number makes every cached teacher a stranger."""
TOGETHER = "together"
"""Role of all teachers as one."""


@dataclass(frozen=True, slots=True)
class TeacherMember:
    """One of several networks that stand before the students."""

    role: str
    """``teacher``, or ``teacher 1`` and so on where there are several; ``assistant 1`` ….

    ``together``: all teachers as one.
    """
    model: str
    """As a setting writes it; of all together ``probabilities`` or ``logits``, whose mean it is."""
    module: nn.Module


@dataclass(frozen=True, slots=True)
class Teacher:
    """A frozen network and where it came from; several are an ensemble."""

    module: nn.Module
    source: str
    """``trained``, ``cached`` or ``loaded``."""
    model: str = ""
    """As a setting writes it; several with ``+`` between them."""
    line: tuple[TeacherMember, ...] = ()
    """All teachers and assistants, where it is not one network alone."""
    notes: tuple[Note, ...] = ()
    """On how its file was read."""

    def to(self, device: torch.device) -> "Teacher":
        """The same teacher on another device."""
        line = tuple(replace(one, module=one.module.to(device)) for one in self.line)
        return replace(self, module=self.module.to(device), line=line)


def member_scores(teacher: Teacher, data: Dataset) -> list[TeacherScores]:
    """The scores of all teachers and assistants; nothing where it is one network alone."""
    return [
        TeacherScores(
            role=one.role,
            model=one.model,
            scores=score(predict(one.module, data, "float32"), data, None),
        )
        for one in teacher.line
    ]


def train_teachers(
    config: RunConfig,
    data: Dataset,
    controls: Controls,
    folder: JobFolder[Any] | None,
    device: torch.device,
    precision: str,
    log: StageCheckpoints | None = None,
) -> Generator[Event, None, Teacher]:
    """The run's teacher or teachers; yields their epochs where they have to be trained.

    They are calibrated where the run asks for it.

    Raises:
        UserError: the models do not fit into memory, a given file does not hold a teacher for this
            data, or a forest for a method that looks inside.
        Stopped: the run was asked to stop.
    """
    check_memory(config, data, device)
    teacher = yield from _as_trained(config, data, controls, folder, device, precision, log)
    if config.teacher_calibration == "none":
        return teacher
    fitted = [f"{temper(one, data):.2f}" for one in members_of(teacher.module)]
    told = (
        note("teacher_tempered", temperature=fitted[0])
        if len(fitted) == 1
        else note("teachers_tempered", temperatures=", ".join(fitted))
    )
    return replace(teacher, notes=(*teacher.notes, told))


def _as_trained(
    config: RunConfig,
    data: Dataset,
    controls: Controls,
    folder: JobFolder[Any] | None,
    device: torch.device,
    precision: str,
    log: StageCheckpoints | None,
) -> Generator[Event, None, Teacher]:
    if config.teacher_weights:
        file = WeightsFile.read(Path(config.teacher_weights).expanduser())
        module = _loaded(config, data, file).to(device)
        model = file.about.get("model", config.teacher)
        line = _members_of(parse_models(model), module)
        return Teacher(frozen(module), "loaded", model, line, _notes(config, file, module))
    log = log or StageCheckpoints()
    modules, sources = [], []
    for at, model in enumerate(config.teachers):
        role = f"teacher {at + 1}" if len(config.teachers) > 1 else "teacher"
        # two of one model differ in their start
        seed = start_seed(SEED, config.teachers[:at].count(model))
        module, source = yield from _one_teacher(
            config, data, controls, folder, device, precision, role, model, seed, log
        )
        modules.append(module)
        sources.append(source)
    notes = tuple(
        note("teacher_probe", model=model, count=len(data.train.labels))
        for model in dict.fromkeys(config.teachers)
        if family_of(model).pretrained
    )
    if len(modules) == 1:
        return Teacher(modules[0], sources[0], config.teacher, notes=notes)
    ensemble = EnsembleModel(modules, config.shares, by_logits=config.teacher_mixing == "logits")
    ensemble = ensemble.to(device)
    source = "trained" if "trained" in sources else "cached"
    line = _members_of(config.teachers, ensemble)
    return Teacher(frozen(ensemble), source, config.teacher, line, notes)


def _notes(config: RunConfig, file: WeightsFile, module: nn.Module) -> tuple[Note, ...]:
    """What differs in the file from the settings, and what was done to the weights."""
    found = []
    held = models_spec(parse_models(file.about.get("model", config.teacher)))
    if held != config.teacher:
        found.append(note("teacher_of_file", model=held, asked=config.teacher))
    _, prefix = without_prefix(file.tensors, set(module.state_dict()))
    if prefix:
        found.append(note("teacher_prefix", prefix=prefix))
    if file.converted:
        found.append(note("teacher_converted", kind=file.converted))
    return tuple(found)


def _loaded(config: RunConfig, data: Dataset, file: WeightsFile) -> nn.Module:
    """The network or ensemble of a file; how an ensemble's logits are mixed is the run's choice.

    Raises:
        UserError: it does not suit the data, the method or the student.
    """
    module = network_of(file, data, config.teacher, config)
    members = members_of(module)
    for spec in config.terms:
        grown = any(isinstance(one, Trees) for one in members)
        if grown and not method_of(spec).asks_answers_alone:
            raise UserError("forest_teacher", method=spec)
        if len(members) > 1 and method_of(spec).acts_on == "features":
            raise UserError("method_one_teacher", method=spec)
        if len(members) == 1 and method_of(spec).acts_on == "teachers":
            raise UserError("method_several_teachers", method=spec)
    if not isinstance(module, EnsembleModel):
        return module
    if is_forest(config.student) and not config.assistants:
        raise UserError("forest_setting", student=config.student, name="teacher_weights")
    return EnsembleModel(
        members,
        config.shares or module.shares.tolist(),
        by_logits=config.teacher_mixing == "logits",
    )


def _members_of(models: Sequence[str], module: nn.Module) -> tuple[TeacherMember, ...]:
    """Nothing for one network; several alone and, mixed in two ways, together."""
    if not isinstance(module, EnsembleModel):
        return ()
    members = members_of(module)
    alone = [
        TeacherMember(f"teacher {at}", model, member)
        for at, (model, member) in enumerate(zip(models, members, strict=True), start=1)
    ]
    shares = module.shares.tolist()
    together = [
        TeacherMember(
            TOGETHER, how, frozen(EnsembleModel(members, shares, by_logits=how == "logits"))
        )
        for how in ("probabilities", "logits")
    ]
    device = module.shares.device
    return tuple(replace(one, module=one.module.to(device)) for one in (*alone, *together))


def _one_teacher(
    config: RunConfig,
    data: Dataset,
    controls: Controls,
    folder: JobFolder[Any] | None,
    device: torch.device,
    precision: str,
    role: str,
    model: str,
    seed: int,
    log: StageCheckpoints,
) -> Generator[Event, None, tuple[nn.Module, str]]:
    """A frozen network and where it came from."""
    if is_given(model) and given_module(model).trained:
        return frozen(_as_given(config, data, model).to(device)), "loaded"
    root = folder.root if folder and not is_given(model) else None
    place = teacher_path(root, teacher_key(config, data, model, seed)) if root else None
    if place and place.exists():
        try:
            module = frozen(load_module(place, data).to(device))
            return module, "trained" if log.knows(stage_of(role)) else "cached"
        except UserError:
            place.unlink()  # a damaged cache is no reason to stop: the teacher is trained anew
    if is_forest(model):
        # scikit-learn's trees take two seconds to load
        from kdcore.training.teachers.grown import grow_teacher  # noqa: PLC0415

        growing = grow_teacher(data, controls, role=role, model=model, seed=seed)
        module = (yield from growing).to(device)
    elif family_of(model).pretrained:
        # scikit-learn takes two seconds to load
        from kdcore.training.teachers.pretrained import fit_last_layer  # noqa: PLC0415

        size = config.teacher_input_size
        module = yield from fit_last_layer(data, controls, device, model, size)
    else:
        module = build_model(model, data.input_shape, len(data.classes), seed).to(device)
        check_learns("teacher", model, module)
        trainer = LabelTrainer(module, data, seed, precision, config)
        epochs = config.teacher_epochs
        yield from NetworkCallbacks(
            trainer, controls, log, role=role, model=model, epochs=epochs
        ).fit()
    if place:
        save_module(place, module, model, data)
    return frozen(module), "trained"


def _as_given(config: RunConfig, data: Dataset, model: str) -> nn.Module:
    """A module that a program brought and that has learned already."""
    module = build_model(model, data.input_shape, len(data.classes), 0)
    if own := TeacherInputs.wanted(config, {}, data):
        own.attach(module)
    return module


def teacher_key(config: RunConfig, data: Dataset, model: str, seed: int) -> str:
    """Content hash of all that determines a trained teacher."""
    fixed = is_forest(model) or family_of(model).pretrained
    epochs = 0 if fixed else config.teacher_epochs
    parts = [data.fingerprint, model, epochs, OPTIMIZER, LR, seed, RECIPE_VERSION]
    if family_of(model).pretrained and config.teacher_input_size:
        parts.append(config.teacher_input_size)
    if not fixed:  # what is as usual is left out: so earlier teachers keep their key
        own = {"augment": config.teacher_augment, "lr_schedule": config.teacher_lr_schedule}
        parts += [value for value in own.items() if value[1] not in ("none", "")]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:24]


def frozen(module: nn.Module) -> nn.Module:
    """The module in evaluation mode for good, without gradients."""
    module.zero_grad(set_to_none=True)
    return module.eval().requires_grad_(requires_grad=False)
