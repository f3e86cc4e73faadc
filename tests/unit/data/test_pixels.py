"""Transparent, deep, turned, large and oddly stored images."""

import io

import numpy as np
import pytest
import torch
from PIL import Image, ImageOps
from support.files import as_zip, picture, pictures_in


def file_of(image, kind="PNG", **how):
    file = io.BytesIO()
    image.save(file, kind, **how)
    return file.getvalue()


def images_of(data):
    return torch.cat([split.inputs for split in (data.train, data.validation, data.test)])


@pytest.fixture
def load_two(load, tmp_path):
    """A data set of two classes with five copies of each of two images."""

    def load_two(one, other, ending="png", **settings):
        files = {f"a/{number}.{ending}": one for number in range(5)}
        files |= {f"b/{number}.{ending}": other for number in range(5)}
        return load(as_zip(tmp_path / "a.zip", files), **settings)

    return load_two


def drawing(ink, row, mode="RGBA"):
    """A line in one row of a transparent image."""
    pixels = np.zeros((12, 12, 4), dtype=np.uint8)
    pixels[..., :3] = ink
    pixels[row, :, 3] = 255
    return Image.fromarray(pixels).convert(mode)


def from_palette(row):
    image = Image.new("P", (12, 12), 0)
    image.putpalette([0, 0, 0, 0, 0, 0])
    image.paste(1, (0, row, 12, row + 1))
    return file_of(image, transparency=0)


@pytest.mark.parametrize(
    ("one", "other", "ground"),
    [
        (file_of(drawing(0, 2)), file_of(drawing(0, 8)), "white"),
        (file_of(drawing(255, 2)), file_of(drawing(255, 8)), "black"),
        (file_of(drawing(0, 2, "LA")), file_of(drawing(0, 8, "LA")), "white"),
        (from_palette(2), from_palette(8), "white"),
        (file_of(drawing(0, 2)), file_of(drawing(255, 2)), "gray"),
        (file_of(drawing(0, 2), "WEBP", lossless=True), file_of(drawing(0, 8)), "white"),
    ],
)
def test_ink_on_a_transparent_ground_is_seen_and_the_ground_is_said(
    load_two, noted, one, other, ground
):
    data = load_two(one, other)

    assert noted(data)[f"transparent_on_{ground}"] == {"count": 10}
    shade = {"white": 255, "black": 0, "gray": 128}[ground]
    assert (images_of(data)[:, :, 0] == shade).all()
    assert len(images_of(data).unique(dim=0)) == 2


def test_half_transparent_ink_is_mixed_with_the_ground(load_two):
    veil = Image.new("RGBA", (9, 9), (0, 0, 0, 51))

    assert images_of(load_two(file_of(veil), file_of(veil))).unique().tolist() == [204]


def test_an_opaque_image_with_an_alpha_channel_is_taken_as_it_is(load_two, noted):
    data = load_two(file_of(Image.new("RGBA", (9, 9), (1, 2, 3, 255))), picture(7, (9, 9)))

    assert images_of(data)[:, 2].unique().tolist() == [3, 7]
    assert not any(code.startswith("transparent") for code in noted(data))


def test_images_that_are_all_alike_are_said_to_be(load_two, noted):
    assert "inputs_all_alike" in noted(load_two(picture(9), picture(9)))
    assert "inputs_all_alike" not in noted(load_two(picture(9), picture(8)))


def deep(value, dtype=np.uint16):
    return Image.fromarray(np.full((9, 9), value, dtype=dtype))


@pytest.mark.parametrize(
    ("low", "high", "shades"),
    [
        (50, 200, [50, 200]),
        (800, 3200, [50, 200]),
        (12_800, 51_200, [50, 200]),
        (200, 800, [50, 200]),
    ],
)
def test_deep_images_are_scaled_by_the_bits_that_the_data_use(load_two, low, high, shades):
    data = load_two(file_of(deep(low)), file_of(deep(high)))

    assert images_of(data).unique().tolist() == shades


