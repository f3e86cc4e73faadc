"""Jobs over five seeds, in as many processes of one thread as there are cores."""

import json
import os
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import torch

from kdcore import Run, RunConfig
from kdcore import job as engine
from kdcore.catalogue import METHODS
from kdcore.events import Diagnosis, Event, Failed, Scores
from kdcore.jobs.compression.config import CompressionConfig
from kdcore.jobs.compression.events import StageBegan, StageEnded
from kdcore.jobs.kind import RUN
from kdcore.jobs.run.events import Batch, Epoch, Finished, Snapshot
from kdcore.jobs.sweep.config import SweepConfig, all_methods
from kdcore.jobs.sweep.events import CellsScored
from kdcore.store import Store, recorded

SEEDS = (0, 1, 2, 3, 4)


@dataclass(slots=True)
class RunRecord:
    """The events of a run that something is measured by."""

    finished: Finished
    epochs: list[Epoch]
    batches: list[Batch]
    """None of students that were trained together."""
    diagnoses: dict[str, Diagnosis]
    """By learner, after the last epoch."""


@dataclass(slots=True)
class SweepRecord:
    """The test accuracies of one seed of a sweep."""

    plain: float
    distilled: dict[tuple[str, float, float], float]
    """By method, T and λ."""


@dataclass(slots=True)
class CompressionRecord:
    """What each stage measured, before and after it was distilled again."""

    began: dict[str, StageBegan]
    ended: dict[str, StageEnded]


Record = RunRecord | SweepRecord | CompressionRecord


@dataclass(frozen=True, slots=True)
class Job:
    """What is carried out with every seed."""

    kind: str
    """``together`` (a run for each seed, all students at once), ``apart`` (one after the other),
    ``sweep`` (the usual grid of T and λ), ``methods`` (all that look at logits alone, as their
    authors set them) or ``compression`` (of a run's student)."""
    config: RunConfig
    amounts: tuple[tuple[str, Any], ...] = ()
    """Of a compression: settings of ``CompressionConfig``."""


def carry_out(jobs: Iterable[Job], tell: Callable[[str], None]) -> dict[Job, list[Record]]:
    """The record of each seed, by job.

    Args:
        jobs: equal ones are carried out once.
        tell: gets a line when one is done.
    """
    wanted = list(dict.fromkeys(jobs))
    records: dict[Job, list[Record]] = {}
    wanted.sort(key=lambda job: list(KINDS).index(job.kind))
    with (
        tempfile.TemporaryDirectory() as folder,
        ProcessPoolExecutor(
            os.cpu_count(), get_context("spawn"), torch.set_num_threads, (1,)
        ) as pool,
    ):
        began = {pool.submit(_timed, job, folder): job for job in wanted}
        for number, done in enumerate(as_completed(began), start=1):
            records[began[done]], seconds = done.result()
            tell(f"{number}/{len(wanted)} {began[done].kind}: {seconds:.0f} s")
    return records


def _timed(job: Job, folder: str) -> tuple[list[Record], float]:
    began = time.perf_counter()
    records = KINDS[job.kind](job, Store(Path(folder)))
    return records, time.perf_counter() - began


def _together(job: Job, store: Store) -> list[Record]:
    config = SweepConfig(base=job.config, temperatures=(), weights=(), seeds=SEEDS)
    folder = store.create(config)
    for _ in _without_failure(recorded(engine.Job(config, folder, executor="joint"), folder)):
        pass
    return [_record(store.find(folder.cell_id(cell), RUN).events()) for cell in range(config.size)]


def _apart(job: Job, store: Store) -> list[Record]:
    return [_run(job.config.replace(seed=seed), store)[0] for seed in SEEDS]


def _run(config: RunConfig, store: Store) -> tuple[RunRecord, str]:
    folder = store.create(config)
    return _record(recorded(Run(config, folder), folder)), folder.id


def _record(events: Iterable[Event]) -> RunRecord:
    batches, epochs = [], []
    last: dict[str, Any] = {}
    for event in _without_failure(events):
        match event:
            case Batch():
                batches.append(event)
            case Epoch():
                epochs.append(event)
            case Snapshot() | Finished():
                last[event.kind] = event
    return RunRecord(last["finished"], epochs, batches, last["snapshot"].learners)


def _sweep(job: Job, _store: Store) -> list[Record]:
    return _swept(SweepConfig(base=job.config, seeds=SEEDS))


def _methods(job: Job, _store: Store) -> list[Record]:
    methods = tuple(name for name in all_methods(job.config) if METHODS[name].acts_on == "logits")
    return _swept(SweepConfig(base=job.config, seeds=SEEDS, methods=methods, published=True))


def _swept(config: SweepConfig) -> list[Record]:
    distilled: dict[str, Scores] = {}
    plain: dict[str, Scores] = {}
    for event in _without_failure(engine.Job(config, executor="joint")):
        if isinstance(event, CellsScored):
            distilled |= event.distilled
            plain |= event.plain
    records = {seed: SweepRecord(0.0, {}) for seed in SEEDS}
    for number, cell in enumerate(config.cells):
        record = records[cell.seed]
        place = cell.method, cell.temperature, cell.weight
        record.distilled[place] = distilled[str(number)].test_accuracy
        record.plain = plain[str(number)].test_accuracy
    return list(records.values())


def _compressions(job: Job, store: Store) -> list[Record]:
    found: list[Record] = []
    for seed in SEEDS:
        config = job.config.replace(seed=seed)
        _, run = _run(config, store)
        shrinking = CompressionConfig.of(run, config, **dict(job.amounts))
        folder = store.create(shrinking)
        record = CompressionRecord({}, {})
        for event in _without_failure(recorded(engine.Job(shrinking, folder), folder)):
            match event:
                case StageBegan():
                    record.began[event.stage] = event
                case StageEnded():
                    record.ended[event.stage] = event
        found.append(record)
    return found


def _without_failure(events: Iterable[Event]) -> Iterable[Event]:
    for event in events:
        if isinstance(event, Failed):
            raise RuntimeError(event.details or event.error)
        yield event


KINDS = {
    "methods": _methods,
    "sweep": _sweep,
    "compression": _compressions,
    "apart": _apart,
    "together": _together,
}
"""The longest first: begun last, it would keep one core waiting for the other."""


def mean_and_sd(values: Iterable[float]) -> dict[str, float]:
    """Rounded to five decimals, for a file."""
    numbers = list(values)
    return {"mean": round(fmean(numbers), 5), "sd": round(stdev(numbers), 5), "n": len(numbers)}


def conditions() -> dict[str, Any]:
    """When and on what something was measured."""
    return {
        "date": time.strftime("%Y-%m-%d"),
        "cpus": os.cpu_count(),
        "torch": torch.__version__,
        "seeds": len(SEEDS),
    }


def write(path: Path, found: Mapping[str, Any]) -> None:
    """Keep measurements as JSON."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
