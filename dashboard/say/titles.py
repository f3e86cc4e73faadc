"""How jobs and settings are called on screen: what differs from the usual comes first."""

import re
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any

from dashboard.text import names
from dashboard.text.languages import words
from dashboard.text.values import as_text, label_of
from dashboard.text.viewer import language, t
from kdcore import titles
from kdcore.catalogue import DATASETS, GIVEN_DATA, extra_weight, parse_extra_terms, parse_method
from kdcore.jobs.compression.config import CompressionConfig
from kdcore.jobs.kind import COMPRESSION, RECIPE, RECOGNITION, REGRESSION, ROBUSTNESS, SWEEP
from kdcore.jobs.recognition.config import MADE, RecognitionConfig
from kdcore.jobs.regression.config import RegressionConfig
from kdcore.jobs.robustness.config import RobustnessConfig
from kdcore.jobs.run.config import RunConfig
from kdcore.jobs.sweep.config import SweepConfig
from kdcore.recipes import RECIPES
from kdcore.store import JobRow
from kdcore.titles import Title, data_name, job_title, settings_title

AXES = ("methods", "temperatures", "weights", "seeds")
"""Of a sweep, those whose size its title says."""
FIELDS = {item.name: item for item in fields(RunConfig)}


def dataset_title(name: str) -> str:
    """A data set's name in the viewer's language, or the file's name of own data."""
    if name.startswith(GIVEN_DATA):
        return t("preview.given_name", name=data_name(name.removeprefix(GIVEN_DATA)))
    return t(f"dataset.{name}") if name in DATASETS else data_name(name)


def method_title(spec: str) -> str:
    """A method in the viewer's language, with those settings that are not the usual ones."""
    return names.method_title(words(language()), spec)


def short_text(name: str, value: Any) -> str:
    """A setting and its value, or its values, in a few words: ``95% unlabelled``."""
    if isinstance(value, Mapping):
        return t("short.other", name=_label(name), value=f"{value['low']:g}–{value['high']:g}")
    if isinstance(value, tuple | list):
        each = [method_title(one) if name == "method" else as_text(one) for one in value]
        return t("short.other", name=_label(name), value=", ".join(each))
    if name == "dataset":
        return dataset_title(value)
    if name == "method":
        return method_title(value)
    if name == "recipe":
        return t(f"recipe.{value}.title") if value in RECIPES else value
    if name == "variant":
        return t("evidence.quick")
    if name in FIELDS and FIELDS[name].metadata["choices"]:
        return t("short.other", name=_label(name), value=t(f"choice.{name}.{value}"))
    key = f"short.{name}" if value else f"short.{name}_none"
    if key in words(language()):
        return t(key, value=value)
    if f"choice.{name}.{value}" in words(language()):
        return t("short.other", name=_label(name), value=t(f"choice.{name}.{value}"))
    return t("short.other", name=_label(name), value=as_text(value) or "–")


def run_title(settings: Mapping[str, Any], turned: Mapping[str, float]) -> str:
    """A run's settings in one line.

    Args:
        settings: with which it began.
        turned: controls that somebody has moved during the run, with their last value.
    """
    return title_text(settings_title(settings, turned), settings)


def row_title(row: JobRow) -> str:
    """A stored job in one line: its name, what differs, its outcome, its state, when it began."""
    parts = [*filter(None, [row.name, _settings_text(row)])]
    if row.state != "finished":
        parts.append(t(f"state.{row.state}"))
    return " · ".join([*parts, start_text(row.id)])


def title_text(title: Title, settings: Mapping[str, Any]) -> str:
    """The parts of a title in the viewer's words; a data set is named where it is not the usual."""
    usual = RunConfig().dataset
    parts = [dataset_title(title.dataset)] if title.dataset not in ("", usual) else []
    parts += [
        short_text(name, value) for name, value in (*title.differing.items(), *title.axes.items())
    ]
    if title.turned:
        controls = ", ".join(
            _control(name, value, settings) for name, value in title.turned.items()
        )
        parts.append(t("app.turned", controls=controls))
    if title.distilled is not None and title.plain is not None:
        parts.append(t("app.outcome", distilled=title.distilled, plain=title.plain))
    return " · ".join(parts)


def sweep_title(config: Mapping[str, Any]) -> str:
    """What sets a sweep apart, and how many values each of its axes has.

    Args:
        config: of the sweep, as JSON values.
    """
    settings = {**SweepConfig().to_dict(), **config}
    size = "landscape.methods_size" if settings["published"] else "landscape.grid_size"
    title = title_text(replace(titles.sweep_title(settings), axes={}), settings["base"])
    counts = {axis: len(settings[axis]) for axis in AXES}
    return " · ".join([*filter(None, [title]), t(size, **counts)])


