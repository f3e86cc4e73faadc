"""Shifts of a data set that make its images target data: rotated, coloured."""

from collections.abc import Mapping
from dataclasses import dataclass

from kdcore.errors import UserError, hint
from kdcore.ranges import within


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftSetting:
    """A number that says how strong a shift is."""

    help: str
    default: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """A change of every image of the source that makes it an image of the target."""

    title: str
    apply: str
    """Dotted path of a function ``(images, generator, **settings) -> images``."""
    colours: bool = False
    """Whether it needs three channels: grey data get them, the source too."""
    settings: dict[str, ShiftSetting]


SHIFTS = {
    "rotated": Shift(
        title="The same images, rotated",
        apply="kdcore.data.shifts:rotated",
        settings={
            "degrees": ShiftSetting(
                help="angle, anticlockwise", default=40.0, low=-180.0, high=180.0
            )
        },
    ),
    "coloured": Shift(
        title="The same images, in random colours",
        apply="kdcore.data.shifts:coloured",
        colours=True,
        settings={
            "strength": ShiftSetting(
                help="share of the random colours; 0 leaves the images as they are",
                default=0.7,
                low=0.0,
                high=1.0,
            )
        },
    ),
}


def parse_shift(spec: str) -> tuple[str, dict[str, float]]:
    """``"rotated:degrees=20"`` → ``("rotated", {"degrees": 20.0})``: all settings, in their order.

    Raises:
        UserError: an unknown setting, or a value out of range.
    """
    name, _, tail = spec.partition(":")
    known = SHIFTS[name].settings
    given = dict(part.partition("=")[::2] for part in tail.split(":") if part)
    for own in given:
        if own not in known:
            raise UserError(
                "unknown_shift_setting",
                shift=name,
                name=own,
                hint=hint(own, list(known)),
                allowed=", ".join(known),
            )
    return name, {
        own: within(own, given.get(own, about.default), float, about.low, about.high)
        for own, about in known.items()
    }


def is_shift(target: str) -> bool:
    """Whether target data are the source itself, shifted; else they are another data set."""
    return target.partition(":")[0] in SHIFTS


def target_spec(text: str) -> str:
    """The shortest text that names the same target data; a shift's usual settings are left out.

    Raises:
        UserError: a shift has no such setting, or not this value.

    Example:
        >>> target_spec(" rotated:degrees=40 "), target_spec("rotated:degrees=20")
        ('rotated', 'rotated:degrees=20')
    """
    text = text.strip()
    if not is_shift(text):
        return text
    name, settings = parse_shift(text)
    return ":".join([name, *_differing(name, settings)])


def _differing(name: str, settings: Mapping[str, float]) -> list[str]:
    known = SHIFTS[name].settings
    return [f"{own}={value:.12g}" for own, value in settings.items() if value != known[own].default]
