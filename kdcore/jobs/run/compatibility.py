"""Whether the models, methods and students of a run are compatible, before anything is trained."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from kdcore.catalogue import (
    MODELS,
    family_of,
    is_forest,
    is_given,
    method_name,
    method_of,
    parse_extra_terms,
    parse_models,
    suited_families,
)
from kdcore.errors import UserError
from kdcore.inputs import InputKind

UNUSED_BY_FORESTS = {"ensemble": 1, "also": "", "patience": 0, "mixup": 0.0}
"""Settings that a forest student does not use, with their defaults."""


TARGET_SETTINGS = {"target_confidence": 0.0, "alignment": "none"}
"""Settings that act on target data alone, with their defaults."""


TEACHER_INPUTS = {"teacher_input_size": 0, "teacher_mean": "", "teacher_std": ""}
"""Settings that act on a teacher that has learned already, with their defaults."""


TEACHER_FREE = ("label_smoothing", "virtual_teacher")
"""Methods whose soft term is one of labels, which target data have not."""


class RunParts(Protocol):
    """The settings of a run that may contradict each other."""

    @property
    def target(self) -> str:
        """Unlabelled data of a domain adaptation."""

    @property
    def method(self) -> str:
        """Its spec."""

    @property
    def also(self) -> str:
        """Extra soft terms."""

    @property
    def terms(self) -> list[str]:
        """All soft terms, as specs."""

    @property
    def student(self) -> str:
        """The students' model."""

    @property
    def student_start(self) -> str:
        """Their initial weights."""

    @property
    def networks(self) -> int:
        """How many each student is."""

    @property
    def assistants(self) -> str:
        """Models between teacher and student."""

    @property
    def teachers(self) -> tuple[str, ...]:
        """Their models."""

    @property
    def teacher_weights(self) -> str:
        """A file."""

    @property
    def teacher_input_size(self) -> int:
        """Width and height of a loaded teacher's images."""

    @property
    def teacher_mean(self) -> str:
        """Of their pixels."""

    @property
    def teacher_std(self) -> str:
        """Likewise."""

    @property
    def teacher_mixing(self) -> str:
        """How several teachers are combined."""

    @property
    def teacher_shares(self) -> str:
        """As written."""

    @property
    def shares(self) -> tuple[float, ...]:
        """As numbers."""


class RunInputs(RunParts, Protocol):
    """The settings that say what is done with the inputs, besides."""

    @property
    def dataset(self) -> str:
        """Its name or path."""

    @property
    def mixup(self) -> float:
        """α of mixup; 0: none."""

    @property
    def augment(self) -> str:
        """How images are changed."""


@dataclass(frozen=True, slots=True)
class Link:
    """One distillation: into the first assistant, the next, at last the students."""

    teachers: tuple[str, ...]
    """Their models; empty where a file says what they are."""
    student: str


def links(config: RunParts) -> Iterator[Link]:
    """From the teachers to the students."""
    teachers = () if config.teacher_weights else config.teachers
    for model in (*parse_models(config.assistants), config.student):
        yield Link(teachers, model)
        teachers = (model,)


def check_compatible(config: RunParts) -> None:
    """Raise ``UserError`` where two parts of a run do not go together."""
    _check_terms(config)
    _check_shares(config)
    _check_start(config)
    _check_forest_student(config)
    _check_target(config)
    _check_teacher_inputs(config)
    for assistant in parse_models(config.assistants):
        if is_forest(assistant):
            raise UserError("forest_assistant", model=assistant)
    for model in (*parse_models(config.assistants), config.student):
        if family_of(model).pretrained:
            raise UserError("pretrained_student", model=model)
    for link in links(config):
        for spec in config.terms:
            _check_link(link, spec)


def check_inputs(config: RunInputs, kind: InputKind) -> None:
    """Raise ``UserError`` where models, methods or settings do not take inputs of this kind."""
    of_teachers = () if config.teacher_weights else config.teachers
    for spec in (*of_teachers, *parse_models(config.assistants), config.student):
        accepts = family_of(spec).accepts
        if kind.name not in accepts:
            raise UserError(
                "model_input_kind",
                spec=spec,
                kinds=", ".join(accepts),
                dataset=config.dataset,
                kind=kind.name,
                example=MODELS[suited_families(type(kind))[-1]].example,
            )
    for spec in config.terms:
        needs = method_of(spec).needs
        if needs and not getattr(kind, needs):
            generates = kind.differentiable and needs == "linear"
            code = "method_generates_inputs" if generates else "method_input_kind"
            raise UserError(code, method=spec, kind=kind.name)
    if config.mixup and not kind.mixable:
        raise UserError("mixup_input_kind", kind=kind.name)
    if config.augment != "none" and not kind.framed:
        raise UserError("augment_needs_images", augment=config.augment)
    if config.target and not kind.framed:
        raise UserError("target_needs_images", target=config.target, dataset=config.dataset)


