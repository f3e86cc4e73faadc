"""From strokes to pixels, by the browser's own script in Node.js, against NumPy."""

import json
import shutil
import subprocess
from itertools import pairwise

import numpy as np
import pytest

from dashboard.server.routes import COMPONENTS

SCRIPT = COMPONENTS / "drawing_pad" / "drawing_pixels.js"
SEVEN = [[[0.2, 0.2], [0.7, 0.25], [0.4, 0.9]], [[0.3, 0.55], [0.6, 0.55]]]
BOW = [[[0.1, 0.5], [0.3, 0.2], [0.9, 0.4]]]
NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(NODE is None, reason="there is no Node.js to run the script")


@pytest.fixture(scope="module")
def pixels():
    """``pixels(strokes, side, …)``: a drawing as an array ``[side, side]``."""

    def pixels(strokes, side=28, **how):
        program = (
            "import { readFileSync } from 'node:fs';"
            f"const text = readFileSync({json.dumps(str(SCRIPT))}, 'utf8');"
            "const { drawingPixels } = await import("
            "'data:text/javascript,' + encodeURIComponent(text));"
            f"const {'{'} pixels {'}'} = drawingPixels({json.dumps(strokes)},"
            f"{json.dumps({'height': side, 'width': side} | how)});"
            "console.log(JSON.stringify([...pixels]));"
        )
        run = subprocess.run(
            [NODE, "--input-type=module", "-e", program], capture_output=True, text=True, check=True
        )
        return np.array(json.loads(run.stdout)).reshape(side, side)

    return pixels


def moved(strokes, factor, dx, dy):
    return [[[factor * x + dx, factor * y + dy] for x, y in stroke] for stroke in strokes]


def coverage(points, side, radius):
    """By the distance of every pixel's middle from each of a thousand places of every line."""
    rows, columns = np.mgrid[:side, :side] + 0.5
    places = np.concatenate(
        [
            np.array(a) + np.linspace(0, 1, 1000)[:, None] * (np.array(b) - np.array(a))
            for a, b in pairwise(points)
        ]
    )
    distance = np.full((side, side), np.inf)
    for x, y in places:
        distance = np.minimum(distance, np.hypot(columns - x, rows - y))
    return np.clip(radius + 0.5 - distance, 0, 1)


def mass(image):
    rows, columns = np.mgrid[: len(image), : len(image)] + 0.5
    return np.array([(image * columns).sum(), (image * rows).sum()]) / image.sum()


def extent(image, axis):
    inked = np.flatnonzero((image > 0.5).any(axis))
    return inked[-1] - inked[0] + 1


def test_a_drawing_equals_the_calculation_by_hand(pixels):
    (stroke,) = BOW
    radius = 2.5 / 2
    points = np.array(stroke)
    size = np.ptp(points, axis=0)
    scaled = (points - (points.max(0) + points.min(0)) / 2) * ((20 - 2 * radius) / size).min()
    wide = coverage((scaled + 42).tolist(), 84, radius)
    expected = coverage((scaled + 14 + 42 - mass(wide)).tolist(), 28, radius)

    np.testing.assert_allclose(pixels(BOW), expected, atol=0.02)


def test_a_digit_lies_as_in_mnist_in_a_box_of_20_with_its_mass_in_the_middle(pixels):
    image = pixels(SEVEN)

    assert max(extent(image, 0), extent(image, 1)) == pytest.approx(20, abs=1)
    np.testing.assert_allclose(mass(image), [14, 14], atol=0.1)


def test_a_small_image_is_filled_from_top_to_bottom(pixels):
    image = pixels(SEVEN, 8)

    assert extent(image, 1) >= 7
    assert extent(image, 0) <= 6


def test_where_and_how_large_one_draws_changes_nothing(pixels):
    np.testing.assert_allclose(pixels(moved(SEVEN, 0.4, 0.5, 0.1)), pixels(SEVEN), atol=1e-5)


def test_a_quarter_turn_turns_the_image(pixels):
    np.testing.assert_allclose(pixels(SEVEN, angle=90), np.rot90(pixels(SEVEN), -1), atol=1e-5)


def test_a_thinner_line_has_less_ink(pixels):
    assert pixels(SEVEN, thickness=0.4).sum() < 0.6 * pixels(SEVEN).sum()


def test_noise_is_the_same_every_time_and_stays_a_grey_value(pixels):
    noisy = pixels(SEVEN, noise=0.3)

    assert (noisy == pixels(SEVEN, noise=0.3)).all()
    assert (noisy != pixels(SEVEN, noise=0.3, seed=2)).any()
    assert noisy.min() >= 0
    assert noisy.max() <= 1
    dark = noisy[pixels(SEVEN) == 0]
    assert np.mean(dark > 0) == pytest.approx(0.5, abs=0.08)
    assert np.sqrt(np.mean(dark[dark > 0] ** 2)) == pytest.approx(0.3, rel=0.15)


@pytest.mark.parametrize("strokes", [[], [[[0.5, 0.5]]], [[[0.2, 0.5], [0.8, 0.5]]]])
def test_nothing_a_dot_and_a_line_are_drawings_too(pixels, strokes):
    image = pixels(strokes)

    assert np.isfinite(image).all()
    assert (image.sum() > 0) == bool(strokes)
