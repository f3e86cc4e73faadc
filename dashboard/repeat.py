"""The panel that repeats the shown run with several seeds: is its result luck?"""

import streamlit as st

from dashboard import address, sweeps
from dashboard.actions import show_user_errors
from dashboard.components.live_plot import live_plot
from dashboard.engine import hub, store
from dashboard.panel import panel
from dashboard.settings import problem
from dashboard.shown_run import values_of
from dashboard.text import md, t, tell
from kdcore.jobs.kind import SWEEP
from kdcore.jobs.run.config import RunConfig
from kdcore.jobs.sweep.config import SweepConfig
from kdcore.jobs.sweep.record import Spread, SweepRecord

SEEDS = 5
POLL = 1.0  # seconds between two looks at the sweep's state; the chart gets its points pushed


def repeat_panel(run: str) -> None:
    """One button, and then mean and band of plain and distilled student over the seeds.

    Args:
        run: whose settings are repeated, as they stand.
    """
    settings = values_of(run)
    with panel("seeds", run):
        if sentence := problem(lambda: repetition(settings)):
            st.caption(sentence)
            return
        address.take("repeat", "")
        sweep = _sweep_of(repetition(settings), st.session_state["repeat"])
        address.show({"repeat": sweep or None})
        if not sweep:
            st.button(
                md("repeat.start", count=SEEDS),
                key="repeat_start",
                icon=":material/casino:",
                on_click=_start,
                args=(run,),
            )
            return
        live = sweeps.is_live(sweep)
        st.fragment(_standing, run_every=POLL if live else None)(sweep, live)
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


def _start(run: str) -> None:
    with show_user_errors():
        st.session_state["repeat"] = hub().submit(repetition(values_of(run)))


def _sweep_of(wanted: SweepConfig, named: str) -> str:
    """The sweep that repeats these settings: the one named, else the newest; ``""`` for none."""
    known = store().readable(SWEEP)
    for sweep in [*([named] if named in known else []), *known]:
        if sweeps.config_of(sweep) == wanted:
            return sweep
    return ""


def _standing(sweep: str, was_live: bool) -> None:
    """Progress while it trains, and what the seeds say."""
    found, live = sweeps.landscape_of(sweep), sweeps.is_live(sweep)
    if live:
        with st.container(horizontal=True, vertical_alignment="center"):
            queued = hub().state(sweep) == "queued"
            st.progress(found.done, t("live.queued") if queued else t("repeat.training"))
            st.button(
                t("live.stop"),
                key="repeat_stop",
                icon=":material/stop:",
                on_click=sweeps.stop,
                args=(sweep,),
            )
    if found.failed:
        st.error(found.failed.error, icon=":material/error:")
    if sentence := outcome(found):
        st.markdown(sentence)
    if was_live and not live:
        st.rerun()


def outcome(found: SweepRecord) -> str:
    """What the seeds say together, as far as they are trained; empty before all have a score."""
    cells = found.cells()
    if not cells:
        return ""
    cell = cells[0]
    gain = found.gain(cell, "test_accuracy")
    distilled = found.spread(cell, "test_accuracy")
    plain = found.spread(cell, "test_accuracy", "plain")
    if gain is None or distilled is None or plain is None or gain.n < len(cell.numbers):
        return ""
    values = {
        "count": gain.n,
        "wins": sum(value > 0 for value in gain.values),
        "distilled": _percent(distilled),
        "plain": _percent(plain),
        "gain": f"{100 * gain.mean:+.1f}".replace("-", "−"),
        "sd": f"{100 * (gain.sd or 0):.1f}",
    }
    judged = {1: "repeat.clear_gain", 0: "repeat.unclear", -1: "repeat.clear_loss"}[gain.clear]
    return tell([("repeat.outcome", values), (judged, {})])


def _percent(spread: Spread) -> str:
    return f"{100 * spread.mean:.1f} ± {100 * (spread.sd or 0):.1f}%"
