"""Numbers as people read them."""

from collections.abc import Iterable

from kdcore.jobs.search.config import OBJECTIVES


def with_sign(value: float, digits: int = 1) -> str:
    """A number with its sign, as typographers write it.

    Example:
        >>> signed(-0.25, 2)
        '−0.25'
    """
    return f"{value:+.{digits}f}".replace("-", "−")


def size_unit(sizes: Iterable[int]) -> tuple[float, str]:
    """Bytes of the unit in which all of ``sizes`` can be written, and its name.

    Example:
        >>> size_unit([2_000_000, 40_000])
        (1000.0, 'kB')
    """
    return (1e6, "MB") if min(sizes) >= 1e6 else (1e3, "kB")


def size_text(size: int) -> str:
    """Bytes with their unit.

    Example:
        >>> size_text(2_345_678)
        '2.3 MB'
    """
    unit, name = size_unit([size])
    return f"{size / unit:,.1f} {name}"


def objective_text(objective: str, value: float) -> str:
    """A score that a search optimises: of accuracies, of which more is better, in per cent.

    Example:
        >>> objective_text("validation_accuracy", 0.961)
        '96.1%'
    """
    return f"{value:.1%}" if OBJECTIVES[objective] else f"{value:.4f}"
