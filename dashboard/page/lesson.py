"""The lesson that a viewer is in: which card, on which page and run; it is part of the address."""

import re
from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboard.components.lesson_panel import KEY, lesson_panel
from dashboard.lessons.finding import lessons
from dashboard.lessons.format import Card, Lesson
from dashboard.lessons.parts import SETTINGS
from dashboard.page import address
from dashboard.page.settings.values import parameters
from dashboard.server.engine import RECORDED_RUNS, store
from dashboard.server.shared_records import run_settings
from dashboard.text.viewer import language, md, t
from kdcore.errors import UserError
from kdcore.jobs.kind import RUN
from kdcore.jobs.run.config import RunConfig

GO = "lesson_go"
"""Session state: what a button of the panel asked for, until the next script carries it out."""
RUN_OF_LESSON = "lesson_run"
"""Session state: the live run with which each lesson goes on, by its name."""
USES_RECORDING = "lesson_recording"
"""Session state: names of the lessons in which somebody chose the recorded run."""
OF_A_LINK = {"lesson", "card", "lang", "projector"}
"""Parameters of a link that leaves the page to the card."""
CARD = re.compile("[0-9]{1,6}")
"""A card's number in the address."""
NOT_COMPARED = {"speed", "device", "seed"}
"""Settings in which a run may differ and is still the lesson's."""


def follow_lesson() -> None:
    """Read the lesson from the address, and go where a button of its card leads."""
    page, query = st.session_state[address.LAST]
    comes_by_link = page in ("", "start") and address.is_new("lesson") and query.keys() <= OF_A_LINK
    address.read_param("lesson", "", _known_lesson)
    address.read_param("card", 1, lambda text: int(text) if CARD.fullmatch(text) else 1)
    wish = st.session_state.pop(GO, None)
    if wish is None and comes_by_link:
        wish = {"card": st.session_state["card"]}
    if wish:
        _carry_out(wish)


def show_lesson(page: str) -> None:
    """Draw the card; on the page of lessons, without one, the way back to those begun."""
    name = st.session_state["lesson"]
    lesson = lessons().found.get(name) if name else None
    if lesson:
        lesson_panel(_panel_data(lesson, page), _keep_wish)
    elif page == "lessons":
        titles = {name: of.words[language()]["title"] for name, of in lessons().found.items()}
        lesson_panel({"lesson": "", "stopped": titles}, _keep_wish)
    place = str(_place(lesson) + 1) if lesson else None
    address.write_params({"lesson": lesson.name if lesson else None, "card": place})


def open_card(lesson: Lesson, number: int) -> None:
    """Show a card, counted from 1, on its page; only where it is another one is that changed."""
    number = min(max(number, 1), len(lesson.cards))
    card = lesson.cards[number - 1]
    named = {"lesson": lesson.name, "card": str(number), "lecturer": None}
    changes = named | card_parameters(lesson, card)
    st.session_state["lesson"] = lesson.name
    page, query = st.session_state[address.LAST]
    now = {name: query.get(name) for name in changes if name not in named}
    if (page or "start") == card.page and now.items() <= changes.items():
        st.session_state["card"] = number
        address.write_params(named)
    else:
        address.open_page(card.page, **changes)


def card_parameters(lesson: Lesson, card: Card) -> dict[str, str | None]:
    """What a card writes into the address: its run with its settings, and its own parameters."""
    own: dict[str, str | None] = dict(card.parameters)
    match card.run:
        case "new":
            return {"run": None} | parameters(RunConfig(**lesson.settings).to_dict()) | own
        case "lesson" | "recording":
            run = lesson_run(lesson) if card.run == "lesson" else lesson.recording
            return {"run": run} | parameters(run_settings(run)) | own
    return own


def lesson_run(lesson: Lesson) -> str:
    """A live run with the lesson's settings, first that of the address; else the recorded one."""
    runs = st.session_state.setdefault(RUN_OF_LESSON, {})
    for run in (st.query_params.get("run", ""), runs.get(lesson.name, "")):
        if run not in ("", *RECORDED_RUNS) and is_run_of(lesson, run):
            runs[lesson.name] = run
            return run
    return lesson.recording


def is_run_of(lesson: Lesson, run: str) -> bool:
    """Whether a run has the lesson's settings; a lesson without any takes every run.

    An id that is none is of no lesson.
    """
    try:
        config = store().find(run, RUN).config.to_dict()
    except (UserError, ValueError):  # the latter of a damaged folder
        return False
    wanted = RunConfig(**lesson.settings).to_dict() if lesson.settings else {}
    return all(config[name] == wanted[name] for name in wanted.keys() - NOT_COMPARED)


def _keep_wish() -> None:
    """The panel's button was pressed; pages are changed by the script, not by a callback."""
    st.session_state[GO] = st.session_state[KEY]["go"]


def _carry_out(wish: Mapping[str, Any]) -> None:
    name = str(wish.get("lesson", st.session_state["lesson"]))
    lesson = lessons().found.get(name)
    if lesson is None:
        return
    match wish:
        case {"leave": True}:
            st.session_state["lesson"] = ""
        case {"finish": True}:
            address.open_page("lessons", lesson=None, card=None)
        case {"anew": True}:
            st.session_state.get(USES_RECORDING, set()).discard(name)
            st.session_state.get(RUN_OF_LESSON, {}).pop(name, None)
            open_card(lesson, 1)
        case {"recording": True}:
            st.session_state.setdefault(USES_RECORDING, set()).add(name)
            st.session_state.setdefault(RUN_OF_LESSON, {}).pop(name, None)
            recording = lesson.recording
            settings = parameters(run_settings(recording))
            address.open_page("live", run=recording, **settings)
        case {"card": int(number)}:
            open_card(lesson, number)


def _known_lesson(text: str) -> str:
    if text in lessons().found:
        return text
    st.toast(md("lessons.unknown", name=text), icon=":material/link_off:", duration="long")
    return ""


def _place(lesson: Lesson) -> int:
    """Number of the card that is shown, from 0."""
    card: int = st.session_state["card"]
    return min(max(card, 1), len(lesson.cards)) - 1


def _panel_data(lesson: Lesson, page: str) -> dict[str, Any]:
    """What ``lesson_panel.js`` describes."""
    run = lesson_run(lesson)
    recorded = st.query_params.get("run") == lesson.recording
    uses_recording = lesson.name in st.session_state.get(USES_RECORDING, ())
    return {
        "lesson": lesson.name,
        "title": lesson.words[language()]["title"],
        "page": page,
        "pages": {name: t(f"page.{name}") for name in {card.page for card in lesson.cards}},
        "card": _place(lesson),
        "run": run,
        "recording": lesson.recording,
        "started": run != lesson.recording or (recorded and uses_recording),
        "set": _values(),
        "cards": [_card_data(card) for card in lesson.cards],
    }


def _card_data(card: Card) -> dict[str, Any]:
    return {
        "page": card.page,
        "selector": card.selector,
        "hidden": card.hidden,
        "run": card.run,
        "epoch": card.epoch,
        "has_transport": card.has_transport,
        "done": card.done and card.done._asdict(),
        "predict": card.predict
        and {
            "measure": card.predict.measure,
            "cuts": list(card.predict.cuts),
            "later": card.predict.later,
        },
        "reveals": card.reveals,
        **card.words[language()],
    }


def _values() -> dict[str, Any]:
    """What the settings of the pages show now, by the names that conditions have for them.

    Those that no page has drawn yet are ``None``.
    """
    keys = SETTINGS | {name: name for name in ("bias", "bins", "calibrated")}
    return {name: st.session_state.get(key) for name, key in keys.items()}
