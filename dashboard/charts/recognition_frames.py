"""What teacher and students answer to an utterance, frame by frame, the blank among it."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from dashboard.charts.parts import style
from dashboard.charts.parts.message import list_learners, message_text
from dashboard.text.names import LEARNERS, learner_name
from dashboard.text.phrases import Words
from kdcore.jobs.recognition.events import BLANK, RecognitionEpoch
from kdcore.jobs.recognition.record import RecognitionRecord

Arrays = Mapping[str, np.ndarray]
SPACE = "␣"
NOTHING = "#eeeeee"
"""The browser puts the page's own ground here."""
SEEN = 0.05
"""A character has a row if a learner gives it so much in some frame, or if it is said."""
LINES = 1.2
"""Lines of type for each row of a map."""
HEAD = 2.2
"""Lines of type above each map."""
LONGEST = 60
"""Letters of what is written that stand above a map."""


def figure(
    record: RecognitionRecord,
    words: Words,
    *,
    arrays: Arrays,
    epoch: RecognitionEpoch | None,
    utterance: int = 0,
) -> dict[str, Any]:
    """A map a learner: time to the right, a row a character, dark where it is probable.

    Args:
        record: of the recognition.
        words: of the language.
        arrays: see ``RecognitionEpoch.answers``; empty where none are kept.
        epoch: whose answers they are.
        utterance: which of those that are watched; another number means the first.
    """
    if record.started is None or epoch is None:
        return style.not_yet(words, "recognition_students", over=record.over)
    at = utterance if f"{utterance}_teacher" in arrays else 0
    maps = {name: arrays[f"{at}_{name}"] for name in LEARNERS if f"{at}_{name}" in arrays}
    if not maps or at >= len(epoch.transcripts):
        return style.empty(words, "recognition_frames")
    told = epoch.transcripts[at]
    names = [BLANK, *record.started.alphabet]
    rows = [
        row
        for row, name in enumerate(names)
        if row == 0 or name in told.said or any(own[:, row].max() >= SEEN for own in maps.values())
    ]
    shown = [SPACE if names[row] == " " else names[row] for row in rows]
    ticks = [style.escape_tags(name) for name in shown]
    times = [round(record.started.frame * frame, 3) for frame in range(len(maps["teacher"]))]
    data: list[dict[str, Any]] = []
    layout: dict[str, Any] = {"annotations": [], "hovermode": "closest"}
    lines = (LINES * len(rows) + HEAD) * len(maps)
    gap = HEAD / lines
    height = 1 / len(maps) - gap
    for number, (learner, own) in enumerate(maps.items()):
        suffix = str(number + 1) if number else ""
        top = 1 - gap - number * (height + gap)
        last = number == len(maps) - 1
        values = own[:, rows].T.astype(np.float64).round(3)
        data.append(
            {
                "type": "heatmap",
                "x": times,
                "y": list(range(len(rows))),
                "z": values.tolist(),
                "zmin": 0,
                "zmax": 1,
                "xaxis": f"x{suffix}",
                "yaxis": f"y{suffix}",
                "showscale": False,
                "colorscale": [[0, NOTHING], [1, style.COLOURS[learner]]],
                "customdata": [[name] * len(times) for name in ticks],
                "hovertemplate": "%{x:.2f} s · %{customdata}: %{z:.0%}<extra></extra>",
                "meta": {
                    "label": learner_name(words, learner),
                    "rows": shown,
                    "columns": [f"{time:.2f} s" for time in times],
                    "values": values.tolist(),
                    "format": ".1%",
                },
            }
        )
        layout[f"xaxis{suffix}"] = {
            "anchor": f"y{suffix}",
            "matches": "x",
            "showticklabels": last,
            "showgrid": False,
            "zeroline": False,
            "title": {"text": words["chart.recognition.seconds"] if last else ""},
        }
        layout[f"yaxis{suffix}"] = {
            "anchor": f"x{suffix}",
            "domain": [max(0.0, top - height), top],
            "tickvals": list(range(len(rows))),
            "ticktext": ticks,
            "range": [len(rows) - 0.5, -0.5],
            "fixedrange": True,
            "showgrid": False,
            "zeroline": False,
            "tickfont": {"size": 10},
        }
        written = told.learners.get(learner, "")
        text = written if len(written) <= LONGEST else f"{written[:LONGEST]}…"
        layout["annotations"].append(
            style.heading(
                f"<b>{learner_name(words, learner)}</b>  "
                f"{style.escape_tags(text) or words['chart.recognition.nothing']}",
                [0, 1],
                y=top,
            )
        )
    blank = {name: f"{(own.argmax(-1) == 0).mean():.0%}" for name, own in maps.items()}
    return {
        "data": data,
        "layout": layout,
        "rows": round(lines),
        "message": message_text(
            words,
            "recognition_frames",
            said=told.said,
            epoch=epoch.epoch,
            values=list_learners(words, blank),
        ),
    }
