"""The loss as a formula, and the same with a run's numbers in it, in LaTeX."""

from kdcore.catalogue import method_of
from kdcore.events import Batch


def loss_formula(method: str, mixing: str) -> str:
    """The distilled student's loss in symbols; ``method`` is a spec."""
    soft = method_of(method).formula
    if not soft:
        return r"\mathcal{L} = \mathrm{CE}(y, z_s)"
    hard = r"(1-\lambda)\cdot\mathrm{CE}" if mixing == "convex" else r"\mathrm{CE}"
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
    elif entry.has_t2 or "learned_temperature" in now.measures:
        temperature = now.measures.get("learned_temperature", controls["temperature"])
        soft = rf"{temperature:.3g}^2\cdot {now.soft_loss / temperature**2:.4f}"
    return rf"{hard} + {weight:.2f}\cdot {soft} = {now.loss:.3f}"
