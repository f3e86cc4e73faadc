"""What changed between two states of a figure: a growing chart sends its new points only."""

from typing import Any

GROWING = ("x", "y")


def delta(before: dict[str, Any] | None, after: dict[str, Any]) -> dict[str, Any] | None:
    """The message that brings a browser from one figure to the next.

    The last point of a line may have moved, since the newest of a downsampled series does so.

    Returns:
        ``None`` where nothing changed; ``{"replace": figure}``; or ``{"append": [{"trace": i,
        "from": n, "x": […], "y": […]}…], "layout": {…}}``: the points from number ``n`` on, with
        ``layout`` only where it changed.
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
        kept = _kept(old, new)
        if kept is None or _without_points(old) != _without_points(new):
            return {"replace": after}
        if len(new["x"]) > kept:
            points = {key: new[key][kept:] for key in GROWING}
            appended.append({"trace": number, "from": kept} | points)
    message: dict[str, Any] = {"append": appended}
    if before["layout"] != after["layout"]:
        message["layout"] = after["layout"]
    return message


def _other_parts(figure: dict[str, Any]) -> dict[str, Any]:
    """What a figure says besides its traces and axes."""
    return {key: value for key, value in figure.items() if key not in ("data", "layout")}


def _without_points(trace: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in trace.items() if key not in GROWING}


def _kept(old: dict[str, Any], new: dict[str, Any]) -> int | None:
    """How many of a line's first points have stayed; ``None`` where more than the last changed."""
    have = len(old["x"])
    if len(new["x"]) < have:
        return None
    for kept in (have, max(0, have - 1)):
        if all(new[key][:kept] == old[key][:kept] for key in GROWING):
            return kept
    return None
