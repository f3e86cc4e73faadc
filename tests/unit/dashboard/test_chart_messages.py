"""What the charts say in a sentence: every chart of a moment has one, and its numbers are right."""

import re
from string import Formatter

import numpy as np
import pytest
from support import events as make
from support.compressions import whole_compression
from support.diagnoses import diagnosis
from support.recognition import answers, whole_recognition
from support.robustness import pictures as corrupted_images
from support.robustness import whole_test
from support.searches import OPTUNA, whole_search, whole_selection
from support.sweeps import COMPARISON, whole_sweep
from support.uncertainty import set_arrays, uncertainty

from dashboard.charts import (
    OF_A_COMPRESSION,
    OF_A_MOMENT,
    OF_A_RECOGNITION,
    OF_A_ROBUSTNESS_TEST,
    OF_A_SEARCH,
    OF_A_SELECTION,
    OF_A_SWEEP,
    OF_AN_UTTERANCE,
    OF_ARRAYS,
    OF_CORRUPTED_IMAGES,
    OVER_TIME,
)
from dashboard.charts.missing_classes import curve_of
from dashboard.charts.parts.delta import delta
from dashboard.charts.parts.grid import View
from dashboard.charts.per_class import class_scores
from dashboard.text.languages import LANGUAGES, words
from dashboard.text.names import method_title
from kdcore.jobs.compression.record import CompressionRecord
from kdcore.jobs.recognition.record import RecognitionRecord
from kdcore.jobs.robustness.record import RobustnessRecord
from kdcore.jobs.run.events import Snapshot
from kdcore.jobs.run.record import RunRecord
from kdcore.jobs.search.record import SearchRecord
from kdcore.jobs.sweep.record import METRICS, SweepRecord
from kdcore.jobs.teacher_selection.record import TeacherSelectionRecord

EN = words("en")
LEARNERS = {name: EN[f"learner.{name}"] for name in ("teacher", "plain", "distilled")}
ERRORS = EN["metric.test_errors"]


@pytest.fixture(scope="module")
def history():
    told = RunRecord()
    told.fold(
        [
            make.started(epochs=2, drop_classes="3", target="rotated", **make.SEVERAL),
            make.prepared(),
            make.batch(),
            make.epoch(1),
            Snapshot(epoch=1, arrays=None, learners=diagnosis(missing=[3]), shift=make.shift()),
            make.trees_grown(),
            uncertainty(),
        ]
    )
    return told


@pytest.fixture
def learners(history):
    return history.snapshot(None).learners


def sweep(config=None, count=None):
    found = SweepRecord()
    found.fold((whole_sweep(config=config) if config else whole_sweep())[:count])
    return found


def shrink():
    found = CompressionRecord()
    found.fold(whole_compression())
    return found


def robustness():
    found = RobustnessRecord()
    found.fold(whole_test())
    return found


def recognition():
    found = RecognitionRecord()
    found.fold(whole_recognition())
    return found


def search():
    found = SearchRecord()
    found.fold(whole_search())
    return found


def selection():
    found = TeacherSelectionRecord()
    found.fold(whole_selection())
    return found


def generated_inputs():
    teacher, student = np.zeros((2, 3, 10), np.float32)
    for at, same in enumerate((True, False, True)):
        teacher[at, at + 1] = 3
        student[at, at + 1 if same else 0] = 2
    return {
        "made_inputs": np.zeros((3, 8, 8, 1), np.uint8),
        "made_teacher": teacher,
        "made_student": student,
    }


def said(name, history, language="en", **settings):
    spoken = words(language)
    if name in OF_A_MOMENT:
        return OF_A_MOMENT[name](history, spoken, **settings)["message"]
    if name in OF_ARRAYS:
        arrays = generated_inputs() | set_arrays()
        return OF_ARRAYS[name](history, spoken, arrays=arrays)["message"]
    if name in OF_A_COMPRESSION:
        size = {"size": "bytes", "batch": "1"}
        return OF_A_COMPRESSION[name](shrink(), spoken, **size | settings)["message"]
    if name in OF_A_ROBUSTNESS_TEST:
        return OF_A_ROBUSTNESS_TEST[name](robustness(), spoken, **settings)["message"]
    if name in OF_CORRUPTED_IMAGES:
        drawn = OF_CORRUPTED_IMAGES[name](robustness(), spoken, arrays=corrupted_images())
        return drawn["message"]
    if name in OF_A_RECOGNITION:
        return OF_A_RECOGNITION[name](recognition(), spoken)["message"]
    if name in OF_AN_UTTERANCE:
        record = recognition()
        asked = {"arrays": answers(), "epoch": record.epoch()}
        return OF_AN_UTTERANCE[name](record, spoken, **asked)["message"]
    if name in OF_A_SEARCH:
        return OF_A_SEARCH[name](search(), spoken, OPTUNA)["message"]
    if name in OF_A_SELECTION:
        return OF_A_SELECTION[name](selection(), spoken)["message"]
    config = COMPARISON if name == "methods" else None
    return OF_A_SWEEP[name](sweep(config), spoken, View(**settings))["message"]


