"""What a run has come to: its events, folded into columns as they come."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from kdcore.catalogue import method_of
from kdcore.events import (
    Cancelled,
    Cost,
    Event,
    Failed,
    Progress,
    Retuned,
    Scores,
    StepScores,
    TeacherEpoch,
    TreeNode,
)
from kdcore.jobs.run.config import SCHEDULED, control_values
from kdcore.jobs.run.downsampled import DownsampledSeries
from kdcore.jobs.run.events import (
    Batch,
    Epoch,
    Finished,
    Prepared,
    Snapshot,
    Started,
    TreesGrown,
    Uncertainty,
)

STEP_COLUMNS = (
    "position",
    "loss",
    "hard",
    "soft",
    "accuracy",
    "agreement",
    "hard_gradient",
    "soft_gradient",
    "soft_gradient_without_t2",
    "own_soft",
    "hard_loss",
    "soft_loss",
)
"""``hard`` and ``soft`` are the terms with their weights: they add up to ``loss``. ``own_soft`` is
the method's part of ``soft``, without the terms that stand beside it. ``hard_loss`` and
``soft_loss`` are without weights."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A change during the run, for the time axis."""

    position: float
    name: str
    """Of the setting."""
    value: float


@dataclass(slots=True)
class RunRecord:
    """A run so far."""

    folded: int = 0
    """Events folded in."""
    started: Started | None = None
    prepared: Prepared | None = None
    finished: Finished | None = None
    failed: Failed | None = None
    cancelled: bool = False
    """Before it began."""
    progress: Progress | None = None
    """The newest."""
    teacher_epochs: list[TeacherEpoch] = field(default_factory=list)
    steps: dict[str, DownsampledSeries] = field(default_factory=dict)
    """By student, ``STEP_COLUMNS``."""
    measures: dict[str, DownsampledSeries] = field(default_factory=dict)
    """By student, ``position`` and the method's own numbers; a student without any is left out."""
    terms: DownsampledSeries | None = None
    """``position`` and the distilled student's terms beside the method's own, with weights."""
    epochs: list[Epoch] = field(default_factory=list)
    snapshots: dict[int, Snapshot] = field(default_factory=dict)
    trees: dict[int, dict[str, list[TreeNode]]] = field(default_factory=dict)
    """By the epoch after which they had changed and student, where the students are trees."""
    uncertainty: Uncertainty | None = None
    """At the end; runs that were recorded before it was measured, and cells, have none."""
    marks: list[Mark] = field(default_factory=list)
    controls: dict[str, float] = field(default_factory=dict)
    """That act now."""
    batch: Batch | None = None
    """The newest."""
    schedules: DownsampledSeries | None = None
    """``position``, T, λ and learning rate, where a schedule moves one of them."""
    position: float = 0.0
    step: int = 0
    seconds: float = 0.0
    branched_at: int = 0
    """The epoch of ``parent`` at which the run begins."""
    parent: "RunRecord | None" = None
    """The run that it was branched from."""

    @property
    def phase(self) -> str:
        """``waiting``, ``loading``, ``teacher``, ``training`` or ``over``."""
        if self.finished or self.failed or self.cancelled:
            return "over"
        if self.prepared:
            return "training"
        if self.teacher_epochs or (self.progress and self.progress.task == "teacher"):
            return "teacher"
        return "loading" if self.started or self.progress else "waiting"

    @property
    def done(self) -> float | None:
        """Share of the present phase that is done, where that is known."""
        if self.phase == "training" and self.position and self.started:
            epochs: int = self.started.config["epochs"]
            return min(1.0, self.position / epochs)
        if self.phase == "teacher" and self.teacher_epochs:
            newest = self.teacher_epochs[-1]
            return newest.epoch / newest.epochs
        if self.progress and self.progress.total:
            return min(1.0, self.progress.done / self.progress.total)
        return None

    @property
    def over(self) -> bool:
        """Whether the run has finished or failed: no more comes."""
        return self.phase == "over"

    @property
    def config(self) -> dict[str, Any]:
        """Settings of the run; empty before it started."""
        return self.started.config if self.started else {}

    @property
    def students(self) -> list[str]:
        """``plain`` and ``distilled``, or one of them."""
        return self.started.students if self.started else []

    @property
    def classes(self) -> list[str]:
        """Names, in the order of the logits."""
        return self.started.classes if self.started else []

    @property
    def teacher(self) -> Scores | None:
        """The teacher's quality, which does not change."""
        return self.prepared.teacher if self.prepared else None

    @property
    def evaluations(self) -> list[tuple[float, dict[str, Scores]]]:
        """Where on the time axis the students were evaluated, and how well they did."""
        found = [(float(epoch.epoch), epoch.students) for epoch in self.epochs]
        end = self.finished
        # with patience those are the scores of an epoch that is there already
        stopped = end and end.stopped and end.students and not end.best_epochs
        if end and stopped and (not found or self.position > found[-1][0]):
            found.append((self.position, end.students))
        return found

    @property
    def turned(self) -> dict[str, float]:
        """Controls that somebody has moved, with their last value."""
        return {mark.name: mark.value for mark in self.marks}

    def evaluation(self, position: float | None) -> tuple[float, dict[str, Scores]] | None:
        """The last evaluation of the students up to ``position``, or the newest."""
        due = [found for found in self.evaluations if _not_after(found[0], position)]
        return due[-1] if due else None

    def controls_at(self, position: float | None) -> dict[str, float]:
        """What acted at ``position``, or acts now."""
        if position is None or not self.started:
            return dict(self.controls)
        acting = control_values(self.config)
        if self.schedules is not None and (row := self.schedules.row(position)):
            acting |= {name: value for name, value in row.items() if name != "position"}
        return acting | {
            mark.name: mark.value for mark in self.marks if _not_after(mark.position, position)
        }

    def means(self, student: str, position: float | None) -> StepScores | None:
        """A student's figures on the batches at ``position``, or the newest."""
        if position is None:
            return self.batch.students.get(student) if self.batch else None
        row = self.steps[student].row(position) if student in self.steps else None
        if row is None:
            return None
        measured: dict[str, float] = {}
        for columns in (self.measures.get(student), self.terms if student == "distilled" else None):
            found = columns.row(position) if columns else None
            measured |= {
                name: value
                for name, value in (found or {}).items()
                if name != "position" and not math.isnan(value)
            }
        figures = {
            item.name: row[item.name] for item in fields(StepScores) if item.name != "measures"
        }
        return StepScores(**figures, measures=measured)

    @property
    def costs(self) -> dict[str, Cost]:
        """What each learner costs."""
        return self.prepared.costs if self.prepared else {}

    def snapshot(self, epoch: float | None) -> Snapshot | None:
        """The last snapshot up to ``epoch``, or the newest."""
        due = [number for number in self.snapshots if epoch is None or number <= epoch + 1e-9]
        return self.snapshots[max(due)] if due else None

    def trees_at(self, epoch: float | None) -> dict[str, list[TreeNode]]:
        """The trees up to ``epoch``, or the newest, by student; none before the first grew."""
        due = [number for number in self.trees if epoch is None or number <= epoch + 1e-9]
        return self.trees[max(due)] if due else {}

    def summary(self) -> dict[str, Any]:
        """Epochs, seconds, test accuracies of the last evaluation, what was turned."""
        students = self.epochs[-1].students if self.epochs else {}
        if self.finished and self.finished.students:  # with patience those of the best epochs
            students = self.finished.students
        scores = {
            "teacher": self.teacher,
            "plain": students.get("plain"),
            "distilled": students.get("distilled"),
        }
        newest = self.epochs[-1].epoch if self.epochs else 0
        return {
            "epochs": self.finished.epochs if self.finished else newest,
            "seconds": self.finished.seconds if self.finished else None,
            **{name: found and found.test_accuracy for name, found in scores.items()},
            "turned": self.turned,
        }

    def fold(self, events: Iterable[Event]) -> None:
        """Take in new events."""
        for event in events:
            self.folded += 1
            self._fold(event)

    def _fold(self, event: Event) -> None:
        match event:
            case Started():
                self.started = event
                self.controls = control_values(event.config)
                self.steps = {name: DownsampledSeries(STEP_COLUMNS) for name in event.students}
            case TeacherEpoch():
                self.teacher_epochs.append(event)
            case Prepared():
                self.prepared = event
            case Batch():
                self.batch = event
                self.position, self.step, self.seconds = event.position, event.step, event.seconds
                self.controls |= event.controls
                if event.controls:
                    self._add_schedules(event.position, event.controls)
                self._add_steps(event.students, event.position)
                self._measure(event)
            case Epoch():
                self.epochs.append(event)
                if not self.seconds:  # a sweep's cell and a forest have no batches
                    self.position, self.step = float(event.epoch), event.step
                    self.controls |= event.controls
                    if any(self.config.get(f"{name}_schedule") for name in SCHEDULED):
                        self._add_schedules(
                            self.position, {name: event.controls[name] for name in SCHEDULED}
                        )
                    means = {name: _means(scores) for name, scores in event.students.items()}
                    self._add_steps(means, self.position)
            case Snapshot():
                self.snapshots[event.epoch] = event
            case TreesGrown():
                self.trees[event.epoch] = event.trees
            case Uncertainty():
                self.uncertainty = event
            case Retuned():
                self.controls[event.name] = event.value
                self.marks.append(Mark(event.position, event.name, event.value))
            case Progress():
                self.progress = event
            case Finished():
                self.finished = event
            case Failed():
                self.failed = event
            case Cancelled():
                self.cancelled = True

    def _add_steps(self, students: Mapping[str, StepScores], position: float) -> None:
        if self.started:  # a damaged log may have lost its first line, and with it the weights
            for name, means in students.items():
                self.steps[name].add(self._row(name, means, position))

    def _add_schedules(self, position: float, acting: dict[str, float]) -> None:
        self.schedules = self.schedules or DownsampledSeries(("position", *acting))
        self.schedules.add({"position": position} | acting)

    def _measure(self, event: Batch) -> None:
        for name, means in event.students.items():
            beside, measures = _split_measures(means.measures)
            if beside:
                self.terms = self.terms or DownsampledSeries(("position", *beside))
                self.terms.add({"position": event.position} | beside)
            if measures:
                columns = self.measures.setdefault(name, DownsampledSeries(("position", *measures)))
                nothing = dict.fromkeys(columns.columns, math.nan)
                columns.add(nothing | {"position": event.position} | measures)

    def _row(self, student: str, means: StepScores, position: float) -> dict[str, float]:
        beside = sum(_split_measures(means.measures)[0].values())
        uses_teacher = student == "distilled" and bool(method_of(self.config["method"]).loss)
        weight = self.controls["weight"] if uses_teacher else 0.0
        hard = 1 - weight if self.config["mixing"] == "convex" else 1.0
        # a number that was not finite has come as None
        found = {name: getattr(means, name) for name in STEP_COLUMNS if hasattr(means, name)}
        clean = {name: math.nan if value is None else value for name, value in found.items()}
        return {
            "position": position,
            "hard": hard * clean["hard_loss"],
            "soft": weight * clean["soft_loss"] + beside,
            "own_soft": weight * clean["soft_loss"],
            **clean,
        }


def _not_after(epoch: float, position: float | None) -> bool:
    return position is None or epoch <= position + 1e-9


def _split_measures(measures: Mapping[str, float]) -> tuple[dict[str, float], dict[str, float]]:
    """The terms beside the method's own, and the method's own numbers."""
    beside = {name: value for name, value in measures.items() if name.endswith("_term")}
    return beside, {name: value for name, value in measures.items() if name not in beside}


def _means(scores: Scores) -> StepScores:
    """The means of an epoch instead of those of a few batches."""
    unknown = float("nan")
    values = {
        "loss": scores.train_loss,
        "hard_loss": scores.hard_loss,
        "soft_loss": scores.soft_loss,
        "accuracy": scores.train_accuracy,
        "agreement": scores.agreement,
    }
    known: dict[str, Any] = {
        name: unknown if value is None else value for name, value in values.items()
    }
    return StepScores(
        **known, hard_gradient=unknown, soft_gradient=unknown, soft_gradient_without_t2=unknown
    )
