"""What the routes answer for a recorded run, question by question, as values for files."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from dashboard.charts import OF_A_MOMENT, OVER_TIME
from dashboard.components.temperature_lab.examples import message
from dashboard.export.pages import CHOICES, USUAL, VARIED, charts
from dashboard.lessons.measures import Found, measured
from dashboard.say.examples import most_telling_example
from dashboard.say.moment import moment
from dashboard.server.run_notes import notes_of
from dashboard.server.shared_records import run_history, run_settings
from dashboard.server.soft_labels import BEFORE_ALL, soft_labels, start_arrays, teacher_logits
from dashboard.server.stream import job_state, run_state
from dashboard.text.languages import words

MOMENTS = 4
"""Of an epoch that have sentences and numbers of their own."""
OTHERS = {"coverage": 0.9, "sets": "lac", "score": "entropy"}
"""Settings of charts that these pages do not offer."""


def answers_in_all_languages(run: str) -> Iterator[tuple[str, Any]]:
    """Name and value: ``soft`` labels, ``measures`` of the lessons, the ``teacher``'s logits."""
    history = run_history(run)
    yield "soft", soft_labels(run, BEFORE_ALL)
    yield "measures", measured(Found(history, *start_arrays(history, run)))
    if found := teacher_logits(run):
        arrays, classes = found
        yield "teacher", message(arrays, classes)
        yield "telling", message(arrays, classes, [most_telling_example(arrays)])


def answers_in(
    language: str, run: str, choices: Mapping[str, Sequence[Any]] = CHOICES
) -> Iterator[tuple[str, Any]]:
    """Name and value: ``run``, and ``figures-…`` for each chart of a moment and its settings.

    ``run`` has the ``state`` and the ``notes`` of the stream, the figures ``over_time`` by name,
    ``moments`` (``MOMENTS`` of an epoch, from the start on) and ``varied``: by chart the settings
    on which it depends, with their usual values. A file of ``figures`` has the chart by epoch.

    Args:
        language: of the texts.
        run: its id.
        choices: by setting of the pages the values that can be chosen there.
    """
    history, spoken = run_history(run), words(language)
    names = charts(run_settings(run))
    yield (
        "run",
        {
            "state": run_state(job_state(run), history, spoken),
            "notes": notes_of(run),
            "over_time": {
                name: OVER_TIME[name](history, spoken) for name in names if name in OVER_TIME
            },
            "per_epoch": MOMENTS,
            "moments": [
                moment(history, spoken, at / MOMENTS)
                for at in range(int(history.position * MOMENTS) + 1)
            ],
            "varied": {
                name: {setting: USUAL[setting] for setting in VARIED.get(name, ())}
                for name in names
                if name in OF_A_MOMENT
            },
        },
    )
    for name in (name for name in names if name in OF_A_MOMENT):
        varied = VARIED.get(name, ())
        for values in product(*(choices[setting] for setting in varied)):
            settings = USUAL | dict(zip(varied, values, strict=True)) | OTHERS
            yield (
                figure_name(name, *values),
                {
                    str(epoch): OF_A_MOMENT[name](history, spoken, epoch=epoch, **settings)
                    for epoch in sorted(history.snapshots)
                },
            )


def figure_name(chart: str, *values: Any) -> str:
    """Name of the file of a chart with the values of its settings.

    Example:
        >>> figure_name("reliability", 15, True), figure_name("missing_classes", -1.0)
        ('figures-reliability-15-true', 'figures-missing_classes--1')
    """
    return "-".join(["figures", chart, *map(_as_in_javascript, values)])


def _as_in_javascript(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else f"{value:g}"
