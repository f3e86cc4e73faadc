"""What each of several processes says, and when."""

import sys

import pytest

from kdcore.cli import ranks


@pytest.fixture
def as_rank(monkeypatch):
    waited = []
    monkeypatch.setattr(ranks.time, "sleep", waited.append)

    def as_rank(number, size):
        monkeypatch.setenv("RANK", str(number))
        monkeypatch.setenv("WORLD_SIZE", str(size))
        return waited

    return as_rank


def command(status, *, by_exit=False):
    def run():
        sys.stdout.write("an event\n")
        sys.stderr.write("kdcore: a sentence\n")
        return sys.exit(status) if by_exit else status

    return run


@pytest.mark.parametrize("size", [1, 2])
def test_rank_0_speaks_at_once(as_rank, capsys, size):
    waited = as_rank(0, size)

    assert ranks.rank_0_speaks(command(2)) == 2
    assert capsys.readouterr() == ("an event\n", "kdcore: a sentence\n")
    assert waited == []


def test_another_rank_says_nothing_when_all_went_well(as_rank, capsys):
    waited = as_rank(1, 2)

    assert ranks.rank_0_speaks(command(0)) == 0
    assert capsys.readouterr() == ("", "")
    assert waited == []


@pytest.mark.parametrize("by_exit", [False, True])
def test_another_rank_that_fails_leaves_rank_0_time_and_then_says_so(as_rank, capsys, by_exit):
    waited = as_rank(1, 2)

    assert ranks.rank_0_speaks(command(2, by_exit=by_exit)) == 2
    assert capsys.readouterr() == ("", "rank 1: kdcore: a sentence\n")
    assert waited == [ranks.GRACE]


def test_a_world_size_without_a_rank_is_not_torchruns(monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "4")
    monkeypatch.delenv("RANK", raising=False)

    assert (ranks.rank(), ranks.processes()) == (0, 1)
