"""How often the answer is right, over all and by class."""

import torch
from torch import Tensor


def accuracy(probabilities: Tensor, labels: Tensor) -> Tensor:
    """Share of samples whose most probable class is the label.

    Args:
        probabilities: ``[..., samples, classes]``; leading axes are several learners.
        labels: ``[samples]``, int64.

    Returns:
        ``[...]``, from 0 to 1.

    Example:
        >>> accuracy(torch.tensor([[0.9, 0.1], [0.8, 0.2]]), torch.tensor([0, 1]))
        tensor(0.5000)
    """
    return (probabilities.argmax(-1) == labels).to(probabilities.dtype).mean(-1)


def confusion_matrix(answers: Tensor, labels: Tensor, classes: int) -> Tensor:
    """Counts ``[true class, answer]``, int64.

    Args:
        answers: ``[samples]``, the class answered.
        labels: ``[samples]``.
        classes: how many there are.

    Example:
        >>> confusion_matrix(torch.tensor([0, 1, 1]), torch.tensor([0, 0, 1]), 2)
        tensor([[1, 1],
                [0, 1]])
    """
    return torch.bincount(labels * classes + answers, minlength=classes**2).view(classes, classes)
