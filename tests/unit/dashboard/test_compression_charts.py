"""The charts and sentences of a shrinking: what they show, and that Plotly accepts them."""

from math import log10

import plotly.graph_objects as go
import pytest
from support.compressions import STAGES, whole_compression

from dashboard.charts import OF_A_COMPRESSION
from dashboard.charts.compression_plane import BATCHES, SIZES
from dashboard.say.compression import compression_sentences
from dashboard.text.languages import LANGUAGES, words
from kdcore.jobs.compression.record import CompressionRecord


def record(events=None):
    found = CompressionRecord()
    found.fold(whole_compression() if events is None else events)
    return found


def draw(name, events=None, size="bytes", batch="1", language="en"):
    return OF_A_COMPRESSION[name](record(events), words(language), size=size, batch=batch)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("batch", BATCHES)
@pytest.mark.parametrize("name", ["shrink_sizes", "shrink_times"])
def test_plotly_accepts_both_planes(name, batch, size, language):
    assert go.Figure(draw(name, size=size, batch=batch, language=language)).data


@pytest.mark.parametrize("count", range(len(whole_compression())))
@pytest.mark.parametrize("name", OF_A_COMPRESSION)
def test_a_shrinking_that_is_under_way_has_a_chart_or_says_why_not(name, count):
    figure = draw(name, whole_compression()[:count])

    assert figure.get("empty") or figure.get("table") or go.Figure(figure).data


def test_an_arrow_leads_from_before_to_after():
    figure = draw("shrink_sizes")
    (pruned,) = [
        arrow
        for arrow in figure["layout"]["annotations"]
        if arrow["x"] == pytest.approx(log10(7.3))
    ]
    points = {(trace["name"], trace["showlegend"]): trace for trace in figure["data"]}

    assert (pruned["ay"], pruned["y"]) == (1 - 150 / 360, 1 - 60 / 360)
    assert points["Unstructured pruning", False]["y"] == [1 - 150 / 360]
    assert points["Unstructured pruning", True]["x"] == [7.3]
    assert points["Unstructured pruning", False]["marker"]["symbol"].endswith("-open")
    assert points["Teacher", True]["x"] == [206]


def test_the_axis_of_sizes_is_what_was_asked_for():
    pruned = {
        size: next(
            trace["x"]
            for trace in draw("shrink_sizes", size=size)["data"]
            if trace["name"] == "Unstructured pruning"
        )
        for size in SIZES
    }

    assert pruned == {"bytes": [7.3], "packed_bytes": [2.4], "nonzero": [263]}


def test_times_are_multiples_of_the_students():
    across = {trace["name"]: trace["x"] for trace in draw("shrink_times")["data"]}

    assert across["int8, dynamic"] == [2.0]
    assert across["Uncompressed student"] == [1.0]


def test_the_table_has_a_row_for_every_stage_in_its_colour():
    rows = draw("shrink_table")["table"]["rows"]

    assert [row["learner"] for row in rows] == ["teacher", *STAGES]
    assert "263 / 1,210" in rows[2]["cells"]
    assert "150 → 60" in rows[2]["cells"]
    assert len({row["colour"] for row in rows}) == len(rows)


def keys(stage):
    return [
        sentence.key.removeprefix("shrink.sentence.")
        for sentence in compression_sentences(record())[stage]
    ]


def test_what_was_lost_is_said_as_plainly_as_what_was_won():
    assert keys("pruned") == ["dense", "course", "loses_beyond", "time"]
    assert keys("narrow") == ["smaller", "course", "loses_within", "time"]
    assert keys("int8_dynamic") == ["larger", "course", "keeps", "time", "slower"]


def test_a_stage_is_held_against_the_student_that_learned_as_long():
    sentences = compression_sentences(record())["narrow"]
    course = next(sentence for sentence in sentences if sentence.key == "shrink.sentence.course")

    assert {name: course.values[name] for name in ("before", "after", "student")} == {
        "before": 90,
        "after": 22,
        "student": 20,
    }


def test_nothing_is_said_before_the_student_beside_them_is_measured():
    assert compression_sentences(record(whole_compression()[:5])) == {}


def test_the_share_that_is_done_grows_to_the_whole():
    shares = [record(whole_compression()[:count]).done for count in range(len(whole_compression()))]

    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0, 1)
