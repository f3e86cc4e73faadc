"""What is taken for what: confusion matrices, and where the students differ."""

from typing import Any

from dashboard.charts import style
from dashboard.history import History
from dashboard.phrases import phrase
from kdcore.events import Snapshot

NUMBERED = 12
"""Up to so many classes the counts are written into the cells."""
NOTHING = "#eeeeee"
"""The browser puts the page's own ground here."""
ONE_WAY = [[0, NOTHING], [1e-6, "#fbe3d2"], [1, style.GAP]]
BOTH_WAYS = [[0, "#0072B2"], [0.499, "#d6e8f5"], [0.5, NOTHING], [0.501, "#fbe3d2"],
             [1, style.GAP]]  # fmt: skip


def figure(snapshot: Snapshot, words: style.Words, *, history: History, **_: Any) -> dict[str, Any]:
    """A map a learner, coloured by errors alone, and distilled minus plain."""
    matrices = {name: snapshot.learners[name].confusion
                for name in style.LEARNERS if name in snapshot.learners}  # fmt: skip
    errors = {name: phrase(words, "count.errors", count=_errors(matrix))
              for name, matrix in matrices.items()}  # fmt: skip
    titles = {name: f"<b>{style.name(words, name)}</b>  {count}" for name, count in errors.items()}
    highest = max(1, *(max(_off_diagonal(matrix)) for matrix in matrices.values()))
    maps: list[tuple[str, list[list[int]], bool]] = [
        (titles[name], matrix, False) for name, matrix in matrices.items()
    ]
    if {"plain", "distilled"} <= matrices.keys():
        pairs = zip(matrices["distilled"], matrices["plain"], strict=True)
        difference = [[a - b for a, b in zip(*rows, strict=True)] for rows in pairs]
        maps.append((f"<b>{words['chart.difference']}</b>", difference, True))
    data: list[dict[str, Any]] = []
    layout: dict[str, Any] = {"annotations": []}
    classes = [style.literal(name) for name in history.classes]
    for at, (title, matrix, signed) in enumerate(maps):
        suffix = "" if at == 0 else str(at + 1)
        domain = style.panels(len(maps), at, gap=0.03)
        data.append(_map(matrix, classes, words, highest, suffix, signed=signed))
        names = {"tickvals": list(range(len(classes))), "ticktext": classes, "showgrid": False,
                 "zeroline": False}  # fmt: skip
        layout[f"xaxis{suffix}"] = names | {
            "domain": domain, "constrain": "domain", "anchor": f"y{suffix}",
            "title": {"text": words["chart.answer"]},
        }  # fmt: skip
        layout[f"yaxis{suffix}"] = names | {
            "autorange": "reversed", "anchor": f"x{suffix}", "scaleanchor": f"x{suffix}",
            "constrain": "domain", "constraintoward": "top", "showticklabels": at == 0,
            "title": {"text": words["chart.true_class"] if at == 0 else ""},
        }  # fmt: skip
        layout["annotations"].append(style.heading(title, domain))
    return {"data": data, "layout": layout}


def _map(
    matrix: list[list[int]], classes: list[str], words: style.Words, highest: int, suffix: str,
    *, signed: bool,
) -> dict[str, Any]:  # fmt: skip
    size = len(classes)
    shown = [[0 if row == column and not signed else matrix[row][column]
              for column in range(size)] for row in range(size)]  # fmt: skip
    text = [[_number(matrix[row][column], signed=signed) for column in range(size)]
            for row in range(size)]  # fmt: skip
    return {
        "type": "heatmap", "z": shown, "xaxis": f"x{suffix}", "yaxis": f"y{suffix}",
        "zmin": -highest if signed else 0, "zmax": highest, "showscale": False,
        "xgap": 1, "ygap": 1,
        "colorscale": BOTH_WAYS if signed else ONE_WAY,
        "text": text, "texttemplate": "%{text}" if size <= NUMBERED else "",
        "customdata": [[[classes[row], classes[column]] for column in range(size)]
                       for row in range(size)],
        "hovertemplate": words["chart.cell_told"] + "<extra></extra>",
    }  # fmt: skip


def _number(count: int, *, signed: bool) -> str:
    if not count:
        return ""
    return f"{count:+d}".replace("-", "−") if signed else str(count)


def _off_diagonal(matrix: list[list[int]]) -> list[int]:
    return [count for row, counts in enumerate(matrix)
            for column, count in enumerate(counts) if row != column]  # fmt: skip


def _errors(matrix: list[list[int]]) -> int:
    return sum(_off_diagonal(matrix))
