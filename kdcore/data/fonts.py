"""Digits drawn with a font, slanted, stretched, moved and of many weights: made on the spot."""

from collections.abc import Generator
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

from kdcore.data.assemble import assemble
from kdcore.data.dataset import Dataset, Split
from kdcore.events import Progress
from kdcore.inputs import Image as InputImage

EACH = {"train": 400, "validation": 40, "test": 60}
"""Images of each class, as of the bundled MNIST."""
SIDE, FRAME = 28, 20
"""Pixels of an image, and of the square in its middle that an upright digit fills, as in MNIST."""
CANVAS, LETTER = 96, 72
"""Pixels of the drawing, and height of the font on it."""
WEIGHTS = (0, 1, 2, 3, 4, 5)
"""Widths of the stroke that is added around the letter, in pixels of the drawing."""
BEND = 0.05
"""Standard deviation of how far a stroke is bent, where the image reaches from -1 to 1."""
SEED = 0


def fonts(_root: Path) -> Generator[Progress, None, Dataset]:
    """5,000 digits ``[n, 1, 28, 28]`` of the font that comes with Pillow, white on black.

    Each is turned by up to 12°, slanted, stretched, moved and drawn in one of six weights.

    Source:
        Aileron Regular by Sora Sagano, CC0, as bundled with Pillow.
    """
    font = ImageFont.load_default(LETTER)
    drawn = torch.stack([_drawn(str(digit), font, at) for digit in range(10) for at in WEIGHTS])
    random = np.random.default_rng(SEED)
    splits = {name: _split(drawn, each, random) for name, each in EACH.items()}
    size = sum(len(split.labels) for split in splits.values())
    yield Progress(task="read", done=size, total=size, detail="fonts")
    return assemble(
        "fonts",
        tuple("0123456789"),
        splits["train"],
        InputImage(),
        test=splits["test"],
        validation=splits["validation"],
    )


def _drawn(text: str, font: Any, weight: int) -> Tensor:
    """A digit in the middle of the drawing, scaled to its frame: float32 ``[1, h, w]``, 0 to 1."""
    image = Image.new("L", (CANVAS, CANVAS))
    ImageDraw.Draw(image).text(
        (CANVAS / 2, CANVAS / 2), text, fill=255, font=font, anchor="mm", stroke_width=weight
    )
    ink = image.crop(image.getbbox())
    factor = CANVAS * FRAME / SIDE / max(ink.size)
    ink = ink.resize([max(1, round(side * factor)) for side in ink.size], Image.Resampling.BICUBIC)
    whole = Image.new("L", (CANVAS, CANVAS))
    whole.paste(ink, ((CANVAS - ink.width) // 2, (CANVAS - ink.height) // 2))
    return torch.from_numpy(np.array(whole, dtype=np.float32) / 255)[None]


def _split(drawn: Tensor, each: int, random: np.random.Generator) -> Split:
    count = 10 * each
    labels = random.permutation(np.repeat(np.arange(10), each))
    weights = random.integers(len(WEIGHTS), size=count)
    chosen = drawn[torch.from_numpy(labels * len(WEIGHTS) + weights)]
    grid = F.affine_grid(_placed(count, random), [count, 1, 2 * SIDE, 2 * SIDE], False)
    grid = grid + _bent(count, random)
    # twice the size and then means of four: a single look at a pixel's middle would leave steps
    images = F.avg_pool2d(F.grid_sample(chosen, grid, align_corners=False), 2)
    return Split((images * 255).round().byte(), torch.from_numpy(labels))


def _placed(count: int, random: np.random.Generator) -> Tensor:
    """Where each image looks at its drawing, float32 ``[count, 2, 3]``."""
    angle = np.deg2rad(random.uniform(-15, 15, count))
    slant = random.uniform(-0.2, 0.6, count)
    wide, high = random.uniform(0.85, 1.35, count), random.uniform(0.9, 1.2, count)
    moved = random.uniform(-0.12, 0.12, (2, count))
    sine, cosine = np.sin(angle), np.cos(angle)
    turned = np.stack([np.stack([cosine, -sine]), np.stack([sine, cosine])])
    shape = np.stack([np.stack([wide, slant]), np.stack([np.zeros(count), high])])
    matrix = np.einsum("ijn,jkn->nik", turned, shape)
    return torch.from_numpy(np.concatenate([matrix, moved.T[:, :, None]], 2).astype(np.float32))


def _bent(count: int, random: np.random.Generator) -> Tensor:
    """A smooth field of small movements, float32 ``[count, 2 · SIDE, 2 · SIDE, 2]``.

    Source:
        Simard, Steinkraus, Platt: Best Practices for Convolutional Neural Networks Applied to
        Visual Document Analysis, 2003 (elastic distortion).
    """
    coarse = torch.from_numpy(random.normal(0, BEND, (count, 2, 5, 5)).astype(np.float32))
    fine = F.interpolate(coarse, (2 * SIDE, 2 * SIDE), mode="bicubic", align_corners=True)
    return fine.permute(0, 2, 3, 1)