def compression_title(config: Mapping[str, Any]) -> str:
    """Which student is compressed in how many ways.

    Args:
        config: of the compression, as JSON values.
    """
    usual = CompressionConfig().to_dict()
    settings = {**usual, **config}
    base = usual["base"] | settings["base"]
    return t(
        "shrink.job_title",
        dataset=dataset_title(base["dataset"]),
        student=base["student"],
        stages=t("count.stages", count=len(settings["stages"])),
        epochs=t("count.epochs", count=settings["epochs"]),
    )


def robustness_title(config: Mapping[str, Any]) -> str:
    """Which run's networks are tested, on how many corruptions.

    Args:
        config: of the robustness test, as JSON values.
    """
    usual = RobustnessConfig().to_dict()
    settings = {**usual, **config}
    base = usual["base"] | settings["base"]
    return t(
        "robustness.job_title",
        dataset=dataset_title(base["dataset"]),
        teacher=base["teacher"],
        student=base["student"],
        corruptions=t("count.corruptions", count=len(settings["corruptions"])),
    )


def regression_title(config: Mapping[str, Any]) -> str:
    """Which table, models and share of numbers.

    Args:
        config: of the regression, as JSON values.
    """
    usual = RegressionConfig().to_dict()
    settings = {**usual, **config}
    base = usual["base"] | settings["base"]
    return t(
        "regression.job_title",
        dataset=dataset_title(base["dataset"]),
        count=settings["networks"],
        teacher=base["teacher"],
        student=base["student"],
        weight=base["weight"],
        labelled=1 - base["unlabelled"],
    )


def recipe_title(config: Mapping[str, Any]) -> str:
    """Which experiment, in which variant, with how many seeds.

    Args:
        config: of the recipe, as JSON values.
    """
    name = config.get("recipe", "")
    title = t(f"recipe.{name}.title") if name in RECIPES else name
    variant = [t("evidence.quick")] if config.get("quick") else []
    return " · ".join([title, *variant, t("count.seeds", count=len(config.get("seeds", ())))])


def recognition_title(config: Mapping[str, Any]) -> str:
    """Which corpus, which networks, and what is unusual of how the student is distilled.

    Args:
        config: of the recognition, as JSON values.
    """
    usual = RecognitionConfig().to_dict()
    settings = {**usual, **config}
    data = settings["data"]
    apart = [
        short_text(name, settings[name])
        for name in ("temperature", "weight", "blank", "seed")
        if settings[name] != usual[name]
    ]
    title = t(
        "recognition.job_title",
        corpus=t("recognition.made") if data == MADE else data_name(data),
        teacher=settings["teacher"],
        student=settings["student"],
    )
    return " · ".join([title, *apart])


def start_time(job: str) -> datetime | None:
    """When a job was made, in local time, read off an id such as ``sweep-20260131-174502-3f9a``."""
    found = re.search(r"(\d{8}-\d{6})-", job)
    if found is None:
        return None
    return datetime.strptime(found[1], "%Y%m%d-%H%M%S").replace(tzinfo=UTC).astimezone()


def start_text(job: str) -> str:
    """The same in short; the id itself where it does not say it."""
    began = start_time(job)
    return f"{began:%m-%d %H:%M}" if began else job


def _settings_text(row: JobRow) -> str:
    """What was asked for, in one line; empty where that cannot be read."""
    if row.config and row.kind == SWEEP.name:
        return sweep_title(row.config)
    if row.config and row.kind == COMPRESSION.name:
        return compression_title(row.config)
    if row.config and row.kind == ROBUSTNESS.name:
        return robustness_title(row.config)
    if row.config and row.kind == REGRESSION.name:
        return regression_title(row.config)
    if row.config and row.kind == RECIPE.name:
        return recipe_title(row.config)
    if row.config and row.kind == RECOGNITION.name:
        return recognition_title(row.config)
    return title_text(job_title(row), row.config)


def _label(name: str) -> str:
    return label_of(words(language()), name)


def _control(name: str, value: float, settings: Mapping[str, Any]) -> str:
    """A control with its value; one of the method's own, or a further term's weight, by its own."""
    if name in FIELDS:
        return short_text(name, value)
    method, own = parse_method(settings.get("method", RunConfig().method))
    if name in own:
        return f"{t(f'method_setting.{method}.{name}')} {value:g}"
    for _, spec in parse_extra_terms(settings.get("also", "")):
        if extra_weight(spec) == name:
            return f"{value:g}·{method_title(spec)}"
    return f"{name} {value:g}"
