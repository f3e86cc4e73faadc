"""The examples that the students see, perhaps fewer than the teacher saw."""

import csv
from collections.abc import Sequence

import torch

from kdcore.data.dataset import Split
from kdcore.data.split import stratified
from kdcore.errors import UserError, hint


def transfer_set(split: Split, size: int, seed: int) -> Split:
    """``size`` examples of ``split``, stratified; all of them for 0 or where there are no more."""
    if size == 0 or size >= len(split.labels):
        return split
    generator = torch.Generator().manual_seed(seed)
    index = stratified(split.labels.cpu(), size, generator)
    return split.take(index.to(split.labels.device))


def without_classes(split: Split, dropped: Sequence[int]) -> Split:
    """The examples of all other classes; the split itself where none is dropped.

    Source:
        Hinton, Vinyals, Dean: Distilling the Knowledge in a Neural Network, 2015, section 3: a
        student that never sees a 3.
    """
    if not dropped:
        return split
    numbers = torch.tensor(dropped, device=split.labels.device)
    return split.take((~torch.isin(split.labels, numbers)).nonzero().squeeze(1))


def class_numbers(text: str, classes: Sequence[str]) -> list[int]:
    """``"3,5"`` as places in ``classes``; a name with a comma may stand in quotes.

    Raises:
        UserError: there is no such class, or none is left.

    Example:
        >>> class_numbers('"cat, tabby", dog', ["cat", "cat, tabby", "dog"])
        [1, 2]
    """
    named = _names(text, classes)
    allowed = ", ".join(f'"{name}"' if "," in name else name for name in classes)
    for name in named:
        if name not in classes:
            raise UserError(
                "unknown_class", value=name, allowed=allowed, hint=hint(name, list(classes))
            )
    if len(set(named)) == len(classes):
        raise UserError("no_class_left", allowed=allowed)
    return [classes.index(name) for name in dict.fromkeys(named)]


def _names(text: str, classes: Sequence[str]) -> list[str]:
    """The names in a list; without quotes, as many parts as make up the name of a class."""
    if '"' in text:
        quoted = next(csv.reader([text], skipinitialspace=True), [])
        return [name for part in quoted if (name := part.strip())]
    parts = text.split(",")
    named: list[str] = []
    at = 0
    while at < len(parts):
        ends = range(len(parts), at, -1)
        joined = {end: ",".join(parts[at:end]).strip() for end in ends}
        end = next((end for end in ends if joined[end] in classes), at + 1)
        named.append(joined[end])
        at = end
    return [name for name in named if name]
