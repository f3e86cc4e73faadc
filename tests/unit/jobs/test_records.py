"""What every kind's record makes of a log, one that version 0.1.0 wrote among them."""

import zipfile
from pathlib import Path

import pytest

from kdcore.events import Cancelled, Ended, Failed
from kdcore.jobs.kind import KINDS
from kdcore.store import Store

ASSET = Path(__file__).parents[2] / "assets" / "store-0.1.0.zip"


@pytest.fixture
def store(tmp_path):
    with zipfile.ZipFile(ASSET) as archive:
        archive.extractall(tmp_path)
    return Store(tmp_path)


def test_a_finished_job_is_summed_up(store):
    found = {row.kind: row.summary for row in store.list()}

    assert found["run"]["epochs"] == 2
    assert found["run"]["distilled"] is not None
    assert (found["sweep"]["students"], found["sweep"]["finished"]) == (4, 4)
    assert found["search"]["trials"] == found["search"]["complete"] == 2
    assert found["teacher_selection"]["teachers"] == ["mlp:8", "mlp:16"]
    assert found["compression"]["stages"] == ["pruned", "narrow"]
    assert all(summary["seconds"] > 0 for summary in found.values())


def test_a_record_may_be_folded_in_pieces(store):
    for row in store.list():
        events, kind = store.find(row.id).events(), KINDS[row.kind]
        whole, pieces = kind.record(), kind.record()
        whole.fold(events)
        for event in events:
            pieces.fold([event])

        assert pieces.summary() == whole.summary()


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_job_that_never_began_found_nothing(kind):
    for end in (Cancelled(job="x"), Failed(error="no")):
        record = kind.record()
        record.fold([end])

        assert record.summary() == kind.record().summary()


def test_every_last_event_leaves_a_state(store):
    ends = [store.find(row.id).events()[-1] for row in store.list()]

    assert all(isinstance(end, Ended) for end in ends)
    assert {end.state for end in ends} == {"finished"}
    assert Cancelled(job="x").state == "stopped"
    assert Failed(error="no").state == "failed"
    assert Failed(error="no", code="worker_died").state == "crashed"
    assert Failed(error="no", code="never_began").state == "interrupted"
