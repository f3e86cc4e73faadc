"""Stored jobs as rows to read."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from dashboard.say.apart import setting_label, setting_text
from dashboard.say.results import result_text
from dashboard.say.titles import dataset_title, method_title, row_title, title_text
from dashboard.server.shared_records import run_history
from dashboard.text.escape import markdown_text
from dashboard.text.names import LEARNERS
from dashboard.text.viewer import t
from kdcore.catalogue import method_of
from kdcore.jobs.kind import RUN
from kdcore.jobs.run.config import RunConfig
from kdcore.store import JobRow
from kdcore.titles import data_name, has_words, job_title, run_title


def jobs_table(rows: Sequence[JobRow], kind: str) -> list[dict[str, str]]:
    """One row a job, in the order of ``rows``, with words of the viewer's language.

    Args:
        rows: of jobs.
        kind: of all of them: runs have columns of their own; empty for several kinds.
    """
    starred = any(row.starred for row in rows)
    named = any(row.name for row in rows)
    noted = any(row.note for row in rows)
    found = []
    for row in rows:
        cells = {"★": "★" if row.starred else ""} if starred else {}
        cells |= {t("runs.name"): row.name} if named else {}
        cells |= _run_cells(row) if kind == RUN.name else _job_cells(row, kind)
        cells |= {t("runs.note"): row.note} if noted else {}
        found.append(cells | {t("runs.when"): _when(row.created), t("runs.id"): row.id})
    return found


def table_key(rows: Sequence[JobRow]) -> str:
    """Names the table of these rows: ticks are places in it, so other rows are another table."""
    return f"jobs_table-{hash(tuple(row.id for row in rows))}"


def search(rows: Iterable[JobRow], kind: str, text: str) -> list[JobRow]:
    """Those rows that have all words of ``text`` in what the table shows of them or in the note."""
    found = []
    for row in rows:
        (cells,) = jobs_table([row], kind)
        if has_words(" ".join([*cells.values(), row.name, row.note]), text):
            found.append(row)
    return found


def differences(
    titles: Sequence[str], differing: Iterable[tuple[Any, ...]], kind: str
) -> list[dict[str, str]]:
    """One row a setting in which jobs of a kind differ, for a table that is Markdown.

    Args:
        titles: of the jobs, each another one.
        differing: of ``Store.compare``.
        kind: of the jobs.
    """
    found = []
    for name, *values in differing:
        cells: dict[str, str] = {t("runs.setting"): markdown_text(setting_label(name, kind))}
        for title, value in zip(titles, values, strict=True):
            cells[title] = markdown_text(setting_text(name, value))
        found.append(cells)
    return found


def scores_table(rows: Sequence[JobRow], titles: Sequence[str]) -> list[dict[str, str]]:
    """One row a learner of a run: what it is worth at the end, calibration included."""
    found = []
    for row, title in zip(rows, titles, strict=True):
        history = run_history(row.id)
        evaluated = history.evaluation(None)
        known = dict(evaluated[1]) if evaluated else {}
        if history.teacher:
            known["teacher"] = history.teacher
        found += [
            {
                t("runs.job"): markdown_text(title),
                t("runs.learner"): t(f"learner.{name}"),
                t("compared.test_accuracy"): f"{known[name].test_accuracy:.2%}",
                t("compared.ece"): f"{known[name].ece:.2%}",
                t("compared.nll"): f"{known[name].nll:.4f}",
                "Brier": f"{known[name].brier:.4f}",
                t("compared.agreement"): _percent(known[name].agreement) or "–",
            }
            for name in LEARNERS
            if name in known
        ]
    return found


def results_table(rows: Sequence[JobRow], titles: Sequence[str]) -> list[dict[str, str]]:
    """One row a job of another kind than a run: in which state it is, and its outcome."""
    found = []
    for row, title in zip(rows, titles, strict=True):
        cells: dict[str, str] = {t(f"kind.{row.kind}"): markdown_text(title)}
        cells[t("runs.state")] = t(f"state.{row.state}")
        cells[t("runs.result")] = markdown_text(result_text(row)) or "–"
        found.append(cells)
    return found


def trash_line(row: JobRow, deleted: float) -> str:
    """A deleted job in one line of plain text."""
    return " · ".join(
        [t(f"kind.{row.kind}"), row_title(row), row.id, t("runs.deleted_at", when=_when(deleted))]
    )


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
    # these have columns of their own
    apart = replace(run_title(row), dataset="", distilled=None, plain=None)
    return {
        t("runs.apart"): title_text(apart, row.config) or row.id,
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
