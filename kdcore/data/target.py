"""Target data of a domain adaptation: another data set or a shift, in the form of the source."""

from dataclasses import replace
from pkgutil import resolve_name

import torch
from torch import Tensor

from kdcore.catalogue import SHIFTS, parse_shift
from kdcore.data.dataset import Dataset, Split, Target
from kdcore.data.names import listed
from kdcore.data.shifts import TOGETHER
from kdcore.errors import UserError
from kdcore.inputs.image import FULL, Image
from kdcore.notes import note

SHIFT_SEED = 20_160_704
"""Of the random part of a shift: target data do not depend on a run's seed."""
RGB = 3
INK = 0.98
"""Share of all brightness that the square in the middle of the images holds which is their frame:
22 of the 28 pixels of MNIST, all of those of USPS."""
SAME_FRAME = 0.05
"""Difference of two frames, as a share, that is none."""


def with_shifted(data: Dataset, spec: str) -> Dataset:
    """``data`` with itself, shifted, as the target; grey data get colours where the shift does.

    Raises:
        UserError: the data are no images.
    """
    if not isinstance(data.kind, Image):
        raise UserError("target_needs_images", target=spec, dataset=data.name)
    white = data.kind.white
    name, settings = parse_shift(spec)
    shift = SHIFTS[name]
    if shift.colours and data.input_shape[0] == 1:
        data = _in_three_channels(data)
    change = resolve_name(shift.apply)
    generator = torch.Generator().manual_seed(SHIFT_SEED)
    train, test = (
        change(split.inputs, generator, white, **settings) for split in (data.train, data.test)
    )
    return replace(data, target=Target(spec, train, Split(test, data.test.labels)))


def with_other(data: Dataset, other: Dataset) -> Dataset:
    """``data`` with another data set as the target, scaled to its size, channels and white.

    The validation part of ``other`` is left out; the labels of its training part too, so that
    nothing can learn from them or choose by them.

    Raises:
        UserError: one of them has no images, or their classes differ.
    """
    if not isinstance(data.kind, Image) or not isinstance(other.kind, Image):
        name = other.name if isinstance(data.kind, Image) else data.name
        raise UserError("target_needs_images", target=other.name, dataset=name)
    if sorted(data.classes) != sorted(other.classes):
        raise UserError(
            "target_classes",
            target=other.name,
            dataset=data.name,
            found=listed(list(other.classes)),
            needed=listed(list(data.classes)),
        )
    place = torch.tensor([data.classes.index(name) for name in other.classes])
    train, test = (
        like(
            split.inputs,
            data.train.inputs,
            white=(other.kind.white, data.kind.white),
            own=other.train.inputs,
        )
        for split in (other.train, other.test)
    )
    target = Target(other.name, train, Split(test, place[other.test.labels]))
    if other.input_shape == data.input_shape:
        return replace(data, target=target)
    scaled = note(
        "target_scaled",
        target=other.name,
        found=_shape(other.input_shape),
        needed=_shape(data.input_shape),
    )
    return replace(data, target=target, notes=(*data.notes, scaled))


def like(
    images: Tensor,
    examples: Tensor,
    *,
    white: tuple[int, int] = (FULL, FULL),
    own: Tensor | None = None,
) -> Tensor:
    """Images in the size, the channels, the frame and the range of values of others.

    Where what is bright fills another share of the images, as digits of MNIST leave a margin that
    those of USPS do not have, the margin is cut off or added.

    Args:
        images: uint8 ``[n, 1 or 3, h, w]``.
        examples: uint8 ``[m, 1 or 3, h', w']``.
        white: the values of white, of ``images`` and of ``examples``.
        own: like ``images``, of the same data set, by which the frame is measured; unless
            given ``images`` themselves.

    Returns:
        uint8 ``[n, 1 or 3, h', w']``.
    """
    own = images if own is None else own
    top, needed = white
    zoom = frame(examples) / frame(own)
    if abs(zoom - 1) < SAME_FRAME:
        zoom = 1.0
    if images.shape[1:] == examples.shape[1:] and top == needed and zoom == 1:
        return images
    return torch.cat(
        [_like(part, examples, needed / top, needed, zoom) for part in images.split(TOGETHER)]
    )


def frame(images: Tensor) -> float:
    """Side of the square around the middle that holds nearly all that is bright, as a share.

    Args:
        images: ``[n, c, h, w]``.

    Returns:
        From 0 to 1; 1 where all pixels are alike.

    Example:
        >>> images = torch.zeros(1, 1, 4, 4)
        >>> images[..., 1:3, 1:3] = 1
        >>> frame(images)
        0.5
    """
    height, width = images.shape[2:]
    parts = [part.sum((0, 1), dtype=torch.float64) for part in images.split(TOGETHER)]
    brightness = torch.stack(parts).sum(0)
    brightness -= brightness.min()
    from_middle = [
        ((torch.arange(side) - (side - 1) / 2).abs() + 0.5) / (side / 2) for side in (height, width)
    ]
    reach = torch.maximum(from_middle[0][:, None], from_middle[1]).flatten()
    order = reach.argsort(stable=True)
    held = brightness.flatten()[order].cumsum(0)
    if held[-1] == 0:
        return 1.0
    within = int((held < INK * held[-1]).sum())
    return float(reach[order[within]])


def _like(images: Tensor, examples: Tensor, factor: float, most: int, zoom: float) -> Tensor:
    from torchvision.transforms.v2 import functional  # noqa: PLC0415  (1 s)

    values = images.float() * factor
    channels, *size = examples.shape[1:]
    if len(values[0]) == RGB and channels == 1:
        values = functional.rgb_to_grayscale(values)
    middle = [max(1, round(side / zoom)) for side in values.shape[2:]]
    if zoom != 1:  # a smaller part of the image, or the image with black around it
        values = functional.center_crop(values, middle)
    values = functional.resize(values, size, antialias=True).expand(-1, channels, -1, -1)
    scaled: Tensor = values.round().clamp(0, most).byte()
    return scaled


def _in_three_channels(data: Dataset) -> Dataset:
    def repeated(split: Split) -> Split:
        return Split(split.inputs.repeat(1, RGB, 1, 1), split.labels)

    return replace(
        data,
        train=repeated(data.train),
        validation=repeated(data.validation),
        test=repeated(data.test),
        mean=data.mean.repeat(RGB, 1, 1),
        std=data.std.repeat(RGB, 1, 1),
    )


def _shape(shape: tuple[int, ...]) -> str:
    channels, height, width = shape
    return f"{width}×{height}" + (f"×{channels}" if channels > 1 else "")
