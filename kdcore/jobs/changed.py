"""A job like another one with other settings: these as texts that a person changes."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from kdcore.errors import UserError, check_names
from kdcore.jobs.compression.config import OF_THE_LOSS
from kdcore.jobs.kind import (
    COMPRESSION,
    RECIPE,
    REGRESSION,
    ROBUSTNESS,
    SEARCH,
    SWEEP,
    TEACHER_SELECTION,
    Config,
    JobKind,
    kind_for,
)
from kdcore.jobs.recipe.config import SETTINGS as OF_A_RECIPE
from kdcore.jobs.regression.config import USED as OF_A_REGRESSION
from kdcore.jobs.search.config import AXES as SEARCH_AXES
from kdcore.jobs.search.config import Range, parse_models, parse_space
from kdcore.jobs.sweep.config import AXES as SWEEP_AXES
from kdcore.jobs.sweep.config import parse_axis

BASE = "base."
"""Before the name of a setting that all students of a job share."""
MODELS = ("students", "teachers")
"""Lists of models, which are separated by spaces."""
TRUTH = {"true": True, "false": False}
SHARED: dict[str, Sequence[str]] = {
    COMPRESSION.name: OF_THE_LOSS,
    ROBUSTNESS.name: (),
    REGRESSION.name: OF_A_REGRESSION,
    RECIPE.name: OF_A_RECIPE,
}
"""By kind: the settings of the base that are the job's to choose; of other kinds all but these:"""
ALONG_AXES = {
    SWEEP.name: {*SWEEP_AXES.values()},
    SEARCH.name: {axis.setting for axis in SEARCH_AXES.values()} | {"students"},
    TEACHER_SELECTION.name: {"teacher", "seed", "students"},
}
"""By kind: the settings of the base that the job itself gives to its students."""


def flat(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a job, with those of its base behind its own as ``base.NAME``."""
    base = settings.get("base")
    if not isinstance(base, Mapping):
        return dict(settings)
    own = {name: value for name, value in settings.items() if name != "base"}
    return own | {f"{BASE}{name}": value for name, value in base.items()}


def setting_texts(config: Config) -> dict[str, str]:
    """What a new job of the kind may have otherwise, as ``changed`` reads it; its own first."""
    kind, settings = kind_for(config), flat(config.to_dict())
    return {name: _text(name, value) for name, value in settings.items() if _is_free(kind, name)}


def changed(config: Config, changes: Mapping[str, str]) -> Config:
    """A job like the one that ``config`` describes, with other settings.

    Args:
        config: of any kind.
        changes: by names of ``setting_texts``: numbers, names, ``true`` and ``false``, values
            separated by commas, models by spaces, a range as ``1:20``.

    Raises:
        UserError: there is no such setting or the job cannot choose it, or a bad value.
    """
    check_names(changes, list(setting_texts(config)))
    settings = config.to_dict()
    for name, text in changes.items():
        within = settings["base"] if name.startswith(BASE) else settings
        key = name.removeprefix(BASE)
        within[key] = _value(key, text, within[key])
    return type(config).from_dict(settings)


def _is_free(kind: JobKind[Any], name: str) -> bool:
    if not name.startswith(BASE):
        return name != kind.parent
    key = name.removeprefix(BASE)
    return key in SHARED[kind.name] if kind.name in SHARED else key not in ALONG_AXES[kind.name]


def _text(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):  # a range
        return ":".join(_text(name, end) for end in value.values())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return (" " if name in MODELS else ",").join(_text(name, one) for one in value)
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def _value(name: str, text: str, before: Any) -> Any:
    text = text.strip()
    if isinstance(before, bool):
        if text.lower() not in TRUTH:
            allowed = ", ".join(TRUTH)
            raise UserError("not_a_choice", name=name, value=text, allowed=allowed, hint="")
        return TRUTH[text.lower()]
    if isinstance(before, str) or not isinstance(before, Mapping | Sequence):
        return text
    if name in MODELS:
        return parse_models(name, text)
    text = text.replace("，", ",")
    values = parse_space(name, text) if name in SEARCH_AXES else parse_axis(name, text)
    return asdict(values) if isinstance(values, Range) else values
