"""Which language is it? Fragments of everyday sentences that come with the program."""

from collections.abc import Generator
from importlib import resources
from pathlib import Path

import torch

from kdcore.data.dataset import Dataset
from kdcore.data.split import SPLIT_SEED
from kdcore.data.text.texts import Places, data_of_texts
from kdcore.data.text.vocabulary import NumberedTexts
from kdcore.events import Progress

LANGUAGES = {
    "danish": "Dansk",
    "norwegian": "Norsk",
    "swedish": "Svenska",
    "dutch": "Nederlands",
    "german": "Deutsch",
    "english": "English",
    "french": "Français",
    "italian": "Italiano",
    "spanish": "Español",
    "portuguese": "Português",
}
"""Files and what the language calls itself; close ones stand together."""
SHORTEST = 12
"""Characters of a fragment; the last one of a sentence may be shorter."""
LEAST_REST = 8
"""Characters from which the rest of a sentence is a fragment of its own."""
SPLITS = ("train", "validation", "test")
TEST_SHARE, VALIDATION_SHARE = 0.2, 0.1
"""Of the sentences."""


def languages(root: Path) -> Generator[Progress, None, Dataset]:
    """Ten languages of Europe, some of them close to each other.

    Every line of the files says the same in all languages, and all languages of a line lie in the
    same split: so neither what is said nor how long it is tells the language. What two close
    languages write alike is an example of both; no fragment lies in two splits.
    """
    del root
    found = NumberedTexts("characters")
    labels: list[int] = []
    places: dict[str, list[int]] = {split: [] for split in SPLITS}
    split_of: dict[str, str] = {}
    for number, split in enumerate(SPLITS):
        for label, name in enumerate(LANGUAGES):
            sentences = sentences_of(name)
            for sentence, own in zip(sentences, splits_of(len(sentences)), strict=True):
                for fragment in fragments(sentence) if own == split else ():
                    if split_of.setdefault(fragment.lower(), split) == split:
                        places[split].append(len(labels))
                        labels.append(label)
                        found.add(fragment)
        yield Progress(task="read", done=number + 1, total=len(SPLITS), detail=split)
    generator = torch.Generator().manual_seed(SPLIT_SEED)
    shuffled = {
        split: torch.tensor(own)[torch.randperm(len(own), generator=generator)].tolist()
        for split, own in places.items()
    }
    return data_of_texts(
        "languages",
        tuple(LANGUAGES.values()),
        found,
        labels,
        Places(shuffled["train"], shuffled["test"], shuffled["validation"]),
    )


def sentences_of(name: str) -> list[str]:
    """The lines of a language's file."""
    file = resources.files("kdcore.data.text") / "languages" / f"{name}.txt"
    return file.read_text(encoding="utf-8").splitlines()


def splits_of(sentences: int) -> list[str]:
    """The split of each line, the same for all languages."""
    generator = torch.Generator().manual_seed(SPLIT_SEED)
    order = torch.randperm(sentences, generator=generator).tolist()
    tested, validated = round(TEST_SHARE * sentences), round(VALIDATION_SHARE * sentences)
    splits = ["train"] * sentences
    for at in order[:tested]:
        splits[at] = "test"
    for at in order[tested : tested + validated]:
        splits[at] = "validation"
    return splits


def fragments(sentence: str) -> list[str]:
    """Neighbouring words together, none of them twice.

    Example:
        >>> fragments("The kettle is boiling, so sit down.")
        ['The kettle is', 'boiling, so sit down.']
    """
    found, words = [], list[str]()
    for word in sentence.split():
        words.append(word)
        if len(" ".join(words)) >= SHORTEST:
            found.append(" ".join(words))
            words = []
    rest = " ".join(words)
    if len(rest) >= LEAST_REST or (rest and not found):
        found.append(rest)
    elif rest:
        found[-1] += f" {rest}"
    return found
