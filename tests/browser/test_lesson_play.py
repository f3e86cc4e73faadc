"""Every lesson is played through to its end, as one who learns does it.

With KDCORE_WALK_DIR set to a folder, each is played at every size in both languages, and on live
runs; pictures of every card, before and after it is done, are put there to be looked at.
"""

import os
from itertools import product

import pytest
from support.lesson_player import LessonPlayer
from support.pages import LOCALES

from dashboard.lessons.finding import lessons

SIZES = ((1440, 900), (390, 844), (1920, 1080))
LOOKS = tuple(product(SIZES, LOCALES))
FOLDER = os.environ.get("KDCORE_WALK_DIR")
LESSONS = lessons().found
PLAYS = [
    (name, *look)
    for at, name in enumerate(LESSONS)
    for place, look in enumerate(LOOKS)
    if FOLDER or place == at % len(LOOKS)
]


def in_words(value):
    return "x".join(map(str, value)) if isinstance(value, tuple) else value


@pytest.fixture
def player(browser):
    """``player(name, size, language)``: somebody before the lesson at a window of that size."""
    contexts = []

    def player(name, size, language, *, live=False):
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            locale=LOCALES[language],
            has_touch=size[0] < 800,
        )
        contexts.append(context)
        title = f"lesson-{name}-{in_words(size)}-{language}{'-live' if live else ''}"
        return LessonPlayer(
            context.new_page(), LESSONS[name], language, live=live, folder=FOLDER, name=title
        )

    yield player
    for context in contexts:
        context.close()


@pytest.mark.slow
@pytest.mark.parametrize(("name", "size", "language"), PLAYS, ids=in_words)
def test_a_lesson_is_played_to_its_end_on_the_recorded_run(player, app, name, size, language):
    learner = player(name, size, language)
    learner.begin(app)
    learner.play(reload_at=len(LESSONS[name].cards) // 2)

    assert learner.faults == []


@pytest.mark.slow
@pytest.mark.skipif(not FOLDER, reason="trains for minutes: only with KDCORE_WALK_DIR")
def test_the_lessons_are_played_to_their_end_on_live_runs(player, served, tmp_path):
    """In an order in which each finds a run of the kind that it takes: the last ones train none."""
    names = ("few-labels", "t-squared", "missing-three", "no-help")
    follow = {"believe-ninety": "few-labels", "soft-label": "few-labels", "temperature": "no-help"}
    faults, runs = {}, {}
    with served(tmp_path) as app:
        for name in (*names, *follow):
            learner = player(name, SIZES[0], "en", live=True)
            learner.begin(app, run=runs.get(follow.get(name), ""))
            learner.play()
            runs[name] = learner.run
            faults[name] = learner.faults

    assert {name: lines for name, lines in faults.items() if lines} == {}
