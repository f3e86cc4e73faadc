"""Methods as text: ``dkd:beta=2``, and ``100*hint + 0.5*dkd`` for those that stand beside."""

from collections.abc import Iterable, Mapping
from typing import Any

from kdcore.catalogue.methods import METHODS, Method
from kdcore.errors import UserError, hint
from kdcore.ranges import within

HIGHEST_EXTRA_WEIGHT = 100_000.0
"""Of a soft term beside the method's own."""


def parse_method(spec: str) -> tuple[str, dict[str, float]]:
    """``"dkd:beta=2"`` → ``("dkd", {"alpha": 1.0, "beta": 2.0})``: all settings, in their order.

    Raises:
        UserError: an unknown method or setting, or a value out of range.
    """
    name, _, tail = spec.partition(":")
    if name not in METHODS:
        raise UserError(
            "not_a_choice",
            name="method",
            value=name,
            allowed=", ".join(METHODS),
            hint=hint(name, list(METHODS)),
        )
    known = METHODS[name].settings
    given = dict(part.partition("=")[::2] for part in tail.split(":") if part)
    for own in given:
        if own not in known:
            raise UserError(
                "unknown_method_setting",
                method=name,
                name=own,
                hint=hint(own, list(known)),
                allowed=", ".join(known) or "none",
            )
    return name, {
        own: checked_method_setting(name, own, given.get(own, about.default))
        for own, about in known.items()
    }


def parse_extra_terms(text: str) -> list[tuple[float, str]]:
    """``"100*hint + dkd:beta=2"`` → ``[(100.0, "hint"), (1.0, "dkd:beta=2")]``.

    Raises:
        UserError: an unknown method, one without a soft term or that stands there twice, or a
            weight that is no number from 0 to ``HIGHEST_EXTRA_WEIGHT``.
    """
    found: list[tuple[float, str]] = []
    for term in filter(None, (part.strip() for part in text.split("+"))):
        weight, _, spec = term.rpartition("*")
        if (method_name(spec.strip())) not in METHODS:
            raise UserError(
                "bad_also",
                value=term,
                allowed=", ".join(METHODS),
                hint=hint(method_name(spec.strip()), list(METHODS)),
            )
        name, own = parse_method(spec.strip())
        if not METHODS[name].loss or METHODS[name].acts_on == "peers":
            raise UserError("not_beside", method=name)
        if any(name == method_name(other) for _, other in found):
            raise UserError("value_twice", axis="also", value=name)
        number = within(f"also ({name})", weight.strip() or 1.0, float, 0.0, HIGHEST_EXTRA_WEIGHT)
        found.append((number, method_spec(name, own)))
    return found


def extra_terms_spec(terms: Iterable[tuple[float, str]]) -> str:
    """The text that ``parse_extra_terms`` reads."""
    return " + ".join(f"{weight:.12g}*{spec}" for weight, spec in terms)


def extra_weight(spec: str) -> str:
    """The name of the setting that weighs a method that stands beside the run's own."""
    return f"{method_name(spec)}_weight"


def method_name(spec: str) -> str:
    """``"dkd:beta=2"`` → ``"dkd"``."""
    return spec.partition(":")[0]


def checked_method_setting(method: str, name: str, value: Any) -> float:
    """``value`` as a number that the setting ``name`` of ``method`` may have.

    Raises:
        UserError: it is none.
    """
    about = METHODS[method].settings[name]
    return within(name, value, float, about.low, about.high)


def method_spec(name: str, settings: Mapping[str, float]) -> str:
    """The shortest spec, ``"dkd:beta=2"``: settings that have their default are left out."""
    known = METHODS[name].settings
    parts = [
        f"{own}={value:.12g}" for own, value in settings.items() if value != known[own].default
    ]
    return ":".join([name, *parts])


def method_of(spec: str) -> Method:
    """The method that a spec names, whatever its settings."""
    return METHODS[method_name(spec)]
