import pytest

from kdcore.jobs.run.downsampled import DownsampledSeries


def test_short_series_are_kept_as_they_are():
    series = DownsampledSeries(("x", "y"), most=8)
    for number in range(7):
        series.add({"x": number, "y": number**2})

    assert series.columns == {"x": list(range(7)), "y": [n**2 for n in range(7)]}


def test_a_full_series_merges_neighbours_and_goes_on_at_twice_the_stride():
    series = DownsampledSeries(("x", "y"), most=4)
    for number in range(1, 9):
        series.add({"x": number, "y": float(number)})

    assert series.columns == {"x": [4, 8], "y": [2.5, 6.5]}


def test_however_long_it_never_holds_more_and_keeps_the_mean():
    series = DownsampledSeries(("x", "y"), most=16)
    for number in range(16 * 2**6):
        series.add({"x": number, "y": float(number % 10)})

    values = series.columns["y"]
    assert len(values) < 16
    assert sum(values) / len(values) == pytest.approx(4.5, abs=0.1)
    assert series.columns["x"] == sorted(series.columns["x"])


def test_the_newest_row_shows_before_its_stride_is_full():
    series = DownsampledSeries(("x", "y"), most=4)
    shown = []
    for number in range(1, 8):
        series.add({"x": number, "y": float(number)})
        shown.append((list(series.columns["x"]), series.columns["y"][-1]))

    assert [axis[-1] for axis, _ in shown] == list(range(1, 8))
    assert shown[4:] == [([2, 4, 5], 5.0), ([2, 4, 6], 5.5), ([2, 4, 6, 7], 7.0)]
