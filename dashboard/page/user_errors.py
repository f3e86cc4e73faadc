"""What the page says when a person's wish cannot be carried out."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from dashboard.text.viewer import translate_error
from kdcore.errors import UserError


@contextmanager
def show_user_errors() -> Iterator[None]:
    """A person's mistake inside is said in a line of the page, in the viewer's language."""
    try:
        yield
    except UserError as error:
        st.toast(translate_error(error.code, error.values, str(error)), icon=":material/error:")
