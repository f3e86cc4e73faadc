"""Texts with labels as a data set."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from kdcore.data.assemble import (
    MOST_VALIDATION,
    TEST_SHARE,
    VALIDATION_SHARE,
    assemble,
    check_classes,
)
from kdcore.data.dataset import Dataset, Split
from kdcore.data.split import hold_out
from kdcore.data.text.vocabulary import NumberedTexts, vocabulary_of
from kdcore.inputs.text import Text
from kdcore.notes import Note, note


@dataclass(frozen=True, slots=True)
class Places:
    """Numbers of the texts of each split; what is absent is cut from the training data."""

    train: Sequence[int]
    test: Sequence[int] | None = None
    validation: Sequence[int] | None = None


def data_of_texts(
    name: str, classes: tuple[str, ...], found: NumberedTexts, labels: Sequence[int], places: Places
) -> Dataset:
    """The texts as numbers, with notes on how they were cut.

    The vocabulary is that of the training data alone.

    Raises:
        UserError: there are fewer than two classes, or too few examples of one.
    """
    numbers = torch.tensor(labels, dtype=torch.int64)
    train = _split(places.train, numbers)
    counts = torch.bincount(train.labels, minlength=len(classes)).tolist()
    check_classes(name, classes, counts)
    if places.test is None:
        train, test = hold_out(train, TEST_SHARE)
    else:
        test = _split(places.test, numbers)
    if places.validation is None:
        train, validation = hold_out(train, VALIDATION_SHARE, most=MOST_VALIDATION)
    else:
        validation = _split(places.validation, numbers)
    vocabulary = vocabulary_of(found, train.inputs.tolist())

    def inputs(split: Split) -> Split:
        texts = [found.texts[at] for at in split.inputs.tolist()]
        return Split(torch.from_numpy(vocabulary.inputs(texts)), split.labels)

    notes = _notes(
        found,
        vocabulary.tokens,
        vocabulary.length,
        [
            vocabulary.unknown_share(found.texts[at] for at in test.inputs.tolist()),
            float(
                np.mean([len(found.texts[at]) > vocabulary.length for at in train.inputs.tolist()])
            ),
        ],
    )
    data = assemble(
        name,
        classes,
        inputs(train),
        Text(vocabulary.tokens, found.unit),
        test=inputs(test),
        validation=inputs(validation),
    )
    return replace(data, notes=(*notes, *data.notes))


def _split(places: Sequence[int], labels: torch.Tensor) -> Split:
    """Numbers of texts instead of texts."""
    index = torch.tensor(places, dtype=torch.int64)
    return Split(index, labels[index])


def _notes(
    found: NumberedTexts, tokens: Sequence[str], length: int, shares: Sequence[float]
) -> list[Note]:
    unknown, longer = shares
    notes = [note(f"text_{found.unit}", size=len(tokens), unknown=unknown)]
    if longer:
        notes.append(note(f"text_longer_{found.unit}", length=length, share=longer))
    return notes
