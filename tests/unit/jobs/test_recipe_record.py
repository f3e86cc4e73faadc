"""A recipe's results: means, intervals, paired differences, and the line that reads them."""

import re
from dataclasses import replace
from math import sqrt

import numpy as np
import pytest
from support.recipes import ERRORS, HINTON, began, measured, whole_recipe

from dashboard.text.languages import words
from kdcore.errors import UserError
from kdcore.jobs.kind import RECIPE
from kdcore.jobs.recipe.config import RecipeConfig, command_of
from kdcore.jobs.recipe.page import recipe_page
from kdcore.jobs.recipe.record import RecipeRecord
from kdcore.jobs.recipe.results import (
    claim_results,
    comparison_results,
    curve_points,
    read_claim,
    read_difference,
    sampling_noise,
)
from kdcore.jobs.recipe.stand_in import with_stand_in
from kdcore.jobs.recipe.statistics import Sample
from kdcore.jobs.recipe.work import work_of
from kdcore.jobs.run.config import RunConfig
from kdcore.recipes import (
    READINGS,
    RECIPES,
    SCORES,
    Claim,
    Comparison,
    Curve,
    Recipe,
    Side,
    Trial,
    texts_of,
)
from kdcore.training.objective.student_specs import student_names
from kdcore.training.recipe.measures import MEASURES

T_QUANTILE = {2: 12.706, 3: 4.303, 5: 2.776}  # Student: The Probable Error of a Mean; 0.975, n − 1


@pytest.fixture(scope="module")
def record():
    found = RecipeRecord()
    found.fold(whole_recipe())
    return found


def interval_by_hand(values):
    mean = sum(values) / len(values)
    variance = sum((value - mean) ** 2 for value in values) / (len(values) - 1)
    half = T_QUANTILE[len(values)] * sqrt(variance / len(values))
    return mean - half, mean + half


@pytest.mark.parametrize("values", [(1.0, 4.0), (70.0, 74.0, 79.0), (3.0, 1.0, 4.0, 1.0, 5.0)])
def test_the_interval_is_students_t_interval(values):
    assert Sample(values).interval == pytest.approx(interval_by_hand(values), rel=1e-3)


def test_a_row_says_the_claim_what_came_out_and_the_difference(record):
    rows = {row.key: row for row in claim_results(HINTON.experiment, record)}
    own = ERRORS["all", "distilled"]

    assert rows["distilled"].found.values == own
    assert rows["distilled"].difference == pytest.approx(sum(own) / 5 - 74)
    assert rows["distilled"].reading.code == "worse"
    assert rows["plain"].reading.code == "better"
    # one teacher is one network, whatever the seeds of its students
    assert (rows["teacher"].found.n, rows["teacher"].reading.code) == (1, "one_within")
    assert rows["no_threes"].reading.code == "not_yet"
    assert rows["no_threes"].difference is None


def test_a_comparison_is_paired_by_the_seed(record):
    rows = {row.key: row for row in comparison_results(HINTON.experiment, record)}
    pairs = [a - b for a, b in zip(ERRORS["all", "distilled"], ERRORS["all", "plain"], strict=True)]

    assert rows["distilled"].difference.values == tuple(pairs)
    assert rows["distilled"].reading.code == "clearly_better"
    assert rows["wide_20"].reading.code == "no_difference"
    assert rows["thin_low"].reading.code == "not_yet"


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ((-5.0,), "one_pair"),
        ((-5.0, -5.2, -4.9), "weakly_better"),
        ((5.0, 5.2, 4.9), "weakly_worse"),
        ((5.0, 5.2, 4.9, 5.1, 5.0), "clearly_worse"),
        ((-5.0, 9.0, 1.0), "no_difference"),
        ((-1.0, -1.0, -1.0, -1.0, -1.0), "each_better"),  # no spread is no certainty
        ((1.0, 1.0 + 1e-16, 1.0), "each_worse"),
        ((0.0, 0.0, 0.0), "each_equal"),
    ],
)
def test_clearly_better_needs_five_seeds(values, code):
    assert read_difference("test_errors", Sample(values)).code == code
    if code != "one_pair":
        accuracy = read_difference("test_accuracy", Sample(tuple(-value for value in values)))
        assert accuracy.code == code  # of an accuracy more is better


