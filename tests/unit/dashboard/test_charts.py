"""Charts are functions of a history: what they must show, and that Plotly takes them."""

import base64
import json
from dataclasses import replace
from io import BytesIO

import numpy as np
import plotly.graph_objects as go
import pytest
import torch
from PIL import Image
from support import events as make
from support.diagnoses import diagnosis
from support.uncertainty import set_arrays, uncertainty

from dashboard.charts import OF_A_MOMENT, OF_ARRAYS, OVER_TIME, missing_classes
from dashboard.charts.ece_by_bins import COUNTS, error_by_chance
from dashboard.charts.parts import bins, style
from dashboard.charts.parts.delta import delta
from dashboard.charts.parts.uncertainty import KINDS
from dashboard.charts.per_class import class_scores
from dashboard.text.languages import LANGUAGES, words
from kdcore.events import Retuned
from kdcore.jobs.run.downsampled import MOST_POINTS
from kdcore.jobs.run.events import Snapshot
from kdcore.jobs.run.record import RunRecord
from kdcore.metrics import error_if_calibrated
from kdcore.metrics.calibration import sum_by_bin
from kdcore.ranges import BIASES

ALL = {**OVER_TIME, **OF_A_MOMENT}
WITHOUT_TIME = ("teacher_curve", "teachers")
"""Those of ``OVER_TIME`` that have not the run's epochs as their axis."""
TABLES = ("calibration_table", "cost", "unfamiliar_table")


@pytest.fixture(scope="module")
def history():
    change = Retuned(step=20, position=0.6, name="temperature", value=8.0, previous=4.0)
    told = RunRecord()
    acting = {"temperature": 4.0, "weight": 0.5, "lr": 0.003}
    told.fold(
        [
            make.started(
                epochs=2,
                weight_schedule="linear:0",
                lr_schedule="warmup:1",
                drop_classes="3",
                target="rotated",
                **make.SEVERAL,
            ),
            make.teacher_epoch(),
            make.prepared(),
            make.batch(controls=acting, beside=make.BESIDE),
            change,
            make.batch(20, 0.6, controls=acting | {"weight": 0.2}, beside=make.BESIDE),
            make.epoch(1),
            Snapshot(epoch=1, arrays=None, learners=diagnosis(missing=[3]), shift=make.shift()),
            make.trees_grown(),
            uncertainty(),
        ]
    )
    return told


def draw(name, history, **settings):
    return ALL[name](history, words("en"), **(settings if name in OF_A_MOMENT else {}))


@pytest.mark.parametrize("name", ALL)
def test_plotly_takes_the_chart(name, history):
    figure = draw(name, history)

    json.dumps(figure, allow_nan=False)
    if name in TABLES:
        widths = {len(row["cells"]) for row in figure["table"]["rows"]}
        assert widths == {len(figure["table"]["columns"])}
    else:
        go.Figure(figure)
        assert figure["data"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ALL)
def test_before_the_run_has_begun_a_sentence_stands_there(name, language):
    figure = ALL[name](RunRecord(), words(language))

    assert figure["empty"] in words(language).values()


def test_a_setting_of_the_methods_own_is_marked_by_its_symbol():
    told = RunRecord()
    change = Retuned(step=20, position=0.6, name="beta", value=3.0, previous=8.0)
    told.fold([make.started(method="dkd"), make.prepared(), make.batch(), change])

    assert [note["text"] for note in draw("losses", told)["layout"]["annotations"]] == ["β=3"]


def test_a_slider_that_moves_on_leaves_one_mark(history):
    told = RunRecord()
    turns = [
        Retuned(
            step=step, position=1 + step / 100, name="hint_weight", value=step / 10, previous=0.0
        )
        for step in range(1, 9)
    ]
    told.fold(
        [make.started(epochs=9, also="2*hint"), make.prepared(), make.batch(400, 8.0), *turns]
    )
    layout = draw("losses", told)["layout"]

    assert [note["text"] for note in layout["annotations"]] == ["hint×0.8"]
    assert [shape["x0"] for shape in layout["shapes"]] == [1.08]


