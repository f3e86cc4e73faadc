"""The kinds of jobs that a store holds, each with its place in it."""

from dataclasses import dataclass

from kdcore.jobs.compression.config import CompressionConfig
from kdcore.jobs.run.config import RunConfig
from kdcore.jobs.search.config import SearchConfig
from kdcore.jobs.sweep.config import SweepConfig
from kdcore.jobs.teacher_selection.config import TeacherSelectionConfig
from kdcore.store.folder import RunFolder
from kdcore.store.sweep_folder import (
    CellsFolder,
    ChoiceFolder,
    SearchFolder,
    ShrinkFolder,
    SweepFolder,
)

JobFolder = RunFolder | SweepFolder | SearchFolder | ChoiceFolder | ShrinkFolder
JobConfig = RunConfig | SweepConfig | SearchConfig | TeacherSelectionConfig | CompressionConfig

SWEEP, SEARCH, CHOICE, SHRINK = "sweep-", "search-", "choice-", "shrink-"
"""What the ids of sweeps, searches, choices of a teacher and shrinkings begin with."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of job."""

    name: str
    prefix: str
    """Of its ids; those of runs have none."""
    place: str
    """The folder in the store."""
    folder: type[JobFolder]
    config: type[JobConfig]
    missing: str
    """Code of the ``UserError`` that there is none with an id."""


KINDS = {
    kind.name: kind
    for kind in (
        Kind("run", "", "runs", RunFolder, RunConfig, "no_such_run"),
        Kind("sweep", SWEEP, "sweeps", SweepFolder, SweepConfig, "no_such_sweep"),
        Kind("search", SEARCH, "searches", SearchFolder, SearchConfig, "no_such_search"),
        Kind("choice", CHOICE, "choices", ChoiceFolder, TeacherSelectionConfig, "no_such_run"),
        Kind("shrink", SHRINK, "shrinks", ShrinkFolder, CompressionConfig, "no_such_shrink"),
    )
}


def kind_of(job: str) -> Kind:
    """The kind that an id, or the beginning of one, belongs to."""
    others = (kind for kind in KINDS.values() if kind.prefix)
    return next((kind for kind in others if job.startswith(kind.prefix)), KINDS["run"])


def kind_for(config: JobConfig) -> Kind:
    """The kind of job with these settings."""
    return next(kind for kind in KINDS.values() if type(config) is kind.config)


def sweep_of(run: str) -> str:
    """The sweep that a cell's run belongs to; empty for any other run."""
    owner = owner_of(run)
    return owner if owner.startswith(SWEEP) else ""


def owner_of(run: str) -> str:
    """The sweep, search or choice that a cell's run belongs to; empty for any other run."""
    owner, _, cell = run.rpartition(".")
    return owner if cell.isdecimal() and issubclass(kind_of(owner).folder, CellsFolder) else ""
