"""Settings as fields of a dataclass: the check, the flags, the widgets and the URL read them."""

from collections.abc import Callable
from dataclasses import field, fields
from typing import Any

from kdcore.errors import UserError, check_names, hint, shortened
from kdcore.ranges import within

LONGEST_TEXT = 1 << 18
"""Characters of a setting that is a text: the names of thousands of classes."""


def setting(
    default: Any,
    help: str,
    *,
    low: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] = (),
    normalise: Callable[[str], str] = str,
) -> Any:
    """A field that says in its metadata what it may be.

    Args:
        default: its usual value.
        help: what it is, in a few words.
        low: of a number.
        high: of a number.
        choices: of a text that is one of a few.
        normalise: makes of any other text the shortest that means the same; raises ``UserError``
            where it means nothing.
    """
    about = {"help": help, "low": low, "high": high, "choices": choices, "normalise": normalise}
    return field(default=default, metadata=about)


def checked(name: str, value: Any, settings: type) -> Any:
    """``value`` as the kind that the setting ``name`` is, within its range.

    Args:
        name: of a field that ``setting`` made.
        value: any.
        settings: the dataclass with that field.

    Raises:
        UserError: it is not; the sentence names the range or the choices.
    """
    by_name = {item.name: item for item in fields(settings)}
    check_names([name], by_name)
    about = by_name[name].metadata
    kind: Any = by_name[name].type
    if kind is str and not isinstance(value, str | int | float):
        raise UserError("not_a_text", name=name, value=shortened(value))
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        raise UserError("text_too_long", name=name, length=len(value), most=LONGEST_TEXT)
    if about["choices"]:
        if value not in about["choices"]:
            allowed = list(about["choices"])
            raise UserError(
                "not_a_choice",
                name=name,
                value=value,
                allowed=", ".join(allowed),
                hint=hint(value, allowed),
            )
        return value
    if kind is str:
        return about["normalise"](str(value))
    return within(name, value, kind, about["low"], about["high"])
