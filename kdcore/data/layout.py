"""Which folders are classes and which are splits: read from where the images lie.

Known are ``CLASS/image`` and ``SPLIT/CLASS/image``, ``CLASS/SPLIT/image`` too, each perhaps below
further folders. Folders below a class belong to it. A split is known by its name (``train``,
``Training Data``, ``seg_train`` …) where the same class folders lie below all of them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from kdcore.data.archive import Parts
from kdcore.data.split_names import EXACT, role
from kdcore.errors import UserError
from kdcore.notes import Note, note

IMAGES = {
    "images",
    "image",
    "imgs",
    "img",
    "data",
    "dataset",
    "photos",
    "pictures",
    "pics",
    "jpeg",
    "jpegs",
    "jpg",
    "jpgs",
    "png",
    "jpegimages",
}
"""Folders that hold the classes where something else lies beside them."""
NO_CLASS = {
    "docs",
    "doc",
    "annotations",
    "annotation",
    "masks",
    "mask",
    "labels",
    "trimaps",
    "thumbnails",
    "thumbs",
    "preview",
    "previews",
    "sample",
    "samples",
    "figures",
    "screenshots",
    "assets",
    "unlabelled",
    "unlabeled",
    "pred",
    "predict",
    "prediction",
    "submission",
}
"""Folders that lie beside classes and are none; only where there is better."""
FEW_IMAGES = 3
"""Too few for a class."""


@dataclass(frozen=True, slots=True)
class Place:
    """What a file's folders say of it."""

    split: str
    """``train``, ``test`` or ``validation``."""
    class_name: str


@dataclass(slots=True)
class Folder:
    """A folder with the images in it and below it."""

    name: str
    images: list[int] = field(default_factory=list)
    """Numbers of the images that lie in it itself."""
    inner: dict[str, "Folder"] = field(default_factory=dict)
    """Only such as hold images, at any depth."""

    def all_images(self) -> Iterator[int]:
        """Numbers of the images in it and below."""
        yield from self.images
        for folder in self.inner.values():
            yield from folder.all_images()

    def count(self) -> int:
        """Images in it and below."""
        return sum(1 for _ in self.all_images())


@dataclass(slots=True)
class Layout:
    """Where every image belongs, and what was decided on the way."""

    places: list[Place | None]
    """``None`` of an image that is left out."""
    notes: list[Note] = field(default_factory=list)

    def put(self, split: str, class_folder: Folder) -> None:
        """All images of a class folder."""
        place = Place(split, class_folder.name)
        for number in class_folder.all_images():
            self.places[number] = place


def layout_of(files: Sequence[Parts], path: str) -> Layout:
    """The split and the class of each file.

    Args:
        files: the folders and names of the images.
        path: where they lie, for messages.

    Raises:
        UserError: folders for validation or test are there but none for training.
    """
    layout = Layout([None] * len(files))
    top = _class_level(_tree(files), layout)
    roles = _roles(top, path)
    if roles:
        _put_splits(top, roles, layout)
    elif _splits_lie_in_classes(top):
        for name in sorted({name for folder in top.inner.values() for name in folder.inner}):
            layout.notes.append(note(f"{role(name)}_folder", folder=name))
        for class_folder in top.inner.values():
            for split in class_folder.inner.values():
                layout.put(role(split.name), Folder(class_folder.name, inner={"": split}))
    else:
        _put_classes("train", top.inner, layout)
    noted = {entry.values["folder"] for entry in layout.notes if "folder" in entry.values}
    beside = sum(
        place is None and not noted.intersection(parts)
        for parts, place in zip(files, layout.places, strict=True)
    )
    if beside and beside < len(files):
        layout.notes.append(note("images_beside_classes", count=beside))
    return layout


def _tree(files: Sequence[Parts]) -> Folder:
    root = Folder("")
    for number, parts in enumerate(files):
        folder = root
        for step in parts[:-1]:
            folder = folder.inner.setdefault(step, Folder(step))
        folder.images.append(number)
    return root


def _class_level(folder: Folder, layout: Layout) -> Folder:
    """Down to the folder that holds splits or classes, past those that hold one folder alone."""
    while True:
        if len(folder.inner) == 1:
            (only,) = folder.inner.values()
            if not only.inner:
                return folder
            folder = only
        elif beside := _no_classes(folder):
            for name in beside:
                _leave_out(folder.inner.pop(name), layout)
        else:
            return folder


