"""The panel that repeats the shown run with several seeds: is its result luck?"""

import streamlit as st

from dashboard.components.live_plot import live_plot
from dashboard.page import address
from dashboard.page.acting import act_button, acts, pace
from dashboard.page.jobs import sweeps
from dashboard.page.jobs.failure import show_failure
from dashboard.page.panel import panel
from dashboard.page.settings.values import problem
from dashboard.say.sweep import seeds_sentences
from dashboard.server.engine import hub, is_live, store
from dashboard.server.shared_records import run_settings
from dashboard.text.viewer import md, render_sentences, t
from kdcore.jobs.kind import SWEEP
from kdcore.jobs.run.config import RunConfig
from kdcore.jobs.sweep.config import SweepConfig

SEEDS = 5
POLL = 1.0  # seconds between two looks at the sweep's state; the chart gets its points pushed


def repeat_panel(run: str) -> None:
    """One button, and then mean and band of plain and distilled student over the seeds.

    Args:
        run: whose settings are repeated, as they stand.
    """
    settings = run_settings(run)
    with panel("seeds", run):
        if sentence := problem(lambda: repetition(settings)):
            st.caption(sentence)
            return
        address.read_param("repeat", "")
        sweep = _sweep_of(repetition(settings), st.session_state["repeat"])
        address.write_params({"repeat": sweep or None})
        if not sweep:
            act_button(
                md("repeat.start", count=SEEDS),
                key="repeat_start",
                icon=":material/casino:",
                on_click=_start,
                args=(run,),
            )
            return
        live = is_live(sweep)
        st.fragment(_status, run_every=pace(POLL) if live else None)(sweep, live)
        live_plot("seeds", sweep, height=280)


def repetition(settings: dict[str, object]) -> SweepConfig:
    """The sweep over the seeds alone.

    Raises:
        UserError: the run is more than a sweep can train.
    """
    config = RunConfig.from_dict(settings)
    seeds = tuple(range(config.seed, config.seed + SEEDS))
    return SweepConfig(
        base=config.replace(speed=0.0, seed=0),
        temperatures=(config.temperature,),
        weights=(config.weight,),
        seeds=seeds,
    )


@acts
def _start(run: str) -> None:
    st.session_state["repeat"] = hub().submit(repetition(run_settings(run)))


def _sweep_of(wanted: SweepConfig, named: str) -> str:
    """The sweep that repeats these settings: the one named, else the newest; ``""`` for none."""
    known = store().readable(SWEEP)
    for sweep in [*([named] if named in known else []), *known]:
        if sweeps.config_of(sweep) == wanted:
            return sweep
    return ""


def _status(sweep: str, was_live: bool) -> None:
    """Progress while it trains, and what the seeds say."""
    found, live = sweeps.sweep_record(sweep), is_live(sweep)
    if live:
        with st.container(horizontal=True, vertical_alignment="center"):
            queued = hub().state(sweep) == "queued"
            st.progress(found.done, t("live.queued") if queued else t("repeat.training"))
            act_button(
                t("live.stop"),
                key="repeat_stop",
                icon=":material/stop:",
                on_click=sweeps.stop,
                args=(sweep,),
            )
    show_failure(found.failed, hub().state(sweep))
    if sentences := seeds_sentences(found):
        st.markdown(render_sentences(sentences))
    if was_live and not live:
        st.rerun()
