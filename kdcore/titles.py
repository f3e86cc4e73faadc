"""What sets a job apart, as parts to be put into words: what differs from the usual comes first.

``WORDS`` are the English ones; a page has those of the viewer's language under the same names.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import PurePath
from types import MappingProxyType
from typing import Any

from kdcore.catalogue import DATASETS, method_of
from kdcore.errors import UserError
from kdcore.escapes import readable
from kdcore.jobs.kind import RECIPE, RECOGNITION, RUN, SWEEP
from kdcore.jobs.recognition.config import RecognitionConfig
from kdcore.jobs.run.config import RunConfig
from kdcore.jobs.sweep.config import AXES as SWEEP_AXES
from kdcore.store import JobRow

AXES = SWEEP_AXES | {"students": "student", "teachers": "teacher"}
"""Of sweeps, searches and selections of a teacher: axis to the setting of a run that it varies."""
FIRST = (
    "unlabelled",
    "label_noise",
    "drop_classes",
    "transfer_size",
    "target",
    "mixup",
    "method",
    "also",
    "temperature",
    "weight",
    "mixing",
    "temperature_schedule",
    "weight_schedule",
)
"""Settings that tell most about a run, in the order of its title; the others follow."""
WORD = re.compile(r'["“”]([^"“”]+)["“”]|([^\s"“”]+)')
"""Of what a person searches for."""
NOWHERE = ("dataset", "data_root", "speed", "device")
"""Settings that stand in no title: the data stand beside it, and the others change no result."""

WORDS = {
    "unlabelled": "{percent}% unlabelled",
    "label_noise": "{percent}% wrong labels",
    "drop_classes": "without {value}",
    "transfer_size": "{value} training examples",
    "target": "target {value}",
    "method": "method {value}",
    "also": "and {value}",
    "temperature": "T {value}",
    "weight": "λ {value}",
    "mixing": "{value} mixing",
    "ensemble": "{value} networks each",
    "seed": "seed {value}",
    "epochs": "{value} epochs",
    "other": "{name} {value}",
    "turned": "moved by hand: {controls}",
    "against": "{distilled} against {plain}",
    "alone": "{accuracy} on test data",
}
"""Parts of a title by setting; ``other`` is any other setting."""

_USUAL = RunConfig()


@dataclass(frozen=True, slots=True)
class Title:
    """What a line about a run, a sweep or another job is made of."""

    dataset: str
    """Name of a data set, or the file's or folder's own name."""
    differing: dict[str, Any] = field(default_factory=dict)
    """By setting, most telling first; the seed last, also where it is the usual one."""
    axes: dict[str, Any] = field(default_factory=dict)
    """By setting: the values that the students of a sweep have, or ``low`` and ``high`` between
    which a search looks."""
    turned: dict[str, float] = field(default_factory=dict)
    """By control that a person moved during the run: its last value."""
    distilled: float | None = None
    """Test accuracies, from 0 to 1."""
    plain: float | None = None
    teacher: float | None = None
    name: str = ""
    """That a person gave the job."""


def run_title(row: JobRow) -> Title:
    """The parts of a run's title; none where it is damaged."""
    if not row.config:
        return Title("", name=row.name)
    found = row.summary
    return replace(
        settings_title(row.config, found["turned"]),
        name=row.name,
        **{learner: found[learner] for learner in ("distilled", "plain", "teacher")},
    )


def settings_title(given: Mapping[str, Any], turned: Mapping[str, float]) -> Title:
    """The parts of a title that the settings make.

    Args:
        given: settings of a run by name; those that are left out have their usual value.
        turned: controls that a person moved during the run, with their last value.
    """
    usual = usual_settings(given.get("dataset", _USUAL.dataset))
    settings = {**usual, **given}
    apart = {name: value for name, value in differing(settings, usual).items() if name != "seed"}
    return Title(
        dataset=data_name(settings["dataset"]),
        differing=_in_order(apart) | {"seed": settings["seed"]},
        turned={name: value for name, value in turned.items() if name not in NOWHERE},
    )


def job_title(row: JobRow) -> Title:
    """The parts of the title of a job of any kind; none where it is damaged."""
    if row.kind == RUN.name or not row.config:
        return run_title(row)
    if row.kind == RECOGNITION.name:
        return replace(recognition_title(row.config), name=row.name)
    title = replace(sweep_title(row.config), name=row.name)
    if row.kind == RECIPE.name:  # its name says more than the settings that its trials share
        variant = {"variant": "quick"} if row.config.get("quick") else {}
        return replace(title, differing={"recipe": row.config.get("recipe", "")} | variant)
    if row.kind != SWEEP.name:  # all others are about the distilled student alone
        title.differing.pop("students", None)
    return title


