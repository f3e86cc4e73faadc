"""What changed between two states of a figure: a growing chart sends its new points only."""

from typing import Any

GROWING = ("x", "y")


def delta(before: dict[str, Any] | None, after: dict[str, Any]) -> dict[str, Any] | None:
    """The message that brings a browser from one figure to the next.

    Returns:
        ``None`` where nothing changed; ``{"replace": figure}``; or ``{"append": [{"trace": i,
        "x": […], "y": […]}…], "layout": {…}}`` with ``layout`` only where it changed.
    """
    if before == after:
        return None
    if not before or "data" not in before or "data" not in after:
        return {"replace": after}
    if _other_parts(before) != _other_parts(after):
        return {"replace": after}
    if len(before["data"]) != len(after["data"]):
        return {"replace": after}
    appended = []
    for number, (old, new) in enumerate(zip(before["data"], after["data"], strict=True)):
        if _without_points(old) != _without_points(new) or not _grew(old, new):
            return {"replace": after}
        have = len(old["x"])
        if len(new["x"]) > have:
            appended.append({"trace": number, "x": new["x"][have:], "y": new["y"][have:]})
    message: dict[str, Any] = {"append": appended}
    if before["layout"] != after["layout"]:
        message["layout"] = after["layout"]
    return message


def _other_parts(figure: dict[str, Any]) -> dict[str, Any]:
    """What a figure says besides its traces and axes."""
    return {key: value for key, value in figure.items() if key not in ("data", "layout")}


def _without_points(trace: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in trace.items() if key not in GROWING}


def _grew(old: dict[str, Any], new: dict[str, Any]) -> bool:
    return all(new[key][: len(old[key])] == old[key] for key in GROWING)
