"""The server may hold the connections of a class."""

import resource

import pytest

from dashboard.server.open_files import WANTED, allow_many_files


@pytest.fixture(autouse=True)
def limit():
    """The limit of this process, which stands again afterwards."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    yield before
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_a_low_limit_is_raised_as_far_as_it_may_be(limit):
    _, hard = limit
    resource.setrlimit(resource.RLIMIT_NOFILE, (1024, hard))

    most = WANTED[0] if hard == resource.RLIM_INFINITY else min(WANTED[0], hard)
    assert allow_many_files() == most


def test_a_system_that_grants_less_is_asked_for_less(monkeypatch):
    granted = []

    def grant(_, limits):
        if limits[0] > WANTED[1]:
            raise ValueError("not allowed to raise maximum limit")
        granted.append(limits[0])

    monkeypatch.setattr(resource, "getrlimit", lambda _: (256, resource.RLIM_INFINITY))
    monkeypatch.setattr(resource, "setrlimit", grant)
    allow_many_files()
    monkeypatch.undo()

    assert granted == [WANTED[1]]


def test_a_limit_that_is_high_stays():
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < WANTED[0]:
        soft = allow_many_files()

    assert allow_many_files() == soft
