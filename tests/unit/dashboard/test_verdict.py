from dataclasses import replace

import made_events as make
import numpy as np
import pytest

from dashboard.phrases import phrase
from dashboard.status import status
from dashboard.text import words
from dashboard.verdict import sampling_noise, verdict


def keys(*, plain, distilled):
    run = [make.started(), make.prepared(), make.epoch(plain=plain, distilled=distilled)]
    return [sentence.key for sentence in verdict(status(run))]


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
def test_the_verdict_says_who_is_better_and_whether_it_means_anything(plain, distilled, key):
    assert keys(plain=plain, distilled=distilled)[-1] == key


def test_the_noise_is_what_repeated_test_sets_show():
    draws = np.random.default_rng(0).binomial(360, [[0.10], [0.10]], size=(2, 200_000))
    simulated = np.quantile(np.abs(draws[0] - draws[1]), 0.95)

    assert sampling_noise(36, 36, 360) == pytest.approx(simulated, abs=1)


def test_there_is_no_verdict_before_the_first_epoch():
    assert verdict(status([make.started(), make.prepared(), make.batch()])) == []


def test_the_end_counts_more_than_the_last_epoch():
    run = [make.started(), make.prepared(), make.epoch(plain=30, distilled=25),
           make.finished(plain=25, distilled=30)]  # fmt: skip

    assert verdict(status(run))[-1].key == "verdict.worse_within"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_sentence_can_be_said_in_every_language(language):
    said = [phrase(words(language), key, **values)
            for key, values in verdict(status(make.whole_run()))]  # fmt: skip

    assert "93.1%" in " ".join(said)
    assert "91.7%" in " ".join(said)


@pytest.mark.parametrize(
    ("best", "epochs", "expected"),
    [({"plain": 2, "distilled": 3}, 5, ["verdict.patience", "verdict.best_epochs"]),
     ({"plain": 3, "distilled": 3}, 5, ["verdict.patience", "verdict.best_epoch"]),
     ({"plain": 8, "distilled": 9}, 9, ["verdict.best_epochs"]), ({}, 9, [])],
)  # fmt: skip
def test_a_run_with_patience_says_why_it_ended_and_what_it_kept(best, epochs, expected):
    end = replace(make.finished(epochs=epochs), best_epochs=best)
    run = [make.started(epochs=9, patience=2), make.prepared(), make.epoch(), end]

    found = [sentence.key for sentence in verdict(status(run))]
    assert [key for key in found if "best" in key or "patience" in key] == expected
