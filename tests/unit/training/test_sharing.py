"""Two processes on one accelerator share it, and the second says so; here the device is a name."""

import errno
import fcntl
import os
import tempfile
from contextlib import contextmanager

import pytest
from support.trained import SMALL, events_of, of_kind

from kdcore.job import Job
from kdcore.jobs.run.events import Started
from kdcore.jobs.sweep.config import SweepConfig
from kdcore.training.devices import sharing

QUICK = SMALL.replace(epochs=1, students="distilled")


@pytest.fixture
def accelerator(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(sharing, "_name", lambda device: "accelerator")
    return tmp_path / "kdcore-accelerator.lock"


@contextmanager
def other_process(path, how=fcntl.LOCK_SH):
    file = os.open(path, os.O_RDONLY | os.O_CREAT)
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
        yield
    finally:
        os.close(file)


def codes():
    (begun,) = of_kind(events_of(QUICK), Started)
    return [one.code for one in begun.notes]


def test_a_run_says_that_another_process_uses_its_device(accelerator):
    assert codes() == []  # it makes the file
    with other_process(accelerator):
        assert codes() == ["device_shared"]
    assert codes() == []


def test_so_does_a_job_of_any_other_kind_once_and_holds_the_device_meanwhile(accelerator):
    sweep = SweepConfig(base=QUICK, temperatures=(1.0,), weights=(0.5,), seeds=(0,))
    with other_process(accelerator):
        events = iter(Job(sweep, executor="joint"))
        noted = [one.code for event in events for one in getattr(event, "notes", ())]
    assert noted == ["device_shared"]

    events = iter(Job(sweep, executor="joint"))
    next(events)
    with pytest.raises(BlockingIOError), other_process(accelerator, fcntl.LOCK_EX):
        pass
    events.close()
    with other_process(accelerator, fcntl.LOCK_EX):
        pass


def test_while_it_trains_others_can_see_it_and_a_run_within_is_no_other(accelerator):
    with sharing.in_use("here") as notes, sharing.in_use("here") as within:
        other = os.open(accelerator, os.O_RDONLY)
        with pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(other)
    assert (notes, within) == ([], [])


def test_a_processor_is_shared_without_a_word(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    assert codes() == []
    assert not list(tmp_path.glob("kdcore-*.lock"))


def test_where_no_file_may_be_made_it_trains_all_the_same(accelerator, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(accelerator))  # there is no such folder

    assert codes() == []


@pytest.mark.parametrize("reason", [errno.EBADF, errno.ENOLCK])
def test_where_a_file_system_has_no_locks_nobody_is_seen(accelerator, monkeypatch, reason):
    def refuse(_file, _how):
        raise OSError(reason, os.strerror(reason))

    monkeypatch.setattr(fcntl, "flock", refuse)
    with sharing.in_use("here") as notes:
        assert accelerator.exists()
    assert notes == []
