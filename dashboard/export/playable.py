"""Lessons as they can be played on recorded runs alone: a card that needs the program says so."""

from collections.abc import Collection, Mapping
from typing import Any

from dashboard.lessons.format import LECTURER, Card, Lesson
from dashboard.text.viewer import language, t

KNOWN_SETTINGS = {"calibration": ("set_bins", "set_calibrated"), "live": ("set_bias",)}
"""Settings that a page of the folder lets one change, as conditions call them."""

NOT_HERE = ("start", "buttons", "seeds")
"""Parts of pages that train something."""


def lesson_data(
    lesson: Lesson, pages: Collection[str], titles: Mapping[str, str]
) -> dict[str, Any]:
    """A lesson in the language that is spoken now, as ``lesson_panel.js`` takes it.

    Args:
        lesson: with its cards.
        pages: names of those that the folder has.
        titles: of these pages, by name.
    """
    texts = lesson.words[language()]
    cards: list[dict[str, Any]] = []
    for card in lesson.cards:
        before = cards[-1]["page"] if cards else "live"
        cards.append(_card(card, pages, before))
    return {
        "lesson": lesson.name,
        "title": texts["title"],
        "about": texts["about"],
        **{name: texts[name] for name in LECTURER},
        "timing": t("lessons.timing", count=len(cards), minutes=lesson.minutes),
        "run": lesson.recording,
        "recording": lesson.recording,
        "pages": {name: titles[name] for name in {one["page"] for one in cards}},
        "cards": cards,
    }


def can_be_met(card: Card, pages: Collection[str]) -> bool:
    """Whether what completes a card can be done on a recorded run without the program."""
    if card.page not in pages:
        return False
    if card.done is None or not card.done.reading.startswith("set_"):
        return True
    return card.done.reading in KNOWN_SETTINGS.get(card.page, ())


def _card(card: Card, pages: Collection[str], page_before: str) -> dict[str, Any]:
    texts = dict(card.words[language()])
    met = can_be_met(card, pages)
    trains = card.run == "new" or card.part in NOT_HERE
    if trains or not met:
        notes = [texts["text"], t("component.static.needs_program")]
        if not met and "task" in texts:
            notes.append(t("component.static.in_program", task=texts.pop("task")))
        texts["text"] = "\n\n".join(notes)
    return {
        "page": card.page if card.page in pages else page_before,
        "selector": card.selector if card.page in pages else "",
        "hidden": card.hidden if card.page in pages else [],
        "run": "recording",
        "epoch": card.epoch,
        "has_transport": card.has_transport,
        "parameters": {
            name: value
            for name, value in card.parameters.items()
            if f"set_{name}" in KNOWN_SETTINGS.get(card.page, ())
        },
        "done": card.done._asdict() if card.done and met else None,
        "predict": card.predict
        and {
            "measure": card.predict.measure,
            "cuts": list(card.predict.cuts),
            "later": card.predict.later,
        },
        "reveals": card.reveals,
        **texts,
    }