def _no_classes(folder: Folder) -> list[str]:
    """Names of the folders that lie beside better ones: ``docs`` beside ``images``, say."""
    deep = {name for name, inner in folder.inner.items() if len(_classes(inner)) > 1}
    holders = {name for name in deep if name.lower() in IMAGES}
    if len(holders) == 1 and not any(map(role, folder.inner)):
        return [name for name in folder.inner if name not in holders]
    few = {name for name, inner in folder.inner.items() if inner.count() < FEW_IMAGES}
    doubtful = [
        name
        for name in folder.inner
        if name.lower() in NO_CLASS or (len(deep) == 1 and name in few - deep)
    ]
    rest = folder.inner.keys() - set(doubtful)
    if rest and rest <= deep:
        return doubtful
    return [name for name in doubtful if len(rest) > 1 and name in few]


def _leave_out(folder: Folder, layout: Layout) -> None:
    layout.notes.append(note("folder_left_out", folder=folder.name, count=folder.count()))


def _roles(top: Folder, path: str) -> dict[str, str]:
    """The splits by the names of their folders; nothing where the folders are classes.

    Raises:
        UserError: all are splits, but none is for training or none has class folders.
    """
    roles = {name: found for name in top.inner if (found := role(name))}
    if len(set(roles.values())) < 2:
        return {}
    classes = {name: set(found) for name, found in _classes_of_splits(top, roles).items()}
    with_classes = {name for name, found in classes.items() if found}
    if not with_classes:
        if len(roles) < len(top.inner):
            return {}
        raise UserError("no_class_folders", path=path)
    if "train" not in roles.values():
        if len(with_classes) > 1 and set.intersection(*(classes[name] for name in with_classes)):
            raise UserError("no_training_folder", path=path, found=", ".join(roles))
        return {}
    learned = set().union(*(classes[name] for name in roles if roles[name] == "train"))
    if not learned:
        return {}
    strange = {
        name
        for name in with_classes
        if roles[name] != "train" and not classes[name] & learned and name.lower() not in EXACT
    }
    known = {name: split for name, split in roles.items() if name not in strange}
    return known if len(set(known.values())) > 1 else {}


def _classes_of_splits(top: Folder, roles: Mapping[str, str]) -> dict[str, dict[str, Folder]]:
    """The class folders of each split; none where a lone folder only wraps its images."""
    found = {name: _classes(top.inner[name]) for name in roles}
    for name in roles:
        if len(found[name]) == 1 and _wraps(*found[name]):
            found[name] = {}
    learned = {known for name in roles if roles[name] == "train" for known in found[name]}
    return {
        name: {}
        if roles[name] != "train" and len(classes) == 1 and learned.isdisjoint(classes)
        else classes
        for name, classes in found.items()
    }


def _wraps(name: str) -> bool:
    """Whether a folder alone in a split is called as no class is: ``train/train``, say."""
    return bool(role(name)) or name.lower() in IMAGES


def _classes(split: Folder) -> dict[str, Folder]:
    """The class folders of a split, past such as hold one folder alone."""
    folder = split
    while len(folder.inner) == 1:
        (only,) = folder.inner.values()
        if not only.inner:
            break
        folder = only
    return folder.inner


def _put_splits(top: Folder, roles: dict[str, str], layout: Layout) -> None:
    classes_of = _classes_of_splits(top, roles)
    for name, folder in top.inner.items():
        split = roles.get(name)
        if split is None:
            _leave_out(folder, layout)
        elif not (classes := classes_of[name]):
            layout.notes.append(note("unlabelled_folder", folder=name, count=folder.count()))
        else:
            layout.notes.append(note(f"{split}_folder", folder=name))
            _put_classes(split, classes, layout)


def _splits_lie_in_classes(top: Folder) -> bool:
    """Whether every class has folders for training and something else, and no others."""
    return len(top.inner) > 1 and all(
        not folder.images and _are_splits(folder.inner) for folder in top.inner.values()
    )


def _are_splits(names: Iterable[str]) -> bool:
    roles = [name.lower() in EXACT and role(name) for name in names]
    return all(roles) and "train" in roles and len(set(roles)) > 1


def _put_classes(split: str, folders: Mapping[str, Folder], layout: Layout) -> None:
    for name, folder in folders.items():
        others = folders.keys() - {name}
        if len(others) > 1 and set(_classes(folder)) == others:
            layout.notes.append(note("copied_folder", folder=name))
        else:
            layout.put(split, folder)
