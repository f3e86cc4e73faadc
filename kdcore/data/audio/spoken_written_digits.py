"""Each spoken digit beside a written one of the same class."""

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from kdcore.data.assemble import assemble
from kdcore.data.audio.spoken_digits import spoken_digits
from kdcore.data.dataset import Dataset, Split
from kdcore.data.mnist5k import mnist5k
from kdcore.events import Progress
from kdcore.inputs.audio_image import AudioImage
from kdcore.notes import note


def spoken_written_digits(root: Path) -> Generator[Progress, None, Dataset]:
    """The recordings of ``spoken_digits``, each with an image of MNIST (5,000) of its split.

    Which image goes with which recording is drawn once, always alike; where a class has fewer
    images than recordings, some serve again.
    """
    spoken = yield from spoken_digits(root)
    written = yield from mnist5k(root)
    random = np.random.default_rng(0)
    train, validation, test = (
        _paired(getattr(spoken, name), getattr(written, name), random)
        for name in ("train", "validation", "test")
    )
    data = assemble(
        "spoken_written_digits",
        spoken.classes,
        train,
        AudioImage(),
        test=test,
        validation=validation,
    )
    return replace(data, notes=(*spoken.notes, note("images_beside_sounds"), *data.notes))


def _paired(spoken: Split, written: Split, random: np.random.Generator) -> Split:
    chosen = torch.empty_like(spoken.labels)
    for digit in spoken.labels.unique().tolist():
        here = (spoken.labels == digit).nonzero()[:, 0]
        images = (written.labels == digit).nonzero()[:, 0]
        turn = random.permutation(len(images))
        chosen[here] = images[torch.from_numpy(np.resize(turn, len(here)))]
    pixels = written.inputs[chosen].flatten(1).short()
    return Split(torch.cat([spoken.inputs, pixels], dim=1), spoken.labels)
