"""What a search and a selection of a teacher have found so far."""

from support.searches import (
    BEST,
    TRIALS,
    search_began,
    search_ended,
    trial_events,
    whole_search,
    whole_selection,
)

from kdcore.events import Failed
from kdcore.jobs.search.record import SearchRecord
from kdcore.jobs.teacher_selection.record import TeacherSelectionRecord


def record_of(events):
    record = SearchRecord()
    record.fold(events)
    return record


def test_the_best_trial_is_known_before_the_end():
    record = record_of(whole_search()[:-1])

    assert record.best.trial == BEST
    assert record.summary()["best_value"] == TRIALS[BEST][2]
    assert not record.over


def test_the_record_and_the_last_event_name_the_same_best_trial():
    record = record_of(whole_search())

    assert record.best.trial == record.finished.best_trial
    assert record.best.value == record.finished.best_value


def test_what_was_pruned_is_not_complete():
    assert [trial.trial for trial in record_of(whole_search()).complete] == [0, 2, 4]


def test_the_share_that_is_done_grows_to_the_whole():
    events = whole_search()
    shares = [record_of(events[:count]).done for count in range(len(events))]

    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0, 1)


def test_a_search_that_goes_on_keeps_its_trials_and_is_not_over():
    first = [*search_began(), *trial_events(0)]
    for end in (search_ended(stopped=True), Failed(error="no")):
        record = record_of([*first, end, *search_began(ended=1)])

        assert list(record.trials) == [0]
        assert not record.over
        assert record.prepared is not None


def test_the_trial_under_way_is_known_until_it_ends():
    events = [*search_began(), *trial_events(0)]

    assert record_of(events[:-1]).trial.trial == 0
    assert record_of(events[:-1]).score.epoch == 1
    assert record_of(events).trial is None


def test_a_selection_is_done_when_all_teachers_are_compared():
    events = whole_selection()
    shares = []
    for count in range(len(events)):
        record = TeacherSelectionRecord()
        record.fold(events[:count])
        shares.append(record.done)

    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0, 1)
