"""Foreign image files become small arrays of one size."""

import io
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from kdcore.data.archive import ImageFile
from kdcore.errors import UserError

FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP")
MOST_PIXELS = 16_000_000
GRAY = ("1", "L", "LA", "La", "F")


def decode(file: ImageFile, side: int, container: Path) -> np.ndarray:
    """The pixels, uint8 ``[h, w]`` or ``[h, w, 3]``.

    An image that is larger than ``side`` is scaled and cropped to ``side`` × ``side``; a smaller
    one is left as it is.

    Raises:
        UserError: it cannot be read, or it has more than 16 million pixels.
    """
    try:
        with Image.open(io.BytesIO(file.content), formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise UserError("image_too_large", image=file.name, path=str(container))
            large = max(image.size) > side
            if large:
                image.draft("", (2 * side, 2 * side))  # JPEG: leaves out detail of no use here
            pixels = _pixels(image)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise UserError("image_too_large", image=file.name, path=str(container)) from None
    except UserError:
        raise
    except Exception as error:  # Pillow's plugins raise many kinds for foreign bytes
        raise UserError("image_broken", image=file.name, path=str(container),
                        cause=_sentence(error)) from None  # fmt: skip
    return fit(pixels, side) if large else pixels


def fit(pixels: np.ndarray, side: int) -> np.ndarray:
    """``side`` × ``side``: scaled by the shorter side, cropped around the centre."""
    return np.asarray(ImageOps.fit(Image.fromarray(pixels), (side, side)))


def stack(images: list[np.ndarray]) -> np.ndarray:
    """uint8 ``[n, channels, h, w]`` of images of one size; one channel if all are gray."""
    height, width = images[0].shape[:2]
    if all(image.ndim == 2 for image in images):
        return np.stack(images)[:, None]
    stacked = np.empty((len(images), 3, height, width), dtype=np.uint8)
    for place, image in zip(stacked, images, strict=True):
        place[:] = image if image.ndim == 2 else image.transpose(2, 0, 1)
    return stacked


def _pixels(image: Image.Image) -> np.ndarray:
    """In 8 bits, gray or RGB, the right way up."""
    if image.mode.startswith("I"):  # 16 bits a pixel: convert() would clip, not scale
        return (np.asarray(image).astype(np.int64) >> 8).clip(0, 255).astype(np.uint8)
    upright = ImageOps.exif_transpose(image) if "exif" in image.info else image
    mode = "L" if upright.mode in GRAY else "RGB"
    return np.asarray(upright if upright.mode == mode else upright.convert(mode))


def _sentence(error: Exception) -> str:
    return str(error).partition(" <")[0].rstrip(".") or type(error).__name__
