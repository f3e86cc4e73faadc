"""Live distillation: does the teacher help?"""

from itertools import chain

import streamlit as st

from dashboard.components.live_plot import live_plot
from dashboard.components.moment import loss_numbers, moment_panel
from dashboard.components.transport import transport
from dashboard.page import address
from dashboard.page.acting import act_button, may_act, pace
from dashboard.page.data_notes import run_notes
from dashboard.page.jobs import actions, shown_run
from dashboard.page.jobs.branch_dialog import branch_dialog
from dashboard.page.jobs.live_board import board, is_outdated, layout_key
from dashboard.page.jobs.missing_classes import missing_classes
from dashboard.page.jobs.repetition import repeat_panel
from dashboard.page.panel import chart_panel, panel
from dashboard.page.projector import chart_deck, is_projected
from dashboard.page.scenario_cards import scenario_cards
from dashboard.page.settings.live_sliders import live_sliders
from dashboard.page.settings.sidebar import sidebar
from dashboard.page.settings.values import chosen, problem, write_settings
from dashboard.say.formula import loss_formula
from dashboard.say.titles import row_title, run_title, short_text
from dashboard.server.engine import RECORDED_RUNS, hub, is_live, store
from dashboard.server.shared_records import run_history, run_settings
from dashboard.text.escape import markdown_text
from dashboard.text.viewer import md, t
from kdcore.catalogue import is_forest, is_readable, method_of
from kdcore.jobs.kind import RUN
from kdcore.jobs.run.config import RunConfig
from kdcore.store.branch import branched_from
from kdcore.store.row import NAME

LATEST = 5  # stored runs that are offered before one is shown
BEFORE_STUDENTS = ("waiting", "loading", "teacher")
ROWS = (
    ("losses", "loss_terms", "gradient_share"),
    ("agreement", "fidelity", "errors"),
    ("wrong_teacher",),
)
POLL = 1.0  # seconds between two looks at the run's state; the charts get theirs pushed
EAGER_POLL = 0.4  # the same until the students begin: other panels are due then


def notices(run: str) -> None:
    """What the viewer should know before anything else: a link's fault, another run that trains."""
    for notice in st.session_state.get(address.NOTICES, []):
        st.warning(notice, icon=":material/link_off:")
    sentence = problem(chosen)
    if sentence and may_act():
        st.error(sentence, icon=":material/error:")
    other = hub().active()
    if not run and other:
        with st.container(border=True, horizontal=True, vertical_alignment="center", key="other"):
            st.markdown(md("live.other_run", title=title_of(other)))
            st.button(
                t("live.follow_it"),
                key="follow_other",
                icon=":material/visibility:",
                on_click=shown_run.show_run,
                args=(other,),
            )
            act_button(
                t("live.queue_mine"),
                key="queue_mine",
                icon=":material/queue:",
                on_click=actions.start,
                disabled=bool(sentence),
            )


def waiting_line(run: str, waiting: dict[str, tuple[object, object]]) -> None:
    """What waits for the next start, with the way to start it and to drop it."""
    if not (waiting and may_act()):
        return
    with st.container(horizontal=True, vertical_alignment="center", key="waiting"):
        what = " · ".join(short_text(name, value) for name, (_, value) in waiting.items())
        st.markdown(f":orange-badge[{t('settings.waits')}] {markdown_text(what)}")
        if is_live(run):
            act_button(
                t("live.queue_mine"),
                key="queue_changes",
                icon=":material/queue:",
                on_click=actions.start,
                disabled=bool(problem(chosen)),
            )
        st.button(
            t("settings.discard"),
            key="discard",
            icon=":material/undo:",
            on_click=shown_run.discard_changes,
            args=(run,),
        )


def scheme_panels(config: RunConfig, run: str) -> None:
    """The panels of what is more than one teacher, one student and one soft term."""
    several = len(config.teachers) > 1
    if config.also or config.alignment != "none":
        chart_panel("terms", run, height=220)
    if several and not config.assistants:
        left, right = st.columns(2)
        with left:
            chart_panel("teachers", run, height=260)
        with right:
            chart_panel("teacher_weights", run, height=260)
    elif config.assistants:
        chart_panel("teachers", run, height=260)
    if config.networks > 1:
        chart_panel("ensembles", run, height=280)


def title_of(run: str) -> str:
    """The run's own name, what sets it apart, and its id; empty where there is none."""
    if not run:
        return ""
    folder = store().find(run, RUN)
    title = run_title(folder.config.to_dict(), run_history(run).turned)
    parts = [folder.text(NAME), title, t("app.recorded") if run in RECORDED_RUNS else run]
    if origin := branched_from(folder):
        parts.append(t("live.branch_of", run=origin[0], epoch=origin[1]))
    return " · ".join(filter(None, parts))


def live_board(run: str, drawn: tuple[str, str, bool]) -> None:
    """The board, and the whole page anew when other panels are due."""
    board(run, startable=not problem(chosen), title="" if is_projected() else title_of(run))
    if is_outdated(run, drawn):
        st.rerun()