@pytest.mark.parametrize(
    ("values", "claimed", "code"),
    [
        ((73.0, 75.0, 74.5), 74, "as_claimed"),
        ((60.0, 61.0, 60.5), 74, "better"),
        ((90.0, 91.0, 90.5), 74, "worse"),
        ((70.0,), 74, "one_better"),
        ((74.0,), 74, "one_equal"),
        ((70.0, 70.0, 70.0), 74, "all_better"),
        ((75.0, 75.0), 74, "all_worse"),
        ((74.0, 74.0), 74, "all_equal"),
        ((74.0, 74.0), None, "no_number"),
        ((74.0,), None, "no_number"),
        ((73.0, 75.0), None, "no_number_interval"),
    ],
)
def test_a_claim_is_read_by_our_interval(values, claimed, code):
    claim = Claim(title="", trial="a", learner="plain", score="test_errors", claimed=claimed)

    reading = read_claim(claim, Sample(values))

    assert reading.code == code
    assert READINGS[code].format(**reading.values)


@pytest.mark.parametrize(
    ("score", "values", "low", "high"),
    [
        ("test_errors", (2.0, 30.0), "0", "193.9"),  # 16 ± 12.706 · 14
        ("test_accuracy", (0.9, 0.96), "54.88%", "100.00%"),
        ("ece", (0.01, 0.05), "0.0000", "0.2841"),
    ],
)
def test_an_interval_ends_where_the_score_does(score, values, low, high):
    claim = Claim(title="", trial="a", learner="plain", score=score)

    assert read_claim(claim, Sample(values)).values == {"low": low, "high": high}


def test_a_count_on_other_data_is_not_held_against_the_claim():
    small = began(RecipeConfig(recipe="hinton2015", dataset="digits"))
    found = RecipeRecord()
    found.fold([replace(small, test_sizes={"digits": 360}), measured(0, "all", 0, distilled=30)])
    rows = {row.key: row for row in claim_results(HINTON.experiment, found)}

    assert (rows["distilled"].found.mean, rows["distilled"].difference) == (30, None)
    assert rows["distilled"].reading.code == "other_count"
    assert rows["plain"].reading.code == "not_yet"


@pytest.mark.parametrize(
    ("score", "claimed", "found", "code"),
    [
        # the counts of 10,000 coins with p = 0.0067 and 0.0075 differ by sd 11.9, 95% within 23.3
        ("test_errors", 67, 75, "one_within"),
        ("test_errors", 67, 95, "one_beyond_worse"),
        ("test_errors", 146, 100, "one_beyond_better"),
        ("error_rate", 0.132, 0.141, "one_within"),
        ("error_rate", 0.132, 0.15, "one_beyond_worse"),
        ("test_accuracy", 0.98, 0.97, "one_beyond_worse"),
        ("missing_errors", 133, 200, "one_worse"),  # of another number of examples
    ],
)
def test_one_network_is_held_against_the_chance_of_the_test_examples(score, claimed, found, code):
    claim = Claim(title="", trial="a", learner="teacher", score=score, claimed=claimed)

    reading = read_claim(claim, Sample((found,)), 10_000)

    assert reading.code == code
    assert READINGS[code].format(**reading.values)


def test_the_chance_of_the_test_examples_is_that_of_two_binomial_counts():
    draws = np.random.default_rng(0).binomial(10_000, [[0.0067], [0.0075]], (2, 40_000))
    spread = np.diff(draws - draws.mean(1, keepdims=True), axis=0)
    inside = np.abs(spread) <= sampling_noise("test_errors", 67, 75, 10_000)

    assert inside.mean() == pytest.approx(0.95, abs=0.01)


def test_a_curve_has_the_points_that_are_known(record):
    points = curve_points(HINTON.experiment.curves["temperature"], record)

    assert [(point.x, point.found.n) for point in points["300-300"]] == [(8, 5), (20, 5)]
    assert points["30-30"] == []


def test_a_part_of_a_score_is_its_own_column():
    over = Curve(
        title="",
        x="severity",
        score="corrupted_accuracy",
        lines={
            "plain": tuple((at, Side(trial="a", learner="plain", part=str(at))) for at in (0, 1))
        },
    )
    found = RecipeRecord()
    values = {"plain": {"corrupted_accuracy": 0.5, "corrupted_accuracy:0": 0.9}}
    found.fold([replace(measured(0, "a", 0), values=values)])

    (point,) = curve_points(over, found)["plain"]
    assert (point.x, point.found.values) == (0, (0.9,))
    pair = Comparison(
        title="",
        first=over.lines["plain"][0][1],
        second=Side(trial="a", learner="plain"),
        score="corrupted_accuracy",
    )
    recipe = Recipe(
        title="", claim="", source="", trials={"a": Trial(title="")}, comparisons={"pair": pair}
    )
    (row,) = comparison_results(recipe, found)
    assert row.difference.values == pytest.approx((0.4,))


def test_what_is_left_is_estimated_from_the_pace(record):
    assert record.seconds_left == 0.0  # it is finished
    running = RecipeRecord()
    running.fold(whole_recipe()[:-1])
    assert (running.done, running.seconds_left) == (0.5, 60.0)


