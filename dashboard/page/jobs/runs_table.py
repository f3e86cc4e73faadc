"""Stored runs as rows to read."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from dashboard.say.titles import dataset_title, method_title, row_title, title_text
from dashboard.text.escape import markdown_text
from dashboard.text.languages import words
from dashboard.text.names import LEARNERS
from dashboard.text.values import value_of
from dashboard.text.viewer import language, md, t
from kdcore.catalogue import method_of
from kdcore.jobs.run.config import RunConfig
from kdcore.store import JobRow
from kdcore.titles import data_name, run_title


def runs_table(rows: Sequence[JobRow]) -> list[dict[str, str]]:
    """One row a run, in the order of ``rows``, with words of the viewer's language."""
    return [_row(row) for row in rows]


def table_key(rows: Sequence[JobRow]) -> str:
    """Names the table of these rows: ticks are places in it, so other rows are another table."""
    return f"runs_table-{hash(tuple(row.id for row in rows))}"


def differences(
    one: str, other: str, differing: Iterable[tuple[str, Any, Any]]
) -> list[dict[str, str]]:
    """One row a setting in which two runs differ, for a table that is Markdown."""

    def value(name: str, chosen: Any) -> str:
        return markdown_text(value_of(words(language()), name, chosen))

    return [
        {
            t("runs.setting"): md(f"setting.{name}.label"),
            one: value(name, left),
            other: value(name, right),
        }
        for name, left, right in differing
    ]


def trash_line(row: JobRow, deleted: float) -> str:
    """A deleted job in one line of plain text."""
    return " · ".join([row_title(row), row.id, t("runs.deleted_at", when=_when(deleted))])


def _row(row: JobRow) -> dict[str, str]:
    known = _settings(row) if row.config else {}
    return {
        t("runs.apart"): title_text(run_title(row), row.config),
        t("app.run"): row.id,
        t("runs.when"): _when(row.created),
        t("runs.state"): t(f"state.{row.state}"),
        t("runs.data"): known.get("data", ""),
        t("runs.method"): known.get("method", ""),
        "T": known.get("temperature", ""),
        "λ": known.get("weight", ""),
        t("live.group.models"): known.get("models", ""),
        **{t(f"learner.{name}"): _percent(row.summary.get(name)) for name in LEARNERS},
        t("runs.note"): row.note,
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
