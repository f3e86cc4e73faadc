"""Jobs that version 0.1.0 recorded, executed anew: the same events with the same numbers.

The oracles of losses and metrics look at one function each; here all of a job is held to what it
once was, so that no change of the engine alters a training unnoticed.

Compared is everything but clocks, sizes of files and versions. Kinds of events, their order, names
and texts must be equal. Measured numbers may differ as they do between processors, which add up in
another order: with instruction sets other than those of the recording (those of PyTorch and MKL
without AVX-512, and with as little as they go down to) losses differed by less than 2e-6, and no
example was classified differently. With weights that were changed at random by 1e-6 after every
step they differed by less than 3e-5, and one example fell into another bin. ``TOLERANCE`` leaves
some room above that; a forgotten T² or 1/C changes a loss by a factor. What counts examples moves
in steps, and a few of them may change sides.
"""

import zipfile
from collections.abc import Iterator
from math import isclose
from pathlib import Path

import pytest

from kdcore.job import Job
from kdcore.jobs.kind import RUN, SWEEP
from kdcore.store import Store, recorded

ASSET = Path(__file__).parents[2] / "assets" / "store-0.1.0.zip"
JOBS = (
    "20261128-184824-1c77",
    "sweep-20261128-184831-ff37",
    "search-20261128-184845-53bd",
    "choice-20261128-184854-1095",
    "shrink-20261128-184902-4924",
    "20261128-184913-5d87",
)
"""In the order of the recording: teachers are trained once, and one job compresses another's."""
CLOCKS = {"seconds", "images_per_second", "latency", "latency_1", "latency_128"}
OF_THE_PROGRAM = {"version", "config", "bytes", "packed_bytes"}
"""Settings may be added, and PyTorch may write its files differently."""
LATER = {"smooth_ece", "input_kind"}
"""What was not measured or not said then."""
LATER_KINDS = {"uncertainty"}
"""Events that there were not yet."""
TIMED = {"progress", "sweep_progress"}
"""Events that come after so many seconds."""
TOLERANCE = {"rel_tol": 1e-3, "abs_tol": 1e-4}
FEW = 3
"""Examples of the 360 in the test set."""
SHARE = 0.02
"""Of the examples, or a mean over bins of them."""
COUNTED = {
    "confusion",
    "bins",
    "bins_calibrated",
    "entropy_right",
    "entropy_wrong",
    "test_errors",
    "errors_inherited",
    "errors_own",
    "teacher_errors_mended",
}
"""Numbers of examples, or sums over those of a bin."""
SHARES = {
    "accuracy",
    "agreement",
    "train_accuracy",
    "validation_accuracy",
    "test_accuracy",
    "best_test_accuracy",
    "students_validation_accuracy",
    "students_test_accuracy",
    "value",
    "values",
    "best_value",
    "ece",
    "mce",
    "adaptive_ece",
    "classwise_ece",
    "ece_expected",
    "ece_expected_sd",
    "aurc",
}
FIRST_FEW = {"risk_coverage"}
"""Shares of the most confident examples, of which there are two or three at first."""


def differences(old, new, path="", tolerance=None) -> Iterator[str]:
    """Where two values are not equal, each with both."""
    if isinstance(old, dict) and isinstance(new, dict):
        before, after = ([name for name in one if name not in LATER] for one in (old, new))
        if before != after:
            yield f"{path}: {before} became {after}"
            return
        for name in (name for name in before if name not in CLOCKS | OF_THE_PROGRAM):
            inner = tolerance_of(name) or tolerance
            yield from differences(old[name], new[name], f"{path}.{name}", inner)
    elif isinstance(old, list) and isinstance(new, list):
        if len(old) != len(new):
            yield f"{path}: {len(old)} became {len(new)}"
            return
        for at, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from differences(one, other, f"{path}[{at}]", tolerance)
    elif not equal(old, new, tolerance):
        yield f"{path}: {old} became {new}"


def tolerance_of(name):
    """For numbers of this name; ``None`` for what is measured otherwise, or no number."""
    if name in COUNTED:
        return {"rel_tol": 0, "abs_tol": FEW}
    if name in SHARES:
        return {"rel_tol": 0, "abs_tol": SHARE}
    if name in FIRST_FEW:
        return {"rel_tol": 0, "abs_tol": 0.5}
    return None


def equal(old, new, tolerance):
    if tolerance is not None or isinstance(old, float):
        both = isinstance(old, int | float) and type(old) is type(new)
        return old == new or (both and isclose(old, new, **(tolerance or TOLERANCE)))
    return type(old) is type(new) and old == new


def log(folder):
    return [event.to_dict() for event in folder.events() if event.kind not in TIMED | LATER_KINDS]


def job_and_cells(store, job):
    """The logs of a job and, where it has some, of the runs that it consists of, by their ids."""
    folder = store.find(job)
    cells = sorted(path.name for path in (folder.path / "cells").glob("*"))
    return {job: log(folder)} | {cell: log(store.find(cell, RUN)) for cell in cells}


@pytest.fixture(scope="module")
def stores(tmp_path_factory):
    """The store as it was recorded, and one in which every job of it was executed anew."""
    root = tmp_path_factory.mktemp("stores")
    with zipfile.ZipFile(ASSET) as archive:
        archive.extractall(root / "recorded")
    old, new = Store(root / "recorded"), Store(root / "repeated")
    for job in JOBS:
        config = old.find(job).config
        folder = new.create(config, job)
        # on many cores a sweep would be divided among processes
        options = {"executor": "joint"} if folder.kind is SWEEP else {}
        for _ in recorded(Job(config, folder, **options), folder):
            pass
    return old, new


@pytest.mark.slow
@pytest.mark.parametrize("job", JOBS)
def test_a_job_of_version_0_1_0_says_the_same_today(stores, job):
    old, new = (job_and_cells(store, job) for store in stores)

    assert new.keys() == old.keys()
    assert {name: [event["event"] for event in events] for name, events in new.items()} == {
        name: [event["event"] for event in events] for name, events in old.items()
    }
    assert list(differences(old, new)) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"soft_loss": 0.13}, {"soft_loss": 0.1305}),
        ({"soft_loss": 0.13}, {"soft_loss": None}),
        ({"test_errors": 200}, {"test_errors": 204}),
        ({"step": 5}, {"step": 6}),
        ({"step": 5}, {"step": 5.0}),
        ({"values": [0.5]}, {"values": [0.5, 0.5]}),
        ({"values": [0.5]}, {"values": [0.53]}),
        ({"model": "mlp:4"}, {"model": "mlp:8"}),
        ({"epoch": 1}, {"epoch": 1, "more": 2}),
    ],
)
def test_what_has_changed_is_found(old, new):
    assert list(differences(old, old)) == []
    assert len(list(differences(old, new))) == 1
