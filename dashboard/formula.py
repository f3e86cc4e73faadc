"""The loss as a formula, and the same with a run's numbers in it, in LaTeX."""

from kdcore.catalogue import is_forest, method_of
from kdcore.events import Batch


def loss_formula(method: str, mixing: str, student: str = "") -> str:
    """The distilled student's loss in symbols.

    Args:
        method: its spec.
        mixing: ``convex`` or ``additive``.
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
    return rf"\mathcal{{L}} = {hard} + \lambda\cdot {soft}"


def loss_in_numbers(method: str, mixing: str, controls: dict[str, float], batch: Batch) -> str:
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
    if entry.in_numbers and now.measures:
        soft = entry.in_numbers.format(**controls, **now.measures)
    elif entry.has_t2:
        temperature = controls["temperature"]
        soft = rf"{temperature:.3g}^2\cdot {now.soft_loss / temperature**2:.4f}"
    return rf"{hard} + {weight:.2f}\cdot {soft} = {now.loss:.3f}"
