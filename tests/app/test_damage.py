"""A damaged folder in the store keeps no page from opening."""

import os

import pytest
from support import events as make
from support.jobs import CONFIGS, DAMAGE
from support.runs import MAIN, record
from support.sweeps import record_sweep

from dashboard.text.languages import words
from kdcore.jobs.kind import KINDS
from kdcore.jobs.run.config import RunConfig

WHOLE, DAMAGED = "20260101-000000-aaaa", "20990101-000000-bbbb"
PAGES = sorted(path.stem for path in MAIN.parent.glob("views/[!_]*.py"))
PARAMETER = {
    "sweep": "sweep",
    "shrink": "shrink",
    "robustness": "robustness",
    "recognition": "recognition",
}


@pytest.fixture
def damage(hub):
    """A run and a sweep, and a newer damaged job of every kind."""
    record(hub.store, WHOLE, make.whole_run())
    record_sweep(hub.store)
    for kind, config in CONFIGS.items():
        folder = hub.store.create(config, KINDS[kind].prefix + DAMAGED)
        (folder.path / "config.json").write_bytes(b"")
    return hub.store


def trouble(app):
    return [f"{error.message} {error.stack_trace}" for error in app.exception]


@pytest.mark.parametrize("name", PAGES)
def test_every_page_opens(open_page, damage, name):
    assert trouble(open_page(name)) == []


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        *((name, "run") for name in PAGES),
        ("landscape", "sweep"),
        ("shrink", "compression"),
        ("robustness", "robustness"),
        ("recognition", "recognition"),
    ],
)
def test_every_page_opens_for_the_damaged_job_itself(open_page, damage, name, kind):
    query = {PARAMETER.get(kind, "run"): KINDS[kind].prefix + DAMAGED}

    assert trouble(open_page(name, **query)) == []


@pytest.mark.parametrize("contents", DAMAGE.values(), ids=DAMAGE)
@pytest.mark.parametrize("name", ["runs", "microscope"])
def test_whatever_is_wrong_with_it(open_page, damage, name, contents):
    (damage.root / "runs" / DAMAGED / "config.json").write_bytes(contents)

    assert trouble(open_page(name)) == []


def test_the_runs_page_lists_it_as_damaged(open_page, damage):
    table = open_page("runs").dataframe[0].value
    job, state = words("en")["runs.id"], words("en")["runs.state"]
    states = dict(zip(table[job], table[state], strict=True))

    assert {job for job, state in states.items() if state == "damaged"} == {
        kind.prefix + DAMAGED for kind in KINDS.values()
    }
    assert states[WHOLE] == "finished"


@pytest.mark.parametrize("kind", KINDS)
def test_the_runs_page_opens_for_a_kind_of_which_one_is_damaged(open_page, damage, kind):
    assert trouble(open_page("runs", kind=kind)) == []


@pytest.mark.parametrize("name", ["live", "microscope", "runs"])
def test_data_whose_path_is_no_text_are_shown(open_page, hub, name):
    path = os.fsdecode("不存在.csv".encode("gbk"))
    record(hub.store, WHOLE, make.whole_run(), RunConfig(dataset=path))

    assert trouble(open_page(name, run=WHOLE)) == []


@pytest.mark.parametrize("name", ["live", "runs", "microscope", "start"])
def test_a_run_of_a_later_version_keeps_no_page_from_opening(open_page, damage, name):
    later = '{"kind": "run", "format": 99, "hologram": true}'
    (damage.root / "runs" / DAMAGED / "config.json").write_text(later, encoding="utf-8")

    assert trouble(open_page(name)) == []
    assert trouble(open_page(name, run=DAMAGED)) == []


def test_the_runs_page_lists_it_as_what_it_is(open_page, damage):
    later = '{"kind": "run", "format": 99, "hologram": true}'
    (damage.root / "runs" / DAMAGED / "config.json").write_text(later, encoding="utf-8")
    table = open_page("runs").dataframe[0].value

    assert words("en")["state.newer"] in set(table[words("en")["runs.state"]])
