"""Robustness: what is left of an accuracy when images are corrupted or attacked?"""

import streamlit as st

from dashboard.charts.robustness_curves import GROUPS, METRICS
from dashboard.components.live_plot import live_plot
from dashboard.page import address
from dashboard.page.acting import act_button, pace
from dashboard.page.jobs import robustness_tests
from dashboard.page.jobs.failure import show_failure
from dashboard.page.jobs.run_picker import kept_run_picker
from dashboard.page.jobs.stored import stored
from dashboard.page.panel import chart_panel, panel
from dashboard.page.projector import in_expander
from dashboard.page.settings.values import problem
from dashboard.page.widgets import segments, select, several
from dashboard.say.robustness import robustness_paragraphs
from dashboard.say.titles import row_title
from dashboard.server.engine import LIVE_STATES, hub
from dashboard.text.durations import duration_text
from dashboard.text.viewer import md, render_sentences, t
from kdcore.catalogue import CORRUPTIONS
from kdcore.catalogue.corruptions import SEVERITIES
from kdcore.jobs.kind import ROBUSTNESS
from kdcore.jobs.robustness.config import RobustnessConfig
from kdcore.jobs.robustness.record import RobustnessRecord

POLL = 1.0  # seconds between two looks at the state; the charts get theirs pushed
EXAMPLES = RobustnessConfig.__dataclass_fields__["examples"].metadata


def settings_rows(test: str, live: bool) -> None:
    """The run, the corruptions and the number of images, Start and Stop."""
    options = robustness_tests.testable_runs()
    if not options:
        st.info(
            t("robustness.no_run"), title=t("robustness.no_run_title"), icon=":material/shield:"
        )
        st.page_link("views/live.py", label=t("runs.go_live"), icon=":material/play_circle:")
        return
    columns = st.columns([3, 1, 1.2], vertical_alignment="bottom")
    with columns[0]:
        run = kept_run_picker(
            t("robustness.run"), options, disabled=live, others=t("robustness.others")
        )
    robustness_tests.read_settings()
    columns[1].number_input(
        t("robustness.examples"),
        EXAMPLES["low"],
        EXAMPLES["high"],
        st.session_state["examples"],
        key="examples",
        help=t("robustness.examples_help"),
    )
    several(
        t("robustness.corruptions"),
        list(CORRUPTIONS),
        key="corruptions",
        title=lambda name: t(f"corruption.{name}"),
        help=t("robustness.corruptions_help"),
        label_visibility="collapsed",
    )
    sentence = problem(lambda: robustness_tests.config_from_widgets(run))
    with columns[2], st.container(horizontal=True):
        act_button(
            t("live.start"),
            key="start_robustness",
            type="secondary" if live else "primary",
            icon=":material/play_arrow:",
            disabled=bool(sentence) or live,
            on_click=robustness_tests.start,
            args=(run,),
        )
        act_button(
            t("live.stop"),
            key="stop_robustness",
            icon=":material/stop:",
            disabled=not live,
            on_click=robustness_tests.stop,
            args=(test,),
        )
    if sentence:
        st.error(sentence, icon=":material/error:")
    robustness_tests.write_settings()


def job_status(test: str, drawn: str, over: int) -> None:
    """State and progress; the whole page anew when the state is another or a corruption is over.

    Args:
        test: its id.
        drawn: its state when the page was drawn.
        over: corruptions that were over then.
    """
    found = robustness_tests.robustness_record(test)
    state = hub().state(test)
    if state in LIVE_STATES:
        st.progress(found.done, text=_progress_text(found, state))
    elif found.finished and found.started:
        st.caption(
            md(
                "robustness.ended",
                state=t(f"state.{state}"),
                duration=duration_text(found.finished.seconds),
                corruptions=md("count.corruptions", count=len(found.over)),
                examples=found.started.examples,
                size=found.started.test_size,
            )
        )
    show_failure(found.failed, state)
    if state != drawn or len(found.over) > over:
        st.rerun()


