"""The main path of a search: Optuna proposes trials, they are trained here and then validated.

Optuna's part is to ask and to tell: it proposes a point of the space, hears its score after every
epoch and says whether to go on. Training stays the engine's own, and each trial is stored as runs
like the cells of a sweep.

Source:
    Akiba et al.: Optuna, A Next-generation Hyperparameter Optimization Framework, 2019.
"""

import math
import sqlite3
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import optuna
from optuna.trial import FrozenTrial, Trial, TrialState

from kdcore.catalogue import method_of, parse_extra_terms
from kdcore.commands import Controls, Stopped
from kdcore.data import Dataset, load_training_data
from kdcore.data.folds import folds
from kdcore.errors import UserError
from kdcore.events import Event, Failed, Scores
from kdcore.jobs.run.events import Epoch
from kdcore.jobs.search.config import AXES, TRIALS, Range, SearchConfig
from kdcore.jobs.search.events import (
    SearchFinished,
    SearchPrepared,
    SearchStarted,
    TrialEnded,
    TrialScored,
    TrialStarted,
)
from kdcore.store import JobFolder
from kdcore.training.devices.device import (
    choose_device,
    device_name,
    set_float32_arithmetic,
    software_versions,
)
from kdcore.training.devices.precision import model_precision
from kdcore.training.grid.cell_events import CellEvent, Group
from kdcore.training.grid.executors.executor import GroupEnded
from kdcore.training.grid.executors.local import group_messages
from kdcore.training.grid.recorder import stopped_event, write_cell_events
from kdcore.training.measuring.evaluation import predict, score
from kdcore.training.teachers.teacher import Teacher, train_teachers
from kdcore.training.transfer_batches import transfer_of

SAMPLERS: dict[str, Callable[..., optuna.samplers.BaseSampler]] = {
    "tpe": optuna.samplers.TPESampler,
    "gp": optuna.samplers.GPSampler,
    "random": optuna.samplers.RandomSampler,
}
PRUNERS: dict[str, Callable[[], optuna.pruners.BasePruner]] = {
    "median": optuna.pruners.MedianPruner,
    "halving": optuna.pruners.SuccessiveHalvingPruner,
    "none": optuna.pruners.NopPruner,
}


@dataclass(frozen=True, slots=True)
class Fold:
    """Data with a validation split of their own, and the teacher that did not see that split."""

    data: Dataset
    teacher: Teacher


def search(
    config: SearchConfig,
    controls: Controls,
    *,
    name: str,
    folder: JobFolder[SearchConfig] | None = None,
) -> Iterator[Event]:
    """The whole search as events; in a folder with earlier trials it goes on after them.

    With folds there is one teacher for each: a teacher that had learned from the held-out
    examples would hand what it remembers of them to the students, and the fold would not measure
    what it is for. The store keeps them apart by the fingerprint of their data.

    Args:
        config: the space and the way to look.
        controls: ``stop`` acts.
        name: the search's id.
        folder: where the trials and their runs are kept; without one nothing is written.

    Raises:
        UserError: something that a person can mend.
    """
    began = time.perf_counter()
    set_float32_arithmetic()
    base = config.base
    device = choose_device(base.device)
    data = yield from load_training_data(base, folder.root if folder else None, config.pairs)
    transfer_of(
        base, data
    )  # settings that do not suit the data are refused before a teacher is trained
    cut = folds(data, config.folds, config.seed) if config.folds else [data]
    parts = [part.to(device) for part in cut]
    with closing(Trials(config, name, folder.path / TRIALS if folder else None)) as trials:
        yield SearchStarted(
            search=name,
            config=config.to_dict(),
            device=device_name(device),
            more_is_better=config.more_is_better,
            ended=trials.ended,
            validation_sizes=[len(part.validation.labels) for part in parts],
            test_size=len(data.test.labels),
            version=software_versions(),
            notes=list(data.notes),
        )
        stopped = False
        try:
            trained_folds = []
            for part in parts:
                precision = model_precision(base.teacher, base, part, device)
                teacher = yield from train_teachers(base, part, controls, folder, device, precision)
                trained_folds.append(Fold(part, teacher))
            yield SearchPrepared(
                teacher_sources=[fold.teacher.source for fold in trained_folds],
                teachers=[
                    score(predict(fold.teacher.module, fold.data, "float32"), fold.data, None)
                    for fold in trained_folds
                ],
                seconds=time.perf_counter() - began,
            )
            while trials.ended < config.trials:
                controls.raise_if_stopped()
                yield from Attempt(config, controls, trials, trained_folds, name, folder).run()
        except Stopped:
            stopped = True
        yield trials.finished(name, stopped=stopped, seconds=time.perf_counter() - began)


def database_in(file: Path) -> optuna.storages.RDBStorage:
    """Optuna's storage in a SQLite file, whatever signs its path is written with.

    The path is no part of the URL: SQLAlchemy before 2.1 cannot read ``?`` there, nor later
    versions a ``%`` that is not written as ``%25``.
    """
    return optuna.storages.RDBStorage(
        f"sqlite:///{TRIALS}",
        engine_kwargs={"creator": lambda: sqlite3.connect(file, check_same_thread=False)},
    )