def test_only_what_has_a_schedule_is_shown_as_moving(history):
    figure = draw("courses", history)

    assert [trace["y"] for trace in figure["data"]] == [[0.5, 0.2], [0.003, 0.003]]


def test_the_weight_of_a_schedule_weighs_the_terms(history):
    columns = history.steps["distilled"].columns

    assert columns["own_soft"] == pytest.approx([0.5 * 0.341, 0.2 * 0.341])
    assert columns["soft"] == pytest.approx([0.5 * 0.341 + 0.02, 0.2 * 0.341 + 0.02])


def test_a_further_term_is_drawn_beside_the_methods_own(history):
    own, beside = draw("terms", history)["data"]

    assert own["y"] == pytest.approx([0.5 * 0.341, 0.2 * 0.341])
    assert (beside["name"], beside["y"]) == ("Logit matching (MSE)", [0.02, 0.02])


def test_source_and_target_stand_beside_each_other_on_one_scale(history):
    figure = draw("domains", history)
    scored = history.evaluations[-1][1]["distilled"]
    lines = {trace["meta"]["label"]: trace["y"] for trace in figure["data"]}

    assert lines["Distilled student: source"] == [scored.test_accuracy]
    assert lines["Distilled student: target"] == [scored.target_accuracy]
    assert len(lines) == 6
    assert figure["layout"]["yaxis"]["range"] == figure["layout"]["yaxis2"]["range"]


def test_a_run_without_a_target_says_so_where_the_domains_would_be():
    told = RunRecord()
    told.fold([make.started(epochs=2), make.prepared(), make.batch(), make.epoch(1)])
    told.fold([Snapshot(epoch=1, arrays=None, learners=diagnosis())])

    for name in ("domains", "shift"):
        assert draw(name, told) == {"empty": words("en")["chart.empty.no_target"]}


def test_the_axes_of_the_shift_hold_all_epochs(history):
    figure = draw("shift", history)
    source, target = figure["data"][-2:]
    other = replace(make.shift(), points={name: [[-8.0, 9.0]] * 3 for name in make.shift().points})
    history = replace(
        history,
        snapshots=history.snapshots
        | {2: Snapshot(epoch=2, arrays=None, learners=diagnosis(), shift=other)},
    )

    assert (source["x"], source["y"], source["customdata"]) == ([0.0, 2.0], [0.0, 1.0], ["0", "3"])
    assert (target["x"], target["y"], target["customdata"]) == ([1.0], [6.0], ["3"])
    (left, right), (low, high) = (
        draw("shift", history, epoch=1)["layout"][axis]["range"] for axis in ("xaxis3", "yaxis3")
    )
    assert left < -8
    assert right > 2
    assert low < 0
    assert high > 9


def test_alignment_is_drawn_as_a_term_of_its_own():
    told = RunRecord()
    beside = {"alignment_term": 0.07}
    told.fold(
        [
            make.started(epochs=2, target="rotated", alignment="coral"),
            make.prepared(),
            make.batch(beside=beside),
        ]
    )

    assert [(one["name"], one["y"][-1]) for one in draw("terms", told)["data"]][1] == (
        "CORAL",
        0.07,
    )


def test_the_weights_of_the_teachers_have_their_names(history):
    traces = draw("teacher_weights", history)["data"]

    assert [trace["name"] for trace in traces] == ["Teacher 1 · mlp:8", "Teacher 2 · mlp:4"]
    assert [trace["y"][-1] for trace in traces] == [0.6, 0.4]


