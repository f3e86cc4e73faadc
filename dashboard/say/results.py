"""What a job has come to, in a few words for a listing."""

from collections.abc import Callable, Mapping
from typing import Any

from dashboard.text.numbers import objective_text
from dashboard.text.viewer import t
from kdcore.jobs.search.config import SearchConfig
from kdcore.store import JobRow


def result_text(row: JobRow) -> str:
    """The outcome of a job in a few words; empty where there is none yet, or nobody wrote them."""
    say = _TEXTS.get(row.kind)
    return say(row.summary, row.config) if say and row.readable else ""


def _run(found: Mapping[str, Any], _: Mapping[str, Any]) -> str:
    known = {name: found[name] for name in ("distilled", "plain") if found[name] is not None}
    if len(known) == 2:
        return t("app.outcome", **known)
    return next((t("result.accuracy", accuracy=value) for value in known.values()), "")


def _sweep(found: Mapping[str, Any], _: Mapping[str, Any]) -> str:
    if not found["students"]:
        return ""
    done = t("result.students", finished=found["finished"], count=found["students"])
    failed = [t("result.failed", count=found["failed"])] if found["failed"] else []
    return t("app.comma").join([done, *failed])


def _search(found: Mapping[str, Any], config: Mapping[str, Any]) -> str:
    if found["best_value"] is None:
        return t("result.trials", count=found["trials"]) if found["trials"] else ""
    objective = config.get("objective", SearchConfig().objective)
    return t(
        "result.best_trial",
        trial=found["best_trial"],
        count=found["trials"],
        value=objective_text(objective, found["best_value"]),
    )


def _teacher_selection(found: Mapping[str, Any], _: Mapping[str, Any]) -> str:
    if found["by_student"]:
        return t("result.best_teacher", teacher=t("app.comma").join(found["by_student"]))
    return t("result.teachers", count=len(found["teachers"])) if found["teachers"] else ""


def _compression(found: Mapping[str, Any], _: Mapping[str, Any]) -> str:
    return t("app.comma").join(t(f"stage.{stage}") for stage in found["stages"])


def _robustness(found: Mapping[str, Any], _: Mapping[str, Any]) -> str:
    if found["gain"]:
        value, low, high = (100 * one for one in found["gain"])
        return t("result.robustness", value=value, low=low, high=high)
    count = len(found["corruptions"]) + len(found["attacks"])
    return t("count.corruptions", count=count) if count else ""


def _regression(found: Mapping[str, Any], _: Mapping[str, Any]) -> str:
    rmse = found["rmse"]
    return t("result.regression", **rmse) if len(rmse) == 3 else ""


def _recipe(found: Mapping[str, Any], _: Mapping[str, Any]) -> str:
    if not found["trials"]:
        return ""
    return t("result.recipe", finished=found["finished"], count=found["trials"])


def _recognition(found: Mapping[str, Any], _: Mapping[str, Any]) -> str:
    if not found["test"]:
        return ""
    return t("result.recognition", **{name: found["test"][name] for name in ("plain", "distilled")})


_TEXTS: dict[str, Callable[[Mapping[str, Any], Mapping[str, Any]], str]] = {
    "run": _run,
    "sweep": _sweep,
    "search": _search,
    "teacher_selection": _teacher_selection,
    "compression": _compression,
    "robustness": _robustness,
    "regression": _regression,
    "recipe": _recipe,
    "recognition": _recognition,
}
