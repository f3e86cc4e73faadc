"""Lessons: what is there to learn, card by card; and a page for the lecturer of each."""

from collections.abc import Mapping

import streamlit as st

from dashboard.lessons.finding import lessons
from dashboard.lessons.format import LECTURER, Lesson, without_figures
from dashboard.page import address
from dashboard.page.lesson import open_card
from dashboard.text.escape import markdown_text
from dashboard.text.languages import words
from dashboard.text.viewer import language, md, t

PER_ROW = 3


def of_lecturer(lesson: Lesson) -> None:
    """Timing, what to ask and what goes wrong; with the cards, so that nothing surprises."""
    texts = lesson.words[language()]
    st.header(markdown_text(texts["title"]), anchor=False)
    st.markdown(md("lessons.timing", minutes=lesson.minutes, count=len(lesson.cards)))
    st.markdown(t("lessons.on_recording"))
    with st.container(horizontal=True):
        if st.button(t("lessons.begin"), key="begin", type="primary", icon=":material/school:"):
            open_card(lesson, 1)
        if st.button(t("lessons.all"), key="all_lessons", icon=":material/arrow_back:"):
            address.open_page("lessons", lecturer=None)
    for name in LECTURER:
        st.subheader(t(f"lessons.{name}"), anchor=False)
        st.markdown("\n".join(f"- {markdown_text(line)}" for line in texts[name]))
    st.subheader(t("lessons.cards"), anchor=False)
    st.table(
        [
            {
                t(
                    "lessons.column_card"
                ): f"{number}. {markdown_text(without_figures(of['title']))}",
                t("lessons.column_minutes"): f"{card.minutes:g}",
                t("lessons.column_page"): t(f"nav.{card.page}"),
                t("lessons.column_task"): markdown_text(_task(of)),
            }
            for number, card in enumerate(lesson.cards, start=1)
            for of in [card.words[language()]]
        ]
    )


def _task(texts: Mapping[str, str]) -> str:
    return without_figures(texts.get("question") or texts.get("task") or t("lessons.to_read"))


def lesson_card(lesson: Lesson) -> None:
    """A lesson with what it is about and the ways into it."""
    texts = lesson.words[language()]
    with st.container(border=True, height="stretch", key=f"lesson-card-{lesson.name}"):
        st.markdown(f"**{markdown_text(texts['title'])}**")
        st.markdown(markdown_text(texts["about"]))
        st.caption(md("lessons.timing", minutes=lesson.minutes, count=len(lesson.cards)))
        with st.container(horizontal=True):
            if st.button(
                t("lessons.begin"), key=f"begin-{lesson.name}", icon=":material/play_arrow:"
            ):
                open_card(lesson, 1)
            if st.button(
                t("lessons.lecturer"), key=f"lecturer-{lesson.name}", icon=":material/co_present:"
            ):
                address.open_page("lessons", lecturer=lesson.name)


st.title(t("lessons.title"), anchor=False)
st.markdown(t("lessons.lead"))
known = lessons()
address.read_param("lecturer", "", lambda text: text if text in known.found else "")
address.write_params({"lecturer": st.session_state["lecturer"] or None})
for error in known.errors:
    st.error(
        "\n".join(f"- {markdown_text(line)}" for line in error.lines(words(language()))),
        icon=":material/error:",
    )
if chosen := known.found.get(st.session_state["lecturer"]):
    of_lecturer(chosen)
else:
    every = list(known.found.values())
    for first in range(0, len(every), PER_ROW):
        for lesson, column in zip(every[first:], st.columns(PER_ROW), strict=False):
            with column:
                lesson_card(lesson)
    st.caption(t("lessons.own"))
