"""Projector mode: large type, no sidebar, one chart at a time at full width."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import streamlit as st

from dashboard.components.live_plot import live_plot
from dashboard.page import address
from dashboard.text.viewer import t

CHART = "chart"
"""Key of the session state and of the URL's parameter: the chart that is shown."""


def is_projected() -> bool:
    """Whether the viewer projects the page."""
    return bool(st.session_state["projector"])


@contextmanager
def in_expander(label: str, *, when: bool) -> Iterator[None]:
    """What is inside is a line to open where the page is projected: the charts come first.

    Args:
        label: of that line.
        when: whether there are charts.
    """
    if is_projected() and when:
        with st.expander(label):
            yield
    else:
        yield


def chart_deck(run: str, charts: Sequence[str]) -> None:
    """One of ``charts`` of a run at full width, with the way to the one before and the next.

    Args:
        run: its id.
        charts: names of charts, in order.
    """
    address.read_param(CHART, charts[0], lambda text: text if text in charts else charts[0])
    if st.session_state[CHART] not in charts:
        st.session_state[CHART] = charts[0]
    chosen = st.session_state[CHART]
    at = charts.index(chosen)
    with st.container(horizontal=True, vertical_alignment="center", key="deck"):
        st.button(
            t("projector.previous"),
            key="previous_chart",
            icon=":material/chevron_left:",
            on_click=_show_chart,
            args=(charts[at - 1],),
        )
        st.button(
            t("projector.next"),
            key="next_chart",
            icon=":material/chevron_right:",
            on_click=_show_chart,
            args=(charts[(at + 1) % len(charts)],),
        )
        st.markdown(f"**{t(f'panel.{chosen}.title')}** · {at + 1}/{len(charts)}")
    live_plot(chosen, run, height=260, fills=True, large=True)
    address.write_params({CHART: None if at == 0 else chosen})


def _show_chart(chart: str) -> None:
    st.session_state[CHART] = chart
