"""How far a robustness test is: an attack costs more than a corruption."""

import pytest
from support.robustness import whole_test

from kdcore.catalogue.corruptions import SEVERITIES
from kdcore.jobs.robustness.record import RobustnessRecord


def record_of(events):
    record = RobustnessRecord()
    record.fold(events)
    return record


def test_the_share_that_is_done_grows_to_the_whole():
    events = whole_test()
    shares = [record_of(events[:count]).done for count in range(len(events) + 1)]

    assert shares == sorted(shares)
    assert shares[0] == 0
    assert shares[-1] == pytest.approx(1)


def test_what_is_left_is_estimated_from_the_pace_and_the_passes_through_a_network():
    events = [event for event in whole_test() if event.kind != "corruption_ended"]
    begun = record_of(events[:1])
    assert begun.seconds_left is None

    done = record_of(events[: 2 + 3 * SEVERITIES])  # three corruptions; an attack of 4 is left
    spent = sum(event.seconds for event in events[1 : 2 + 3 * SEVERITIES])
    passed, left = 1 + 3 * SEVERITIES, 4 * SEVERITIES
    assert done.seconds_left == pytest.approx(spent * left / passed)