def test_the_scale_of_deep_images_is_said(load_two, noted):
    told = noted(load_two(file_of(deep(800)), file_of(deep(3200))))["deep_images"]

    assert told == {"count": 10, "highest": 4095}
    assert "deep_images" not in noted(load_two(file_of(deep(50)), file_of(deep(200))))


@pytest.mark.parametrize(
    ("low", "high", "dtype"),
    [(0.25, 0.75, np.float32), (64.0, 191.0, np.float32), (250_000, 750_000, np.int32)],
)
def test_images_of_other_numbers_are_scaled_too(load_two, low, high, dtype):
    data = load_two(file_of(deep(low, dtype), "TIFF"), file_of(deep(high, dtype), "TIFF"), "tif")
    shades = images_of(data).unique().tolist()

    assert len(shades) == 2
    assert shades[1] > 150
    assert shades[1] / shades[0] == pytest.approx(3, abs=0.1)


@pytest.mark.parametrize("side", [20, 8])
def test_a_deep_image_may_be_scaled_down(load_two, side):
    rows = np.linspace(0, 60_000, 20, dtype=np.uint16).repeat(20).reshape(20, 20)
    data = load_two(
        file_of(Image.fromarray(rows)), file_of(Image.fromarray(rows[::-1])), image_size=side
    )

    assert data.input_shape == (1, side, side)
    assert images_of(data).max() > 200


@pytest.mark.parametrize("turn", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "TIFF", "PNG", "WEBP"])
def test_images_are_turned_as_their_camera_said(load_two, kind, turn):
    upright = Image.new("L", (12, 16), 40)
    upright.paste(220, (0, 0, 12, 5))
    exif = Image.Exif()
    exif[0x0112] = turn
    stored = next(
        image
        for image in _ways(upright)
        if np.array_equal(
            np.asarray(ImageOps.exif_transpose(_with(image, exif))), np.asarray(upright)
        )
    )
    content = file_of(stored, kind, exif=exif)
    found = images_of(load_two(content, content, {"JPEG": "jpg"}.get(kind, kind.lower())))

    assert found.shape[2:] == (16, 12)
    assert found[:, :, :4].float().mean() > 200
    assert found[:, :, 6:].float().mean() < 60


def _ways(image):
    for way in (None, *Image.Transpose):
        yield image if way is None else image.transpose(way)


def _with(image, exif):
    copy = image.copy()
    copy.getexif().update(exif)
    return copy


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "CMYK", "RGBA", "LA"])
def test_every_common_mode_is_read(load_two, mode):
    image = Image.new("L", (9, 9), 255).convert(mode)
    kind = "TIFF" if mode == "CMYK" else "PNG"
    data = load_two(
        file_of(image, kind), file_of(Image.new("L", (9, 9), 0).convert(mode), kind), kind.lower()
    )

    assert images_of(data).unique().tolist() == [0, 255]


@pytest.mark.parametrize(
    ("ending", "kind"),
    [
        ("tif", "TIFF"),
        ("TIFF", "TIFF"),
        ("jfif", "JPEG"),
        ("JPG", "JPEG"),
        ("jpe", "JPEG"),
        ("pgm", "PPM"),
        ("ppm", "PPM"),
        ("dib", "BMP"),
        ("PNG", "PNG"),
    ],
)
def test_other_endings_are_read(load_two, ending, kind):
    data = load_two(picture(90, mode="L", kind=kind), picture(200, mode="L", kind=kind), ending)

    assert images_of(data).float().mean().item() == pytest.approx(145, abs=2)


def test_a_photograph_of_24_million_pixels_is_read_at_a_fraction_of_its_size(
    load_two, load, tmp_path
):
    large = file_of(Image.new("RGB", (6000, 4000), (200, 10, 10)), "JPEG")
    files = pictures_in("ab", 5) | {"a/big.jpg": large}
    data = load(as_zip(tmp_path / "a.zip", files))

    assert data.input_shape == (3, 32, 32)
    assert sum(int((image[0] > 190).all()) for image in images_of(data)) == 1
