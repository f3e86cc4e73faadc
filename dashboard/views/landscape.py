"""The landscape: which T, which λ?"""

import streamlit as st

from dashboard.charts.parts.grid import coordinates_of
from dashboard.page import address
from dashboard.page.acting import act_button, pace
from dashboard.page.jobs import sweeps
from dashboard.page.jobs.failure import show_failure
from dashboard.page.jobs.resume_button import resume_button
from dashboard.page.panel import chart_panel, panel
from dashboard.page.projector import in_expander
from dashboard.page.settings.sidebar import sidebar
from dashboard.page.settings.values import parameters, problem, write_settings
from dashboard.page.widgets import segments, select
from dashboard.say.sweep import best_sentences, spread_text
from dashboard.say.titles import method_title, row_title
from dashboard.server.engine import LIVE_STATES, hub, store
from dashboard.text.escape import markdown_text
from dashboard.text.languages import words
from dashboard.text.names import role_name
from dashboard.text.viewer import language, md, render_sentences, t
from kdcore.jobs.kind import SWEEP
from kdcore.jobs.sweep.config import SweepConfig
from kdcore.jobs.sweep.record import METRICS, ON_TARGET, GridPoint, SweepRecord

POLL = 1.0  # seconds between two looks at the sweep's state; the charts get theirs pushed


def settings_row(sweep: str, live: bool) -> None:
    """The axes, Start and Stop."""
    columns = st.columns([2, 2, 1.2, 1.6], vertical_alignment="bottom", gap="small")
    published = st.session_state["published"]
    for (axis, key), column in zip(sweeps.AXIS_KEYS.items(), columns, strict=False):
        column.text_input(
            t(f"landscape.{axis}"),
            st.session_state[key],
            key=key,
            help=t(f"landscape.{axis}_help"),
            disabled=published and axis != "seeds",
        )
    st.toggle(
        t("landscape.published"), published, key="published", help=t("landscape.published_help")
    )
    sentence = problem(sweeps.sweep_from_widgets)
    with columns[3], st.container(horizontal=True):
        act_button(
            t("live.start"),
            key="start_sweep",
            type="secondary" if live else "primary",
            icon=":material/play_arrow:",
            disabled=bool(sentence) or live,
            on_click=sweeps.start,
        )
        act_button(
            t("live.stop"),
            key="stop_sweep",
            icon=":material/stop:",
            disabled=not live,
            on_click=sweeps.stop,
            args=(sweep,),
        )
    if sentence:
        st.error(sentence, icon=":material/error:")
    else:
        config = sweeps.sweep_from_widgets()
        st.caption(
            md(
                "landscape.size",
                students=md("count.students", count=config.size),
                student=config.base.student,
                epochs=md("count.epochs", count=config.base.epochs),
                seeds=md("count.seeds", count=len(config.seeds)),
            )
        )


def job_status(sweep: str, drawn: str) -> None:
    """State, progress, what was found; the whole page anew when the state is another."""
    found = sweeps.sweep_record(sweep)
    state = hub().state(sweep)
    if state in LIVE_STATES:
        st.progress(found.done, text=_progress_text(found, state))
    elif found.finished:
        st.caption(
            md(
                "landscape.ended",
                state=t(f"state.{state}"),
                seconds=found.finished.seconds,
                students=md("count.students", count=found.finished.finished),
                failed=found.finished.failed,
            )
        )
    for retry in found.retries:
        st.warning(md("landscape.retried", group=retry.group + 1, cause=retry.cause))
    show_failure(found.failed, state)
    if state != drawn:
        st.rerun()


def _progress_text(found: SweepRecord, state: str) -> str:
    if state == "queued":
        return t("live.queued")
    if found.prepared is None:
        last = found.teacher_epoch
        if last is None:
            return t("live.waiting")
        return md(
            "live.loading_teacher",
            who=role_name(words(language()), last.learner),
            epoch=last.epoch,
            epochs=last.epochs,
            accuracy=last.test_accuracy,
        )
    rate = sum(progress.images_per_second for progress in found.progress.values())
    return md(
        "landscape.training",
        done=found.done,
        workers=found.prepared.workers,
        rate=rate,
        groups=md("count.groups", count=len(found.prepared.groups)),
    )


def verdict(found: SweepRecord, lr: float, method: str) -> None:
    """The best cell on validation data with its test value; the viewer's guess beside it."""
    cells = found.cells(lr, method)
    if (best := found.best(cells)) is None:
        st.caption(t("landscape.no_scores"))
        return
    st.markdown(render_sentences(best_sentences(best)))
    guessed = sweeps.cell_at(cells, coordinates_of(st.query_params.get("guess")))
    if guessed and (rank := found.rank(cells, guessed, "validation_accuracy")):
        spread = found.spread(guessed, "validation_accuracy")
        assert spread is not None, "it has a rank"
        st.markdown(
            md(
                "landscape.guessed",
                temperature=guessed.temperature,
                weight=guessed.weight,
                rank=rank,
                places=best.places,
                accuracy=spread_text(spread),
            )
        )


def runs_at_coordinates(sweep: str, found: SweepRecord, lr: float, method: str) -> None:
    """The runs of the cell that was clicked, to be opened."""
    cell = sweeps.cell_at(found.cells(lr, method), coordinates_of(st.query_params.get("at")))
    if cell is None:
        st.caption(t("landscape.choose"))
        return
    runs_of(sweep, found, cell)