ALL = [
    *OF_A_MOMENT,
    *OF_ARRAYS,
    *OF_A_SWEEP,
    *OF_A_SEARCH,
    *OF_A_SELECTION,
    *OF_A_COMPRESSION,
    *OF_A_ROBUSTNESS_TEST,
    *OF_CORRUPTED_IMAGES,
    *OF_A_RECOGNITION,
    *OF_AN_UTTERANCE,
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ALL)
def test_every_chart_of_a_moment_says_something(name, language, history):
    message = said(name, history, language)

    assert re.search(r"\d", message)
    assert not any(field for _, field, _, _ in Formatter().parse(message))


@pytest.mark.parametrize("name", ALL)
def test_both_languages_say_the_same_numbers(name, history):
    numbers = [
        sorted(re.findall(r"\d+(?:[.,]\d+)*", said(name, history, language)))
        for language in LANGUAGES
    ]

    assert numbers[0] == numbers[1]


def list_learners(message):
    """``{"teacher": what stands behind its name}``."""
    found = {}
    for learner, title in LEARNERS.items():
        (found[learner],) = re.findall(rf"{title} ([^,;]*?)(?:[,;]|\.$|\.\s)", message)
    return found


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("reliability", lambda one: f"{one.calibration['ece']:.1%}"),
        ("risk_coverage", lambda one: f"{one.calibration['aurc']:.4f}"),
        ("confidence_histogram", lambda one: f"{one.calibration['mean_confidence']:.1%}"),
        ("entropy", lambda one: f"{sum(one.entropy_wrong[:2])} of {sum(one.entropy_wrong)}"),
    ],
)
def test_a_number_for_each_learner(name, expected, history, learners):
    assert list_learners(said(name, history)) == {
        learner: expected(learners[learner]) for learner in LEARNERS
    }


def test_after_the_scaling_the_errors_are_those_of_the_scaled_answers(history, learners):
    message = said("reliability", history, calibrated=True)

    assert "after temperature scaling" in message
    assert list_learners(message)["plain"] == f"{learners['plain'].calibrated['ece']:.1%}"


def test_the_fitted_temperature_is_the_minimum_not_the_end_of_the_axis(history, learners):
    message = said("nll_curve", history)
    told = dict(zip(LEARNERS, re.findall(r"([\d.]+) \(NLL ([\d.]+)\)", message), strict=True))

    for learner, (temperature, nll) in told.items():
        one = learners[learner]
        assert float(temperature) == pytest.approx(one.temperature_fitted, abs=0.005)
        assert float(nll) <= min(value for _, value in one.validation_nll_curve) + 0.002


def test_the_pair_that_is_confused_most_often(history, learners):
    counts = np.array(learners["plain"].confusion)
    np.fill_diagonal(counts, 0)
    truth, answer = np.unravel_index(counts.argmax(), counts.shape)

    assert f"Plain student {truth} taken for {answer} ({counts.max()} times)" in said(
        "confusion", history
    )
    assert "Teacher no errors" in said("confusion", history)


def test_the_class_with_the_lowest_recall(history, learners):
    recalls = class_scores(learners["distilled"].confusion)["recall"]
    worst = int(np.argmin(recalls))

    assert f"Distilled student class {worst} with {recalls[worst]:.1%}." in said(
        "per_class", history
    )


def test_the_errors_of_each_kind(history, learners):
    one = learners["distilled"]

    assert (
        f"Distilled student: {one.errors_inherited} errors like the teacher's, {one.errors_own} "
        f"of its own, {one.teacher_errors_mended} of the teacher's 6 corrected."
    ) in said("error_origin", history)


def test_the_errors_at_a_bias(history, learners):
    errors, missed = curve_of(learners["plain"]).at(2.0)
    examples = sum(learners["plain"].confusion[3])

    assert (
        f"at bias 2: Plain student {errors / make.TEST_SIZE:.1%} of all, "
        f"{missed / examples:.1%} of the missing classes"
    ) in said("missing_classes", history, bias=2.0)


def test_the_calibration_errors_before_and_after(history, learners):
    message = said("calibration_table", history)

    for learner, title in LEARNERS.items():
        for summary in (learners[learner].calibration, learners[learner].calibrated):
            assert f"{title} {summary['ece']:.2%}" in message


def test_the_costs(history):
    assert said("cost", history).startswith("Teacher: 1 parameters, 0.0 kB. Plain student: 1")


def test_what_a_set_covers_and_how_large_it_is(history):
    assert (
        "Plain student 91.0% covered (by chance 87.0% to 93.0%), 2.25 classes on average"
    ) in said("conformal_sizes", history)
    assert "missing: Teacher 0, Plain student 3, Distilled student 3." in said(
        "conformal_examples", history
    )


def test_the_same_answers_to_generated_inputs(history):
    assert "the same answer to 2 of 3 generated inputs" in said("generated", history)


def test_the_best_cell_of_a_landscape(history):
    accuracy = 1 - 13 / make.TEST_SIZE

    assert said("landscape", history, metric="test_errors") == (
        f"Best cell on validation data: T 4, λ 0.5, {ERRORS} 13.0."
    )
    assert f"{accuracy:.1%}" in said("landscape", history, metric="test_accuracy")


