import pytest
from support import events as make

from dashboard.records.history import History
from kdcore.events import Failed, Retuned
from kdcore.jobs.run.events import Snapshot


def history_of(*events):
    history = History()
    history.fold(events)
    return history


def test_the_weighted_terms_add_up_to_the_loss():
    history = history_of(make.started(weight=0.5), make.batch())
    columns = history.steps["distilled"].columns

    assert columns["hard"][0] == pytest.approx(0.5 * 0.213)
    assert columns["soft"][0] == pytest.approx(0.5 * 0.341)
    assert columns["hard"][0] + columns["soft"][0] == pytest.approx(columns["loss"][0])


def test_a_change_of_the_weight_counts_from_there_on():
    change = Retuned(step=18, position=0.5, name="weight", value=0.9, previous=0.5)
    history = history_of(make.started(), make.batch(), change, make.batch(step=19, position=0.6))

    assert history.steps["distilled"].columns["soft"] == pytest.approx([0.5 * 0.341, 0.9 * 0.341])
    assert [(mark.name, mark.value) for mark in history.marks] == [("weight", 0.9)]


def test_the_hard_term_is_whole_where_terms_are_added():
    history = history_of(make.started(mixing="additive", weight=2.0), make.batch())

    assert history.steps["distilled"].columns["hard"] == pytest.approx([0.213])
    assert history.steps["plain"].columns["soft"] == [0.0]


def test_the_plain_student_has_the_hard_term_alone():
    columns = history_of(make.started(), make.batch()).steps["plain"].columns

    assert (columns["hard"][0], columns["soft"][0]) == (0.213, 0.0)


def test_the_snapshot_of_a_moment_is_the_last_before_it():
    history = history_of(*(Snapshot(epoch=epoch, arrays=None, learners={}) for epoch in (0, 2, 4)))

    assert [history.snapshot(at).epoch for at in (0, 1.9, 2, 3.5, 9, None)] == [0, 0, 2, 2, 4, 4]
    assert history_of().snapshot(None) is None


def test_the_phases_of_a_run_follow_each_other():
    events = make.whole_run()
    phases = [history_of(*events[:count]).phase for count in range(len(events) + 1)]

    assert list(dict.fromkeys(phases)) == ["waiting", "loading", "teacher", "training", "over"]


def test_a_stopped_run_was_evaluated_where_it_stopped():
    end = make.finished(plain=40, distilled=35)
    stopped = type(end)(**{name: getattr(end, name) for name in end.__slots__} | {"stopped": True})
    history = history_of(
        make.started(), make.prepared(), make.epoch(1), make.batch(step=54, position=1.5), stopped
    )

    assert [at for at, _ in history.evaluations] == [1.0, 1.5]
    assert history.evaluations[-1][1]["distilled"].test_errors == 35


def test_a_run_that_tells_of_no_batches_has_a_row_an_epoch():
    history = history_of(make.started(), make.prepared(), make.epoch(1), make.epoch(2))

    assert history.position == 2
    assert history.steps["plain"].columns["position"] == [1, 2]
    assert history.steps["distilled"].columns["agreement"] == [0.95, 0.95]


def test_what_acted_at_a_moment_is_the_start_and_what_was_turned_before():
    turned = Retuned(step=18, position=0.5, name="temperature", value=9.0, previous=4.0)
    history = history_of(
        make.started(temperature=4.0),
        make.prepared(),
        make.batch(position=0.25),
        turned,
        make.batch(position=0.75),
    )

    assert [history.controls_at(at)["temperature"] for at in (0, 0.49, 0.5, None)] == [4, 4, 9, 9]
    assert history.turned == {"temperature": 9.0}


def test_the_means_of_a_moment_are_those_of_the_batches_before_it():
    history = history_of(
        make.started(), make.prepared(), make.batch(position=0.25), make.batch(position=0.75)
    )
    newest = history.means("distilled", None)

    assert history.means("distilled", 0.1) is None
    assert history.means("distilled", 0.3) == newest
    assert history.means("nobody", 0.3) is None


def test_the_evaluation_of_a_moment_is_the_last_before_it():
    history = history_of(make.started(), make.prepared(), make.epoch(1), make.epoch(2))

    assert history.evaluation(0.9) is None
    assert [history.evaluation(at)[0] for at in (1, 1.9, 2, None)] == [1, 1, 2, 2]


@pytest.mark.parametrize(
    ("events", "phase"),
    [
        ([], "waiting"),
        ([make.progress()], "loading"),
        ([make.started(), make.teacher_epoch()], "teacher"),
        ([make.started(), make.prepared(), make.batch()], "training"),
        (make.whole_run(), "over"),
        ([make.started(), Failed(error="no")], "over"),
    ],
)
def test_the_phase_follows_from_the_events(events, phase):
    assert history_of(*events).phase == phase


def test_the_controls_are_those_of_the_start_until_they_are_retuned():
    begun = [make.started(temperature=4.0, weight=0.5), make.prepared()]
    turned = Retuned(step=3, position=0.1, name="temperature", value=9.0, previous=4.0)

    assert history_of(*begun).controls["temperature"] == 4.0
    assert history_of(*begun, turned).controls["temperature"] == 9.0
    assert history_of(*begun, turned).controls["weight"] == 0.5


def test_the_share_that_is_done_belongs_to_the_phase():
    assert history_of(make.progress(done=1, total=4)).done == 0.25
    assert history_of(make.started(), make.teacher_epoch(3)).done == 3 / 15
    training = [make.started(epochs=2), make.prepared(), make.batch(position=0.5)]
    assert history_of(*training).done == 0.25


def test_work_of_unknown_length_has_no_share():
    assert history_of(make.progress(total=None)).done is None


def test_without_batches_the_share_is_that_of_whole_epochs():
    assert history_of(make.started(epochs=4), make.prepared(), make.epoch(1)).done == 0.25