def sweep_title(config: Mapping[str, Any]) -> Title:
    """The parts of a sweep's title: the settings that all its students share, then what varies.

    Args:
        config: of the sweep, or of a job of another kind but a run, as JSON values.
    """
    given = config.get("base", {})
    usual = usual_settings(given.get("dataset", _USUAL.dataset))
    base = {**usual, **given}
    values = {setting: config[axis] for axis, setting in AXES.items() if config.get(axis)}
    axes = {setting: found for setting, found in values.items() if len(found) > 1}
    shared = {setting: found[0] for setting, found in values.items() if setting not in axes}
    apart = differing(base | shared, usual)
    return Title(
        dataset=data_name(base["dataset"]),
        axes=axes,
        differing=_in_order({name: value for name, value in apart.items() if name not in axes}),
    )


def recognition_title(config: Mapping[str, Any]) -> Title:
    """The parts of a recognition's title: what is otherwise than usual, and the seed."""
    usual = RecognitionConfig().to_dict()
    settings = {**usual, **config}
    apart = differing(settings, usual)
    told = {name: value for name, value in apart.items() if name not in ("data", "device", "seed")}
    return Title(dataset=data_name(settings["data"]), differing=told | {"seed": settings["seed"]})


def title_parts(
    title: Title, words: Mapping[str, str] = WORDS, names: Mapping[str, str] | None = None
) -> list[str]:
    """The parts of a title in words, the most telling first.

    Args:
        title: what is to be said.
        words: those of a language, with the names of ``WORDS``.
        names: how settings are called in it; default: as in ``RunConfig``.

    Example:
        >>> title_parts(Title("digits", {"unlabelled": 0.9, "seed": 0}, distilled=0.958,
        ...                   plain=0.881))
        ['90% unlabelled', 'seed 0', '95.8% against 88.1%']
    """

    def part(setting: str, value: Any) -> str:
        name = (names or {}).get(setting, setting.replace("_", " "))
        template = words.get(setting, words["other"])
        return template.format(name=name, value=_text(value), percent=_text(value, 100))

    settings = {
        name: data_name(value) if name == "teacher_weights" else value
        for name, value in title.differing.items()
    }
    named = [readable(title.name)] if title.name else []
    parts = named + [part(*item) for item in (*settings.items(), *title.axes.items())]
    if title.turned:
        controls = ", ".join(part(*item) for item in title.turned.items())
        parts.append(words["turned"].format(controls=controls))
    shown = {
        name: f"{value:.1%}"
        for name in ("distilled", "plain")
        if (value := getattr(title, name)) is not None
    }
    if len(shown) == 2:
        parts.append(words["against"].format(**shown))
    elif shown:
        parts.append(words["alone"].format(accuracy=next(iter(shown.values()))))
    return parts


def differing(settings: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that have another value than in ``defaults``, in the order of ``settings``.

    Example:
        >>> differing({"weight": 0.9, "seed": 0}, {"weight": 0.5, "seed": 0})
        {'weight': 0.9}
    """
    return {
        name: value
        for name, value in settings.items()
        if name in defaults and value != defaults[name]
    }


@lru_cache(maxsize=64)
def usual_settings(dataset: str) -> Mapping[str, Any]:
    """What a run on this data set has where nothing else is asked for."""
    settings = RunConfig().to_dict() | {"dataset": dataset}
    if source := DATASETS.get(dataset):
        settings |= {"teacher": source.teacher, "student": source.student}
    return MappingProxyType(settings)


def has_words(text: str, asked: str) -> bool:
    """Whether a text has all words that are asked for, in any order; quotes make several one.

    >>> has_words("T 16 · mlp:8", "MLP t"), has_words("T 8 · seed 16", '"T 16"')
    (True, False)
    """
    found = text.casefold()
    return all((one or other) in found for one, other in WORD.findall(asked.casefold()))


def data_name(dataset: str) -> str:
    """A data set's name; of own data that of the file or folder, without the way to it."""
    return readable(PurePath(dataset).name or dataset)


def _text(value: Any, times: float = 1) -> str:
    """One value or several, as short as they can be."""
    if isinstance(value, Mapping):
        return "–".join(_text(value[end], times) for end in ("low", "high"))
    if isinstance(value, tuple | list):
        return ", ".join(_text(item, times) for item in value)
    if isinstance(value, bool | str) or value is None:
        return readable(str(value))
    return f"{value * times:,}" if isinstance(value, int) else f"{value * times:.6g}"


def _in_order(settings: Mapping[str, Any]) -> dict[str, Any]:
    """As a title has them; T and λ say nothing where the method has no soft term."""
    names = [
        *(name for name in FIRST if name in settings),
        *(name for name in settings if name not in (*FIRST, *NOWHERE)),
    ]
    silent = (
        ()
        if _is_soft(settings.get("method", _USUAL.method))
        else ("temperature", "weight", "mixing")
    )
    return {name: settings[name] for name in names if name not in silent}


def _is_soft(method: str) -> bool:
    try:
        return bool(method_of(method).loss)
    except UserError:  # of another version
        return True
