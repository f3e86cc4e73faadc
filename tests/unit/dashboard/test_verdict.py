"""What is said of the students: never too early, never more than one run can tell."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binomtest
from support import events as make

from dashboard.say.moment import moment
from dashboard.say.verdict import accuracy_interval, sampling_noise, verdict
from dashboard.text.languages import LANGUAGES, words
from dashboard.text.phrases import join_sentences
from kdcore.catalogue import method_of
from kdcore.jobs.run.record import RunRecord


def history(*events):
    found = RunRecord()
    found.fold(events)
    return found


def run(*, epochs=20, upto=20, plain=30, distilled=25, over=True, **settings):
    """A run of ``epochs`` of which ``upto`` are over, with these errors after each."""
    events = [make.started(epochs=epochs, **settings), make.prepared()]
    events += [
        make.epoch(number, plain=plain, distilled=distilled) for number in range(1, upto + 1)
    ]
    if over:
        events.append(make.finished(plain=plain, distilled=distilled, epochs=upto))
    return history(*events)


def keys(said):
    return [sentence.key for sentence in said]


@pytest.mark.parametrize(
    ("plain", "distilled", "key"),
    [
        (30, 25, "verdict.better_within"),
        (90, 25, "verdict.better_beyond"),
        (25, 30, "verdict.worse_within"),
        (25, 90, "verdict.worse_beyond"),
        (25, 25, "verdict.equal"),
    ],
)
def test_the_end_says_whether_the_teacher_helped_and_whether_chance_could(plain, distilled, key):
    assert keys(verdict(run(plain=plain, distilled=distilled)).headline) == [key]


@pytest.mark.parametrize(("plain", "distilled"), [(30, 25), (90, 25), (25, 90), (25, 25)])
def test_while_a_run_goes_on_it_is_said_who_is_ahead_and_nothing_more(plain, distilled):
    said = keys(verdict(run(upto=10, over=False, plain=plain, distilled=distilled)).headline)

    assert said[0].startswith("verdict.is_")
    assert not set(said) & {
        "verdict.equal",
        "verdict.worse_beyond",
        "verdict.worse_within",
        "verdict.better_beyond",
        "verdict.better_within",
    }


def test_nothing_is_compared_in_the_first_tenth():
    said = verdict(run(epochs=40, upto=3, over=False, plain=90, distilled=25))

    assert keys(said.headline) == ["verdict.early"]
    assert keys(verdict(run(epochs=40, upto=4, over=False, plain=90)).headline) == [
        "verdict.is_ahead",
        "verdict.beyond_chance",
    ]


def test_a_moment_that_is_looked_back_at_is_told_of_in_the_past():
    told = run(plain=90, distilled=25)
    headline = verdict(told, 5.2).headline

    assert keys(headline) == ["verdict.was_ahead", "verdict.beyond_chance"]
    assert headline[0].values["epoch"] == 5
    assert verdict(told, 20.0) == verdict(told)


def test_there_is_nothing_to_say_before_the_first_evaluation():
    assert verdict(history(make.started(), make.prepared(), make.batch())) == ([], [])


def test_the_end_counts_more_than_the_last_epoch():
    told = history(
        make.started(epochs=1),
        make.prepared(),
        make.epoch(plain=30, distilled=25),
        make.finished(plain=25, distilled=30),
    )

    assert keys(verdict(told).headline) == ["verdict.worse_within"]


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        ({"unlabelled": 0.9}, "verdict.unlabelled"),
        ({"label_noise": 0.4}, "verdict.wrong_labels"),
        ({"drop_classes": "3"}, "verdict.unseen"),
    ],
)
def test_what_is_special_about_the_data_is_said(settings, key):
    assert key in keys(verdict(run(**settings)).reasons)


def test_where_everything_is_labelled_and_nothing_gained_that_is_the_reason():
    assert "verdict.all_labelled" in keys(verdict(run(plain=25, distilled=30)).reasons)
    assert "verdict.all_labelled" not in keys(verdict(run(plain=90, distilled=30)).reasons)


def test_the_labelled_examples_are_counted():
    [said] = [
        each for each in verdict(run(unlabelled=0.9)).reasons if each.key == "verdict.unlabelled"
    ]

    assert said.values == {"labelled": 113, "unlabelled": 1018, "size": 1131}


def test_the_noise_is_what_repeated_test_sets_show():
    draws = np.random.default_rng(0).binomial(360, [[0.10], [0.10]], size=(2, 200_000))
    simulated = np.quantile(np.abs(draws[0] - draws[1]), 0.95)

    assert sampling_noise(36, 36, 360) == pytest.approx(simulated, abs=1)


@pytest.mark.parametrize(("errors", "size"), [(0, 100), (60, 600), (359, 360), (360, 360)])
def test_the_interval_of_an_accuracy_is_scipys(errors, size):
    expected = binomtest(size - errors, size).proportion_ci(method="wilson")

    assert accuracy_interval(errors, size) == pytest.approx((expected.low, expected.high), abs=1e-4)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "told",
    [
        run(plain=90),
        run(plain=25, distilled=90),
        run(upto=1, over=False),
        run(upto=9, over=False, unlabelled=0.9, label_noise=0.2, drop_classes="3"),
    ],
    ids=["better", "worse", "early", "on its way"],
)
@pytest.mark.parametrize("position", [None, 1.0])
def test_every_sentence_can_be_said_in_every_language(language, told, position):
    found = verdict(told, position)

    assert join_sentences(words(language), [*found.headline, *found.reasons])


@pytest.mark.parametrize(
    ("best", "epochs", "expected"),
    [
        ({"plain": 2, "distilled": 3}, 5, ["verdict.patience", "verdict.best_epochs"]),
        ({"plain": 3, "distilled": 3}, 5, ["verdict.patience", "verdict.best_epoch"]),
        ({"plain": 8, "distilled": 9}, 9, ["verdict.best_epochs"]),
        ({}, 9, []),
    ],
)
def test_a_run_with_patience_says_why_it_ended_and_what_it_kept(best, epochs, expected):
    end = replace(make.finished(epochs=epochs), best_epochs=best)
    found = verdict(history(make.started(epochs=9, patience=2), make.prepared(), make.epoch(), end))

    assert [key for key in keys(found.reasons) if "best" in key or "patience" in key] == expected


@pytest.mark.parametrize(
    ("plain", "distilled", "key"),
    [
        (30, 25, "verdict.target_better_within"),
        (120, 25, "verdict.target_better_beyond"),
        (25, 120, "verdict.target_worse_beyond"),
        (25, 25, "verdict.target_equal"),
    ],
)
def test_with_target_data_the_verdict_is_on_the_target(plain, distilled, key):
    said = verdict(run(plain=plain, distilled=distilled, target="rotated"))
    reasons = {sentence.key: sentence.values for sentence in said.reasons}

    assert keys(said.headline) == [key]
    assert reasons["verdict.on_source"]["distilled"] == pytest.approx(1 - distilled / 360)
    assert ("verdict.teacher_on_target" in reasons) == (key != "verdict.target_better_beyond")
    text = join_sentences(words("en"), said.headline)
    assert "on target data" in text.lower()


def test_errors_on_the_target_are_counted_on_its_own_test_data():
    said = verdict(run(plain=100, distilled=25, target="rotated", upto=10, over=False))
    ahead, _ = said.headline

    assert ahead.key == "verdict.target_is_ahead"
    assert (ahead.values["count"], ahead.values["size"]) == (75, 360)


def test_under_adaptation_the_large_numbers_are_the_targets_with_the_source_below():
    adapted = run(plain=100, distilled=25, target="rotated")
    shown = moment(adapted, words("en"))["scores"]

    for name, scores in adapted.finished.students.items():
        size = adapted.started.target_test_size
        wrong = round((1 - scores.target_accuracy) * size)
        assert shown[name]["accuracy"] == scores.target_accuracy
        assert (shown[name]["low"], shown[name]["high"]) == accuracy_interval(wrong, size)
        assert shown[name]["source"] == scores.test_accuracy
    usual = moment(run(plain=100), words("en"))["scores"]["plain"]
    assert "source" not in usual
    assert usual["accuracy"] == make.scores(100).test_accuracy


@pytest.mark.parametrize("method", ["moving_average", "mutual"])
def test_a_teacher_that_taught_nobody_is_said_to_stand_for_comparison(method):
    how = method_of(method).acts_on
    assert f"verdict.taught_by_{how}" in keys(verdict(run(method=method)).reasons)
    assert not [key for key in keys(verdict(run()).reasons) if "taught_by" in key]
