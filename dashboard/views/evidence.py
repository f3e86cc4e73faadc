"""Evidence: experiments of the literature, repeated here, beside what their sources claim."""

from collections.abc import Mapping

import streamlit as st

from dashboard.page import address
from dashboard.page.acting import act_button, lecturers, pace
from dashboard.page.jobs import recipes
from dashboard.page.jobs.failure import show_failure
from dashboard.page.jobs.resume_button import resume_button
from dashboard.page.jobs.shown_run import open_run
from dashboard.page.panel import chart_panel, panel
from dashboard.page.projector import in_expander
from dashboard.page.settings.values import problem
from dashboard.page.wide_table import wide_table
from dashboard.page.widgets import select
from dashboard.say.recipes import (
    claim_table,
    comparison_table,
    has_star,
    measured_texts,
    other_data_text,
    other_tables,
)
from dashboard.say.titles import dataset_title, row_title
from dashboard.server.engine import LIVE_STATES, hub, store
from dashboard.text.durations import duration_text
from dashboard.text.escape import markdown_text
from dashboard.text.languages import words
from dashboard.text.names import role_name
from dashboard.text.viewer import language, md, t
from kdcore.jobs.kind import RECIPE
from kdcore.jobs.recipe.record import RecipeRecord, TrialCount
from kdcore.jobs.recipe.work import work_of
from kdcore.recipes import RECIPES
from kdcore.store import JobRow

POLL = 1.0  # seconds between two looks at the state


def overview(known: Mapping[str, JobRow]) -> None:
    """All recipes by their kind, each with its state and outcome, to be opened."""
    for kind, names in recipes.by_kind().items():
        st.header(t(f"evidence.kind.{kind}"), anchor=False)
        st.caption(t(f"evidence.kind_about.{kind}"))
        for at in range(0, len(names), 2):
            for name, column in zip(names[at : at + 2], st.columns(2), strict=False):
                with column.container(
                    border=True, key=f"recipe-{name}", gap="xsmall", height="stretch"
                ):
                    in_short(name, known)


def in_short(name: str, known: Mapping[str, JobRow]) -> None:
    """A recipe's button, state, claim and, where it has a result, how it came out."""
    title = t(f"recipe.{name}.title")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            markdown_text(title),
            key=f"open-{name}",
            help=md("evidence.open", title=title),
            on_click=recipes.choose,
            args=(name,),
        )
        st.badge(recipes.state_text(name, known), color="gray")
    st.caption(md(f"recipe.{name}.claim"))
    if outcome := recipes.newest_outcome(name, known):
        st.markdown(markdown_text(outcome))


def settings_row(name: str, job: str, *, live: bool) -> None:
    """The variant, the seeds, where the data are; Start and Stop."""
    st.session_state.setdefault("evidence_quick", True)
    st.session_state.setdefault("evidence_seeds", "")
    st.session_state.setdefault("evidence_data_root", "")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.toggle(t("evidence.quick"), key="evidence_quick", help=t("evidence.quick_help"))
        st.text_input(
            t("evidence.seeds"),
            key="evidence_seeds",
            placeholder=recipes.usual_seeds(name),
            help=t("evidence.seeds_help"),
            width=180,
        )
        st.text_input(
            t("evidence.data_root"),
            key="evidence_data_root",
            placeholder=t("evidence.data_root_usual"),
            width=320,
            **lecturers(help=t("evidence.data_root_help")),
        )
        sentence = problem(lambda: recipes.config_from_widgets(name))
        act_button(
            t("live.start"),
            key="start_recipe",
            type="secondary" if live else "primary",
            icon=":material/play_arrow:",
            disabled=bool(sentence) or live,
            on_click=recipes.start,
            args=(name,),
        )
        act_button(
            t("live.stop"),
            key="stop_recipe",
            icon=":material/stop:",
            disabled=not live,
            on_click=recipes.stop,
            args=(job,),
        )
    if sentence:
        st.error(sentence, icon=":material/error:")
    elif other := recipes.config_from_widgets(name).dataset:
        st.caption(other_data_text("evidence.will_read", name, other))


def job_status(job: str, drawn: str, measured: int) -> None:
    """State and progress; the whole page anew when the state is another or a trial has ended.

    Args:
        job: its id.
        drawn: its state when the page was drawn.
        measured: runs that had ended then.
    """
    found = recipes.record_of(job)
    state = hub().state(job)
    if state in LIVE_STATES:
        st.progress(found.done, text=_progress_text(found, state))
        trials(found)
    elif found.finished and found.started:
        st.caption(
            md(
                "evidence.ended",
                state=t(f"state.{state}"),
                duration=duration_text(found.finished.seconds),
                finished=found.finished.finished,
                count=len(found.started.trials),
            )
        )
    show_failure(found.failed, state)
    if state != drawn or len(found.measured) > measured:
        st.rerun()


