"""The pages of the folder: which panels each has, and the words that they show in a language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from latex2mathml.converter import convert

from dashboard.charts import OVER_TIME
from dashboard.charts.parts.bins import WAYS
from dashboard.components.captions import caption
from dashboard.components.page_frame import KEYS as APP_KEYS
from dashboard.components.words import learner_names, words_of
from dashboard.export.playable import lesson_data
from dashboard.lessons.format import Lesson
from dashboard.say.formula import loss_formula
from dashboard.say.titles import row_title, run_title
from dashboard.server.engine import RECORDED_RUNS, store
from dashboard.server.shared_records import run_settings
from dashboard.server.soft_labels import teacher_logits
from dashboard.text.keys import key_list, list_words
from dashboard.text.languages import LANGUAGES
from dashboard.text.viewer import t
from kdcore.ranges import BIASES

USUAL: dict[str, Any] = {"bins": 15, "calibrated": False, "bias": 0.0}
"""Settings of the pages, as they are at first."""
CHOICES: dict[str, tuple[Any, ...]] = {"bins": WAYS, "calibrated": (False, True), "bias": BIASES}
BINNED = ("reliability", "confidence_histogram")
VARIED: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(BINNED, ("bins", "calibrated")),
    "ece_by_bins": ("calibrated",),
    "missing_classes": ("bias",),
}
"""Settings of the page on which a chart depends; the others depend on none."""
TEACHER = "teacher_watched"
"""In place of a setting: that the run has a teacher's soft labels."""
KEYS = {key: button for key, button in APP_KEYS.items() if button != "pause"}
"""Keys of the app whose buttons these pages have too; nothing trains here that could pause."""
KEY_ROWS = (
    "projector",
    "follow",
    "list",
    "lesson",
    "deck",
    "scrubber",
    "microscope",
    "zoom",
    "unpin",
    "examples",
    "map",
)
"""Of the list of keys."""
COMPONENTS = ("live_plot", "lesson_panel", "microscope", "moment", "temperature_lab", "transport")
"""Whose words the folder has."""


@dataclass(frozen=True, slots=True)
class Panel:
    """A chart or another view in its frame."""

    name: str
    height: int = 260
    component: str = "live_plot"
    data: dict[str, Any] = field(default_factory=dict)
    only: str = ""
    """Setting without which a run has no such panel, or ``TEACHER``."""


Rows = tuple[tuple[Panel, ...], ...]
"""Of panels."""

PAGES: dict[str, Rows] = {
    "start": (
        (Panel("hero", component="temperature_hero"),),
        (Panel("moment", component="moment", data={"part": "moment"}),),
        (Panel("accuracy", 320),),
    ),
    "lessons": (),
    "temperature": ((Panel("temperature_lab", component="temperature_lab", only=TEACHER),),),
    "live": (
        (Panel("moment", component="moment", data={"part": "moment"}),),
        (Panel("accuracy", 300), Panel("controls", component="controls")),
        (Panel("formula", component="formula", data={"part": "formula"}),),
        (Panel("losses", 235), Panel("loss_terms", 235), Panel("gradient_share", 235)),
        (Panel("agreement", 235), Panel("fidelity", 235), Panel("errors", 235)),
        (Panel("missing_classes", 300, only="drop_classes"),),
        (Panel("wrong_teacher", 235),),
    ),
    "microscope": ((Panel("microscope", component="microscope"),),),
    "calibration": (
        (Panel("reliability", 360),),
        (Panel("confidence_histogram"), Panel("nll_curve")),
        (Panel("calibration_table", 220),),
        (Panel("ece_by_bins"),),
        (Panel("entropy"), Panel("risk_coverage")),
    ),
    "right": (
        (Panel("accuracy", 300), Panel("teacher_curve", 300), Panel("error_origin", 300)),
        (Panel("confusion", 420),),
        (Panel("per_class", 420),),
        (Panel("cost", 220),),
    ),
}
"""By name, in the order of the navigation: rows of panels."""
NOT_IN_APP = ("live", "report")
"""Pages that are other ones in the app, or are none there."""
WITHOUT_TRANSPORT = ("lessons", "temperature")
ALWAYS_RECORDED = ("start", "lessons")
"""Pages that show the recorded example, as in the app; the others whichever run is chosen."""
NOT_FRAMED = ("hero", "moment")
OWN_TITLES = {"controls": "settings", "report_settings": "all_settings", "report_notes": "notes"}
"""Panels that the app does not have, with what they are called."""