def looks_every(run: str, phase: str) -> float | None:
    """Seconds between two looks at the board; a follower's is told by the stream of the run."""
    if not run:
        return pace(POLL)
    if not (is_live(run) and may_act()):
        return None
    return POLL if phase in ("training", "over") else EAGER_POLL


def main_chart(run: str) -> str:
    """What stands first: the accuracy; of an adaptation that on both domains."""
    return "domains" if run_settings(run).get("target") else "accuracy"


def main_panels(run: str, drawn: tuple[str, str, bool]) -> None:
    """The accuracy at two thirds of the width, what acts at once beside it."""
    left, right = st.columns([2, 1])
    with left:
        if not run:
            first_panels()
        elif drawn[1] in BEFORE_STUDENTS:
            chart_panel("teacher_curve", run, height=260, fills=True)
        else:
            chart_panel(main_chart(run), run, height=260, fills=True)
    with right, st.container(border=True, key="controls", height="stretch"):
        live_sliders(actions.retune, shown_run.slider_settings(run), run=run)


def projected_panels(run: str, phase: str, config: RunConfig) -> None:
    """The same for a projector: numbers and sliders in a line, one chart at a time below."""
    acting = shown_run.slider_settings(run)
    if phase in BEFORE_STUDENTS:
        live_plot("teacher_curve", run, height=220, fills=True, large=True)
        return
    numbers, *sliders = st.columns([3, 1, 1], gap="medium")
    with numbers:
        moment_panel(run, "scores")
    live_sliders(actions.retune, acting, run=run, in_line=sliders)
    moment_panel(run, "headline")
    method = method_of(config.method)
    own = () if is_forest(config.student) else filter(None, (method.panel,))
    of_target = ("shift",) if config.target else ()
    trees = ("tree",) if is_readable(config.student) else ()
    chart_deck(run, (main_chart(run), *trees, *chain(*ROWS), *of_target, *own))


def first_panels() -> None:
    """Before the first run: runs to begin with, and the latest of those that are stored.

    A lesson has a run of its own, and asks before it what these would tell.
    """
    if st.session_state["lesson"]:
        st.info(t("live.lesson_first"), icon=":material/school:")
        return
    st.markdown(t("live.empty"))
    scenario_cards("live", per_row=2)
    stored = [row for row in store().list(RUN) if row.readable][:LATEST]
    if stored:
        st.header(t("live.latest"), anchor=False)
    for row in stored:
        st.button(
            f"{markdown_text(row_title(row))}",
            key=f"open-{row.id}",
            type="tertiary",
            icon=":material/replay:",
            on_click=shown_run.show_run,
            args=(row.id,),
        )


def details(run: str, config: RunConfig) -> None:
    """Everything below the main panels."""
    run_notes(run)
    with panel("formula", run):
        st.latex(
            loss_formula(
                config.method,
                config.mixing,
                config.also,
                config.student,
                domains=(t("live.source"), t("live.target")) if config.target else None,
                alignment=config.alignment,
            ),
            help=t("live.formula_note"),
        )
        loss_numbers(run)
    if is_readable(config.student):
        chart_panel("tree", run, height=260)
    for row in ROWS:
        for name, column in zip(row, st.columns(len(row)), strict=True):
            with column:
                chart_panel(name, run, height=235)
    if config.target:
        chart_panel("shift", run, height=300)
    repeat_panel(run)
    if config.schedules:
        chart_panel("courses", run, height=200)
    if config.drop_classes:
        missing_classes(run, run_every=pace(POLL) if is_live(run) else None)
    method = method_of(config.method)
    without_measures = is_forest(config.student) or config.target
    for name in () if without_measures else (method.pictures, method.panel):
        if name:
            chart_panel(name, run, height=260)
    scheme_panels(config, run)
    with st.expander(t("live.batches")):
        chart_panel("batch_accuracy", run, height=235)


run = shown_run.shown_run()
waiting = shown_run.waiting_changes(run)
drawn = layout_key(run)
if not is_projected():
    sidebar(store().root / "uploads", waiting)
    st.title(t("live.title"), anchor=False)
    st.markdown(t("live.lead"))
st.fragment(live_board, run_every=looks_every(run, drawn[1]))(run, drawn)
# each has its place, filled or not: what stands below keeps its own, and with it the focus
with st.container():
    notices(run)
with st.container():
    waiting_line(run, waiting)
if is_projected() and run:
    projected_panels(run, drawn[1], store().find(run, RUN).config)
else:
    if run and drawn[1] not in BEFORE_STUDENTS:
        moment_panel(run)
    main_panels(run, drawn)
    student = shown_run.slider_settings(run)["student"]
    if is_forest(student):
        st.caption(t("live.tree_student" if is_readable(student) else "live.forest_student"))
    if run and drawn[1] not in BEFORE_STUDENTS:
        details(run, store().find(run, RUN).config)
if run:
    branchable = run not in RECORDED_RUNS and not is_forest(run_settings(run)["student"])
    epoch = transport(run, branch=branchable and may_act() and not is_projected())
    if epoch is not None:
        branch_dialog(run, epoch)
write_settings(run_settings(run) if run else None)
