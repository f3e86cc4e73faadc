"""Nobody looks for garbage while modules are loaded, and everybody does afterwards."""

import gc
import sys

import pytest

from dashboard import app, getting_ready
from kdcore import worker
from kdcore.cli.engine import wake_engine
from kdcore.loading import loading


@pytest.fixture(autouse=True)
def as_before():
    yield
    gc.enable()
    gc.unfreeze()


def test_what_is_loaded_is_looked_at_no_more():
    gc.unfreeze()
    with loading():
        assert not gc.isenabled()
    assert gc.isenabled()
    assert gc.get_freeze_count() > 0


def test_where_nobody_looks_nobody_does_afterwards():
    gc.disable()
    with loading():
        pass
    assert not gc.isenabled()


def no_engine(monkeypatch):
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    monkeypatch.setitem(sys.modules, "kdcore.training.devices.own_process", None)
    return wake_engine


def no_first_page(monkeypatch):
    monkeypatch.setattr(app, "FIRST_PAGE", 0.0)
    monkeypatch.setattr(getting_ready, "FIRST_PAGE", ("no.such.module",))
    monkeypatch.setattr(getting_ready, "get_ready_for_others", lambda: None)
    return app._get_ready


def no_training(monkeypatch):
    monkeypatch.setattr(worker, "choose_threads", lambda: None)
    monkeypatch.setattr(worker, "private_stdout", lambda: None)
    monkeypatch.setattr(worker, "Worker", Unasked)
    monkeypatch.setattr(worker, "Path", lambda _: Nowhere)
    monkeypatch.setitem(sys.modules, "kdcore.training.devices.own_process", None)
    return worker.main


class Unasked:
    """A worker to whom nobody speaks."""

    def __init__(self, make_job, out):
        self.asked = False

    def listen(self, lines):
        pass


class Nowhere:
    """A file that is not written."""

    @staticmethod
    def write_text(text, encoding):
        pass


@pytest.mark.parametrize("fails", [no_engine, no_first_page, no_training])
def test_it_is_looked_for_again_where_loading_fails(fails, monkeypatch):
    gc.unfreeze()
    load = fails(monkeypatch)
    with pytest.raises(ImportError):
        load()

    assert gc.isenabled()
    assert gc.get_freeze_count() == 0


def test_the_rest_is_loaded_where_a_part_of_the_first_page_cannot_be(monkeypatch):
    done = []
    no_first_page(monkeypatch)
    monkeypatch.setattr(getting_ready, "get_ready_for_others", lambda: done.append("others"))
    with pytest.raises(ImportError):
        app._get_ready()

    assert done == ["others"]
