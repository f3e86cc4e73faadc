"""The charts and sentences of a robustness test: what they show, and that Plotly accepts them."""

import plotly.graph_objects as go
import pytest
from support import events as make
from support.robustness import ERRORS, LEARNERS, NAMES, alone, comparison, pictures, whole_test

from dashboard.charts import OF_A_ROBUSTNESS_TEST, OF_CORRUPTED_IMAGES
from dashboard.charts.parts.style import COLOURS, GAP
from dashboard.charts.robustness_curves import METRICS
from dashboard.say.robustness import robustness_paragraphs
from dashboard.text.languages import LANGUAGES, words
from kdcore.jobs.robustness.record import RobustnessRecord

EN = words("en")
LEARNER = {EN[f"learner.{name}"]: name for name in LEARNERS}


def record(events=None):
    found = RobustnessRecord()
    found.fold(whole_test() if events is None else events)
    return found


def draw(name, events=None, metric="accuracy", language="en"):
    return OF_A_ROBUSTNESS_TEST[name](record(events), words(language), metric=metric)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("name", [name for name in OF_A_ROBUSTNESS_TEST if name != "robust_table"])
def test_plotly_accepts_every_chart(name, metric, language):
    assert go.Figure(
        {key: draw(name, None, metric, language)[key] for key in ("data", "layout")}
    ).data


@pytest.mark.parametrize("name", OF_A_ROBUSTNESS_TEST)
def test_a_test_that_is_under_way_has_a_chart_or_says_why_not(name):
    events = whole_test()
    for count in range(len(events)):
        figure = draw(name, events[:count])

        assert figure.get("empty") or figure.get("table") or figure["data"]


@pytest.mark.parametrize("metric", METRICS)
def test_a_panel_has_every_learner_from_the_clean_images_on(metric):
    figure = draw("robust_noise", metric=metric)
    headings = [note["text"] for note in figure["layout"]["annotations"]]
    of_blur = [trace for trace in figure["data"] if trace["xaxis"] == "x2"]

    assert headings == ["Gaussian noise", "Gaussian blur"]  # salt and pepper was left out
    assert [LEARNER[trace["name"]] for trace in of_blur] == list(LEARNERS)
    for trace in of_blur:
        errors = ERRORS[LEARNER[trace["name"]]]
        expected = {
            "accuracy": [1 - errors * (at + 1) / make.TEST_SIZE for at in range(6)],
            "ece": [0.01 * (at + 1) for at in range(6)],
        }
        assert trace["x"] == list(range(6))
        assert trace["y"] == pytest.approx(expected[metric])
        assert trace["line"]["color"] == COLOURS[LEARNER[trace["name"]]]


def test_corruptions_that_were_not_asked_for_are_said_to_be_left_out():
    started = whole_test()[0]
    config = started.config | {"corruptions": ["blur"]}
    values = {name: getattr(started, name) for name in started.__slots__} | {"config": config}
    figure = draw("robust_attacks", [type(started)(**values), whole_test()[1]])

    assert figure["empty"] == EN["chart.empty.robust_left_out"]


def test_a_difference_stands_with_its_interval():
    single, means = draw("robust_gains")["data"]

    assert single["y"] == [EN[f"corruption.{name}"] for name in NAMES]
    assert single["x"] == pytest.approx([5.0] * 4)
    assert single["error_x"]["array"] == pytest.approx([2.0] * 4)
    assert single["error_x"]["arrayminus"] == pytest.approx([2.0] * 4)
    assert means["y"] == [EN["chart.robust.mean_corruptions"]]  # one attack is no mean


def test_without_a_pair_of_students_there_is_no_difference():
    figure = draw("robust_gains", whole_test(compared=alone(), learners=("distilled",)))

    assert figure["empty"] == EN["chart.empty.robust_pair"]


def test_the_table_has_a_row_a_learner_with_intervals():
    rows = draw("robust_table")["table"]["rows"]

    assert [row["learner"] for row in rows] == list(LEARNERS)
    assert "75.0% (74.0%–76.0%)" in rows[2]["cells"]


def test_pictures_show_wrong_answers_in_another_colour():
    figure = OF_CORRUPTED_IMAGES["robust_pictures"](record(), EN, arrays=pictures())
    traces = {LEARNER[trace["name"]]: trace for trace in figure["data"]}

    assert len(figure["layout"]["images"]) == 6 * 2
    assert set(traces["teacher"]["textfont"]["color"]) == {COLOURS["teacher"]}
    assert traces["plain"]["textfont"]["color"] == [COLOURS["plain"], *[GAP] * 5] * 2
    assert traces["plain"]["text"][0].startswith("0 ")
    assert traces["plain"]["text"][1].startswith("✗ 1 ")
    assert figure["sheet"]["rows"][1][:5] == [1, "0", 1, "0", pytest.approx(0.6905, abs=1e-3)]
    assert go.Figure({key: figure[key] for key in ("data", "layout")}).data


def test_before_a_corruption_is_over_there_are_no_pictures():
    figure = OF_CORRUPTED_IMAGES["robust_pictures"](record(whole_test()[:2]), EN, arrays={})

    assert figure["empty"] == EN["chart.empty.robust_soon"]


def said_of(events):
    paragraphs = robustness_paragraphs(record(events))
    return [
        sentence.key.removeprefix("robustness.sentence.") for one in paragraphs for sentence in one
    ]


def keys(**how):
    return said_of(whole_test(compared=comparison(**how)))


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"gain": 0.05, "reach": 0.02}, "more"),
        ({"gain": -0.05, "reach": 0.02}, "less"),
        ({"gain": 0.05, "reach": 0.06}, "within"),
        ({"gain": -0.05, "reach": 0.06}, "within"),
    ],
)
def test_a_difference_is_called_one_only_where_its_interval_leaves_out_zero(how, said):
    assert said in keys(**how)
    assert not {"more", "less", "within"} - {said} & set(keys(**how))


def test_robustness_is_what_goes_beyond_the_lead_on_clean_images():
    assert "beyond_within" in keys(beyond=0.0)
    assert "beyond_more" in keys(beyond=0.05)
    assert "beyond_less" in keys(beyond=-0.05)


def test_calibration_is_said_both_ways():
    assert "ece_within" in keys(ece_gain=-0.001)
    assert "ece_less" in keys(ece_gain=-0.05)
    assert "ece_more" in keys(ece_gain=0.05)


def test_one_seed_is_said_to_be_one():
    assert keys()[-1] == "one_seed"


def test_of_a_student_alone_only_its_mean_is_said():
    events = whole_test(compared=alone(), learners=("distilled",))
    assert said_of(events) == ["distilled_means_corruptions", "distilled_means_attacks"]


def test_nothing_is_said_before_the_means_are_there():
    assert robustness_paragraphs(record(whole_test()[:-1])) == []


def test_the_share_that_is_done_grows_to_the_whole():
    events = whole_test()
    shares = [record(events[:count]).done for count in range(len(events))]

    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0, 1)
