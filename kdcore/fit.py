"""Whether the models, methods and students of a run go together, before anything is trained."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kdcore.catalogue import (
    MODELS,
    is_forest,
    method_name,
    method_of,
    parse_also,
    parse_model,
    parse_models,
)
from kdcore.errors import UserError

if TYPE_CHECKING:
    from kdcore.config import RunConfig

UNHEEDED_BY_FORESTS = {"ensemble": 1, "also": "", "patience": 0, "mixup": 0.0}
"""Settings of which a forest that learns makes nothing, with their usual values."""


@dataclass(frozen=True, slots=True)
class Link:
    """One teaching: of the first assistant, of the next, at last of the students."""

    teachers: tuple[str, ...]
    """Their models; empty where a file says what they are."""
    student: str


def links(config: "RunConfig") -> Iterator[Link]:
    """From the teachers to the students."""
    teachers = () if config.teacher_weights else config.teachers
    for model in (*parse_models(config.assistants), config.student):
        yield Link(teachers, model)
        teachers = (model,)


def check_fit(config: "RunConfig") -> None:
    """Raise ``UserError`` where two parts of a run do not go together."""
    _check_terms(config)
    _check_shares(config)
    _check_start(config)
    _check_forest_student(config)
    for assistant in parse_models(config.assistants):
        if is_forest(assistant):
            raise UserError("forest_assistant", model=assistant)
    for link in links(config):
        for spec in config.terms:
            _check_link(link, spec)


def _check_terms(config: "RunConfig") -> None:
    further = parse_also(config.also)
    method = method_of(config.method)
    if further and not method.loss:
        raise UserError("nothing_beside", method=config.method)
    for _, spec in further:
        if method_name(spec) == method_name(config.method):
            raise UserError("value_twice", axis="also", value=spec)
    if method.acts_on == "peers" and config.assistants:
        raise UserError("method_without_teacher", method=config.method)


def _check_shares(config: "RunConfig") -> None:
    """As many shares as teachers, and weights by example only where logits are heard."""
    shares, count = config.shares, len(config.teachers)
    if shares and not config.teacher_weights and len(shares) != count:
        raise UserError("teacher_shares_count", value=config.teacher_shares, teachers=count)
    by_example = config.teacher_mixing in ("entropy", "confidence")
    on_logits = any(method_of(spec).acts_on == "logits" for spec in config.terms)
    if by_example and count > 1 and not on_logits and method_of(config.method).loss:
        raise UserError(
            "mixing_unheard", teacher_mixing=config.teacher_mixing, method=config.method
        )


def _check_start(config: "RunConfig") -> None:
    """The students may begin as their teacher where that is one network, and they are one each."""
    if config.student_start != "teacher":
        return
    if config.networks > 1:
        raise UserError("starts_alike")
    *_, last = links(config)
    if len(last.teachers) > 1 or any(map(is_forest, (*last.teachers, last.student))):
        raise UserError("nothing_matches", student=last.student, teacher=" + ".join(last.teachers))


def _check_forest_student(config: "RunConfig") -> None:
    if not is_forest(config.student):
        return
    if method_name(config.method) not in ("kd", "hard"):
        raise UserError("forest_method", method=config.method)
    for name, value in UNHEEDED_BY_FORESTS.items():
        if getattr(config, name) != value:
            raise UserError("forest_setting", student=config.student, name=name)
    *_, last = links(config)
    if len(last.teachers) > 1:
        raise UserError("forest_setting", student=config.student, name="teacher")


def _check_link(link: Link, spec: str) -> None:
    """One teaching by one method."""
    method = method_of(spec)
    grown = any(map(is_forest, link.teachers))
    if grown and not method.asks_answers_alone:
        raise UserError("forest_teacher", method=spec)
    if method.acts_on == "features" and len(link.teachers) > 1:
        raise UserError("method_one_teacher", method=spec)
    models = (*link.teachers, link.student)
    if method.feature_layers == "maps" and not all(
        MODELS[parse_model(one)[0]].images_only for one in models
    ):
        raise UserError("method_needs_maps", method=spec)
