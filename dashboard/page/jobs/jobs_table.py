"""Stored jobs as rows to read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from dashboard.say.results import result_text
from dashboard.say.titles import dataset_title, method_title, row_title, title_text
from dashboard.text.escape import markdown_text
from dashboard.text.languages import words
from dashboard.text.names import LEARNERS
from dashboard.text.values import label_of, value_of
from dashboard.text.viewer import language, t
from kdcore.catalogue import method_of
from kdcore.jobs.kind import RUN
from kdcore.jobs.run.config import RunConfig
from kdcore.store import JobRow
from kdcore.titles import data_name, job_title, run_title

BASE = "base."
"""Before the name of a setting that all runs of a job share."""
ONE_OF = {"stages": "stage", "methods": "method"}
"""What one value of a list is, where it has a title."""


def jobs_table(rows: Sequence[JobRow], kind: str) -> list[dict[str, str]]:
    """One row a job, in the order of ``rows``, with words of the viewer's language.

    Args:
        rows: of jobs.
        kind: of all of them: runs have columns of their own; empty for several kinds.
    """
    named = any(row.name for row in rows)
    noted = any(row.note for row in rows)
    found = []
    for row in rows:
        cells = {t("runs.name"): row.name} if named else {}
        cells |= _run_cells(row) if kind == RUN.name else _job_cells(row, kind)
        cells |= {t("runs.note"): row.note} if noted else {}
        found.append(cells | {t("runs.when"): _when(row.created), t("runs.id"): row.id})
    return found


def table_key(rows: Sequence[JobRow]) -> str:
    """Names the table of these rows: ticks are places in it, so other rows are another table."""
    return f"jobs_table-{hash(tuple(row.id for row in rows))}"


def differences(
    one: str, other: str, differing: Iterable[tuple[str, Any, Any]], kind: str
) -> list[dict[str, str]]:
    """One row a setting in which two jobs of a kind differ, for a table that is Markdown."""
    return [
        {
            t("runs.setting"): markdown_text(_label(name, kind)),
            one: markdown_text(setting_text(name.removeprefix(BASE), left)),
            other: markdown_text(setting_text(name.removeprefix(BASE), right)),
        }
        for name, left, right in differing
    ]


def setting_text(name: str, value: Any) -> str:
    """A setting's value, the values of an axis, or the ends of a range."""
    if value is None:
        return "–"
    if isinstance(value, Mapping):
        return "–".join(setting_text(name, end) for end in value.values())
    if isinstance(value, list | tuple):
        return t("app.comma").join(setting_text(ONE_OF.get(name, name), one) for one in value)
    return value_of(words(language()), name, value)


def trash_line(row: JobRow, deleted: float) -> str:
    """A deleted job in one line of plain text."""
    return " · ".join(
        [t(f"kind.{row.kind}"), row_title(row), row.id, t("runs.deleted_at", when=_when(deleted))]
    )


def _label(name: str, kind: str) -> str:
    """Of a setting; ``students`` is one of a run, and in a search the models to try."""
    spoken = words(language())
    own = f"searches.setting.{name}"
    if kind != RUN.name and own in spoken:
        return spoken[own]
    return label_of(spoken, name.removeprefix(BASE))


def _job_cells(row: JobRow, kind: str) -> dict[str, str]:
    title = job_title(row)
    apart = replace(title, dataset="", distilled=None, plain=None)  # these stand beside it
    parent = [t("runs.of", job=row.parent)] if row.parent else []
    return {
        **({} if kind else {t("runs.kind"): t(f"kind.{row.kind}")}),
        t("runs.apart"): " · ".join(filter(None, [title_text(apart, row.config), *parent]))
        or row.id,
        t("runs.state"): t(f"state.{row.state}"),
        t("runs.result"): result_text(row),
        t("runs.data"): dataset_title(title.dataset) if title.dataset else "",
    }


def _run_cells(row: JobRow) -> dict[str, str]:
    known = _settings(row) if row.config else {}
    return {
        t("runs.apart"): title_text(run_title(row), row.config) or row.id,
        t("runs.state"): t(f"state.{row.state}"),
        t("runs.data"): known.get("data", ""),
        t("runs.method"): known.get("method", ""),
        "T": known.get("temperature", ""),
        "λ": known.get("weight", ""),
        t("live.group.models"): known.get("models", ""),
        **{t(f"learner.{name}"): _percent(row.summary.get(name)) for name in LEARNERS},
    }


def _settings(row: JobRow) -> dict[str, str]:
    config = RunConfig().to_dict() | row.config
    soft = bool(method_of(config["method"]).loss)
    return {
        "data": dataset_title(data_name(config["dataset"])),
        "method": method_title(config["method"]),
        "temperature": f"{config['temperature']:g}" if soft else "",
        "weight": f"{config['weight']:g}" if soft else "",
        "models": f"{config['teacher']} → {config['student']}",
    }


def _when(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).strftime("%Y-%m-%d %H:%M")


def _percent(value: float | None) -> str:
    return "" if value is None else f"{value:.1%}"
