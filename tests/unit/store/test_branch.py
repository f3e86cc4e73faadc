"""A run that begins at an epoch of another one."""

import pytest
from support.trained import without_clocks

from kdcore import Run, RunConfig
from kdcore.errors import UserError
from kdcore.store import Store, recorded
from kdcore.store.branch import branch, epochs_to_branch_from

PARENT = RunConfig(
    dataset="digits",
    transfer_size=120,
    batch_size=40,
    epochs=3,
    teacher="mlp:24",
    student="mlp:12",
    teacher_epochs=1,
    device="cpu",
)


def train(folder):
    list(recorded(Run(folder.config, folder), folder))
    return [without_clocks(event.to_dict()) for event in folder.events()]


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return Store(tmp_path_factory.mktemp("store"))


@pytest.fixture(scope="module")
def parent(store):
    folder = store.create(PARENT)
    train(folder)
    return folder


def test_a_run_can_be_branched_from_each_of_its_epochs(parent):
    assert epochs_to_branch_from(parent) == [0, 1, 2, 3]


def test_without_changes_a_branch_comes_to_what_its_parent_came_to(store, parent):
    found = train(branch(store, parent, 1, {}))
    expected = [without_clocks(event.to_dict()) for event in parent.events()]

    assert found == expected


def test_a_branch_goes_on_with_another_temperature(store, parent):
    folder = branch(store, parent, 2, {"temperature": "9"})
    found, expected = train(folder), [without_clocks(e.to_dict()) for e in parent.events()]
    (turn,) = [at for at, event in enumerate(found) if event["event"] == "retuned"]

    # the settings say what it was asked for, the events what acted
    assert folder.config == PARENT.replace(temperature=9)
    assert found[turn] | {"name": "temperature", "value": 9, "previous": 4} == found[turn]
    assert found[turn]["step"] == 6
    assert [e | {"config": None} if "config" in e else e for e in found[:turn]] == [
        e | {"config": None} if "config" in e else e for e in expected[:turn]
    ]
    last, before = found[-1], expected[-1]
    assert last["students"]["plain"] == before["students"]["plain"]
    assert last["students"]["distilled"] != before["students"]["distilled"]


def test_a_branch_may_train_longer(store, parent):
    found = train(branch(store, parent, 3, {"epochs": 5}))

    assert [event["epoch"] for event in found if event["event"] == "epoch"] == [1, 2, 3, 4, 5]


def test_a_branch_says_where_it_comes_from_and_its_files_are_its_own(store, parent):
    folder = branch(store, parent, 1, {})

    assert (folder.path / "branch.json").read_text() == f'{{"run": "{parent.id}", "epoch": 1}}'
    assert (folder.path / "prepared.safetensors").exists()
    assert (folder.path / "snapshot-0001.safetensors").exists()
    assert not (folder.path / "snapshot-0002.safetensors").exists()


def test_a_branch_takes_the_notes_up_to_its_epoch_along(store, parent):
    notes = [store.pin(parent.id, epoch, f"epoch {epoch}") for epoch in (0.5, 1, 2)]
    folder = branch(store, parent, 1, {})

    assert store.pinned(folder.id) == notes[:2]


@pytest.mark.parametrize(
    ("epoch", "changes", "sentence"),
    [
        (7, {}, "no checkpoint of epoch 7: choose from 0, 1, 2, 3"),
        (1, {"student": "mlp:8"}, "cannot change student"),
        (1, {"temperature": "hot"}, "hot"),
        (2, {"epochs": 1}, "would end after 1 epochs and begins at epoch 2"),
    ],
)
def test_what_cannot_be_is_said_and_leaves_no_run(store, parent, epoch, changes, sentence):
    before = sorted(parent.path.parent.iterdir())
    with pytest.raises(UserError, match=sentence):
        branch(store, parent, epoch, changes)

    assert sorted(parent.path.parent.iterdir()) == before
