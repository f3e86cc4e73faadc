"""How runs and settings are called on screen: what differs from the usual comes first."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dashboard.charts import style
from dashboard.settings import FIELDS, as_text, defaults, differences, with_controls
from dashboard.text import language, t, words
from kdcore.catalogue import DATASETS
from kdcore.config import RunConfig
from kdcore.store import RunRow

UNTOLD = {"speed", "device", "precision", "data_root", "seed", "dataset"}
"""Settings that are left out of what differs: they do not change what is learned, or have a place
of their own."""


def dataset_title(name: str) -> str:
    """A data set's name in the viewer's language, or the file's name of own data."""
    return t(f"dataset.{name}") if name in DATASETS else Path(name).name or name


def method_title(spec: str) -> str:
    """A method in the viewer's language, with those settings that are not the usual ones."""
    return style.method_title(words(language()), spec)


def in_short(name: str, value: Any) -> str:
    """A setting and its value in a few words: ``95% unlabelled``."""
    if name == "dataset":
        return dataset_title(value)
    if name == "method":
        return method_title(value)
    if FIELDS[name].metadata["choices"]:
        return t("short.other", name=t(f"setting.{name}.label"),
                 value=t(f"choice.{name}.{value}"))  # fmt: skip
    key = f"short.{name}" if value else f"short.{name}_none"
    if key in words(language()):
        return t(key, value=value)
    return t("short.other", name=t(f"setting.{name}.label"), value=as_text(value) or "–")


def what_differs(settings: Mapping[str, Any]) -> list[str]:
    """What sets a run apart from the data set's usual one, each in a few words."""
    usual = defaults(settings["dataset"])
    apart = differences(settings, usual)
    named = [settings["dataset"]] if settings["dataset"] != RunConfig().dataset else []
    return [dataset_title(name) for name in named] + [
        in_short(name, value) for name, (_, value) in apart.items() if name not in UNTOLD
    ]


def settings_title(settings: Mapping[str, Any], turned: Iterable[str] = ()) -> str:
    """A run's settings in one line.

    Args:
        settings: all of them, with the values that were turned last.
        turned: names of those that a hand has turned during the run.
    """
    parts = what_differs(settings) or [t("app.usual_settings")]
    parts.append(in_short("seed", settings["seed"]))
    return " · ".join([*parts, *([t("app.turned")] if list(turned) else [])])


def row_title(row: RunRow) -> str:
    """A stored run in one line: what differs, its outcome, and when it began."""
    settings = RunConfig().to_dict() | row.config
    turned = getattr(row, "turned", {})  # TODO merge
    parts = [settings_title(with_controls(settings, turned), turned)]
    if row.distilled is not None and row.plain is not None:
        parts.append(t("app.outcome", distilled=row.distilled, plain=row.plain))
    if row.state != "finished":
        parts.append(t(f"state.{row.state}"))
    return " · ".join([*parts, began(row.id)])


def began(job: str) -> str:
    """When a job was made, in local time, read off an id such as ``sweep-20260131-174502-3f9a``."""
    found = re.search(r"(\d{8}-\d{6})-", job)
    if found is None:
        return job
    moment = datetime.strptime(found[1], "%Y%m%d-%H%M%S").replace(tzinfo=UTC).astimezone()
    return moment.strftime("%m-%d %H:%M")