class Trials:
    """The record of all trials, kept by Optuna.

    The sampler is made anew for each trial, from the seed and the number of trials that have
    ended: a search that was stopped and continued proposes what it would have proposed in one go.

    Args:
        config: the space and the way to look.
        name: of the study.
        file: SQLite; ``None`` keeps the record in memory.
    """

    def __init__(self, config: SearchConfig, name: str, file: Path | None) -> None:
        optuna.logging.set_verbosity(optuna.logging.WARNING)  # the events tell what it would log
        self._config = config
        self._database = database_in(file) if file else None
        self._study = optuna.create_study(
            storage=self._database,
            study_name=name,
            load_if_exists=True,
            direction="maximize" if config.more_is_better else "minimize",
            pruner=PRUNERS[config.pruner](),
        )
        for trial in self._study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
            self._study.tell(trial.number, state=TrialState.FAIL)  # its process died

    def close(self) -> None:
        """Let go of the file."""
        if self._database is not None:
            self._database.remove_session()
            self._database.engine.dispose()

    @property
    def ended(self) -> int:
        """Trials that are complete, pruned or failed by themselves; stopped ones do not count."""
        return sum(map(len, self._by_state().values()))

    def ask(self) -> Trial:
        """The next trial, its settings not chosen yet."""
        seed = (self._config.seed * 1_000_003 + self.ended) % 2**32
        self._study.sampler = SAMPLERS[self._config.sampler](seed=seed)
        return self._study.ask()

    def tell(self, trial: Trial, end: TrialEnded) -> None:
        """Keep how a trial ended."""
        for name in ("params", "runs", "values", "test_accuracy", "error"):
            trial.set_user_attr(name, getattr(end, name))
        match end.state:
            case "complete":
                self._study.tell(trial, end.value)
            case "pruned":
                self._study.tell(trial, state=TrialState.PRUNED)
            case _:
                self._study.tell(trial, state=TrialState.FAIL)

    def finished(self, name: str, *, stopped: bool, seconds: float) -> SearchFinished:
        """The end of the search, with the best trial on validation data."""
        by_state = self._by_state()
        best = max(by_state["complete"], key=self._rank, default=None)
        attributes: dict[str, Any] = best.user_attrs if best else {}
        return SearchFinished(
            search=name,
            stopped=stopped,
            seconds=seconds,
            complete=len(by_state["complete"]),
            pruned=len(by_state["pruned"]),
            failed=len(by_state["failed"]),
            best_trial=best.number if best else None,
            best_value=best.value if best else None,
            best_params=attributes.get("params", {}),
            best_runs=attributes.get("runs", []),
            best_spread=spread(attributes.get("values", [])),
            best_test_accuracy=attributes.get("test_accuracy"),
        )

    def _rank(self, trial: FrozenTrial) -> tuple[float, int]:
        value = trial.value or 0.0
        return (value if self._config.more_is_better else -value), -trial.number

    def _by_state(self) -> dict[str, list[FrozenTrial]]:
        trials = self._study.get_trials(deepcopy=False)
        return {
            "complete": [trial for trial in trials if trial.state == TrialState.COMPLETE],
            "pruned": [trial for trial in trials if trial.state == TrialState.PRUNED],
            "failed": [trial for trial in trials if trial.user_attrs.get("error")],
        }


