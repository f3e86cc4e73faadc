"""Decision trees that a person can read, the plain and the distilled one beside each other.

A tree is drawn as an outline from its root down: each condition stands below that on which it
depends, and each leaf is a bar whose parts are the probabilities of the classes.
"""

from dataclasses import dataclass
from typing import Any

from dashboard.charts.parts import style
from dashboard.charts.parts.message import SEMICOLON, list_learners, message_text
from dashboard.text.names import LEARNERS, learner_name
from dashboard.text.phrases import Words
from kdcore.jobs.run.record import RunRecord
from kdcore.jobs.run.tree_rules import Branch, branches

INDENT = 0.06
"""Of a panel's width, for each condition."""
BAR = 0.78
"""Height of a leaf's bar, in rows."""
CLEAR = 0.5
"""Opacity of a bar, so that its text can be read."""
MOST_IN_LEGEND = 8
LONGEST_NAME = 38
"""Letters of a condition."""
GRAY = "#8a94a0"


@dataclass(frozen=True, slots=True)
class Row:
    """A node with the height at which it stands."""

    branch: Branch
    y: int
    """From 0 at the top; the bar of a leaf is one below it."""

    @property
    def x(self) -> float:
        """Where it begins; the conditions below the root stand at the edge."""
        return INDENT * max(0, len(self.branch.conditions) - 1)


def figure(
    history: RunRecord, words: Words, *, epoch: float | None = None, **_: Any
) -> dict[str, Any]:
    """The trees at an epoch; none where the students are no trees."""
    grown = history.trees_at(epoch)
    trees = {
        name: list(branches(grown[name], history.started.input_shape if history.started else []))
        for name in LEARNERS
        if grown.get(name)
    }
    if not trees:
        return style.empty(words, "tree")
    rows = {name: _rows(tree) for name, tree in trees.items()}
    height = max(_height(own) for own in rows.values())
    data: list[dict[str, Any]] = []
    layout: dict[str, Any] = {
        "barmode": "overlay",
        "annotations": [],
        "shapes": [],
        "hovermode": "closest",
    }
    for at, (name, own) in enumerate(rows.items()):
        axis = "" if at == 0 else str(at + 1)
        domain = style.panels(len(rows), at)
        hidden = {"visible": False, "fixedrange": True}
        layout[f"xaxis{axis}"] = {"domain": domain, "range": [0, 1], "anchor": f"y{axis}", **hidden}
        layout[f"yaxis{axis}"] = {"range": [height - 0.4, -0.6], "anchor": f"x{axis}", **hidden}
        title = style.heading(f"<b>{learner_name(words, name)}</b>", domain)
        layout["annotations"] += [title, *_texts(own, history, axis)]
        layout["shapes"] += _links(own, axis)
        data += _bars(own, history, axis, legend=at == 0)
    return {
        "data": data,
        "layout": layout,
        "rows": height,
        "sheet": {
            "columns": [
                words["chart.learner"],
                words["chart.rule"],
                words["chart.answer"],
                words["chart.probability"],
                words["chart.leaf_examples"],
            ],
            "rows": [
                [learner_name(words, name), *_rule(branch, history)]
                for name, tree in trees.items()
                for branch in tree
                if branch.is_leaf
            ],
        },
        "message": message_text(
            words,
            "tree",
            values=list_learners(
                words, {name: _said(tree, words) for name, tree in trees.items()}, SEMICOLON
            ),
        ),
    }


def _rows(tree: list[Branch]) -> list[Row]:
    rows, y = [], 0
    for branch in tree:
        if not branch.conditions and not branch.is_leaf:
            continue  # the root says nothing by itself
        rows.append(Row(branch, y))
        y += 2 if branch.is_leaf else 1
    return rows


def _height(rows: list[Row]) -> int:
    return rows[-1].y + 2


