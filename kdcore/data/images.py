"""Foreign image files become small arrays of one size."""

import io
import warnings
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, features

from kdcore.errors import UserError
from kdcore.notes import Note, note

FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF", "PPM", "AVIF")
SUFFIXES = (
    ".png",
    ".jpg",
    ".jpeg",
    ".jpe",
    ".jfif",
    ".jif",
    ".bmp",
    ".dib",
    ".gif",
    ".webp",
    ".tif",
    ".tiff",
    ".pgm",
    ".ppm",
    ".pbm",
    ".pnm",
    *([".avif"] if features.check("avif") else []),
)
MOST_PIXELS = 16_000_000
"""Of what has to be decoded; a JPEG is decoded at a fraction of its size."""
MOST_BYTES = 64 << 20
"""Of one image file: an uncompressed bitmap of 16 million pixels."""
GRAY = ("1", "L", "LA", "La")
LIGHT = 191.0
"""Mean shade of ink from which it would be lost on white."""
DEPTHS = (8, 10, 12, 14, 16)
"""Bits a pixel of cameras and scanners."""


def has_image_name(name: str) -> bool:
    """Whether a file's name ends like that of an image which can be read."""
    return name.lower().endswith(SUFFIXES)


def decode(content: bytes, side: int, *, image_name: str, container: Path) -> np.ndarray:
    """The pixels the right way up: ``[h, w]`` or ``[h, w, c]``.

    An image that is larger than ``side`` is scaled and cropped to ``side`` × ``side``; a smaller
    one is left as it is.

    Returns:
        uint8 with 2 or 4 channels where the image is transparent, 3 where it has colours, none
        where it is gray; float32 without channels where it has more than 8 bits a pixel.

    Raises:
        UserError: it cannot be read, or more than 16 million pixels would have to be decoded.
    """
    try:
        with (
            warnings.catch_warnings(action="ignore", category=Image.DecompressionBombWarning),
            Image.open(io.BytesIO(content), formats=FORMATS) as image,
        ):
            large = max(image.size) > side
            if large:
                image.draft("", (2 * side, 2 * side))  # JPEG: leaves out detail of no use here
            if image.width * image.height > MOST_PIXELS:
                raise UserError("image_too_large", image=image_name, path=str(container))
            pixels = _pixels(image)
    except Image.DecompressionBombError:
        raise UserError("image_too_large", image=image_name, path=str(container)) from None
    except UserError:
        raise
    except Exception as error:  # Pillow's plugins raise many kinds for foreign bytes
        raise UserError(
            "image_broken", image=image_name, path=str(container), cause=_sentence(error)
        ) from None
    return fit(pixels, side) if large else pixels


def fit(pixels: np.ndarray, side: int) -> np.ndarray:
    """``side`` × ``side``: scaled by the shorter side, cropped around the centre."""
    return np.asarray(ImageOps.fit(Image.fromarray(pixels), (side, side)))


def in_eight_bits(images: Sequence[np.ndarray]) -> tuple[list[np.ndarray], list[Note]]:
    """Images of more bits a pixel scaled by what is common to all of them; the others as they are.

    The highest value of all decides how many bits are used: 12-bit values are not dark.
    """
    deep = [image for image in images if image.dtype != np.uint8]
    if not deep:
        return list(images), []
    highest = _white(max(float(image.max()) for image in deep))
    notes = [] if highest == 255 else [note("deep_images", count=len(deep), highest=highest)]
    # by the step of 256 parts: the high byte of 16 bits stays what it is
    step = (highest + 1) / 256 if highest > 1 else 1 / 255
    return [
        image if image.dtype == np.uint8 else np.clip(image / step, 0, 255).astype(np.uint8)
        for image in images
    ], notes


def _white(highest: float) -> float:
    """The value that becomes white where ``highest`` is the highest one of a data set."""
    if highest <= 1:
        return 1.0  # shares, as TIFF files of floats hold them
    return next((2.0**bits - 1 for bits in DEPTHS if highest < 2**bits), highest)


def opaque(images: Sequence[np.ndarray]) -> tuple[list[np.ndarray], list[Note]]:
    """uint8 images without transparency, laid on a ground on which their ink is seen."""
    transparent = [image for image in images if image.ndim == 3 and image.shape[2] in (2, 4)]
    if not transparent:
        return list(images), []
    light = Counter(_ink(image) > LIGHT for image in transparent)
    share = light[True] / len(transparent)
    name, ground = ("white", 255) if share < 0.1 else ("black", 0) if share > 0.9 else ("gray", 128)
    notes = [note(f"transparent_on_{name}", count=len(transparent))]
    return [_laid_on(ground, image) for image in images], notes


def _ink(image: np.ndarray) -> float:
    """The mean shade of a transparent image where it is opaque."""
    alpha = image[..., -1].astype(np.float64)
    return float((image[..., :-1].mean(-1) * alpha).sum() / max(alpha.sum(), 1))


def _laid_on(ground: int, image: np.ndarray) -> np.ndarray:
    if image.ndim == 2 or image.shape[2] == 3:
        return image
    alpha = image[..., -1:].astype(np.uint32)
    mixed = ((image[..., :-1] * alpha + ground * (255 - alpha) + 127) // 255).astype(np.uint8)
    return mixed[..., 0] if mixed.shape[2] == 1 else mixed


def stack(images: list[np.ndarray]) -> np.ndarray:
    """uint8 ``[n, channels, h, w]`` of images of one size; one channel if all are gray."""
    height, width = images[0].shape[:2]
    if all(image.ndim == 2 for image in images):
        return np.stack(images)[:, None]
    stacked = np.empty((len(images), 3, height, width), dtype=np.uint8)
    for place, image in zip(stacked, images, strict=True):
        place[:] = image if image.ndim == 2 else image.transpose(2, 0, 1)
    return stacked


def one_size(images: Iterable[np.ndarray], side: int) -> list[np.ndarray]:
    """The images as they are where all are of one size, else each ``side`` × ``side``."""
    given = list(images)
    if len({image.shape[:2] for image in given}) == 1:
        return given
    return [image if image.shape[:2] == (side, side) else fit(image, side) for image in given]


def _pixels(image: Image.Image) -> np.ndarray:
    upright = ImageOps.exif_transpose(image) if _may_be_turned(image) else image
    if upright.mode == "F" or upright.mode.startswith("I"):  # convert() would clip, not scale
        return np.nan_to_num(np.asarray(upright).astype(np.float32), posinf=0).clip(0)
    gray = upright.mode in GRAY
    if not upright.has_transparency_data:
        mode = "L" if gray else "RGB"
        return np.asarray(upright if upright.mode == mode else upright.convert(mode))
    pixels = np.asarray(upright.convert("LA" if gray else "RGBA"))
    return pixels if (pixels[..., -1] < 255).any() else _laid_on(0, pixels)


def _may_be_turned(image: Image.Image) -> bool:
    """Whether the file says which side is up; asking each one for all it says would take long."""
    return image.format == "TIFF" or any(
        key in image.info for key in ("exif", "xmp", "XML:com.adobe.xmp", "Raw profile type exif")
    )


def _sentence(error: Exception) -> str:
    return str(error).partition(" <")[0].rstrip(".") or type(error).__name__
