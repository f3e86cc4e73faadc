"""Each corruption beside the same once more by loops or SciPy, and what holds of all of them."""

import math

import numpy as np
import pytest
import torch
from scipy import ndimage

from kdcore.catalogue import CORRUPTIONS
from kdcore.catalogue.corruptions import SEVERITIES

PURE = {name: one for name, one in CORRUPTIONS.items() if not one.attack}
SHAPES = [(6, 1, 8, 8), (6, 3, 9, 12)]


def images(shape, seed=0):
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed))


def corrupted(name, of, amount, seed=0):
    return PURE[name].load()(of, amount, seed)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", PURE)
def test_it_is_a_pure_function_of_images_and_seed(name, shape):
    of = images(shape)
    before = of.clone()
    for amount in PURE[name].amounts:
        found = corrupted(name, of, amount, 3)

        assert found.shape == of.shape
        assert found.dtype == torch.float32
        assert found.min() >= -1e-6
        assert found.max() <= 1 + 1e-6
        assert torch.equal(found, corrupted(name, of, amount, 3))
    assert torch.equal(of, before)


@pytest.mark.parametrize(
    "name", ["gaussian_noise", "salt_pepper", "occlusion", "rotation", "shift"]
)
def test_another_seed_draws_otherwise(name):
    of = images((40, 1, 8, 8))

    one, other = (corrupted(name, of, PURE[name].amounts[-1], seed) for seed in (0, 1))
    assert not torch.equal(one, other)


@pytest.mark.parametrize("name", PURE)
def test_a_higher_severity_is_farther_from_the_image(name):
    of = images((60, 1, 28, 28))
    distances = [
        float((corrupted(name, of, amount) - of).square().mean()) for amount in PURE[name].amounts
    ]

    assert len(distances) == SEVERITIES
    # moved and turned noise is as far from itself at any distance: a smooth picture is needed
    if name in ("rotation", "shift"):
        rows = torch.linspace(-1, 1, 28)
        hill = torch.exp(-4 * (rows[:, None] ** 2 + 9 * rows[None] ** 2)).expand(60, 1, 28, 28)
        distances = [
            float((corrupted(name, hill, amount) - hill).square().mean())
            for amount in PURE[name].amounts
        ]
    assert distances == sorted(distances)
    assert distances[0] > 0


def test_noise_has_the_deviation_that_was_asked_for():
    grey = torch.full((50, 1, 28, 28), 0.5)
    noise = (corrupted("gaussian_noise", grey, 0.08) - grey).double()

    assert float(noise.mean()) == pytest.approx(0, abs=0.08 * 4 / math.sqrt(noise.numel()))
    assert float(noise.std()) == pytest.approx(0.08, rel=4 / math.sqrt(2 * noise.numel()))


def test_noise_stops_at_black_and_white():
    found = corrupted("gaussian_noise", images((20, 1, 28, 28)), 0.38)

    assert float(found.min()) == 0
    assert float(found.max()) == 1


@pytest.mark.parametrize("amount", PURE["salt_pepper"].amounts)
def test_salt_and_pepper_take_their_share_of_the_pixels(amount):
    grey = torch.full((50, 3, 28, 28), 0.5)
    found = corrupted("salt_pepper", grey, amount)
    count = 50 * 28 * 28

    for value in (0.0, 1.0):
        share = float((found[:, 0] == value).double().mean())
        expected = amount / 2
        assert share == pytest.approx(
            expected, abs=4 * math.sqrt(expected * (1 - expected) / count)
        )
    assert torch.equal(found[:, 0], found[:, 1])
    assert torch.equal(found[:, 0], found[:, 2])


@pytest.mark.parametrize("amount", PURE["blur"].amounts)
def test_blur_is_a_gaussian_filter(amount):
    of = images((2, 3, 28, 28))
    sigma = amount * 28
    expected = [
        [
            ndimage.gaussian_filter(
                plane, sigma, mode="mirror", radius=max(1, math.ceil(4 * sigma))
            )
            for plane in image
        ]
        for image in of.double().numpy()
    ]

    np.testing.assert_allclose(corrupted("blur", of, amount).numpy(), expected, atol=1e-5)