def _texts(rows: list[Row], history: RunRecord, axis: str) -> list[dict[str, Any]]:
    """The condition of each row, and over the bar of a leaf what it answers."""
    found = []
    for row in rows:
        place = {"xref": f"x{axis}", "yref": f"y{axis}", "xanchor": "left", "showarrow": False}
        if row.branch.conditions:
            text = style.escape_tags(_short(row.branch.conditions[-1]))
            found.append({"x": row.x, "y": row.y, "text": text, "align": "left", **place})
        if row.branch.is_leaf:
            name = style.escape_tags(style.shorten(history.classes[row.branch.answer]))
            share = row.branch.node.probabilities[row.branch.answer]
            text = f"<b>{name}</b> {share:.0%} · {row.branch.node.examples:,}"
            found.append({"x": row.x, "y": row.y + 1, "text": text, "align": "left", **place})
    return found


def _short(condition: str) -> str:
    """A long name loses its middle; the comparison at the end stays."""
    if len(condition) <= LONGEST_NAME:
        return condition
    return f"{condition[: LONGEST_NAME // 2]}…{condition[-LONGEST_NAME // 2 + 1 :]}"


def _links(rows: list[Row], axis: str) -> list[dict[str, Any]]:
    """From each condition a line down to those that depend on it."""
    found = []
    for row in rows:
        depth = len(row.branch.conditions)
        below = [
            other.y
            for other in rows
            if len(other.branch.conditions) == depth + 1
            and other.branch.conditions[:depth] == row.branch.conditions
        ]
        if below and depth:
            x = row.x + INDENT / 4
            line = {"width": 1, "color": GRAY}
            axes = {"xref": f"x{axis}", "yref": f"y{axis}", "type": "line", "line": line}
            found.append({"x0": x, "x1": x, "y0": row.y + 0.5, "y1": max(below), **axes})
            found += [
                {"x0": x, "x1": row.x + INDENT * 0.9, "y0": y, "y1": y, **axes} for y in below
            ]
    return found


def _bars(rows: list[Row], history: RunRecord, axis: str, *, legend: bool) -> list[dict[str, Any]]:
    """A part for each class; its length is the class's probability in the leaf."""
    leaves = [row for row in rows if row.branch.is_leaf]
    few = len(history.classes) <= MOST_IN_LEGEND
    found = []
    for at, name in enumerate(history.classes):
        colour = style.SEQUENCE[at % len(style.SEQUENCE)]
        shares = [row.branch.node.probabilities[at] for row in leaves]
        before = [sum(row.branch.node.probabilities[:at]) for row in leaves]
        widths = [1 - row.x for row in leaves]
        found.append(
            {
                "type": "bar",
                "orientation": "h",
                "name": style.escape_tags(name),
                "legendgroup": name,
                "showlegend": legend and few,
                "xaxis": f"x{axis}",
                "yaxis": f"y{axis}",
                "y": [row.y + 1 for row in leaves],
                "x": [share * wide for share, wide in zip(shares, widths, strict=True)],
                "base": [
                    row.x + part * wide
                    for row, part, wide in zip(leaves, before, widths, strict=True)
                ],
                "width": BAR,
                "marker": {"color": style.with_opacity(colour, CLEAR), "line": {"width": 0}},
                "customdata": shares,
                "hovertemplate": f"{style.escape_tags(name)}: %{{customdata:.1%}}<extra></extra>",
                "meta": {"skip": True},
            }
        )
    return found


def _rule(leaf: Branch, history: RunRecord) -> list[Any]:
    return [
        " & ".join(leaf.conditions) or "*",
        history.classes[leaf.answer],
        leaf.node.probabilities[leaf.answer],
        leaf.node.examples,
    ]


def _said(tree: list[Branch], words: Words) -> str:
    """How large a tree is and what it asks first."""
    leaves = sum(branch.is_leaf for branch in tree)
    first = next((branch.conditions[0] for branch in tree if branch.conditions), "–")
    return message_text(words, "tree_of", leaves=leaves, first=first)
