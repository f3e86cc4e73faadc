"""What a bias can do for classes that a learner never saw.

Added to the logits of such classes, a positive bias makes up for how seldom they were the answer
in training.

Source:
    Hinton, Vinyals, Dean: Distilling the Knowledge in a Neural Network, 2015, section 3: a student
    without any 3 misses most of them until its bias for the 3 is raised. It was chosen on test
    data there; here validation data choose it.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from kdcore.ranges import BIASES


def errors_by_bias(
    logits: Tensor, labels: Tensor, missing: Sequence[int], biases: Sequence[float] = BIASES
) -> Tensor:
    """Errors where each bias is added to the logits of the ``missing`` classes.

    Args:
        logits: ``[samples, classes]``.
        labels: ``[samples]``, int64.
        missing: numbers of classes.
        biases: in nats.

    Returns:
        ``[biases, 2]``, int64: all errors, and those on samples of the missing classes.

    Example:
        >>> logits = torch.tensor([[2.0, 0.0], [1.0, 0.0]])
        >>> errors_by_bias(logits, torch.tensor([0, 1]), [1], [0.0, 1.5, 3.0])
        tensor([[1, 1],
                [0, 0],
                [1, 0]])
    """
    numbers = torch.tensor(missing, dtype=torch.int64)
    raised = torch.zeros(logits.shape[1]).index_fill(0, numbers, 1.0)
    is_missing = torch.isin(labels, numbers)
    wrong = torch.stack([(logits + bias * raised).argmax(-1) != labels for bias in biases])
    return torch.stack([wrong.sum(1), (wrong & is_missing).sum(1)], dim=1)
