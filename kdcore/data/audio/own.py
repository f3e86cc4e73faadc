"""Recordings of one's own: a folder or an archive of WAV files with one folder a class."""

from collections import Counter
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from kdcore.data.archive import Parts, entries, readable
from kdcore.data.assemble import MOST_CLASSES, assemble, check_classes
from kdcore.data.audio.wave_file import MOST_BYTES, decode, of_length, resampled, sixteen_bits
from kdcore.data.dataset import Dataset, Split
from kdcore.data.layout import Place, layout_of
from kdcore.data.names import distinct, natural_order
from kdcore.data.own import SOUNDS, title_of
from kdcore.errors import UserError
from kdcore.events import Progress
from kdcore.inputs.audio import RATE, Audio
from kdcore.notes import note

LONGEST = 4.0
"""Seconds of an example."""
STEP = 0.1
"""Seconds to which the length of all is rounded up."""
SHARE = 0.95
"""Of the training recordings, that are not cut where they are not longer than ``LONGEST``."""
MOST_SAMPLES = 2 << 30
"""Of all recordings together."""
PER_REPORT = 100
OF_FOLDERS = ("train_folder", "test_folder", "validation_folder", "copied_folder")
"""Codes of notes that do not speak of images."""


def is_sound(name: str) -> bool:
    """Whether a file is a recording, by its name."""
    return name.lower().endswith(SOUNDS)


def has_sounds(path: Path) -> bool:
    """Whether a recording lies in a folder or archive."""
    return any(entry.open and is_sound(entry.parts[-1]) for entry in entries(path))


def read_sounds(path: Path) -> Generator[Progress, None, Dataset]:
    """The recordings of a folder, zip or tar, at 8 kHz, one channel, all of one length.

    The length is that of the longest training recording but for one in twenty, and at most 4 s. A
    shorter recording lies in the middle of silence, of a longer one the loudest part stays.

    Raises:
        UserError: it cannot be read, or does not hold at least two classes of recordings.
    """
    lying = [e.parts for e in entries(path) if e.open and is_sound(e.parts[-1])]
    layout = layout_of(lying, str(path))
    places = {parts: place for parts, place in zip(lying, layout.places, strict=True) if place}
    if not places:
        raise UserError("no_class_folders", path=str(path))
    names = _classes(path, list(places.values()))
    sounds = yield from _decoded(path, places)
    learned = [len(sounds[parts]) for parts in sounds if places[parts].split == "train"]
    common = np.quantile(learned, SHARE, method="higher") / RATE
    seconds = min(LONGEST, round(np.ceil(common / STEP) * STEP, 1))
    length = round(seconds * RATE)
    order = sorted(sounds)
    examples = Split(
        torch.from_numpy(np.stack([of_length(sounds[parts], length) for parts in order])),
        torch.tensor([names.index(places[parts].class_name) for parts in order]),
    )
    splits = {
        split: examples.take(_shuffled([places[parts].split == split for parts in order]))
        for split in {place.split for place in places.values()}
    }
    data = assemble(
        title_of(path),
        distinct(names),
        splits["train"],
        Audio(),
        test=splits.get("test"),
        validation=splits.get("validation"),
    )
    notes = [one for one in layout.notes if one.code in OF_FOLDERS]
    notes.append(note("sounds_of_length", seconds=seconds, rate=int(RATE)))
    if cut := sum(len(samples) > length for samples in sounds.values()):
        notes.append(note("sounds_cut", count=cut))
    if left := len(lying) - len(places):
        notes.append(note("sounds_left_out", count=left))
    return replace(data, notes=(*notes, *data.notes))


def _classes(path: Path, places: list[Place]) -> list[str]:
    """Names of the classes as the folders have them, in order."""
    names = sorted({place.class_name for place in places}, key=natural_order)
    if len(names) > MOST_CLASSES:
        raise UserError("too_many_classes", dataset=title_of(path), most=MOST_CLASSES)
    learned = Counter(place.class_name for place in places if place.split == "train")
    check_classes(title_of(path), distinct(names), [learned[name] for name in names])
    return names


def _decoded(
    path: Path, places: dict[Parts, Place]
) -> Generator[Progress, None, dict[Parts, np.ndarray]]:
    found: dict[Parts, np.ndarray] = {}
    samples = 0
    for entry in entries(path):
        if entry.parts not in places or entry.open is None:
            continue
        if entry.size > MOST_BYTES:
            raise UserError("sound_too_large", sound=entry.name, path=str(path))
        with readable(path), entry.open() as file:
            contents = file.read()
        sound, rate = decode(contents, entry.name, str(path))
        found[entry.parts] = sixteen_bits(resampled(sound, rate, int(RATE)))
        samples += len(found[entry.parts])
        if samples > MOST_SAMPLES:
            raise UserError(
                "sounds_too_many", path=str(path), hours=round(MOST_SAMPLES / RATE / 3600)
            )
        if len(found) % PER_REPORT == 0:
            yield Progress(task="read", done=len(found), total=len(places), detail=path.name)
    yield Progress(task="read", done=len(found), total=len(places), detail=path.name)
    return found


def _shuffled(members: list[bool]) -> torch.Tensor:
    """Folders come class by class; whoever looks at the first examples should see all kinds."""
    index = torch.tensor(members).nonzero()[:, 0]
    return index[torch.randperm(len(index), generator=torch.Generator().manual_seed(0))]
