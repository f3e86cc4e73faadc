"""The curves of the run that a run was branched from, paler and dotted, from the branch on."""

from collections.abc import Sequence
from typing import Any

from dashboard.charts.parts import style
from dashboard.text.names import learner_name
from dashboard.text.phrases import Words
from kdcore.jobs.run.record import RunRecord


def parent_line(
    history: RunRecord,
    words: Words,
    learner: str,
    x: Sequence[float],
    y: Sequence[Any],
    **more: Any,
) -> list[dict[str, Any]]:
    """A learner's line in the parent.

    Args:
        history: of the branch.
        words: of the viewer.
        learner: ``plain`` or ``distilled``.
        x: in epochs.
        y: as many values.
        more: of the trace.
    """
    behind = [(at, value) for at, value in zip(x, y, strict=True) if at >= history.branched_at]
    if not behind:
        return []
    name = words["chart.of_parent"].format(learner=learner_name(words, learner))
    line = style.line(words, learner, *zip(*behind, strict=True), **more)
    dotted = line["line"] | {"dash": "dot", "width": 1.5}
    return [line | {"name": name, "opacity": 0.6, "mode": "lines", "line": dotted}]