def _check_terms(config: RunParts) -> None:
    extra = parse_extra_terms(config.also)
    method = method_of(config.method)
    if extra and not method.loss:
        raise UserError("nothing_beside", method=config.method)
    for _, spec in extra:
        if method_name(spec) == method_name(config.method):
            raise UserError("value_twice", axis="also", value=spec)
    if method.has_own_teacher and config.assistants:
        raise UserError("method_without_teacher", method=config.method)


def _check_shares(config: RunParts) -> None:
    """As many shares as teachers, and weights by example only where logits are used."""
    shares, count = config.shares, len(config.teachers)
    if shares and not config.teacher_weights and len(shares) != count:
        raise UserError("teacher_shares_count", value=config.teacher_shares, teachers=count)
    by_example = config.teacher_mixing in ("entropy", "confidence")
    on_logits = any(method_of(spec).acts_on == "logits" for spec in config.terms)
    if by_example and count > 1 and not on_logits and method_of(config.method).loss:
        raise UserError(
            "mixing_unheard", teacher_mixing=config.teacher_mixing, method=config.method
        )


def _check_start(config: RunParts) -> None:
    """The students may begin as their teacher where that is one network, and they are one each."""
    if config.student_start != "teacher":
        return
    if config.networks > 1:
        raise UserError("starts_alike")
    *_, last = links(config)
    if len(last.teachers) > 1 or any(map(is_forest, (*last.teachers, last.student))):
        raise UserError("nothing_matches", student=last.student, teacher=" + ".join(last.teachers))


def _check_target(config: RunParts) -> None:
    """A network learns from the soft labels of target data, by its teacher's logits alone."""
    if not config.target:
        for name, usual in TARGET_SETTINGS.items():
            if getattr(config, name) != usual:
                raise UserError("target_none", name=name, usual=usual)
        return
    if is_forest(config.student):
        raise UserError("target_students", target=config.target, name=config.student)
    if config.assistants:
        raise UserError("target_students", target=config.target, name="assistants")
    for spec in config.terms:
        method = method_of(spec)
        if method.loss and (method.acts_on != "logits" or method_name(spec) in TEACHER_FREE):
            raise UserError("target_method", method=spec)


def _check_teacher_inputs(config: RunParts) -> None:
    """Only a teacher that has learned already can have inputs of its own."""
    if config.teacher_weights or any(map(is_given, config.teachers)):
        return
    chosen = {name for name, usual in TEACHER_INPUTS.items() if getattr(config, name) != usual}
    if all(family_of(one).pretrained for one in config.teachers):
        chosen.discard("teacher_input_size")
    for name in sorted(chosen):
        raise UserError("teacher_inputs_unused", name=name)


def _check_forest_student(config: RunParts) -> None:
    if not is_forest(config.student):
        return
    if not family_of(config.student).student:
        raise UserError("cannot_learn", student=config.student, suited="mlp:16, tree:3")
    if method_name(config.method) not in ("kd", "hard"):
        raise UserError("forest_method", method=config.method)
    for name, value in UNUSED_BY_FORESTS.items():
        if getattr(config, name) != value:
            raise UserError("forest_setting", student=config.student, name=name)
    *_, last = links(config)
    if len(last.teachers) > 1:
        raise UserError("forest_setting", student=config.student, name="teacher")


def _check_link(link: Link, spec: str) -> None:
    """One distillation by one method."""
    method = method_of(spec)
    grown = any(map(is_forest, link.teachers))
    if grown and not method.asks_answers_alone:
        raise UserError("forest_teacher", method=spec)
    if method.acts_on == "features" and len(link.teachers) > 1:
        raise UserError("method_one_teacher", method=spec)
    if method.acts_on == "teachers" and len(link.teachers) == 1:
        raise UserError("method_several_teachers", method=spec)
    models = (*link.teachers, link.student)
    if method.feature_layers == "maps" and not all(family_of(one).convolutional for one in models):
        raise UserError("method_needs_maps", method=spec)