class Attempt:
    """One trial: a training in each fold, all taken an epoch at a time.

    So a score is always the mean over all folds, and a trial that is pruned ends in all of them.
    """

    def __init__(
        self,
        config: SearchConfig,
        controls: Controls,
        trials: Trials,
        trained_folds: Sequence[Fold],
        name: str,
        folder: JobFolder[SearchConfig] | None,
    ) -> None:
        self._controls, self._trials, self._folder = controls, trials, folder
        self._objective = config.objective
        self._trial = trials.ask()
        self._params = proposed(self._trial, config)
        self._config = config.base.replace(**self._params)
        first = self._trial.number * len(trained_folds)
        self._cells = list(range(first, first + len(trained_folds)))
        self._runs = [
            folder.cell_id(cell) if folder else f"{name}.{cell:04d}" for cell in self._cells
        ]
        self._works = [
            group_messages(
                Group(
                    number=cell,
                    cells={cell: self._config},
                    runs={cell: run},
                    teacher=fold.teacher,
                    store_root=None,
                    keep=folder is not None,
                ),
                fold.data,
            )
            for cell, run, fold in zip(self._cells, self._runs, trained_folds, strict=True)
        ]
        self._last: dict[int, Epoch] = {}
        """By fold: the newest evaluation."""
        self._over: set[int] = set()
        """Cells whose run has an end of its own."""
        self._began = time.perf_counter()

    def run(self) -> Iterator[Event]:
        """Train until the end or until the scores say that it is not worth it.

        Raises:
            Stopped: the search was asked to stop; the trial has ended as stopped before.
        """
        yield TrialStarted(trial=self._trial.number, params=self._params, runs=self._runs)
        try:
            state = yield from self._train()
        except TrialFailed as failed:
            yield self._end("failed", failed.failed)
        except Stopped:
            yield self._end("stopped")
            raise
        else:
            yield self._end(state)
        finally:
            for work in self._works:
                work.close()  # type: ignore[attr-defined]

    def _train(self) -> Generator[Event, None, str]:
        """Train; the state that the trial ends in."""
        config, trial = self._config, self._trial
        for epoch in range(1, config.epochs + 1):
            for fold in range(len(self._works)):
                self._advance(fold)
            value = fmean(self._values())
            if not math.isfinite(value):
                error = UserError(
                    "loss_not_finite",
                    term=self._objective,
                    learner="student",
                    value=str(value),
                    step=self._last[0].step,
                    lr=config.lr,
                )
                raise TrialFailed(Failed(error=str(error), code=error.code, values=error.values))
            trial.report(value, epoch)
            yield TrialScored(trial=trial.number, epoch=epoch, epochs=config.epochs, value=value)
            if epoch < config.epochs and trial.should_prune():
                return "pruned"
        for fold in range(len(self._works)):
            self._advance(fold)
        return "complete"

    def _advance(self, fold: int) -> None:
        """Train a fold to its next evaluation, or to its end where none is left."""
        for message in self._works[fold]:
            match message:
                case CellEvent():
                    self._keep(message)
                case GroupEnded(failed=Failed() as failed):
                    self._keep(CellEvent(self._cells[fold], failed))
            self._controls.raise_if_stopped()
            if isinstance(message, CellEvent) and isinstance(message.event, Epoch):
                self._last[fold] = message.event
                return

    def _keep(self, cell_event: CellEvent) -> None:
        if self._folder is not None:
            write_cell_events(self._folder.cell(cell_event.cell), self._config, [cell_event])
        if isinstance(cell_event.event, Failed):
            self._over.add(cell_event.cell)
            raise TrialFailed(cell_event.event)

    def _values(self) -> list[float]:
        return [getattr(_scores_of(epoch), self._objective) for epoch in self._last.values()]

    def _end(self, state: str, failed: Failed | None = None) -> TrialEnded:
        if state != "complete" and self._folder is not None:
            for fold, epoch in self._last.items():
                cell = self._cells[fold]
                if cell not in self._over:
                    end = CellEvent(cell, stopped_event(self._runs[fold], epoch))
                    write_cell_events(self._folder.cell(cell), self._config, [end])
        values = self._values()
        accuracies = [_scores_of(epoch).test_accuracy for epoch in self._last.values()]
        ended = TrialEnded(
            trial=self._trial.number,
            state=state,
            params=self._params,
            runs=self._runs,
            epochs=min((epoch.epoch for epoch in self._last.values()), default=0),
            value=fmean(values) if values else None,
            spread=spread(values),
            values=values,
            test_accuracy=fmean(accuracies) if accuracies else None,
            seconds=time.perf_counter() - self._began,
            error=failed.error if failed else "",
            code=failed.code if failed else "",
        )
        self._trials.tell(self._trial, ended)
        return ended


class TrialFailed(Exception):
    """A trial cannot go on; ``failed`` says why."""

    def __init__(self, failed: Failed) -> None:
        self.failed = failed
        super().__init__(failed.error)


def proposed(trial: Trial, config: SearchConfig) -> dict[str, Any]:
    """The settings that Optuna proposes for a trial.

    T and λ are left out where the method does not look at them, so that the sampler learns
    nothing from values that had no effect.
    """
    params: dict[str, Any] = {}
    for name, axis in AXES.items():
        if axis.setting in _without_effect(params.get("method"), config.base.also):
            continue
        values = getattr(config, name)
        if isinstance(values, Range):
            params[axis.setting] = trial.suggest_float(
                axis.setting, values.low, values.high, log=axis.log
            )
        elif len(values) > 1:
            params[axis.setting] = trial.suggest_categorical(axis.setting, values)
        else:
            params[axis.setting] = values[0]
    return params


def spread(values: Sequence[float]) -> float | None:
    """Sample standard deviation; ``None`` for fewer than two values."""
    return stdev(values) if len(values) > 1 else None


def _without_effect(method: str | None, also: str) -> tuple[str, ...]:
    if method is None:  # methods come first
        return ()
    if not method_of(method).loss:
        return "temperature", "weight"
    specs = [method, *(spec for _, spec in parse_extra_terms(also))]
    softened = any(method_of(spec).uses_temperature for spec in specs)
    return () if softened else ("temperature",)


def _scores_of(epoch: Epoch) -> Scores:
    """The student that a trial is about; the methods without a teacher have the plain one."""
    return epoch.students.get("distilled") or epoch.students["plain"]
