"""The loss as a formula, and the same with a run's numbers in it, in LaTeX."""

from collections.abc import Mapping
from string import Formatter

from kdcore.catalogue import extra_weight, is_forest, method_name, method_of, parse_extra_terms
from kdcore.events import StepScores

ALIGNMENT = "alignment_term"
"""Name of the measure of the weighed alignment term."""


def loss_formula(
    method: str,
    mixing: str,
    also: str = "",
    student: str = "",
    *,
    domains: tuple[str, str] | None = None,
    alignment: str = "none",
) -> str:
    """The distilled student's loss in symbols.

    Args:
        method: its spec.
        mixing: ``convex`` or ``additive``.
        also: the terms that stand beside it.
        student: spec of its model; a forest regresses on probabilities.
        domains: where there are target data, what source and target are called.
        alignment: ``none``, or the name of the term that draws them together.
    """
    soft = method_of(method).formula
    whole, term = r"\mathrm{CE}(y, z_s)", r"\mathrm{CE}"
    if is_forest(student):
        whole = term = r"\lVert p_s-y\rVert^2"
        soft = soft and r"\lVert p_s-\sigma(z_t/T)\rVert^2"
    if not soft:
        return rf"\mathcal{{L}} = {whole}"
    if domains:
        source, target = (rf"\text{{{name}}}" for name in domains)
        term, soft = rf"{term}_{{{source}}}", rf"\left[{soft}\right]_{{{target}}}"
    hard = rf"(1-\lambda)\cdot {term}" if mixing == "convex" else term
    named = [method_name(spec).replace("_", r"\_") for _, spec in parse_extra_terms(also)]
    beside = "".join(
        rf" + w_{number}\cdot\mathcal{{L}}_{{\text{{{name}}}}}"
        for number, name in enumerate(named, start=1)
    )
    if alignment != "none":
        beside += rf" + w\cdot\mathcal{{L}}_{{\text{{{alignment.upper()}}}}}"
    return rf"\mathcal{{L}} = {hard} + \lambda\cdot {soft}{beside}"


def loss_in_numbers(
    method: str,
    mixing: str,
    controls: dict[str, float],
    now: StepScores,
    also: str = "",
    alignment_weight: float = 0.0,
) -> str:
    """The right side with the means ``now`` of the distilled student over a few batches."""
    entry = method_of(method)
    if not entry.formula:
        return f"{now.loss:.3f}"
    weight = controls["weight"]
    hard = rf"(1-{weight:.2f})\cdot {now.hard_loss:.3f}"
    if mixing == "additive":
        hard = f"{now.hard_loss:.3f}"
    soft = f"{now.soft_loss:.3f}"
    figures = controls | now.measures
    learns_temperature = entry.acts_on == "learned_temperature"
    if entry.in_numbers and _names(entry.in_numbers) <= figures.keys():
        soft = entry.in_numbers.format(**figures)
    elif entry.has_t2 or (learns_temperature and "learned_temperature" in figures):
        temperature = figures["learned_temperature" if learns_temperature else "temperature"]
        soft = rf"{temperature:.3g}^2\cdot {now.soft_loss / temperature**2:.4f}"
    beside = "".join(
        f" + {_weight_times_term(controls.get(extra_weight(spec), usual), spec, now.measures)}"
        for usual, spec in parse_extra_terms(also)
        if _term(spec) in now.measures
    )
    if alignment_weight and ALIGNMENT in now.measures:
        beside += rf" + {alignment_weight:g}\cdot {now.measures[ALIGNMENT] / alignment_weight:.4f}"
    return rf"{hard} + {weight:.2f}\cdot {soft}{beside} = {now.loss:.3f}"


def _term(spec: str) -> str:
    """Name of a further term's measure, its weight included."""
    return extra_weight(spec).replace("_weight", "_term")


def _weight_times_term(weight: float, spec: str, measures: Mapping[str, float]) -> str:
    """A further term as weight times loss."""
    term = measures[_term(spec)]
    return rf"{weight:g}\cdot {term / weight:.4f}" if weight else "0"


def _names(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}
