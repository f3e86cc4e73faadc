"""The kinds of jobs, as plain data: what describes one, what it has found, what executes it.

Nothing here imports torch: a function that executes is named, and loaded when its turn comes.
"""

import secrets
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Protocol, Self, TypeVar

from kdcore.events import Event
from kdcore.jobs.compression.config import CompressionConfig
from kdcore.jobs.compression.record import CompressionRecord
from kdcore.jobs.recipe.config import RecipeConfig
from kdcore.jobs.recipe.record import RecipeRecord
from kdcore.jobs.recognition.config import RecognitionConfig
from kdcore.jobs.recognition.record import RecognitionRecord
from kdcore.jobs.regression.config import RegressionConfig
from kdcore.jobs.regression.record import RegressionRecord
from kdcore.jobs.robustness.config import RobustnessConfig
from kdcore.jobs.robustness.record import RobustnessRecord
from kdcore.jobs.run.config import RunConfig
from kdcore.jobs.run.record import RunRecord
from kdcore.jobs.search.config import SearchConfig
from kdcore.jobs.search.record import SearchRecord
from kdcore.jobs.sweep.config import SweepConfig
from kdcore.jobs.sweep.record import SweepRecord
from kdcore.jobs.teacher_selection.config import TeacherSelectionConfig
from kdcore.jobs.teacher_selection.record import TeacherSelectionRecord


class JobConfig(Protocol):
    """Everything that determines a job."""

    @property
    def base(self) -> RunConfig:
        """The settings that all its students share; of a run its own."""

    def to_dict(self) -> dict[str, Any]:
        """JSON values by name."""

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The job that ``to_dict`` described.

        Raises:
            UserError: a name that is no setting, or a bad value.
        """


class Record(Protocol):
    """What a job has found so far."""

    folded: int
    """Events taken in."""

    def fold(self, events: Iterable[Event]) -> None:
        """Take in new events."""

    def summary(self) -> dict[str, Any]:
        """What a listing shows of it, as JSON values."""


Config = TypeVar("Config", bound=JobConfig)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobKind(Generic[Config]):
    """A kind of job."""

    name: str
    plural: str
    """The command that lists them and, in a store, the folder in which they lie."""
    prefix: str
    """Of their ids; those of runs have none."""
    config: type[Config]
    record: type[Record]
    title: str
    titles: str
    """What people call one, and several of them."""
    carry_out: str
    """``module:function``; takes the folder of a stored one and the flags, and executes it for a
    person at the command line."""
    execute: str
    """``module:function``; takes the config, controls, ``name`` (the id) and ``folder``, and yields
    events."""
    parent: str = ""
    """The setting with the id of the job that it starts from."""
    has_cells: bool = False
    """Whether it consists of runs, each in a folder within its own."""
    live_controls: bool = False
    """Whether T, λ and learning rate may change while it is executed."""
    resumable: bool = False
    """Whether one that ended early can go on."""

    def new_id(self) -> str:
        """Sorts by time: ``20260131-174502-3f9a`` after the prefix, in UTC."""
        return (
            f"{self.prefix}{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}-{secrets.token_hex(2)}"
        )


RUN = JobKind(
    name="run",
    plural="runs",
    prefix="",
    title="Run",
    titles="Runs",
    carry_out="kdcore.cli.run:carry_out",
    config=RunConfig,
    record=RunRecord,
    execute="kdcore.training.loop:train",
    live_controls=True,
    resumable=True,
)
SWEEP = JobKind(
    name="sweep",
    plural="sweeps",
    prefix="sweep-",
    title="Sweep",
    titles="Sweeps",
    carry_out="kdcore.cli.sweep:carry_out",
    config=SweepConfig,
    record=SweepRecord,
    execute="kdcore.training.grid.sweep:sweep",
    has_cells=True,
    resumable=True,
)
SEARCH = JobKind(
    name="search",
    plural="searches",
    prefix="search-",
    title="Search",
    titles="Searches",
    carry_out="kdcore.cli.search:carry_out",
    config=SearchConfig,
    record=SearchRecord,
    execute="kdcore.training.grid.search:search",
    has_cells=True,
    resumable=True,
)
TEACHER_SELECTION = JobKind(
    name="teacher_selection",
    plural="teacher-selections",
    prefix="teacher-selection-",
    title="Teacher selection",
    titles="Teacher selections",
    carry_out="kdcore.cli.choose_teacher:carry_out",
    config=TeacherSelectionConfig,
    record=TeacherSelectionRecord,
    execute="kdcore.training.grid.teacher_selection:select_teacher",
    has_cells=True,
)
COMPRESSION = JobKind(
    name="compression",
    plural="compressions",
    prefix="compression-",
    title="Compression",
    titles="Compressions",
    carry_out="kdcore.cli.compress:carry_out",
    config=CompressionConfig,
    record=CompressionRecord,
    execute="kdcore.training.compression.compress:compress",
    parent="run",
    resumable=True,
)
ROBUSTNESS = JobKind(
    name="robustness",
    plural="robustness-tests",
    prefix="robustness-",
    title="Robustness test",
    titles="Robustness tests",
    carry_out="kdcore.cli.robustness:carry_out",
    config=RobustnessConfig,
    record=RobustnessRecord,
    execute="kdcore.training.robustness.measure:measure_robustness",
    parent="run",
)
REGRESSION = JobKind(
    name="regression",
    plural="regressions",
    prefix="regression-",
    title="Regression",
    titles="Regressions",
    carry_out="kdcore.cli.regress:carry_out",
    config=RegressionConfig,
    record=RegressionRecord,
    execute="kdcore.training.regression.regress:regress",
)
RECIPE = JobKind(
    name="recipe",
    plural="recipes",
    prefix="recipe-",
    title="Recipe",
    titles="Recipes",
    carry_out="kdcore.cli.recipe:carry_out",
    config=RecipeConfig,
    record=RecipeRecord,
    execute="kdcore.training.recipe.execute:execute_recipe",
    has_cells=True,
    resumable=True,
)
RECOGNITION = JobKind(
    name="recognition",
    plural="recognitions",
    prefix="recognition-",
    title="Recognition",
    titles="Recognitions",
    carry_out="kdcore.cli.recognise:carry_out",
    config=RecognitionConfig,
    record=RecognitionRecord,
    execute="kdcore.training.recognition.recognise:recognise",
    resumable=True,
)

KINDS: dict[str, JobKind[Any]] = {
    kind.name: kind
    for kind in (
        RUN,
        SWEEP,
        SEARCH,
        TEACHER_SELECTION,
        COMPRESSION,
        ROBUSTNESS,
        REGRESSION,
        RECIPE,
        RECOGNITION,
    )
}


def kind_for(config: Config) -> JobKind[Config]:
    """The kind of job that ``config`` describes."""
    return next(kind for kind in KINDS.values() if type(config) is kind.config)