def trials(found: RecipeRecord) -> None:
    """What is over, what is under way and what waits, trial by trial."""
    if found.started is None:
        return
    counts = found.by_trial
    under_way = found.progress.trials if found.progress else []
    name = found.started.config["recipe"]
    over = sum(one.over == one.runs for one in counts.values())
    with st.expander(md("evidence.trials", over=over, count=len(counts))):
        lines = [
            md(
                "evidence.trial",
                state=_trial_state(one, trial in under_way, measuring=found.measuring),
                trial=t(f"recipe.{name}.trials.{trial}"),
                over=one.over,
                count=one.runs,
            )
            for trial, one in counts.items()
        ]
        st.markdown("\n".join(f"- {line}" for line in lines))


def _trial_state(count: TrialCount, under_way: bool, *, measuring: bool) -> str:
    if count.over == count.runs:
        return t("evidence.trial_failed" if count.failed else "evidence.trial_over")
    if under_way:
        return t("evidence.trial_measured" if measuring else "evidence.trial_trained")
    return t("evidence.trial_begun" if count.over else "evidence.trial_waits")


def _progress_text(found: RecipeRecord, state: str) -> str:
    if state == "queued":
        return t("live.queued")
    if found.started is None:
        return t("evidence.loading") if found.loading else t("live.waiting")
    if last := found.teacher_epoch:
        who = role_name(words(language()), last.learner)
        text = md(
            "evidence.teacher", done=found.done, who=who, epoch=last.epoch, epochs=last.epochs
        )
    elif found.progress and found.progress.trials:
        name = found.started.config["recipe"]
        titles = [t(f"recipe.{name}.trials.{trial}") for trial in found.progress.trials]
        told = t("app.comma").join(titles[:3])
        key = "evidence.measuring" if found.measuring else "evidence.training"
        text = md(key, done=found.done, trials=told)
    else:
        return t("live.waiting")
    if found.seconds_left is None:
        return text
    return md("app.left", progress=text, duration=duration_text(found.seconds_left))


def results(name: str, job: str) -> None:
    """The claims, the comparisons, the curves and the conditions."""
    found = recipes.record_of(job)
    if found.other_dataset:
        st.warning(
            other_data_text("evidence.other_data", name, found.other_dataset),
            icon=":material/database:",
        )
    claims, others = claim_table(name, found), other_tables(name, found)
    about_claims, about_comparisons = measured_texts(name)
    if claims:
        with panel("recipe_claims", job):
            wide_table(claims, "claims")
            st.caption(" ".join(filter(None, (about_claims, t("evidence.mean_sd")))))
            if has_star(name):
                st.caption(md("evidence.star"))
    if RECIPES[name].comparisons:
        with panel("recipe_comparisons", job):
            wide_table(comparison_table(name, found), "comparisons")
            st.caption(" ".join(filter(None, (about_comparisons, t("evidence.paired")))))
    if others:
        with panel("recipe_measured", job):
            for at, table in enumerate(others):
                wide_table(table, f"measured-{at}")
            st.caption(t("evidence.mean_sd_interval"))
    if RECIPES[name].curves:
        curves(name, job)
    for failure in found.failures:
        title = t(f"recipe.{name}.trials.{failure.trial}")
        st.error(md("evidence.failed", trial=title, seed=failure.seed, error=failure.error))
    if found.measured and not recipes.is_recorded(job):
        run_opener(name, job, found)
    with panel("recipe_conditions", job):
        conditions(name, found)


def run_opener(name: str, job: str, found: RecipeRecord) -> None:
    """One of the runs, to be opened on the page of runs."""
    cells = sorted(found.measured)
    key = f"cell-{job}"
    st.session_state.setdefault(key, cells[0])
    with st.container(horizontal=True, vertical_alignment="bottom"):
        cell = select(
            t("evidence.run"),
            cells,
            key=key,
            title=lambda cell: t(
                "evidence.run_title",
                trial=t(f"recipe.{name}.trials.{found.measured[cell].trial}"),
                seed=found.measured[cell].seed,
            ),
            width=420,
        )
        run = store().find(job, RECIPE).cell(cell)
        if st.button(
            t("searches.open_run"),
            key="open_cell",
            icon=":material/open_in_new:",
            disabled=not run.path.exists(),
        ):
            open_run(run.id)


