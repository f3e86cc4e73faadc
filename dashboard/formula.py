"""The loss as a formula, and the same with a run's numbers in it, in LaTeX."""

from string import Formatter

from kdcore.catalogue import further_weight, is_forest, method_name, method_of, parse_also
from kdcore.events import Batch


def loss_formula(method: str, mixing: str, also: str = "", student: str = "") -> str:
    """The distilled student's loss in symbols.

    Args:
        method: its spec.
        mixing: ``convex`` or ``additive``.
        also: the terms that stand beside it.
        student: spec of its model; a forest regresses on probabilities.
    """
    soft = method_of(method).formula
    whole, term = r"\mathrm{CE}(y, z_s)", r"\mathrm{CE}"
    if is_forest(student):
        whole = term = r"\lVert p_s-y\rVert^2"
        soft = soft and r"\lVert p_s-\sigma(z_t/T)\rVert^2"
    if not soft:
        return rf"\mathcal{{L}} = {whole}"
    hard = rf"(1-\lambda)\cdot {term}" if mixing == "convex" else term
    named = [(weight, method_name(spec).replace("_", r"\_")) for weight, spec in parse_also(also)]
    beside = "".join(rf" + {weight:g}\cdot\mathcal{{L}}_{{\text{{{name}}}}}"
                     for weight, name in named)  # fmt: skip
    return rf"\mathcal{{L}} = {hard} + \lambda\cdot {soft}{beside}"


def loss_in_numbers(
    method: str, mixing: str, controls: dict[str, float], batch: Batch, also: str = ""
) -> str:
    """The right side with the newest means; empty where no student is distilled."""
    if "distilled" not in batch.students:
        return ""
    entry = method_of(method)
    now = batch.students["distilled"]
    if not entry.formula:
        return f"{now.loss:.3f}"
    weight = controls["weight"]
    hard = rf"(1-{weight:.2f})\cdot {now.hard_loss:.3f}"
    if mixing == "additive":
        hard = f"{now.hard_loss:.3f}"
    soft = f"{now.soft_loss:.3f}"
    told = controls | now.measures
    learns_t = entry.acts_on == "learned_temperature"
    if entry.in_numbers and _names(entry.in_numbers) <= told.keys():
        soft = entry.in_numbers.format(**told)
    elif entry.has_t2 or (learns_t and "learned_temperature" in told):
        temperature = told["learned_temperature" if learns_t else "temperature"]
        soft = rf"{temperature:.3g}^2\cdot {now.soft_loss / temperature**2:.4f}"
    names = [further_weight(spec).replace("_weight", "_term") for _, spec in parse_also(also)]
    beside = "".join(f" + {now.measures[name]:.3f}" for name in names if name in now.measures)
    return rf"{hard} + {weight:.2f}\cdot {soft}{beside} = {now.loss:.3f}"


def _names(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}
