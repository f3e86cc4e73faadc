"""A table of texts; on a phone each row is a small card whose values have their columns' titles."""

import json
from collections.abc import Mapping, Sequence

import streamlit as st


def wide_table(rows: Sequence[Mapping[str, str]], key: str) -> None:
    """Draw rows that all have the same columns; cells are Markdown.

    Args:
        rows: by the columns' titles.
        key: of the container, unlike all others of the page.
    """
    with st.container(key=f"wide-{key}"):
        st.html(f"<style>{_titles(list(rows[0]), f'st-key-wide-{key}')}</style>")
        st.table(rows, border="horizontal")


def _titles(columns: Sequence[str], place: str) -> str:
    """The style that puts the titles into the cells, for ``style.css`` to show on a phone."""
    return "".join(
        f".{place} td:nth-child({at}) {{ --title: {_text(title)}; }}"
        for at, title in enumerate(columns, start=1)
    )


def _text(title: str) -> str:
    """As a string of CSS, which no tag ends."""
    return json.dumps(title, ensure_ascii=False).replace("<", "\\3c ")
