"""IMDB: film reviews that are for or against, read from their archive or the unpacked folder."""

from collections.abc import Generator
from pathlib import Path

from kdcore.data.archive import entries, readable
from kdcore.data.dataset import Dataset
from kdcore.data.fetch import fetch
from kdcore.data.text.texts import Places, data_of_texts
from kdcore.data.text.vocabulary import NumberedTexts
from kdcore.errors import UserError
from kdcore.events import Progress

FOLDER = "aclImdb"
ARCHIVES = ("aclImdb_v1.tar.gz", "aclImdb.tar.gz")
"""As it is published, and without the reviews that have no label."""
URL = "https://ai.stanford.edu/~amaas/data/sentiment/aclImdb_v1.tar.gz"
MD5 = "7c2ac02c03563afcf9b574c7e56c153a"
SPLITS, CLASSES = ("train", "test"), ("neg", "pos")
NAMES = ("negative", "positive")
TEXTS = 50_000
TEXTS_PER_REPORT = 1_000
LONGEST = 1 << 20
"""Bytes of a review; the longest known has 14 KB."""


def imdb(root: Path) -> Generator[Progress, None, Dataset]:
    """25,000 reviews to learn from and 25,000 to test, of other films.

    Source: Maas et al.: Learning word vectors for sentiment analysis, ACL 2011.
    """
    place = _place(root)
    if place is None:
        place = root / ARCHIVES[0]
        yield from fetch([URL], place, MD5)
    reviews: dict[tuple[str, ...], str] = {}
    for entry in entries(place):
        wanted = entry.parts[-3:]
        if not entry.open or len(wanted) < 3:
            continue
        split, label, name = wanted
        if split not in SPLITS or label not in CLASSES or not name.endswith(".txt"):
            continue
        with readable(place), entry.open() as file:
            reviews[wanted] = file.read(LONGEST).decode(errors="replace")
        if len(reviews) % TEXTS_PER_REPORT == 0:
            yield Progress(task="read", done=len(reviews), total=2 * TEXTS, detail=place.name)
    return (yield from _numbered(reviews, place))


def _place(root: Path) -> Path | None:
    """Where the reviews lie, unpacked or not."""
    roots = (root, root / "data", root / FOLDER, root / "data" / FOLDER)
    folders = [one for one in roots if (one / "train" / "pos").is_dir()]
    files = [one / name for one in roots for name in ARCHIVES if (one / name).is_file()]
    return next(iter([*folders, *files]), None)


def _numbered(
    reviews: dict[tuple[str, ...], str], place: Path
) -> Generator[Progress, None, Dataset]:
    """In the order of their names, wherever they lay."""
    found = NumberedTexts("words")
    labels: list[int] = []
    places: dict[str, list[int]] = {split: [] for split in SPLITS}
    for number, (split, label, name) in enumerate(sorted(reviews)):
        found.add(reviews[split, label, name].replace("<br />", " "))
        labels.append(CLASSES.index(label))
        places[split].append(number)
        if number % TEXTS_PER_REPORT == 0:
            yield Progress(
                task="read", done=len(reviews) + number, total=2 * len(reviews), detail=place.name
            )
    if not all(places.values()):
        raise UserError("file_damaged", path=str(place))
    return data_of_texts("imdb", NAMES, found, labels, Places(places["train"], places["test"]))
