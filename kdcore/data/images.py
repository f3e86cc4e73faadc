"""Foreign image files become small arrays of one size."""

import io
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from kdcore.data.archive import ImageFile
from kdcore.errors import UserError

FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP")
MOST_PIXELS = 16_000_000
GRAY = ("1", "L", "LA", "La", "I", "I;16", "I;16B", "F")


def decode(file: ImageFile, side: int, container: Path) -> tuple[Image.Image, tuple[int, int]]:
    """The image in mode ``L`` or ``RGB``, and the size that it had.

    One that is larger than ``side`` is scaled down to ``side`` by its shorter side and cropped
    around its centre; a smaller one is left as it is.

    Raises:
        UserError: it cannot be read, or it has more than 16 million pixels.
    """
    try:
        with Image.open(io.BytesIO(file.content), formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise UserError("image_too_large", image=file.name, path=str(container))
            size = image.size
            image.draft(None, (2 * side, 2 * side))  # JPEG alone: skips detail that is not needed
            plain = _eight_bits(ImageOps.exif_transpose(image))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise UserError("image_too_large", image=file.name, path=str(container)) from None
    except UserError:
        raise
    except Exception as error:  # Pillow's plugins raise many kinds for foreign bytes
        raise UserError("image_broken", image=file.name, path=str(container),
                        cause=_sentence(error)) from None  # fmt: skip
    return (fit(plain, side) if max(size) > side else plain), size


def fit(image: Image.Image, side: int) -> Image.Image:
    """``side`` × ``side``: scaled by the shorter side, cropped around the centre."""
    return ImageOps.fit(image, (side, side))


def stack(images: list[Image.Image]) -> np.ndarray:
    """uint8 ``[n, channels, height, width]`` of images of one size; one channel if all are gray."""
    if all(image.mode == "L" for image in images):
        return np.stack([np.asarray(image) for image in images])[:, None]
    width, height = images[0].size
    pixels = np.empty((len(images), 3, height, width), dtype=np.uint8)
    for place, image in zip(pixels, images, strict=True):
        place[:] = np.asarray(image.convert("RGB")).transpose(2, 0, 1)
    return pixels


def _eight_bits(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):  # 16 bits a pixel: convert() would clip, not scale
        return Image.fromarray((np.asarray(image) >> 8).clip(0, 255).astype(np.uint8))
    return image.convert("L" if image.mode in GRAY else "RGB")


def _sentence(error: Exception) -> str:
    return str(error).partition(" <")[0].rstrip(".") or type(error).__name__