def test_a_trial_that_was_repeated_counts_once():
    found = RecipeRecord()
    found.fold([measured(0, "all", 0, plain=5), measured(0, "all", 0, plain=7)])

    assert found.by_seed("all", "plain", "test_errors") == {0: 7.0}


@pytest.mark.parametrize("name", [name for name, one in RECIPES.items() if one.trials])
@pytest.mark.parametrize("quick", [False, True], ids=["full", "quick"])
def test_every_recipe_makes_runs_and_its_rows_name_them(name, quick):
    config = RecipeConfig(recipe=name, quick=quick)
    recipe = config.experiment
    sides = [
        *((claim.trial, claim.score) for claim in recipe.claims.values()),
        *(
            (side.trial, one.score)
            for one in recipe.comparisons.values()
            for side in (one.first, one.second)
        ),
        *(
            (side.trial, curve.score)
            for curve in recipe.curves.values()
            for points in curve.lines.values()
            for _, side in points
        ),
    ]

    for claim in recipe.claims.values():
        assert claim.claimed is None or claim.place, claim.title
        assert claim.place.partition(" ")[0] in ("", "section", "table", "text", "code")
    assert all((recipe.title, recipe.claim, recipe.source))
    for trial in recipe.trials.values():
        assert set(trial.measures) <= MEASURES.keys()
    assert len(config.cells) == len(recipe.trials) * len(config.seeds)
    assert len({cell.config.key for cell in config.cells}) == len(config.cells)
    assert {trial for trial, _ in sides} <= recipe.trials.keys()
    assert {score for _, score in sides} <= SCORES.keys()
    assert RECIPE.config.from_dict(config.to_dict()) == config
    assert name in command_of(config)


def test_the_command_repeats_where_and_how_precisely_it_was_trained():
    asked = RecipeConfig(recipe="controls", base=RunConfig(device="cpu", precision="bf16"))

    assert command_of(asked).endswith("--device cpu --precision bf16")
    assert "--precision" not in command_of(RecipeConfig(recipe="controls"))


@pytest.mark.parametrize("name", RECIPES)
def test_every_text_of_a_recipe_has_its_own_chinese(name):
    chinese = words("zh")

    for text_key, english in texts_of(name, RECIPES[name]).items():
        said = chinese[text_key]
        wordless = not re.search(r"[a-z]{3}", english) or text_key.endswith(".source")
        assert wordless or re.search("[\u4e00-\u9fff]", said), text_key


@pytest.mark.parametrize("name", [name for name, one in RECIPES.items() if one.trials])
def test_the_work_is_what_the_runs_train(name):
    config = RecipeConfig(recipe=name)
    names = [student_names(cell.config) * cell.config.networks for cell in config.cells]
    work = work_of(config)

    assert work.students == sum(map(len, names))
    assert f"{work.fewest}" in work.epochs
    assert work.most == max(cell.config.epochs for cell in config.cells)


def test_the_jpeg_archive_stands_in_where_the_original_is_missing(tmp_path, monkeypatch):
    monkeypatch.delenv("KDCORE_DATA", raising=False)
    asked = RecipeConfig(recipe="cifar_report", base=RunConfig(data_root=str(tmp_path)))
    assert with_stand_in(asked) is asked  # neither is there: the original is downloaded

    (tmp_path / "cifar10-jpeg.tar.xz").touch()
    found = with_stand_in(asked)
    assert {cell.config.dataset for cell in found.cells} == {str(tmp_path / "cifar10-jpeg.tar.xz")}
    assert RecipeConfig.from_dict(found.to_dict()) == found
    assert command_of(found) == f"{command_of(asked)} --dataset cifar10-jpeg.tar.xz"
    digits = RecipeConfig(recipe="controls", base=asked.base)
    assert with_stand_in(digits) is digits

    (tmp_path / "cifar-10-batches-py").mkdir()
    assert with_stand_in(asked) is asked


def test_a_row_on_other_data_is_marked_on_the_page(record):
    config = HINTON.to_dict() | {"dataset": "/somewhere/cifar10-jpeg.tar.xz"}
    other = replace(record, started=replace(record.started, config=config))
    page = recipe_page(other)

    assert "82 ± 2.5†" in page
    assert "† Measured on cifar10-jpeg.tar.xz instead of mnist. JPEG loses detail" in page
    assert "/somewhere" not in page
    assert "†" not in recipe_page(record)


@pytest.mark.parametrize(
    ("name", "code"), [("hinton", "unknown_recipe"), ("binary_example", "recipe_without_training")]
)
def test_what_is_no_recipe_to_train_is_refused(name, code):
    with pytest.raises(UserError) as caught:
        RecipeConfig(recipe=name)

    assert caught.value.code == code
