"""The examples that the students see, perhaps fewer than the teacher saw."""

import torch

from kdcore.data.dataset import Split
from kdcore.data.split import stratified


def transfer_set(split: Split, size: int, seed: int) -> Split:
    """``size`` examples of ``split``, stratified; all of them for 0 or where there are no more."""
    if size == 0 or size >= len(split.labels):
        return split
    generator = torch.Generator().manual_seed(seed)
    index = stratified(split.labels.cpu(), size, generator)
    return split.take(index.to(split.labels.device))