def curves(name: str, job: str) -> None:
    """One curve of the recipe, which of several is chosen."""
    known = list(RECIPES[name].curves)
    key = f"curve-{name}"
    st.session_state.setdefault(key, known[0])
    shown = known[0]
    if len(known) > 1:
        shown = select(
            t("evidence.curve"),
            known,
            key=key,
            title=lambda curve: t(f"recipe.{name}.curves.{curve}"),
        )
    chart_panel("recipe_curve", job, height=340, params={"curve": shown})


def conditions(name: str, found: RecipeRecord) -> None:
    """How the numbers were made, and what is done otherwise than in the source."""
    if begun := found.started:
        machine = begun.machine
        lines = [
            md(
                "evidence.machine",
                processor=machine.processor,
                count=machine.cores,
                device=machine.device,
            ),
            md("evidence.software", software=machine.software),
            *(
                md("evidence.test_size", dataset=dataset_title(dataset), count=count)
                for dataset, count in begun.test_sizes.items()
            ),
            md("evidence.date", date=begun.date),
        ]
        st.markdown("\n".join(f"- {line}" for line in lines))
        st.caption(t("evidence.command"))
        st.code(begun.command, language=None, wrap_lines=True)
    deviations(name)


def deviations(name: str) -> None:
    """What is done otherwise than in the source."""
    lines = [
        md(f"recipe.{name}.deviation.{at}")
        for at, _ in enumerate(RECIPES[name].deviations, start=1)
    ]
    if lines:
        st.caption(t("evidence.deviations"))
        st.markdown("\n".join(f"- {line}" for line in lines))


def worked(name: str) -> None:
    """The steps of a worked example."""
    with panel("recipe_steps", name):
        for at, step in enumerate(RECIPES[name].steps, start=1):
            st.markdown(f"**{t('evidence.arithmetic', step=at)}** {md(f'recipe.{name}.step.{at}')}")
            st.code(step.arithmetic, language=None, wrap_lines=True)


st.title(t("evidence.title"), anchor=False)
st.markdown(t("evidence.lead"))
recipes.read_address()
for notice in st.session_state.get(address.NOTICES, []):
    st.warning(notice)
known = recipes.known_jobs()
select(
    t("evidence.recipe"),
    ["", *RECIPES],
    key="experiment",
    title=lambda name: t(f"recipe.{name}.title") if name else t("evidence.overview"),
    on_change=lambda: st.session_state.update(recipe=""),
)
name: str = st.session_state["experiment"]
if not name:
    address.write_params({"experiment": None, "recipe": None})
    overview(known)
else:
    st.markdown(md("evidence.claim", claim=t(f"recipe.{name}.claim")))
    st.caption(md("evidence.source", source=t(f"recipe.{name}.source")))
if name and RECIPES[name].is_worked:
    address.write_params({"experiment": name, "recipe": None})
    worked(name)
elif name:
    own = recipes.jobs_of(name, known)
    job = recipes.shown_job(own)
    address.write_params({"experiment": name, "recipe": job or None})
    state = hub().state(job) if job else ""  # looked up once: what is drawn must agree
    live = state in LIVE_STATES
    with in_expander(t("live.settings"), when=bool(job)):
        settings_row(name, job, live=live)
    if not job:
        asked = recipes.asked_of(name)
        work = work_of(asked)
        told = md(
            "evidence.no_job_quick" if asked.quick else "evidence.no_job",
            count=len(asked.cells),
            students=work.students,
            epochs=work.epochs,
        )
        needs = md(
            "evidence.data_here" if recipes.is_bundled(asked) else "evidence.data_needed",
            dataset=dataset_title(asked.base.dataset),
        )
        st.info(f"{told}\n\n{needs}", title=t("evidence.no_job_title"), icon=":material/science:")
        deviations(name)
    else:
        with st.container(horizontal=True, vertical_alignment="bottom", key="job_row"):
            select(
                t("evidence.job"),
                list(own),
                key="recipe",
                title=lambda job: (
                    t("evidence.recorded") if recipes.is_recorded(job) else row_title(own[job])
                ),
                label_visibility="collapsed",
            )
            if not recipes.is_recorded(job):
                resume_button(job, help=t("evidence.resume_help"))
        if store().row(job).config.get("quick"):
            st.caption(t("evidence.quick_note"))
        measured = len(recipes.record_of(job).measured)
        with st.container(key="status-recipe"):
            st.fragment(job_status, run_every=pace(POLL) if live else None)(job, state, measured)
        results(name, job)
