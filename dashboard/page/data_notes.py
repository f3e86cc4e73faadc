"""What was decided about a run's data without asking, on the page."""

from collections.abc import Iterable

import streamlit as st

from dashboard.server.shared_records import run_history
from dashboard.text.viewer import translate_note
from kdcore.notes import Note


def run_notes(run: str) -> None:
    """The notes on the data of a run and on its teacher's file; nothing before it has begun."""
    history = run_history(run)
    show_notes(
        [
            *(history.started.notes if history.started else ()),
            *(history.prepared.notes if history.prepared else ()),
        ]
    )


def show_notes(notes: Iterable[Note]) -> None:
    """One line for each note."""
    if lines := [f"- {translate_note(note)}" for note in notes]:
        st.caption("\n".join(lines))
