import made_events as make
import pytest

from dashboard.status import status
from kdcore.events import Failed, Retuned


@pytest.mark.parametrize(
    ("told", "phase"),
    [
        ([], "waiting"),
        ([make.progress()], "loading"),
        ([make.started(), make.teacher_epoch()], "teacher"),
        ([make.started(), make.prepared(), make.batch()], "training"),
        (make.whole_run(), "over"),
        ([make.started(), Failed(error="no")], "over"),
    ],
)
def test_the_phase_follows_from_the_events(told, phase):
    assert status(told).phase == phase


def test_the_controls_are_those_of_the_start_until_they_are_retuned():
    begun = [make.started(temperature=4.0, weight=0.5), make.prepared()]
    turned = Retuned(step=3, position=0.1, name="temperature", value=9.0, previous=4.0)

    assert status(begun).controls["temperature"] == 4.0
    assert status([*begun, turned]).controls["temperature"] == 9.0
    assert status([*begun, turned]).controls["weight"] == 0.5


def test_the_share_that_is_done_belongs_to_the_phase():
    assert status([make.progress(done=1, total=4)]).done == 0.25
    assert status([make.started(), make.teacher_epoch(3)]).done == 3 / 15
    training = [make.started(epochs=2), make.prepared(), make.batch(position=0.5)]
    assert status(training).done == 0.25


def test_work_of_unknown_length_has_no_share():
    assert status([make.progress(total=None)]).done is None


def test_without_batches_the_share_is_that_of_whole_epochs():
    assert status([make.started(epochs=4), make.prepared(), make.epoch(1)]).done == 0.25
