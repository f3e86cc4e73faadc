"""The Free Spoken Digit Dataset: six people say the digits in English, 50 times each."""

import re
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from kdcore.data.archive import entries
from kdcore.data.assemble import assemble
from kdcore.data.audio.wave_file import decode, of_length, resampled, sixteen_bits
from kdcore.data.dataset import Dataset, Split
from kdcore.data.fetch import fetch
from kdcore.errors import UserError
from kdcore.events import Progress
from kdcore.inputs.audio import RATE, Audio
from kdcore.notes import note

FILE = "fsdd.zip"
FOLDER = "free-spoken-digit-dataset"
URLS = (
    "https://github.com/Jakobovski/free-spoken-digit-dataset/archive/refs/tags/v1.0.10.zip",
    "https://codeload.github.com/Jakobovski/free-spoken-digit-dataset/zip/refs/heads/master",
)
Recording = tuple[int, str, int]
"""Digit, speaker, number."""
NAMED = re.compile(r"(\d)_([a-z]+)_(\d+)\.wav")
TEST_SPEAKERS = ("theo", "yweweler")
"""The last two by name: no network hears them before it is tested."""
VALIDATION_NUMBERS = range(5)
"""Of the other speakers' recordings: those that the data set's authors set aside."""
SECONDS = 1.0
"""All but one in a hundred recordings are shorter."""
PER_REPORT = 250


def spoken_digits(root: Path) -> Generator[Progress, None, Dataset]:
    """3,000 recordings of a digit; test are 1,000 by two speakers who are not in training.

    Each is brought to one second at 8 kHz: a shorter one lies in the middle of silence, of a longer
    one the loudest second stays.

    Source:
        Jackson, Souza, Flaks, Pan, Nicolas, Thite: Free Spoken Digit Dataset, v1.0.8 to v1.0.10,
        2018 to 2020.
    """
    path = yield from _found(root)
    found: dict[Recording, np.ndarray] = {}
    length = int(SECONDS * RATE)
    cut = 0
    for entry in entries(path):
        match = NAMED.fullmatch(entry.parts[-1])
        if match is None or entry.open is None:
            continue
        with entry.open() as file:
            samples, rate = decode(file.read(), entry.name, str(path))
        samples = resampled(samples, rate, int(RATE))
        cut += len(samples) > length
        found[int(match[1]), match[2], int(match[3])] = of_length(sixteen_bits(samples), length)
        if len(found) % PER_REPORT == 0:
            yield Progress(task="read", done=len(found), total=3_000, detail=path.name)
    yield Progress(task="read", done=len(found), total=len(found), detail=path.name)
    speakers = {speaker for _, speaker, _ in found}
    members = _members(sorted(found))
    if not all(members.values()):
        raise UserError("file_damaged", path=str(path))
    parts = {
        name: Split(
            torch.from_numpy(np.stack([found[one] for one in keys])),
            torch.tensor([digit for digit, _, _ in keys]),
        )
        for name, keys in members.items()
    }
    data = assemble(
        "spoken_digits",
        tuple("0123456789"),
        parts["train"],
        Audio(),
        test=parts["test"],
        validation=parts["validation"],
    )
    notes = [
        note(
            "speakers",
            train=", ".join(sorted(speakers - set(TEST_SPEAKERS))),
            test=", ".join(TEST_SPEAKERS),
        ),
        note("sounds_of_length", seconds=SECONDS, rate=int(RATE)),
        *([note("sounds_cut", count=cut)] if cut else []),
    ]
    return replace(data, notes=(*notes, *data.notes))


def _found(root: Path) -> Generator[Progress, None, Path]:
    """The archive or the folder of recordings; downloaded where there is neither."""
    places = [root, root / "data", root / FOLDER]
    for place in places:
        if (place / FILE).is_file():
            return place / FILE
        for folder in (place / FOLDER / "recordings", place / "recordings"):
            if folder.is_dir():
                return folder
    target = root / FOLDER / FILE
    yield from fetch(URLS, target, None)
    return target


def _members(order: list[Recording]) -> dict[str, list[Recording]]:
    """The recordings of each split, in a random order that is always the same."""
    members: dict[str, list[Recording]] = {"train": [], "validation": [], "test": []}
    for at in np.random.default_rng(0).permutation(len(order)):
        _, speaker, number = order[at]
        if speaker in TEST_SPEAKERS:
            split = "test"
        else:
            split = "validation" if number in VALIDATION_NUMBERS else "train"
        members[split].append(order[at])
    return members
