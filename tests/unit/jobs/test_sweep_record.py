from statistics import stdev

import pytest
from support import events as make
from support.sweeps import COMPARISON, GRID, whole_sweep

from kdcore.jobs.sweep.events import CellsScored, GroupRetried
from kdcore.jobs.sweep.record import SweepRecord


def folded(events=None):
    landscape = SweepRecord()
    landscape.fold(whole_sweep() if events is None else events)
    return landscape


def at(landscape, temperature, weight):
    return next(
        cell
        for cell in landscape.cells()
        if (cell.temperature, cell.weight) == (temperature, weight)
    )


def test_a_place_has_the_mean_and_sd_over_its_seeds():
    landscape = folded()
    spread = landscape.spread(at(landscape, 4, 1.0), "test_errors")

    assert (spread.mean, spread.n) == (23, 2)
    assert spread.sd == pytest.approx(stdev([16, 30]))
    assert landscape.spread(at(landscape, 4, 1.0), "test_errors", "plain").mean == 21


def test_the_gain_is_taken_seed_by_seed_and_positive_where_it_is_better():
    landscape = folded()

    assert landscape.gain(at(landscape, 4, 0.5), "test_errors").values == (8, 8)
    assert landscape.gain(at(landscape, 1, 1.0), "test_accuracy").mean == pytest.approx(-4 / 360)


def test_the_best_is_chosen_on_validation_data_alone():
    events = whole_sweep()
    scored = next(event for event in reversed(events) if isinstance(event, CellsScored))
    for number in ("0", "1"):  # T 1, λ 0.5: best on test data, worst on validation data
        known = scored.distilled[number]
        fields = {name: getattr(known, name) for name in known.__slots__}
        scored.distilled[number] = type(known)(
            **fields | {"test_accuracy": 1.0, "test_errors": 0, "validation_accuracy": 0.1}
        )
    landscape = folded(events)
    best = landscape.best(landscape.cells())

    assert (best.cell.temperature, best.cell.weight) == (4, 0.5)
    assert best.test.mean == pytest.approx(1 - 13 / 360)
    assert best.plain_test.mean == pytest.approx(1 - 21 / 360)
    assert best.gain.mean == pytest.approx(8 / 360)
    assert best.places == 4


def test_places_within_one_sd_of_the_best_are_counted():
    landscape = folded()
    best = landscape.best(landscape.cells())

    assert best.validation.sd == pytest.approx(stdev([12 / 360, 14 / 360]))
    assert best.near == 0


def test_ranks_follow_what_is_better():
    landscape = folded()
    cells = landscape.cells()

    assert landscape.rank(cells, at(landscape, 4, 0.5), "test_errors") == 1
    assert landscape.rank(cells, at(landscape, 1, 1.0), "test_accuracy") == 4


def test_it_grows_with_the_events():
    landscape = SweepRecord()
    shares = []
    for event in whole_sweep():
        landscape.fold([event])
        shares.append(landscape.done)

    assert shares[0] == 0
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert landscape.states == dict.fromkeys(range(GRID.size), "finished")


def test_a_retried_group_forgets_what_it_had():
    events = whole_sweep()[:5]
    landscape = folded([*events, GroupRetried(group=0, cause="signal 9")])

    assert landscape.distilled == {}
    assert landscape.done == 0
    assert [retry.cause for retry in landscape.retries] == ["signal 9"]


def test_without_scores_there_is_no_best():
    landscape = folded(whole_sweep()[:3])

    assert landscape.best(landscape.cells()) is None
    assert landscape.spread(landscape.cells()[0], "ece") is None


def test_teacher_scores_are_those_of_the_sweep():
    assert folded().prepared.teacher == make.TEACHER


def test_methods_are_ranked_by_what_they_gain():
    landscape = folded(whole_sweep(config=COMPARISON))
    rows = landscape.by_method()
    gains = [landscape.gain(cell, "test_accuracy") for _, cell in rows]

    assert [method for method, _ in rows] == ["dkd", "kd", "dist:gamma=2"]
    assert [gain.clear for gain in gains] == [1, 0, -1]
    assert gains[0].mean == pytest.approx(10 / make.TEST_SIZE)


def test_a_method_without_a_score_comes_last():
    events = whole_sweep(config=COMPARISON)[:3]

    assert len(folded(events).by_method()) == 3


def test_an_epoch_that_a_resumed_sweep_trains_again_stands_once():
    scored = [event for event in whole_sweep() if isinstance(event, CellsScored)]
    once, again = folded(scored), folded([*scored, *scored[-2:]])

    assert again.distilled == once.distilled
    assert again.plain == once.plain
