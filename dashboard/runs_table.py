"""Stored runs as rows to read."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from dashboard.charts.style import LEARNERS
from dashboard.settings import dataset_title, method_title
from dashboard.text import language, md, t, words
from dashboard.text.escape import markdown_text
from dashboard.text.values import value_of
from kdcore.catalogue import method_of
from kdcore.config import RunConfig
from kdcore.store import RunRow


def runs_table(rows: Sequence[RunRow]) -> list[dict[str, str]]:
    """One row a run, in the order given, with words of the viewer's language."""
    return [_row(row) for row in rows]


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


def _row(row: RunRow) -> dict[str, str]:
    config = RunConfig().to_dict() | row.config
    soft = bool(method_of(config["method"]).loss)
    return {
        t("app.run"): row.id,
        t("runs.when"): datetime.fromtimestamp(row.created).strftime("%Y-%m-%d %H:%M"),
        t("runs.state"): t(f"state.{row.state}"),
        t("runs.data"): dataset_title(config["dataset"]),
        t("runs.method"): method_title(config["method"]),
        "T": f"{config['temperature']:g}" if soft else "",
        "λ": f"{config['weight']:g}" if soft else "",
        t("live.group.models"): f"{config['teacher']} → {config['student']}",
        **{t(f"learner.{name}"): _percent(getattr(row, name)) for name in LEARNERS},
        t("runs.note"): row.note,
    }


def _percent(value: float | None) -> str:
    return "" if value is None else f"{value:.1%}"