def squares(hidden):
    """``(top, left, height, width)`` of the true part of a boolean plane."""
    rows, columns = np.nonzero(hidden)
    return rows.min(), columns.min(), np.ptp(rows) + 1, np.ptp(columns) + 1


@pytest.mark.parametrize("amount", PURE["occlusion"].amounts)
def test_an_occlusion_is_one_whole_grey_square(amount):
    of = images((40, 3, 9, 12))
    found = corrupted("occlusion", of, amount)
    side = round(amount * 9)
    places = set()
    for image, before in zip(found.numpy(), of.numpy(), strict=True):
        hidden = (image != before).any(0)
        top, left, height, width = squares(hidden)

        assert (height, width) == (side, side)
        assert hidden.sum() == side * side
        assert (image[:, hidden] == 0.5).all()
        places.add((top, left))
    assert len(places) > 4


@pytest.mark.parametrize("amount", PURE["contrast"].amounts)
@pytest.mark.parametrize("shape", SHAPES)
def test_low_contrast_is_a_share_of_the_distance_from_the_mean_brightness(shape, amount):
    of = images(shape)
    weights = np.array([0.2989, 0.587, 0.114]) if shape[1] == 3 else np.ones(1)
    for image, found in zip(
        of.double().numpy(), corrupted("contrast", of, amount).numpy(), strict=True
    ):
        mean = np.tensordot(weights, image, 1).mean()

        np.testing.assert_allclose(found, mean + amount * (image - mean), atol=1e-5)


def bilinear(plane, row, column):
    """The value between four pixels; black outside."""
    top, left = math.floor(row), math.floor(column)
    value = 0.0
    for y in (top, top + 1):
        for x in (left, left + 1):
            if 0 <= y < plane.shape[0] and 0 <= x < plane.shape[1]:
                value += plane[y, x] * (1 - abs(row - y)) * (1 - abs(column - x))
    return value


def turned(plane, degrees):
    """Counter-clockwise about the middle, by loops."""
    height, width = plane.shape
    angle = math.radians(degrees)
    middle = (height - 1) / 2, (width - 1) / 2
    found = np.zeros_like(plane)
    for y in range(height):
        for x in range(width):
            down, across = y - middle[0], x - middle[1]
            column = across * math.cos(angle) - down * math.sin(angle)
            row = across * math.sin(angle) + down * math.cos(angle)
            found[y, x] = bilinear(plane, row + middle[0], column + middle[1])
    return found


@pytest.mark.parametrize("amount", [10.0, 50.0])
def test_a_rotation_is_by_the_angle_one_way_or_the_other(amount):
    of = images((8, 1, 8, 8))
    ways = set()
    for image, found in zip(
        of.double().numpy(), corrupted("rotation", of, amount).numpy(), strict=True
    ):
        near = [
            way
            for way in (1, -1)
            if np.allclose(found[0], turned(image[0], way * amount), atol=1e-4)
        ]
        assert len(near) == 1
        ways |= set(near)
    assert ways == {1, -1}


@pytest.mark.parametrize("amount", [0.03, 0.15])
def test_a_shift_is_by_the_distance_in_one_of_four_directions(amount):
    of = images((16, 1, 9, 12))
    directions = set()
    for image, found in zip(
        of.double().numpy(), corrupted("shift", of, amount).numpy(), strict=True
    ):
        near = [
            (down, across)
            for down, across in ((1, 0), (-1, 0), (0, 1), (0, -1))
            if np.allclose(
                found[0],
                ndimage.shift(
                    image[0],
                    (down * amount * 9, across * amount * 12),
                    order=1,
                    mode="grid-constant",
                ),
                atol=1e-4,
            )
        ]
        assert len(near) == 1
        directions |= set(near)
    assert len(directions) == 4
