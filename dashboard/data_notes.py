"""What was decided about a run's data without asking, on the page."""

import re
from collections.abc import Iterable

import streamlit as st

from dashboard.engine import hub
from dashboard.status import status
from dashboard.text import explain_note
from kdcore.notes import Note


def run_notes(run: str) -> None:
    """The notes on the data of a run and on its teacher's file; nothing before it has begun."""
    now = status(hub().events(run))
    show_notes([*(now.started.notes if now.started else ()),
                *(now.prepared.notes if now.prepared else ())])  # fmt: skip


def show_notes(notes: Iterable[Note]) -> None:
    """One line for each note."""
    if lines := [f"- {as_written(explain_note(note))}" for note in notes]:
        st.caption("\n".join(lines))


def as_written(text: str) -> str:
    """Markdown that shows ``text`` as it is, names in it too."""
    return re.sub(r"([\\`*_{}\[\]()<>#+\-!|~$:&])", r"\\\1", text)
