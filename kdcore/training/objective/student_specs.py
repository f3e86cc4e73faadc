"""The students of a run by name, and how each of them learns."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from kdcore.catalogue import extra_weight, method_of, parse_extra_terms, parse_method
from kdcore.jobs.run.config import RunConfig
from kdcore.jobs.run.schedules import Schedule, scheduled
from kdcore.training.objective.terms import ALIGNMENT_WEIGHT, LossTermSpec, StudentSpec


def student_names(config: RunConfig) -> list[str]:
    """The students of a run; without a soft term, a distilled one would be the plain one."""
    names = ["plain", "distilled"] if config.students == "both" else [config.students]
    return names if method_of(config.method).loss else ["plain"]


def student_spec(config: RunConfig, name: str, values: Mapping[str, float]) -> StudentSpec:
    """How the student ``plain`` or ``distilled`` of a run learns with these T, λ, lr, ….

    Args:
        config: of the run.
        name: of the student.
        values: what acts now; see ``config.control_values``.
    """
    if name == "plain":
        return StudentSpec("hard", temperature=1.0, weight=0.0, lr=values["lr"])
    method, own = parse_method(config.method)
    also = tuple(extra_term(spec) for _, spec in parse_extra_terms(config.also))
    weights = [*own, *(term.weight for term in also)]
    values = dict(values)
    if config.alignment != "none":
        weights.append(ALIGNMENT_WEIGHT)
        values[ALIGNMENT_WEIGHT] = config.alignment_weight
    softened = any(method_of(spec).uses_temperature for spec in config.terms)
    return StudentSpec(
        method,
        values["temperature"] if softened else 1.0,
        values["weight"],
        values["lr"],
        tuple((setting, values[setting]) for setting in weights),
        also,
    )


def extra_term(spec: str) -> LossTermSpec:
    """The soft term of a method that stands beside the run's own."""
    name, own = parse_method(spec)
    return LossTermSpec(name, extra_weight(spec), tuple(own.items()))


def with_starts(specs: Sequence[StudentSpec], networks: int) -> list[StudentSpec]:
    """All nets: those of a student beside each other, each with a start of its own."""
    return [replace(spec, start=start) for spec in specs for start in range(networks)]


def specs_at(
    specs: Sequence[StudentSpec], schedules: Mapping[str, Schedule], position: float, epochs: int
) -> list[StudentSpec]:
    """The members with the T, λ and learning rate that act at ``position``, in epochs."""
    found = []
    for spec in specs:
        values = {name: getattr(spec, name) for name in schedules}
        acting: dict[str, Any] = scheduled(values, schedules, position, epochs)
        found.append(replace(spec, **acting))
    return found