def charts(settings: Mapping[str, Any]) -> list[str]:
    """Names of all charts that the pages have of a run with these settings, each once."""
    shown = [one for one in _panels() if not one.only or settings.get(one.only)]
    return list(dict.fromkeys(one.name for one in shown if one.component == "live_plot"))


def words_of_the_folder(
    runs: Sequence[str], lessons: Sequence[Lesson], pages: Mapping[str, Rows] = PAGES
) -> dict[str, Any]:
    """All that ``pages`` say, in the language that is spoken now; ``folder_app.js`` draws it."""
    titles = {name: _title(name) for name in pages}
    return {
        "tag": t("app.language_tag"),
        "languages": LANGUAGES,
        "texts": {
            **words_of("static"),
            **{f"nav_{name}": t(f"nav.{name}") for name in pages if name not in NOT_IN_APP},
            **{name: t(f"lessons.{name}") for name in ("begin", "lecturer", "ask", "goes_wrong")},
            "bins": t("calibration.bins"),
            "calibrated": t("calibration.calibrated"),
            "temperature": t("live.slider.temperature"),
            "weight": t("live.slider.weight"),
            "bias": t("missing.bias"),
            "no_teacher": t("temperature.no_teacher"),
            "projector": t("app.projector"),
            "projector_help": t("app.projector_help"),
            "previous": t("projector.previous"),
            "next": t("projector.next"),
        },
        "components": {name: _words(name) for name in COMPONENTS},
        "keys": {"buttons": KEYS, "list": key_list(KEY_ROWS), "words": list_words()},
        "learners": learner_names(),
        "choices": CHOICES,
        "usual": USUAL,
        "runs": {run: _run(run) for run in runs},
        "pages": {name: _page(name, titles[name], rows) for name, rows in pages.items()},
        "lessons": {one.name: lesson_data(one, list(PAGES), titles) for one in lessons},
    }


def _words(component: str) -> dict[str, str]:
    """Those of the app, but that there is no connection that could be lost."""
    own, name = words_of(component), "unreachable"
    return own | {name: t(f"component.static.{name}")} if name in own else own


def _title(page: str) -> str:
    return t(f"component.static.{page}_page") if page in NOT_IN_APP else t(f"page.{page}")


def _page(name: str, title: str, rows: Rows) -> dict[str, Any]:
    own = name in (*NOT_IN_APP, "lessons")
    return {
        "title": title,
        "question": t(f"component.static.{name}_title" if own else f"{name}.title"),
        "lead": t(f"component.static.{name}_lead" if own else f"{name}.lead"),
        "rows": [[_panel(one) for one in row] for row in rows],
        "transport": name not in WITHOUT_TRANSPORT,
        "picker": name not in ("start", "lessons", "report"),
        "deck": name == "live",
        "settings": ["bins", "calibrated"] if name == "calibration" else [],
    }


def _panel(one: Panel) -> dict[str, Any]:
    framed = one.name not in NOT_FRAMED
    own = OWN_TITLES.get(one.name, "")
    return {
        "name": one.name,
        "component": one.component,
        "only": one.only,
        "title": t(f"component.static.{own}" if own else f"panel.{one.name}.title")
        if framed
        else "",
        "what": t(f"panel.{one.name}.what") if framed and not own else "",
        "data": {
            "name": one.name,
            "height": one.height,
            "over_time": one.name in OVER_TIME,
            "settings": list(VARIED.get(one.name, ())),
            **one.data,
        },
    }


def _run(run: str) -> dict[str, Any]:
    settings = run_settings(run)
    formula = loss_formula(
        settings["method"],
        settings["mixing"],
        settings["also"],
        settings["student"],
        domains=(t("live.source"), t("live.target")) if settings["target"] else None,
        alignment=settings["alignment"],
    )
    facts = settings | {TEACHER: teacher_logits(run) is not None}
    own = run not in RECORDED_RUNS
    return {
        "title": row_title(store().row(run)) if own else run_title(settings, {}),
        "caption": caption(run),
        "formula": convert(formula),
        "temperature": settings["temperature"],
        "weight": settings["weight"],
        "has": [one.only for one in _panels() if one.only and facts[one.only]],
    }


def _panels() -> list[Panel]:
    return [panel for rows in PAGES.values() for row in rows for panel in row]