def _progress_text(found: RobustnessRecord, state: str) -> str:
    if state == "queued":
        return t("live.queued")
    if not found.measured:
        return t("live.waiting")
    name, measured = list(found.measured.items())[-1]
    text = md(
        "robustness.measuring",
        corruption=t(f"corruption.{name}"),
        severity=measured[-1].severity,
        severities=SEVERITIES,
    )
    left = found.seconds_left
    return text if left is None else md("app.left", progress=text, duration=duration_text(left))


def sentences(found: RobustnessRecord) -> None:
    """The verdict, or when it comes."""
    paragraphs = robustness_paragraphs(found)
    st.markdown("\n\n".join(map(render_sentences, paragraphs)) or t("robustness.no_verdict"))
    if found.started and found.started.not_attacked:
        st.caption(
            md(
                "robustness.not_attacked",
                learners=t("app.comma").join(
                    t(f"learner.{name}") for name in found.started.not_attacked
                ),
            )
        )


def pictures(test: str, found: RobustnessRecord) -> None:
    """The corruption whose images are shown, and these."""
    over = list(found.over)
    with panel("robust_pictures", test):
        if not over:
            st.caption(t("chart.empty.robust_soon"))
            return
        address.read_param("corruption", over[0], lambda text: text if text in over else over[0])
        if st.session_state["corruption"] not in over:
            st.session_state["corruption"] = over[0]
        chosen = segments(
            t("robustness.corruption"),
            over,
            key="corruption",
            title=lambda name: t(f"corruption.{name}"),
        )
        address.write_params({"corruption": None if chosen == over[0] else chosen})
        about = CORRUPTIONS[chosen]
        st.caption(
            md(
                "robustness.amounts",
                unit=t(f"corruption_unit.{chosen}"),
                amounts=t("app.comma").join(f"{amount:.3g}" for amount in about.amounts),
                source=about.source,
            )
        )
        if about.attack:
            *_, seen = found.measured[chosen][-1].learners
            st.caption(md("robustness.attack_pictures", learner=t(f"learner.{seen}")))
        live_plot("robust_pictures", test, height=480, params={"corruption": chosen})


def charts(test: str, found: RobustnessRecord) -> None:
    """The verdict, the means, the curves and the pictures."""
    measure = segments(
        t("robustness.measure"),
        METRICS,
        key="measure",
        title=lambda name: t(f"chart.robust.{name}"),
    )
    address.write_params({"measure": None if measure == METRICS[0] else measure})
    params = {"metric": measure}
    left, right = st.columns(2)
    with left, panel("robust_told", test):
        sentences(found)
    with right:
        chart_panel("robust_gains", test, height=300, params=params)
    for name in GROUPS:
        chart_panel(name, test, height=300, params=params)
    pictures(test, found)
    chart_panel("robust_table", test, height=200)


st.title(t("robustness.title"), anchor=False)
st.markdown(t("robustness.lead"))
known = stored(ROBUSTNESS)
test = robustness_tests.shown_test(known)
state = hub().state(test) if test else ""  # looked up once: what is drawn must agree
live = state in LIVE_STATES
with in_expander(t("live.settings"), when=bool(test)):
    settings_rows(test, live)
if test:
    address.read_param("measure", METRICS[0], lambda text: text if text in METRICS else METRICS[0])
    select(
        t("robustness.test"),
        list(known),
        key="robustness",
        title=lambda test: row_title(known[test]),
        label_visibility="collapsed",
    )
    found = robustness_tests.robustness_record(test)
    with st.container(key="status-robustness"):
        st.fragment(job_status, run_every=pace(POLL) if live else None)(
            test, state, len(found.over)
        )
    charts(test, found)
elif robustness_tests.testable_runs():
    st.info(
        md("robustness.no_test", count=len(CORRUPTIONS), severities=SEVERITIES),
        title=t("robustness.no_test_title"),
        icon=":material/shield:",
    )
