"""The frame of a panel: the question it answers, and behind its mark what is to be seen."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import streamlit as st

from dashboard.components.live_plot import live_plot
from dashboard.page.settings.hint_links import hint_link
from dashboard.text.viewer import t


@contextmanager
def panel(name: str, run: str = "") -> Iterator[None]:
    """A card titled with the question ``panel.NAME.title``.

    The mark beside it says in two sentences what is shown (``panel.NAME.what``) and what to try
    (``panel.NAME.try``), with a link that sets it up.
    """
    link = hint_link(name)
    set_up = f" [{t('app.set_up')}]({link})" if link else ""
    with st.container(border=True, key=f"panel-{name}-{run}", height="stretch"):
        st.header(
            t(f"panel.{name}.title"),
            anchor=False,
            help=f"{t(f'panel.{name}.what')}\n\n**{t('app.try')}** "
            f"{t(f'panel.{name}.try')}{set_up}",
        )
        yield


def chart_panel(name: str, run: str, **how: Any) -> str | None:
    """The chart ``name`` of a run in its frame; ``how`` as for ``live_plot``, which see."""
    with panel(name, run):
        return live_plot(name, run, **how)