def runs_of(sweep: str, found: SweepRecord, cell: GridPoint) -> None:
    """The runs of a cell, seed by seed."""
    st.markdown(md("landscape.chosen", temperature=cell.temperature, weight=cell.weight))
    folder = store().find(sweep, SWEEP)
    config = folder.config
    with st.container(horizontal=True):
        for number in cell.numbers:
            seed = config.cells[number].seed
            ready = number in found.states and folder.cell(number).path.exists()
            if st.button(
                md("landscape.open", seed=seed),
                key=f"open-{number}",
                disabled=not ready,
                icon=":material/replay:",
            ):
                address.open_page(
                    "live", run=folder.cell_id(number), **parameters(config.cells[number].to_dict())
                )
        if st.button(t("landscape.train"), key="train_cell", icon=":material/play_circle:"):
            address.open_page(
                "live", run=None, **parameters(config.cells[cell.numbers[0]].to_dict())
            )
    for number in cell.numbers:
        if number in found.errors:
            st.error(markdown_text(found.errors[number]), icon=":material/error:")


def grid_charts(sweep: str, found: SweepRecord, config: SweepConfig, *, live: bool) -> None:
    """T over λ as a map and a surface, what is best, and the runs behind it."""
    metrics = [name for name in METRICS if name != ON_TARGET or config.base.target]
    if st.session_state["metric"] not in metrics:  # of another sweep
        st.session_state["metric"] = metrics[0]
    with st.container(horizontal=True, vertical_alignment="center"):
        segments(
            t("landscape.metric"), metrics, key="metric", title=lambda name: t(f"metric.{name}")
        )
        lr, method = config.lrs[0], config.methods[0]
        if len(config.lrs) > 1:
            lr = st.selectbox(t("setting.lr.label"), config.lrs, key="shown_lr")
        if len(config.methods) > 1:
            if st.session_state.get("shown_method") not in config.methods:
                st.session_state["shown_method"] = method
            method = select(
                t("setting.method.label"), config.methods, key="shown_method", title=method_title
            )
        st.toggle(
            t("landscape.guess_first"),
            st.session_state["guess_first"],
            key="guess_first",
            help=t("landscape.guess_help"),
        )
    guess = st.query_params.get("guess")
    hidden = st.session_state["guess_first"] and not guess
    view = {
        "metric": st.session_state["metric"],
        "lr": lr,
        "method": method,
        "hidden": "true" if hidden else "false",
        "guess": guess or "",
        "at": st.query_params.get("at", ""),
    }
    left, right = st.columns([1.15, 1])
    with left:
        clicked = chart_panel("landscape", sweep, height=380, params=view, choosable=True)
    with right:
        turned = chart_panel("landscape_surface", sweep, height=380, params=view, choosable=True)
    clicked = clicked or turned
    if clicked:
        address.write_params({"guess" if hidden else "at": clicked})
        st.rerun()
    if not hidden:
        with panel("landscape_best", sweep):
            st.fragment(verdict, run_every=pace(POLL) if live else None)(found, lr, method)
    left, right = st.columns(2)
    with left:
        chart_panel("landscape_margins", sweep, height=260, params=view)
    with right:
        chart_panel("cell_curves", sweep, height=260, params=view, follows=True)
    if not hidden:
        with panel("landscape_chosen", sweep):
            runs_at_coordinates(sweep, found, lr, method)
    address.write_params(
        {
            "metric": st.session_state["metric"],
            "guess_first": "1" if st.session_state["guess_first"] else None,
        }
    )


def method_charts(sweep: str, found: SweepRecord, config: SweepConfig) -> None:
    """What each method gains over the plain student, and the runs behind it."""
    chart_panel("methods", sweep, height=28 * len(config.methods) + 140)
    st.session_state.setdefault(f"methods-{sweep}", config.methods[0])
    shown = select(
        t("setting.method.label"), config.methods, key=f"methods-{sweep}", title=method_title
    )
    with panel("landscape_chosen", sweep):
        if cells := found.cells(method=shown):
            runs_of(sweep, found, cells[0])
        else:
            st.caption(t("landscape.no_scores"))


known = sweeps.grid_sweeps()
sweep = sweeps.shown_sweep(known)
sidebar(store().root / "uploads", {})
st.title(t("landscape.title"), anchor=False)
st.markdown(t("landscape.lead"))
for notice in st.session_state.get(address.NOTICES, []):
    st.warning(notice, icon=":material/link_off:")
state = hub().state(sweep) if sweep else ""  # looked up once: what is drawn must agree
live = state in LIVE_STATES
with in_expander(t("live.settings"), when=bool(sweep)):
    settings_row(sweep, live)
if not sweep:
    st.info(t("landscape.empty"), title=t("landscape.empty_title"), icon=":material/landscape:")
else:
    usual = "validation_accuracy"
    address.read_param("metric", usual, lambda text: text if text in METRICS else usual)
    address.read_param("guess_first", False, lambda text: text == "1")
    with st.container(horizontal=True, vertical_alignment="bottom", key="job_row"):
        select(
            t("landscape.sweep"),
            list(known),
            key="sweep",
            title=lambda sweep: row_title(known[sweep]),
            on_change=lambda: sweeps.show_sweep(st.session_state["sweep"]),
        )
        resume_button(sweep, help=t("landscape.resume_help"))
    if other := sweeps.differing_settings(sweep):
        with st.container(horizontal=True, vertical_alignment="center", key="other_settings"):
            st.markdown(md("landscape.other_settings", what=" · ".join(other)))
            st.button(
                t("settings.take"),
                key="take_sweep",
                icon=":material/tune:",
                on_click=sweeps.show_sweep,
                args=(sweep,),
            )
    with st.container(key="status-sweep"):
        st.fragment(job_status, run_every=pace(POLL) if live else None)(sweep, state)
    found = sweeps.sweep_record(sweep)
    config = store().find(sweep, SWEEP).config
    if config.published:
        method_charts(sweep, found, config)
    else:
        grid_charts(sweep, found, config, live=live)
write_settings()
