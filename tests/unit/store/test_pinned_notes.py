"""Notes that are pinned to moments of a run are kept with it, one file a note."""

import zipfile
from concurrent.futures import ThreadPoolExecutor

import pytest
from support import events as make

from kdcore.errors import UserError
from kdcore.jobs.run.config import RunConfig
from kdcore.jobs.sweep.config import SweepConfig
from kdcore.store import PinnedNote, Store, recorded
from kdcore.store.pinned_notes import LONGEST_TEXT, MOST, copy_notes

ONE, TWO = "20260101-000000-aaaa", "20260102-000000-bbbb"


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path / "store")
    for _ in recorded(make.whole_run(), store.create(RunConfig(), ONE)):
        pass
    return store


def texts(store, run=ONE):
    return [(note.position, note.text) for note in store.pinned(run)]


def test_notes_come_back_in_the_order_of_their_moments(store):
    store.pin(ONE, 3.25, "T 调高了: <b>λ</b>\nlook")
    first = store.pin(ONE, 0, "  before training ")

    again = Store(store.root)
    assert again.pinned(ONE)[0] == PinnedNote(id=first.id, position=0.0, text="before training")
    assert texts(again) == [(0, "before training"), (3.25, "T 调高了: <b>λ</b>\nlook")]
    assert again.row(ONE).note == ""


def test_a_note_is_changed_deleted_and_brought_back(store):
    kept, other = store.pin(ONE, 2, "first"), store.pin(ONE, 5, "other")
    assert store.pin(ONE, 2, "second", kept.id).id == kept.id
    store.unpin(ONE, other.id)
    store.unpin(ONE, other.id)

    assert texts(store) == [(2, "second")]
    store.pin(ONE, other.position, other.text, other.id)
    assert other in store.pinned(ONE)


def test_whoever_writes_at_once_loses_nothing_of_the_others(store):
    shared = store.pin(ONE, 1, "shared").id
    tabs = [Store(store.root) for _ in range(4)]

    def write(number):
        tabs[number % 4].pin(ONE, number, f"own {number}")
        tabs[number % 4].pin(ONE, 1, f"shared {number}", shared)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(20)))
    found = {note.id: note.text for note in store.pinned(ONE)}

    assert found.pop(shared) in {f"shared {number}" for number in range(20)}
    assert set(found.values()) == {f"own {number}" for number in range(20)}


def test_a_file_that_is_no_note_is_left_out(store):
    kept = store.pin(ONE, 1, "kept")
    notes = store.find(ONE).path / "notes"
    for name, text in (
        ("0123456789ab.json", '{"position": 1, "te'),
        ("0123456789ac.json", '{"position": "soon", "text": "a"}'),
        ("0123456789ad.json", '{"position": NaN, "text": "a"}'),
        ("0123456789ae.json", "[]"),
        ("readme.json", '{"position": 1, "text": "a"}'),
    ):
        (notes / name).write_text(text, encoding="utf-8")

    assert store.pinned(ONE) == [kept]


@pytest.mark.parametrize(
    ("position", "text", "note", "code"),
    [
        (1, " \n ", "", "note_empty"),
        (1, "\u200b\u202e\x07", "", "note_empty"),
        (1, "a" * (LONGEST_TEXT + 1), "", "note_too_long"),
        (-0.5, "a", "", "note_outside"),
        (RunConfig().epochs + 1, "a", "", "note_outside"),
        (float("nan"), "a", "", "note_outside"),
        (1, "a", "../../config", "note_unreadable"),
    ],
)
def test_what_cannot_be_a_note_is_said_and_not_kept(store, position, text, note, code):
    with pytest.raises(UserError) as caught:
        store.pin(ONE, position, text, note)

    assert caught.value.code == code
    assert store.pinned(ONE) == []


def test_a_run_takes_only_so_many_notes_but_those_there_are_can_be_changed(store):
    notes = store.find(ONE).path / "notes"
    notes.mkdir()
    for number in range(MOST):
        (notes / f"{number:012x}.json").write_text('{"position": 1, "text": "a"}')
    with pytest.raises(UserError, match="has 200 notes"):
        store.pin(ONE, 1, "one more")

    assert store.pin(ONE, 2, "changed", f"{0:012x}") in store.pinned(ONE)


def test_only_runs_of_ones_own_take_notes(store, tmp_path):
    owned = store.create(SweepConfig(), "sweep-20260101-000000-cccc")
    owned.cell(0).begin(RunConfig().to_dict())
    shown = Store(tmp_path / "other", recordings=[store.find(ONE).path, owned.path])
    for run in (ONE, f"{owned.id}.0000"):
        with pytest.raises(UserError, match="stays as it is"):
            shown.pin(run, 1, "a")
        with pytest.raises(UserError, match="stays as it is"):
            shown.unpin(run, "0123456789ab")
    with pytest.raises(UserError):
        store.pin(owned.id, 1, "a")

    assert store.pin(f"{owned.id}.0000", 1, "a") in shown.pinned(f"{owned.id}.0000")


def test_notes_go_with_the_run_into_the_trash_and_back(store):
    store.pin(ONE, 1, "a")
    store.delete(ONE)
    store.restore(ONE)

    assert texts(store) == [(1, "a")]


def test_an_export_holds_the_notes(store, tmp_path):
    note = store.pin(ONE, 1, "a")
    store.export(ONE, tmp_path / "run.zip")
    with zipfile.ZipFile(tmp_path / "run.zip") as archive:
        assert f"{ONE}/notes/{note.id}.json" in archive.namelist()


def test_a_run_gets_the_notes_of_another_up_to_a_moment(store):
    for position in (0, 2, 2.5):
        store.pin(ONE, position, "a")
    copy_notes(store.find(ONE), store.create(RunConfig(), TWO), 2)

    assert texts(store, TWO) == [(0, "a"), (2, "a")]
    assert len(texts(store)) == 3