@pytest.mark.parametrize("language", LANGUAGES)
def test_before_the_guess_no_message_betrays_a_value(language):
    figure = OF_A_SWEEP["landscape"](sweep(), words(language), View(hidden=True))

    assert figure["message"] == words(language)["message.hidden"]


def test_the_lowest_and_the_highest_cell(history):
    assert said("landscape_surface", history, metric="test_errors") == (
        f"{ERRORS} from 13.0 (T 4, λ 0.5) to 25.0 (T 1, λ 1)."
    )


def test_the_best_of_each_axis(history):
    assert said("landscape_margins", history, metric="test_errors") == (
        f"{ERRORS}, mean over the other axis: best at T 4 (18.0) and at λ 0.5 (15.5)."
    )


def test_the_curves_of_a_cell(history):
    assert said("cell_curves", history, metric="test_errors", at=(1.0, 1.0)) == (
        "T 1, λ 1, epoch 2: Plain student 21.0, Distilled student 25.0 (mean, n = 2)."
    )


def test_the_best_and_the_worst_method(history):
    gains = np.array([10, 10]) / make.TEST_SIZE * 100

    best, worst = (method_title(EN, method) for method in ("dkd", "dist:gamma=2"))
    message = said("methods", history)

    assert f"Best: {best}, +{gains.mean():.1f} ± {gains.std(ddof=1):.1f}" in message
    assert f"Worst: {worst}, −2.9 ± 0.2." in message
    assert message.endswith("Clearly better: 1 of 3.")


def test_the_means_over_the_seeds(history):
    errors = np.array([18, 18, 24, 26, 12, 14, 16, 30])
    shares = 1 - errors / make.TEST_SIZE

    assert (
        f"Distilled student {shares.mean():.1%} ± {100 * shares.std(ddof=1):.1f} (mean ± sd, n = 8)"
    ) in said("seeds", history)


def test_every_stage_of_a_shrinking(history):
    accuracy = f"{1 - 60 / make.TEST_SIZE:.1%}"

    pruned, dynamic = EN["stage.pruned"], EN["stage.int8_dynamic"]

    assert f"{pruned} 7.3 and {accuracy}" in said("shrink_sizes", history)
    assert f"{pruned} 263 and {accuracy}" in said("shrink_sizes", history, size="nonzero")
    assert f"{dynamic} 2.00 and" in said("shrink_times", history)
    assert f"{pruned} 60" in said("shrink_table", history)


def test_what_is_left_at_the_highest_severity(history):
    accuracy = f"{1 - 25 * 6 / make.TEST_SIZE:.1%}"
    message = said("robust_noise", history)

    assert f"Gaussian noise at severity 5: Teacher 83.3%, Plain student {accuracy}" in message
    assert "Gaussian blur +5.0 (+3.0 to +7.0)" in said("robust_gains", history)
    assert "Distilled student 94.4% → 75.0%" in said("robust_table", history)
    assert said("robust_pictures", history) == (
        "Right at severity 5, of 2 images: Teacher 2, Plain student 0, Distilled student 2."
    )


def test_the_best_trial_of_a_search(history):
    assert said("search_history", history) == (
        "Best so far: trial 2 with 96.0%. Complete: 3 of 5 trials."
    )
    assert "trial 2 with 96.0%: Learning rate 0.01, Method dkd, T 2" in said(
        "search_parallel", history
    )


def test_the_most_important_setting_is_named_first(history):
    assert said("search_importances", history) == (
        "Importance: Learning rate 60%, Method 30%, T 10%."
    )


def test_the_best_teacher_by_each_criterion(history):
    message = said("teacher_criteria", history)

    assert f"{EN['criterion.accuracy']}: best mlp:256,128 with 98.0%" in message
    assert f"{EN['criterion.ece']}: best mlp:8 with 0.0100" in message
    assert f"{EN['criterion.student']}: best mlp:64 with 94.0%" in message
    assert "mlp:8 90.5%" in said("teacher_table", history)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("count", range(3, len(whole_sweep())))
@pytest.mark.parametrize("name", OF_A_SWEEP)
def test_a_sweep_that_is_under_way_says_something(name, count, metric):
    figure = OF_A_SWEEP[name](sweep(count=count), words("en"), View(metric=metric))

    assert figure.get("message") or figure["empty"]


def test_a_sweep_that_has_not_begun_says_so():
    for name in OF_A_SWEEP:
        figure = OF_A_SWEEP[name](SweepRecord(), words("en"), View())
        assert figure == {"empty": words("en")["chart.empty.sweep"]}


def test_the_teachers_are_said_with_what_they_are_worth(history):
    message = OVER_TIME["teachers"](history, words("en"))["message"]

    assert "Teacher 1 · mlp:8 98.1%" in message
    assert "Distilled student 93.1%" in message


def test_a_new_message_reaches_the_browser():
    before = {"data": [], "layout": {}, "message": "one"}

    assert delta(before, before | {"message": "two"}) == {"replace": before | {"message": "two"}}