def test_the_students_stand_below_those_who_taught(history):
    (bars,) = draw("teachers", history)["data"]

    assert bars["y"] == [
        "Teacher 1 · mlp:8",
        "Teacher 2 · mlp:4",
        "together: mean probabilities",
        "together: mean logits",
        "Plain student",
        "Distilled student",
    ]
    assert bars["customdata"] == [f"{errors} errors" for errors in (7, 8, 6, 6, 30, 25)]
    recorded = RunRecord()
    recorded.fold([make.started(**make.SEVERAL, teacher_mixing="logits"), make.prepared()])
    (bars,) = draw("teachers", recorded)["data"]
    assert bars["y"][2:] == ["together: mean probabilities", "together: mean logits (used)"]


def test_a_run_from_before_a_measure_says_so():
    told = RunRecord()
    old = make.scores(30, kl_to_teacher=None, class_correlation=None)
    told.fold(
        [
            make.started(epochs=2),
            make.prepared(),
            make.batch(),
            replace(make.epoch(1), students={"plain": old, "distilled": old}),
        ]
    )

    assert draw("fidelity", told)["empty"] == words("en")["chart.empty.unmeasured"]


def test_of_two_classes_the_divergence_stands_alone(history):
    two = replace(history, started=replace(history.started, classes=["no", "yes"]))
    layout = draw("fidelity", two)["layout"]

    assert "xaxis2" not in layout
    assert layout["annotations"][-1]["text"] == words("en")["chart.kl_to_teacher"]


def test_an_ensemble_says_how_much_disagreement_the_teacher_removes(history):
    figure = draw("ensembles", history)
    (sentence,) = [
        note["text"] for note in figure["layout"]["annotations"] if note.get("name") != "mark"
    ]

    assert sentence == "distilled networks disagree 25% less"
    assert [trace["y"] for trace in figure["data"] if trace.get("yaxis") == "y2"] == [[0.2], [0.15]]


def test_the_parts_of_a_divergence_are_stacked_up_to_it(history):
    target, rest, whole, full = (trace["y"][0] for trace in draw("decoupled", history)["data"])

    assert target + rest == pytest.approx(whole)
    assert full > rest


@pytest.mark.parametrize("name", ALL)
def test_a_run_of_a_plain_student_alone_can_be_drawn(name):
    history = RunRecord()
    started = make.started(students="plain")
    batch = make.batch()
    history.fold(
        [
            type(started)(
                **{key: getattr(started, key) for key in started.__slots__}
                | {"students": ["plain"]}
            ),
            make.prepared(),
            type(batch)(
                **{key: getattr(batch, key) for key in batch.__slots__}
                | {"students": {"plain": batch.students["plain"]}}
            ),
            Snapshot(
                epoch=0,
                arrays=None,
                learners={name: item for name, item in diagnosis().items() if name == "plain"},
            ),
        ]
    )
    json.dumps(draw(name, history), allow_nan=False)


def test_a_learner_has_one_colour_everywhere(history):
    colours = {}
    for name in ("accuracy", "losses", "agreement", "errors", "risk_coverage", "nll_curve"):
        for trace in draw(name, history)["data"]:
            colours.setdefault(trace["name"].split(" (")[0], set()).add(trace["line"]["color"])

    assert {name: len(found) for name, found in colours.items()} == {
        "Teacher": 1,
        "Plain student": 1,
        "Distilled student": 1,
    }


@pytest.mark.parametrize("name", [name for name in OVER_TIME if name not in WITHOUT_TIME])
def test_a_change_leaves_a_labelled_mark(name, history):
    layout = draw(name, history)["layout"]

    marks = {note["text"] for note in layout["annotations"] if note.get("name") == "mark"}
    assert marks == {"T=8"}
    assert layout["shapes"][0]["x0"] == 0.6


def test_empty_bins_are_left_empty(history):
    diagnosis = history.snapshot(None).learners["plain"]
    filled = [one for one in bins.merge_bins(diagnosis.bins, 15) if one.size]
    bars = draw("reliability", history, bins=15)["data"][3]

    assert len(bars["x"]) == len(filled) < 15
    assert bars["y"] == [one.accuracy for one in filled]


