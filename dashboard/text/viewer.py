"""The dashboard's words in the language of the viewer whose page is drawn."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import streamlit as st

from dashboard.text.errors import sentence
from dashboard.text.escape import Markdown, MarkdownFiller, markdown_text
from dashboard.text.languages import LANGUAGES, words
from dashboard.text.phrases import Sentence, form, phrase, sentence_gap
from kdcore.notes import Note

PLAIN = (
    "corruption.",
    "corruption_unit.",
    "dataset.",
    "dataset_licence.",
    "error.",
    "method.",
    "method_setting.",
    "method_source.",
    "model.",
    "note.",
    "reading.",
    "recipe.",
    "recipe_score.",
    "scheme.",
    "scheme_source.",
    "setting.",
)
"""What the keys of the engine's own texts begin with: they are for the command line too, where an
asterisk is an asterisk."""


_spoken: ContextVar[str] = ContextVar("spoken", default="")
"""The language of who is no viewer of a page."""


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """All words are of this language meanwhile, whoever looks: for what is written into files."""
    token = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(token)


def language() -> str:
    """The viewer's language: chosen in the header, named in the URL, or the browser's."""
    if spoken := _spoken.get():
        return spoken
    chosen = st.session_state.get("lang") or st.query_params.get("lang")
    return chosen if chosen in LANGUAGES else browser_language()


def browser_language() -> str:
    """``zh`` where the browser asks for Chinese, else ``en``."""
    return "zh" if (st.context.locale or "").lower().startswith("zh") else "en"


def t(key: str, **values: Any) -> str:
    """The text of ``key`` in the viewer's language, with ``values`` filled in, as plain text.

    For what is no Markdown: options of a select box, cells of a data frame, the words of charts
    and components.

    Raises:
        KeyError: there is no such text; a test looks up every key that the code names.
    """
    return phrase(words(language()), key, **values)


def md(key: str, **values: Any) -> Markdown:
    """The same as Markdown, for all that Streamlit renders; ``values`` are shown literally.

    A value that is Markdown itself, from here or from ``markdown_text``, is kept as it is.

    Raises:
        KeyError: there is no such text.
    """
    spoken = words(language())
    if key.startswith(PLAIN):
        return markdown_text(phrase(spoken, key, **values))
    template = form(spoken, key, values)
    return Markdown(MarkdownFiller().vformat(template, (), values) if values else template)


def render_sentences(sentences: Iterable[Sentence]) -> Markdown:
    """Several texts with their values as Markdown, one after the other."""
    between = sentence_gap(words(language()))
    return Markdown(between.join(md(key, **values) for key, values in sentences))


def translate_error(code: str, values: Mapping[str, Any], english: str) -> Markdown:
    """A ``UserError`` as the page says it; ``english`` where its code is not known."""
    return markdown_text(sentence(words(language()), f"error.{code}", values) or english)


def translate_note(note: Note) -> Markdown:
    """What was decided about data, as the page says it; English where it is not known."""
    return markdown_text(sentence(words(language()), f"note.{note.code}", note.values) or note.text)
