"""The settings of a run with what was turned by hand while it went on."""

from collections.abc import Mapping
from typing import Any

from kdcore.catalogue import (
    extra_terms_spec,
    extra_weight,
    method_spec,
    parse_extra_terms,
    parse_method,
)
from kdcore.errors import UserError
from kdcore.jobs.run.config import CONTROLS


def with_controls(settings: Mapping[str, Any], controls: Mapping[str, float]) -> dict[str, Any]:
    """Settings in which what may change during a run has the values of ``controls``.

    Args:
        settings: by name, ``method`` and ``also`` among them.
        controls: T, λ, learning rate, speed, the method's own settings and further weights.
    """
    method, own = parse_method(settings["method"])
    turned = {name: controls.get(name, value) for name, value in own.items()}
    found = dict(settings) | {"method": method_spec(method, turned)}
    if further := extra_terms(settings.get("also", "")):
        found["also"] = extra_terms_spec(
            (controls.get(extra_weight(spec), weight), spec) for weight, spec in further
        )
    return found | {
        name: controls[name] for name in CONTROLS if name in controls and name in settings
    }


def extra_terms(also: str) -> list[tuple[float, str]]:
    """The terms beside the method with their weights; none while what is typed is no such text."""
    try:
        return parse_extra_terms(also)
    except UserError:
        return []