@pytest.mark.parametrize("count", bins.WAYS)
def test_merged_bins_keep_every_answer(count, history):
    shown = bins.merge_bins(history.snapshot(None).learners["teacher"].bins, count)

    assert len(shown) == count
    assert sum(one.size for one in shown) == 100


def test_the_error_above_a_diagram_is_the_diagnosis_own(history):
    diagnosis = history.snapshot(None).learners["distilled"]
    shown = bins.expected_calibration_error(bins.merge_bins(diagnosis.bins, 15))

    assert shown == pytest.approx(diagnosis.calibration["ece"], abs=1e-6)


def test_scores_of_a_class_by_hand():
    scores = class_scores([[3, 1, 0], [0, 2, 0], [0, 0, 0]])

    assert scores["recall"] == [0.75, 1.0, None]
    assert scores["precision"] == [1.0, pytest.approx(2 / 3), None]
    assert scores["f1"] == [pytest.approx(6 / 7), pytest.approx(0.8), None]


def test_the_difference_of_two_confusions_is_distilled_minus_plain(history):
    found = history.snapshot(None).learners
    difference = draw("confusion", history)["data"][3]["meta"]["values"]

    assert difference[1][2] == found["distilled"].confusion[1][2] - found["plain"].confusion[1][2]


def test_in_the_difference_fewer_errors_and_more_right_answers_have_the_better_colour(history):
    trace = draw("confusion", history)["data"][3]
    cells = [
        (row, column, value)
        for row, values in enumerate(trace["meta"]["values"])
        for column, value in enumerate(values)
        if value
    ]
    better = {
        (row, column): np.sign(value if row == column else -value) for row, column, value in cells
    }

    assert {place: np.sign(trace["z"][place[0]][place[1]]) for place in better} == better
    diagonal = max(abs(trace["z"][at][at]) for at in range(10))
    assert diagonal <= 0.01 * trace["zmax"]
    assert trace["colorscale"][0][1] == style.GAP
    assert trace["colorscale"][-1][1] == style.COLOURS["distilled"]


def generated_inputs(inputs, *, agree=(True, False, True)):
    """Three inputs: the teacher says 1, 2, 3, the student as it does or 0."""
    teacher, student = np.zeros((2, 3, 10), np.float32)
    for at, same in enumerate(agree):
        teacher[at, at + 1] = 3
        student[at, at + 1 if same else 0] = 2
    real = np.random.default_rng(0).normal(size=(9, inputs.shape[-1]))
    return {
        "made_inputs": inputs,
        "made_teacher": teacher,
        "made_student": student,
        "watched_points": real,
    }


INPUTS = {
    "grey": np.full((3, 8, 8, 1), 7, np.uint8),
    "colour": np.full((3, 32, 32, 3), 7, np.uint8),
    "points": np.arange(6, dtype=np.float32).reshape(3, 2),
    "features": np.arange(12, dtype=np.float32).reshape(3, 4),
}


@pytest.mark.parametrize("kind", INPUTS)
def test_plotly_takes_what_was_generated(kind, history):
    figure = OF_ARRAYS["generated"](history, words("en"), arrays=generated_inputs(INPUTS[kind]))

    json.dumps(figure, allow_nan=False)
    go.Figure(figure)
    assert len(figure["layout"].get("images", ())) == (3 if kind in ("grey", "colour") else 0)


def test_an_answer_that_is_not_the_teachers_has_another_colour(history):
    pictures = OF_ARRAYS["generated"](history, words("en"), arrays=generated_inputs(INPUTS["grey"]))
    teacher, student = pictures["data"]

    assert teacher["text"] == [f"{digit} · 69%" for digit in (1, 2, 3)]
    assert [text[0] for text in student["text"]] == ["1", "0", "3"]
    own = style.COLOURS["distilled"]
    assert student["textfont"]["color"] == [own, style.GAP, own]
    points = OF_ARRAYS["generated"](history, words("en"), arrays=generated_inputs(INPUTS["points"]))
    assert [trace["x"] for trace in points["data"][1:]] == [[0.0, 4.0], [2.0]]


