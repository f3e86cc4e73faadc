"""Images of one's own: a folder or an archive with one folder a class, see ``layout``."""

import re
import unicodedata
from collections import Counter
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

import numpy as np
import torch

from kdcore.data.archive import Entry, Parts, entries, names_come_first, readable
from kdcore.data.assemble import MOST_CLASSES, assemble, check_classes
from kdcore.data.dataset import Dataset, Split
from kdcore.data.encodings import repaired
from kdcore.data.images import (
    MOST_BYTES,
    decode,
    has_image_name,
    in_eight_bits,
    one_size,
    opaque,
    stack,
)
from kdcore.data.layout import Layout, Place, layout_of
from kdcore.data.names import distinct, listed, natural_order, numbered
from kdcore.errors import UserError
from kdcore.events import Progress
from kdcore.inputs import Image
from kdcore.notes import Note, note

MOST_DECODED = 4 << 30
"""Bytes of all images together."""
IMAGES_PER_REPORT = 250
SOUNDS = (".wav", ".wave")
"""Endings of recordings: where most files are such, pictures lie beside them."""


@dataclass(slots=True)
class Inventory:
    """What a folder or archive holds, by the names alone."""

    path: Path
    images: list[Parts] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)
    """Files that are no images, by the ending of their names."""
    folders: set[Parts] = field(default_factory=set)
    """All folders, those without an image too."""
    of_images: set[Parts] = field(default_factory=set)
    """The folders that images lie in."""

    def add(self, entry: Entry) -> bool:
        """Enter a file or folder; whether it is an image.

        Raises:
            UserError: images lie in more folders than a classifier can have classes.
        """
        self.folders.add(entry.parts if entry.is_folder else entry.parts[:-1])
        if entry.is_folder:
            return False
        if not has_image_name(entry.parts[-1]):
            self.others[PurePosixPath(entry.parts[-1]).suffix.lower() or "–"] += 1
            return False
        self.images.append(entry.parts)
        self.of_images.add(entry.parts[:-1])
        if len(self.of_images) > 4 * MOST_CLASSES:  # splits, and folders below the classes
            raise UserError("too_many_classes", dataset=title_of(self.path), most=MOST_CLASSES)
        return True


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The images that count, with their splits and classes."""

    places: dict[Parts, Place]
    """By where an image lies."""
    classes: list[str]
    """Names as the folders have them, in order."""
    notes: list[Note]


def read_images(path: Path, image_size: int) -> Generator[Progress, None, Dataset]:
    """The images of a folder, zip or tar (gz, bz2, xz), decoded in memory.

    Images that all have one size of at most ``image_size`` stay as they are; all others are
    scaled and cropped to ``image_size``. Gray if all are gray, RGB otherwise.

    Raises:
        UserError: it cannot be read, or does not hold at least two classes of images.
    """
    inventory = Inventory(path)
    wanted: Arrangement | None = None
    if names_come_first(path):
        for entry in entries(path):
            inventory.add(entry)
        wanted = arrange(inventory)
        pictures, lost = yield from _decoded(path, image_size, wanted.places)
    else:
        pictures, lost = yield from _decoded(path, image_size, inventory)
        wanted = arrange(inventory)
    found = sorted(parts for parts in wanted.places if parts in pictures)
    return _dataset(path, image_size, wanted, {parts: pictures[parts] for parts in found}, lost)


def title_of(path: Path) -> str:
    """What the data are called: the name of the file or folder."""
    return re.sub(r"(\.tar)?\.\w+$", "", path.name) if path.is_file() else path.resolve().name


def arrange(inventory: Inventory) -> Arrangement:
    """Where every image belongs, before any is decoded.

    Raises:
        UserError: there are no images, or more recordings, or no class folders, or too few
            examples of a class.
    """
    path, title = inventory.path, title_of(inventory.path)
    sounds = sum(inventory.others[ending] for ending in SOUNDS)
    if sounds > len(inventory.images) or not inventory.images:
        raise UserError("no_images", path=str(path))
    meant = _meant(inventory)
    layout = layout_of([meant[parts] for parts in inventory.images], str(path))
    placed = [place for place in layout.places if place]
    if not placed:
        raise UserError("no_class_folders", path=str(path))
    names = sorted({place.class_name for place in placed}, key=natural_order)
    if len(names) > MOST_CLASSES:
        raise UserError("too_many_classes", dataset=title, most=MOST_CLASSES)
    learned = Counter(place.class_name for place in placed if place.split == "train")
    check_classes(title, distinct(names), [learned[name] for name in names])
    places = {
        parts: place for parts, place in zip(inventory.images, layout.places, strict=True) if place
    }
    return Arrangement(places, names, [*layout.notes, *_left_out(inventory, meant, layout)])


def _meant(inventory: Inventory) -> dict[Parts, Parts]:
    """The folders and names as they were meant: in NFC, decoded where they were not UTF-8."""
    every = inventory.folders.union(inventory.images)
    broken = repaired({step for parts in every for step in parts})
    return {
        parts: tuple(unicodedata.normalize("NFC", broken.get(step, step)) for step in parts)
        for parts in every
    }


def _left_out(inventory: Inventory, meant: dict[Parts, Parts], layout: Layout) -> Iterator[Note]:
    """Notes on what lies beside the images that count."""
    if inventory.others:
        endings = sorted(inventory.others, key=lambda ending: (-inventory.others[ending], ending))
        yield note("files_left_out", count=inventory.others.total(), endings=listed(endings))
    beside = {
        meant[parts][:-1]
        for parts, place in zip(inventory.images, layout.places, strict=True)
        if place
    }
    siblings = {parts[:-1] for parts in beside}
    filled = {
        parts[:depth]
        for parts in map(meant.__getitem__, inventory.of_images)
        for depth in range(len(parts) + 1)
    }
    empty = {meant[parts] for parts in inventory.folders} - filled
    names = sorted({parts[-1] for parts in empty if parts[:-1] in siblings}, key=natural_order)
    if names:
        yield note("class_without_images", folders=listed(names))


def _decoded(
    path: Path, image_size: int, wanted: dict[Parts, Place] | Inventory
) -> Generator[Progress, None, tuple[dict[Parts, np.ndarray], int]]:
    """The pixels by where they lie, and how many links lead to no image.

    Where the names are not known before, the inventory is written on the way.
    """
    total = None if isinstance(wanted, Inventory) else len(wanted)
    pictures: dict[Parts, np.ndarray] = {}
    links: list[Entry] = []
    decoded = 0
    for entry in entries(path):
        counts = wanted.add(entry) if isinstance(wanted, Inventory) else entry.parts in wanted
        if not counts:
            continue
        if entry.link is not None:
            links.append(entry)
            continue
        pixels = decode(_contents(entry, path), image_size, image_name=entry.name, container=path)
        pictures[entry.parts] = pixels
        decoded += pixels.nbytes
        if decoded > MOST_DECODED:
            raise UserError(
                "images_too_many", path=str(path), limit=MOST_DECODED >> 30, image_size=image_size
            )
        if len(pictures) % IMAGES_PER_REPORT == 0:
            yield Progress(task="read", done=len(pictures), total=total, detail=path.name)
    lost = 0
    for entry in links:
        if entry.link in pictures:
            pictures[entry.parts] = pictures[entry.link]
        else:
            lost += 1
    yield Progress(task="read", done=len(pictures), total=len(pictures), detail=path.name)
    return pictures, lost


def _contents(entry: Entry, path: Path) -> bytes:
    if entry.size > MOST_BYTES:
        raise UserError("image_too_large", image=entry.name, path=str(path))
    assert entry.open is not None, "a file has contents"
    if path.is_dir():
        try:
            with entry.open() as file:
                return file.read()
        except OSError as error:
            raise UserError(
                "image_broken", image=entry.name, path=str(path), cause=error.strerror or str(error)
            ) from None
    with readable(path), entry.open() as file:
        return file.read()


def _dataset(
    path: Path, image_size: int, wanted: Arrangement, pictures: dict[Parts, np.ndarray], lost: int
) -> Dataset:
    shallow, on_depth = in_eight_bits(list(pictures.values()))
    laid, on_ground = opaque(shallow)
    pixels = torch.from_numpy(stack(one_size(laid, image_size)))
    number = {name: at for at, name in enumerate(wanted.classes)}
    labels = torch.tensor([number[wanted.places[parts].class_name] for parts in pictures])
    members: dict[str, list[int]] = {}
    for at, parts in enumerate(pictures):
        members.setdefault(wanted.places[parts].split, []).append(at)
    if "train" not in members:  # all are links that lead nowhere
        raise UserError("no_images", path=str(path))
    splits = {
        name: _shuffled(Split(pixels, labels), torch.tensor(index))
        for name, index in members.items()
    }
    shown = distinct(wanted.classes)
    notes = [*wanted.notes, *on_depth, *on_ground]
    if lost:
        notes.append(note("links_left_out", count=lost))
    if told_apart := numbered(wanted.classes, shown):
        notes.append(note("names_numbered", names=listed(told_apart)))
    data = assemble(
        title_of(path),
        shown,
        splits["train"],
        Image(),
        test=splits.get("test"),
        validation=splits.get("validation"),
    )
    return replace(data, notes=(*notes, *data.notes))


def _shuffled(examples: Split, index: torch.Tensor) -> Split:
    """Folders come class by class; whoever looks at the first examples should see all kinds."""
    order = torch.randperm(len(index), generator=torch.Generator().manual_seed(0))
    return examples.take(index[order])
