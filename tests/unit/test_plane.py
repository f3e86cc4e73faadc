"""Points in the plane, and functions that anybody may write."""

import numpy as np
import pytest

from kdcore import RunConfig
from kdcore.data import load_dataset
from kdcore.errors import UserError
from kdcore.plane import CENTRES, SHAPES, PlaneData, as_table, parse_function


@pytest.mark.parametrize("shape", SHAPES)
def test_the_same_settings_make_the_same_points_and_another_seed_others(shape):
    data = PlaneData(shape=shape, points=120, noise=0.1, seed=3)
    points, classes = data.make()

    assert points.shape == (120, 2)
    assert (points == data.make()[0]).all()
    assert (points != PlaneData(shape=shape, points=120, noise=0.1, seed=4).make()[0]).any()
    assert set(classes.tolist()) == set(range(classes.max() + 1))


def test_without_noise_moons_are_half_circles_that_reach_into_each_other():
    points, classes = PlaneData(shape="moons", noise=0.0).make()
    upper, lower = points[classes == 0], points[classes == 1] - [1, 0.5]

    for moon, side in ((upper, 1), (lower, -1)):
        np.testing.assert_allclose(np.hypot(*moon.T), 1)
        assert (side * moon[:, 1] >= -1e-12).all()


def test_without_noise_the_arms_of_spirals_are_turned_by_a_third():
    points, classes = PlaneData(shape="spirals", noise=0.0).make()
    radius = np.hypot(*points.T)
    start = np.angle(np.exp(1j * (np.arctan2(points[:, 1], points[:, 0]) - 1.5 * np.pi * radius)))

    np.testing.assert_allclose(np.exp(1j * start), np.exp(2j * np.pi * classes / 3), atol=1e-9)


def test_blobs_lie_around_their_centres():
    points, classes = PlaneData(shape="blobs", points=4000, noise=0.25).make()
    for number, centre in enumerate(CENTRES):
        np.testing.assert_allclose(points[classes == number].mean(0), centre, atol=0.15)
        np.testing.assert_allclose(points[classes == number].std(0), 1.0, atol=0.1)


def test_without_noise_a_function_separates_the_classes():
    points, classes = PlaneData(shape="function", noise=0.0, function="x**2/3 - 1").make()

    assert ((points[:, 1] > points[:, 0] ** 2 / 3 - 1) == classes).all()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sin(2*x) + pi", lambda x: np.sin(2 * x) + np.pi),
        ("-x^2", lambda x: -(x**2)),
        ("abs(x) - exp(x)/e", lambda x: np.abs(x) - np.exp(x) / np.e),
        ("+1.5", lambda x: np.full_like(x, 1.5)),
    ],
)
def test_a_function_equals_what_it_says(text, expected):
    x = np.linspace(-3, 3, 50)

    np.testing.assert_allclose(parse_function(text)(x), expected(x))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "y",
        "x(",
        "__import__('os')",
        "x.__class__",
        "(lambda: 1)()",
        "[x][0]",
        "sin(x, x)",
        "sin(x=1)",
        "open",
        "'a' * 9",
        "True",
        "x if x else 1",
        "x" * 200,
        "(" * 79,
        "1j*x",
        "x; x",
    ],
)
def test_what_is_no_function_of_x_is_refused(text):
    with pytest.raises(UserError, match="is no function of x"):
        parse_function(text)


@pytest.mark.parametrize("text", ["1/x", "log(x)", "sqrt(x)", "9**9**9**9", "x**0.5"])
def test_a_function_must_have_a_value_everywhere(text):
    with pytest.raises(UserError, match="no value for some x"):
        parse_function(text)


def test_a_function_that_leaves_all_points_on_one_side_is_refused():
    with pytest.raises(UserError, match="two classes"):
        PlaneData(shape="function", function="9").make()


@pytest.mark.parametrize(
    "values", [{"shape": "cubes"}, {"points": 3}, {"points": 1.5}, {"noise": -1}, {"seed": -1}]
)
def test_a_setting_that_is_out_of_range_is_refused(values):
    with pytest.raises(UserError):
        PlaneData(**values)


def test_as_a_table_the_points_are_data_of_a_run(tmp_path):
    points, classes = PlaneData(shape="spirals", points=90).make()
    file = tmp_path / "spirals.csv"
    file.write_text(as_table(points, classes), encoding="utf-8")
    loading = load_dataset(RunConfig(dataset=str(file), label_column="class"), None)
    while True:
        try:
            next(loading)
        except StopIteration as over:
            data = over.value
            break

    splits = (data.train, data.validation, data.test)
    assert sum(len(split.labels) for split in splits) == 90
    assert data.classes == ("0", "1", "2")
    found = np.concatenate([data.as_brought(split.inputs).numpy() for split in splits])
    np.testing.assert_allclose(
        found[found[:, 0].argsort()], points[points[:, 0].argsort()], atol=1e-4
    )
