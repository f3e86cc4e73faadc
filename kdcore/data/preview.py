"""Data at a glance before anything is trained: how many, of which classes, what they look like."""

import torch

from kdcore.catalogue import suited_families
from kdcore.data.dataset import Dataset, Split
from kdcore.events import ClassCount, Example, Preview
from kdcore.inputs.features import MOST_LISTED

EXAMPLES = 6
FLOAT32_DIGITS, MOVED_DIGITS = 7, 12
"""Digits of a feature that mean something, as it is and where an offset was taken from it."""


def preview_of(data: Dataset) -> Preview:
    """What people want to know of ``data``; the first features alone of wide tables."""
    counts = [
        torch.bincount(split.labels, minlength=len(data.classes)).tolist()
        for split in (data.train, data.validation, data.test)
    ]
    train_size = len(data.train.labels)
    teacher, student = data.kind.suited_pair(data.input_shape, train_size)
    return Preview(
        name=data.name,
        input_kind=data.kind.name,
        description=data.kind.description(data.input_shape),
        input_shape=list(data.input_shape),
        train_size=train_size,
        validation_size=len(data.validation.labels),
        test_size=len(data.test.labels),
        classes=[
            ClassCount(name=name, train=train, validation=validation, test=test)
            for name, train, validation, test in zip(data.classes, *counts, strict=True)
        ],
        columns=list(data.columns[:MOST_LISTED]),
        examples=[_example(data, number) for number in _chosen(data.train)],
        families=suited_families(type(data.kind)),
        teacher=teacher,
        student=student,
        notes=list(data.notes),
    )


def _chosen(split: Split) -> list[int]:
    """Numbers of the first examples, of as many classes as there is room for."""
    by_class = split.labels.argsort(stable=True)
    counts = torch.bincount(split.labels)
    starts = counts.cumsum(0) - counts
    within = torch.arange(len(by_class)) - starts[split.labels[by_class]]
    in_turn = by_class[within.argsort(stable=True)]  # the first of each class, then the second
    return in_turn[:EXAMPLES].tolist()


def _example(data: Dataset, number: int) -> Example:
    name = data.classes[int(data.train.labels[number])]
    brought = data.as_brought(data.train.inputs[number][None])[0]
    moved = data.offset.expand(MOST_LISTED) if data.offset.ndim == 0 else data.offset
    digits = [MOVED_DIGITS if offset else FLOAT32_DIGITS for offset in moved.tolist()]
    return Example(class_name=name, values=data.kind.listed(brought, digits))
