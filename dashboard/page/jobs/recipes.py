"""The recipe that the Evidence page shows: which, its results here, its start and stop."""

from collections.abc import Mapping

import streamlit as st

from dashboard.page import address
from dashboard.page.acting import acts
from dashboard.page.jobs.stored import stored
from dashboard.say.recipes import outcome_text
from dashboard.server.engine import hub, store
from dashboard.server.roots import check_path
from dashboard.server.shared_records import shared_record
from dashboard.text.viewer import md, t
from kdcore.catalogue import DATASETS
from kdcore.commands import Stop
from kdcore.errors import UserError
from kdcore.jobs.kind import RECIPE
from kdcore.jobs.recipe.config import RecipeConfig
from kdcore.jobs.recipe.record import RecipeRecord
from kdcore.jobs.recipe.stand_in import with_stand_in
from kdcore.jobs.run.config import RunConfig
from kdcore.jobs.sweep.config import parse_axis
from kdcore.recipes import RECIPES
from kdcore.store import JobRow

QUESTIONS = (
    "controls",
    "patience",
    "capacity_gap",
    "temperature_ece",
    "tempered_teacher",
    "uncertainty_ensembles",
)
"""Recipes that ask something of distillation and repeat no table of one source."""


def read_address() -> None:
    """Which recipe and which of its results the URL names; a result names its recipe."""
    new = address.is_new("recipe")
    address.read_param("recipe", "", _find)
    address.read_param("experiment", "", lambda text: text if text in RECIPES else "")
    job: str = st.session_state["recipe"]
    if job and (new or not st.session_state["experiment"]):
        st.session_state["experiment"] = store().row(job).config["recipe"]


def known_jobs() -> dict[str, JobRow]:
    """All results, here and recorded, newest first; the recorded ones last."""
    return stored(RECIPE) | {row.id: row for row in store().recorded(RECIPE)}


def jobs_of(recipe: str, known: Mapping[str, JobRow]) -> dict[str, JobRow]:
    """Those of one recipe."""
    return {job: row for job, row in known.items() if row.config.get("recipe") == recipe}


def shown_job(known: Mapping[str, JobRow]) -> str:
    """The result that is shown: the chosen one, the one that goes on, the newest, else ``""``."""
    job: str = st.session_state["recipe"]
    if job not in known:
        active = [job for job in (hub().active(RECIPE),) if job in known]
        job = next(iter([*filter(None, active), *known]), "")
        st.session_state["recipe"] = job
    return job


def by_kind() -> dict[str, list[str]]:
    """The recipes: experiments of a source, controls and questions, worked examples."""
    kinds: dict[str, list[str]] = {"sources": [], "questions": [], "worked": []}
    for name, recipe in RECIPES.items():
        asked = "questions" if name in QUESTIONS else "sources"
        kinds["worked" if recipe.is_worked else asked].append(name)
    return kinds


def usual_seeds(recipe: str) -> str:
    """Those that are taken where none are named."""
    asked = RecipeConfig(recipe=recipe, quick=st.session_state["evidence_quick"])
    return ", ".join(map(str, asked.seeds))


def is_bundled(config: RecipeConfig) -> bool:
    """Whether all data of a job come with the program."""
    return all(
        cell.config.dataset in DATASETS and DATASETS[cell.config.dataset].offline
        for cell in config.cells
    )


def state_text(recipe: str, known: Mapping[str, JobRow]) -> str:
    """In which state the newest result of a recipe is."""
    if RECIPES[recipe].is_worked:
        return t("evidence.worked")
    rows = list(jobs_of(recipe, known).values())
    if not rows:
        return t("evidence.not_run")
    newest = rows[0]
    state = t("evidence.recorded") if is_recorded(newest.id) else t(f"state.{newest.state}")
    return t("evidence.state.quick", state=state) if newest.config.get("quick") else state


def newest_outcome(recipe: str, known: Mapping[str, JobRow]) -> str:
    """What the newest result that has one comes to: one that has just begun hides no older one."""
    outcomes = (outcome_text(recipe, record_of(job)) for job in jobs_of(recipe, known))
    return next(filter(None, outcomes), "")


def is_recorded(job: str) -> bool:
    """Whether a result comes with the program."""
    return job in {row.id for row in store().recorded(RECIPE)}


def choose(recipe: str) -> None:
    """Show a recipe."""
    st.session_state["experiment"], st.session_state["recipe"] = recipe, ""


@acts
def start(recipe: str) -> None:
    """Submit the recipe as the widgets have it, and follow it."""
    st.session_state["recipe"] = hub().submit(config_from_widgets(recipe))


@acts
def stop(job: str) -> None:
    """End a job."""
    hub().send(job, Stop())


def config_from_widgets(recipe: str) -> RecipeConfig:
    """What Start would submit.

    Raises:
        UserError: a bad seed, or data that who asks may not name.
    """
    seeds: str = st.session_state["evidence_seeds"]
    check_path("data_root", st.session_state["evidence_data_root"])
    asked = RecipeConfig(
        recipe=recipe,
        quick=st.session_state["evidence_quick"],
        seeds=parse_axis("seeds", seeds) if seeds.strip() else (),
        base=RunConfig(data_root=st.session_state["evidence_data_root"]),
    )
    return with_stand_in(asked)


def asked_of(recipe: str) -> RecipeConfig:
    """The same; with the recipe's own seeds where the widgets have bad ones."""
    try:
        return config_from_widgets(recipe)
    except UserError:
        return RecipeConfig(recipe=recipe, quick=st.session_state["evidence_quick"])


def record_of(job: str) -> RecipeRecord:
    """What the job has found so far."""
    shared = shared_record(job)
    with shared.lock:
        found = shared.newest()
    assert isinstance(found, RecipeRecord)
    return found


def _find(text: str) -> str:
    try:
        job = store().find(text, RECIPE).id
    except UserError:
        job = ""
    if not job or store().row(job).config.get("recipe") not in RECIPES:  # damaged, or of another
        st.session_state[address.NOTICES] = [md("evidence.no_such_job", job=text)]
        return ""
    return job
