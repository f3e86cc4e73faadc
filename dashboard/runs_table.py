"""Stored runs as rows to read."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from dashboard.charts.style import LEARNERS
from dashboard.text import t
from dashboard.titles import dataset_title
from kdcore.catalogue import method_of
from kdcore.config import RunConfig
from kdcore.store import RunRow


def runs_table(rows: Sequence[RunRow]) -> list[dict[str, str]]:
    """One row a run, in the order given, with words of the viewer's language."""
    return [_row(row) for row in rows]


def differences(
    one: str, other: str, differing: Iterable[tuple[str, Any, Any]]
) -> list[dict[str, str]]:
    """One row a setting in which two runs differ."""
    return [
        {t("runs.setting"): t(f"setting.{name}.label"), one: str(left), other: str(right)}
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
        t("runs.method"): config["method"],
        "T": f"{config['temperature']:g}" if soft else "",
        "λ": f"{config['weight']:g}" if soft else "",
        t("live.group.models"): f"{config['teacher']} → {config['student']}",
        **{t(f"learner.{name}"): _percent(getattr(row, name)) for name in LEARNERS},
        t("runs.note"): row.note,
    }


def _percent(value: float | None) -> str:
    return "" if value is None else f"{value:.1%}"