def test_a_picture_is_shown_as_it_was_made(history):
    image = np.random.default_rng(0).integers(0, 256, (3, 8, 8, 3)).astype(np.uint8)
    figure = OF_ARRAYS["generated"](history, words("en"), arrays=generated_inputs(image))
    _, _, code = figure["layout"]["images"][1]["source"].partition("base64,")
    shown = np.asarray(Image.open(BytesIO(base64.b64decode(code))))

    assert np.array_equal(shown[:: shown.shape[0] // 8, :: shown.shape[1] // 8], image[1])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("arrays", [{}, {"teacher_watched": np.zeros((3, 10))}])
def test_where_nothing_was_generated_a_sentence_stands_there(arrays, language):
    figure = OF_ARRAYS["generated"](RunRecord(), words(language), arrays=arrays)

    assert figure["empty"] in words(language).values()


def applied(figure, change):
    """What the browser does with a message."""
    if "replace" in change:
        return change["replace"]
    data = [dict(trace, x=list(trace["x"]), y=list(trace["y"])) for trace in figure["data"]]
    for part in change["append"]:
        for axis in "xy":
            data[part["trace"]][axis][part["from"] :] = part[axis]
    return {"data": data, "layout": change.get("layout", figure["layout"])}


@pytest.mark.parametrize("name", OVER_TIME)
def test_the_messages_add_up_to_the_chart(name):
    history, shown, kinds = RunRecord(), None, []
    events = [
        make.started(epochs=3, weight_schedule="linear:0", target="rotated", **make.SEVERAL),
        make.teacher_epoch(1),
        make.prepared(),
    ]
    acting = {"temperature": 4.0, "weight": 0.5, "lr": 0.003}
    for step in range(1, 40):
        events.append(make.batch(step, step / 13, controls=acting, beside=make.BESIDE))
        if step % 13 == 0:
            events.append(make.epoch(step // 13, plain=step))
            events.append(Snapshot(epoch=step // 13, arrays=None, learners=diagnosis()))
    for event in events:
        history.fold([event])
        figure = draw(name, history)
        change = delta(shown, figure)
        if change:
            kinds.append(next(iter(change)))
            shown = applied(shown, change)
        assert shown == figure

    if name not in WITHOUT_TIME:
        assert kinds.count("replace") <= 4
        assert kinds.count("append") > 1, "none of these events made the chart grow"


def test_a_long_line_grows_by_messages_too_and_ends_at_the_newest_batch():
    history, shown, kinds = RunRecord(), None, []
    history.fold([make.started(), make.prepared()])
    for step in range(1, 3 * MOST_POINTS):
        history.fold([make.batch(step, step / 13)])
        figure = draw("losses", history)
        change = delta(shown, figure)
        kinds.append(next(iter(change)))
        shown = applied(shown, change)

        assert shown == figure
        assert max(trace["x"][-1] for trace in figure["data"] if trace["x"]) == step / 13
    assert kinds.count("replace") == 3  # the first, and where neighbours were merged


def test_nothing_is_sent_where_nothing_changed(history):
    figure = draw("accuracy", history)

    assert delta(figure, draw("accuracy", history)) is None


@pytest.fixture(scope="module")
def grown():
    told = RunRecord()
    told.fold(
        [
            make.started(epochs=2, student="forest:10"),
            make.prepared(),
            make.epoch(1),
            Snapshot(epoch=1, arrays=None, learners=diagnosis()),
        ]
    )
    return told


@pytest.mark.parametrize("name", [name for name in ALL if name not in ("teacher_curve", *TABLES)])
def test_a_run_without_batches_is_drawn_or_a_sentence_says_why_not(name, grown):
    figure = draw(name, grown)

    if "empty" in figure:
        assert figure["empty"] in words("en").values()
    else:
        go.Figure(figure)


def test_a_forest_has_its_losses_by_epoch_and_no_gradients(grown):
    assert draw("gradient_share", grown)["empty"] == words("en")["chart.empty.gradients"]
    names = [trace["name"] for trace in draw("loss_terms", grown)["data"]]
    assert names[0] == words("en")["chart.squared_term"]
    assert draw("accuracy", grown)["data"]


def test_the_errors_of_missing_classes_are_shares_with_the_chosen_bias_on_the_line(history):
    curve = missing_classes.curves(history.snapshot(None))["distilled"]
    line = next(
        trace
        for trace in draw("missing_classes", history)["data"]
        if trace["name"] == "Distilled student"
        and trace["mode"] == "lines"
        and trace.get("yaxis") == "y"
    )
    (mark,) = (
        trace
        for trace in draw("missing_classes", history)["data"]
        if trace["name"] == "Distilled student"
        and trace["mode"] == "markers"
        and trace["yaxis"] == "y"
    )

    assert line["x"] == list(BIASES)
    assert line["y"] == [errors / make.TEST_SIZE for errors in curve.errors]
    assert mark["x"] == [curve.best]
    assert mark["y"] == [line["y"][BIASES.index(curve.best)]]


def test_the_slider_marks_its_place_on_both_panels(history):
    shapes = draw("missing_classes", history, bias=2.5)["layout"]["shapes"]

    assert [(shape["x0"], shape["x1"]) for shape in shapes] == [(2.5, 2.5)] * 2


def test_without_a_bias_the_errors_are_the_diagnosis_own(history):
    snapshot = history.snapshot(None)
    for name, curve in missing_classes.curves(snapshot).items():
        rows = snapshot.learners[name].confusion
        wrong = [sum(row) - row[truth] for truth, row in enumerate(rows)]
        assert curve.at(0.0) == (sum(wrong), wrong[3])


def test_examples_of_the_missing_classes_are_counted_by_name(history):
    diagnosis = history.snapshot(None).learners["plain"]
    counts = [sum(row) for row in diagnosis.confusion]

    assert missing_classes.missing_examples(diagnosis, history.classes, "3, 7") == (
        counts[3] + counts[7]
    )


def test_a_schedule_of_a_run_without_batches_is_followed_by_epochs():
    history = RunRecord()
    acting = {"temperature": 4.0, "lr": 0.003, "speed": 0.0}
    history.fold(
        [
            make.started(epochs=2, student="forest:10", weight_schedule="linear:0"),
            make.prepared(),
            replace(make.epoch(1), controls=acting | {"weight": 0.5}),
            replace(make.epoch(2), controls=acting | {"weight": 0.25}),
        ]
    )

    assert [trace["y"] for trace in draw("courses", history)["data"]] == [[0.5, 0.25]]
    assert history.controls["weight"] == 0.25


def test_where_the_teacher_is_wrong_is_counted_of_its_errors():
    told = RunRecord()
    snapshot = Snapshot(epoch=1, arrays=None, learners=diagnosis())
    wrong = sum(map(sum, snapshot.learners["plain"].confusion))
    found = make.scores(40, agreement=None)
    told.fold([make.started(), replace(make.prepared(), teacher=found), snapshot])
    figure = draw("wrong_teacher", told)
    shares = [trace["y"][0] for trace in figure["data"]]
    counts = [
        getattr(snapshot.learners[student], part)
        for part in ("teacher_errors_mended", "errors_inherited")
        for student in ("plain", "distilled")
    ]

    assert wrong == 100
    assert shares == [count / 40 for count in counts]
    assert "40 errors" in figure["layout"]["yaxis"]["title"]["text"]
    told.fold([replace(make.prepared(), teacher=make.scores(0, agreement=None))])
    assert draw("wrong_teacher", told)["empty"] == words("en")["chart.empty.teacher_right"]


def test_the_size_of_a_cache_follows_the_slider():
    told = RunRecord()
    told.fold([make.started(method="top_classes:k=2"), make.prepared(), make.batch()])

    def remark():
        (note,) = [
            note["text"]
            for note in draw("top_classes", told)["layout"]["annotations"]
            if note.get("name") == "remark"
        ]
        return note

    size = told.started.train_size
    assert f"k = 2: 6 B × {size:,} = {6 * size / 1000:,.1f} kB<br>" in remark()
    assert f"k = 10: 20 B × {size:,} = {20 * size / 1000:,.1f} kB" in remark()
    told.fold([Retuned(step=20, position=0.6, name="k", value=9.0, previous=2.0)])
    assert "k = 9: 20 B" in remark()  # class numbers would take more than all values


# -- uncertainty -----------------------------------------------------------------------------------


def test_the_errors_by_bins_are_those_of_the_metric(history):
    generator = torch.Generator().manual_seed(0)
    confidence = torch.rand(4_000, generator=generator, dtype=torch.float64)
    right = (torch.rand(4_000, generator=generator) < 0.8 * confidence).long()
    fine = sum_by_bin(confidence, right, 60)
    probabilities = torch.stack([confidence, 1 - confidence], dim=1)
    lines = {trace["name"]: trace for trace in draw("ece_by_bins", history)["data"][::3]}
    plain = history.snapshot(None).learners["plain"]

    assert lines["Plain student"]["y"][COUNTS.index(15)] == pytest.approx(plain.calibration["ece"])
    for count in (1, 15):
        table = sum_by_bin(confidence, right, count)
        expected = float((table[:, 2] - table[:, 1]).abs().sum() / len(probabilities))
        found = bins.expected_calibration_error(bins.merge_bins(fine.tolist(), count))
        assert found == pytest.approx(expected)
    mean, spread = error_if_calibrated(confidence, generator, 15)
    assert error_by_chance(fine.tolist(), 15) == pytest.approx(mean, abs=spread)


def test_the_smooth_error_stands_where_it_was_measured_and_a_dash_where_not(history):
    measured = draw("calibration_table", history)["table"]
    old = RunRecord()
    snapshot = history.snapshot(None)
    learners = {}
    for name, found in snapshot.learners.items():
        summary = {key: value for key, value in found.calibration.items() if key != "smooth_ece"}
        learners[name] = replace(found, calibration=summary, calibrated=summary)
    old.fold([make.started(), make.prepared(), replace(snapshot, learners=learners)])
    at = [column["title"] for column in measured["columns"]].index("SmoothECE")
    smooth = snapshot.learners["teacher"].calibration["smooth_ece"]

    assert measured["rows"][0]["cells"][at] == f"{smooth:.2%}"
    assert draw("calibration_table", old)["table"]["rows"][0]["cells"][at] == "–"
    assert len(draw("ece_by_bins", old)["data"]) == 2 * 3


def test_the_sizes_of_the_sets_are_shares_of_the_test_data(history):
    figure = draw("conformal_sizes", history, coverage=0.95)

    assert [bars["y"] for bars in figure["data"]] == [[0, 0.6, 0.3, 0.1]] * 3
    assert "Plain student</b>  96.0% covered" in figure["layout"]["annotations"][1]["text"]


def test_a_set_without_the_true_class_has_a_cross_and_the_class_stands_above(history):
    draws = OF_ARRAYS["conformal_examples"]
    truth, teacher, plain, _ = draws(history, words("en"), arrays=set_arrays(), sets="aps")["data"]

    assert truth["text"][0] == "<b>1</b>"
    assert (teacher["text"][0], plain["text"][0]) == ("{1}", "✗ {0}")
    assert plain["textfont"]["color"] == style.COLOURS["plain"]


def test_sets_of_long_names_stand_in_blocks_that_a_narrow_screen_puts_below_each_other(history):
    arrays = set_arrays(examples=8)
    arrays["plain_lac"][:, :, :3] = 1
    names = tuple(f"a class with number {at}" for at in range(10))
    named = replace(history, started=replace(history.started, classes=names))
    figure = OF_ARRAYS["conformal_examples"](named, words("en"), arrays=arrays)
    layout, truths = figure["layout"], figure["data"][:3]

    assert [layout[f"xaxis{at}"]["domain"][0] for at in ("", "2", "3")] == [0, 1 / 3, 2 / 3]
    assert [(one["xaxis"], one["x"], one["y"]) for one in truths] == [
        ("x", [0, 1, 0, 1], [0.58, 0.58, 1.58, 1.58]),
        ("x2", [0, 1], [0.58, 0.58]),
        ("x3", [0, 1], [0.58, 0.58]),
    ]
    assert [image["xref"] for image in layout["images"]] == [
        *("x", "x", "x2", "x2", "x3", "x3", "x", "x")
    ]
    assert len([trace for trace in figure["data"] if trace.get("showlegend", True)]) == 3
    plain = next(trace for trace in figure["data"] if trace["name"] == "Plain student")
    assert plain["text"][0] == "3 classes"
    assert "er 0,a cla…er 1,a cla…er 2" in plain["hovertext"][0]


def test_a_score_that_only_one_learner_has_is_drawn_of_that_one(history):
    figure = draw("unfamiliar_scores", history, score="knowledge")

    assert len(figure["data"]) == len(KINDS)
    assert "Distilled student" in figure["layout"]["annotations"][0]["text"]
    cells = [row["cells"][-1] for row in draw("unfamiliar_table", history)["table"]["rows"]]
    assert cells == ["–"] * 8 + ["0.820 (0.750–0.900)"] * 4


def test_data_and_knowledge_add_up(history):
    data, knowledge = draw("knowledge", history)["data"]

    assert (data["y"], knowledge["y"]) == ([0.4, 0.75], [0.1, 0.25])


@pytest.mark.parametrize("name", ["conformal_sizes", "unfamiliar_table", "knowledge"])
def test_a_run_of_an_earlier_version_says_that_it_has_no_such_values(name):
    old = RunRecord()
    old.fold([make.started(), make.prepared(), make.epoch(1), make.finished()])

    assert draw(name, old) == {"empty": words("en")["chart.empty.no_uncertainty"]}


def test_without_ensembles_there_is_no_knowledge_to_show(history):
    told = RunRecord()
    event = uncertainty()
    learners = {"plain": event.learners["plain"]}
    told.fold([make.started(), make.prepared(), replace(event, learners=learners)])

    for figure in (draw("knowledge", told), draw("unfamiliar_scores", told, score="knowledge")):
        assert figure == {"empty": words("en")["chart.empty.no_knowledge"]}


def test_the_moving_average_has_a_heading_a_chart_and_no_two_keys_alike(history):
    english = words("en")
    figure = draw("moving_average", history)
    shown = [line for line in figure["data"] if line.get("showlegend", True)]

    assert [line["name"] for line in shown] == [english["chart.average"], english["chart.averaged"]]
    headings = {note["text"] for note in figure["layout"]["annotations"]}
    assert {english["chart.batch_accuracy"], english["chart.average_kl"]} <= headings


def test_a_tree_is_drawn_with_its_conditions_and_written_as_rules(history):
    figure = draw("tree", history)
    plain, distilled = (
        [note["text"] for note in figure["layout"]["annotations"] if note["yref"] == axis]
        for axis in ("y", "y2")
    )

    assert [text for text in plain if "[" in text] == ["[2, 4] ≤ 7.5", "[2, 4] &gt; 7.5"]
    assert len([text for text in distilled if "<b>" in text]) == 3
    rules = [row[1] for row in figure["sheet"]["rows"]]
    assert rules[:3] == ["[2, 4] ≤ 7.5", "[2, 4] > 7.5", "[2, 4] ≤ 7.5 & [1, 1] ≤ 7.5"]
    lengths = [sum(trace["x"][0] for trace in figure["data"] if trace["xaxis"] == "x")]
    assert lengths == pytest.approx([1.0])
