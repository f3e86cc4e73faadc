"""How closely a student's probabilities follow its teacher's, beside the class it answers."""

import math

import torch
from torch import Tensor

SMALLEST = 1e-12
LEAST_PAIRS = 2
"""A correlation of so few pairs of numbers says nothing."""
CONSTANT = 1e-6
"""Root mean square deviation of probabilities up to which they are equal but for rounding."""


def kl_to_teacher(probabilities: Tensor, teacher_probabilities: Tensor) -> Tensor:
    """KL(teacher ‖ student), mean over the samples.

    Args:
        probabilities: ``[..., samples, classes]``; leading axes are several students.
        teacher_probabilities: ``[samples, classes]``.

    Returns:
        ``[...]``, in nats; a probability of the student below 1e-12 counts as 1e-12.

    Source:
        Stanton et al.: Does Knowledge Distillation Really Work?, 2021, section 3 (fidelity).

    Example:
        >>> teacher = torch.tensor([[0.5, 0.5]])
        >>> round(kl_to_teacher(torch.tensor([[0.25, 0.75]]), teacher).item(), 4)
        0.1438
    """
    log_student = probabilities.clamp(min=SMALLEST).log()
    return (
        (
            torch.xlogy(teacher_probabilities, teacher_probabilities)
            - teacher_probabilities * log_student
        )
        .sum(-1)
        .mean(-1)
    )


def class_similarity_correlation(
    probabilities: Tensor, teacher_probabilities: Tensor, labels: Tensor
) -> Tensor:
    """Pearson correlation of two tables "mean answer by true class", off the diagonal.

    A row of the table says which classes the learner takes a true class to resemble. The
    correlation is 1 where student and teacher see the same resemblances, whatever their
    accuracy.

    Args:
        probabilities: ``[..., samples, classes]``; leading axes are several students.
        teacher_probabilities: ``[samples, classes]``.
        labels: ``[samples]``, from 0 to classes − 1; classes without a sample are left out.

    Returns:
        ``[...]``, from −1 to 1; NaN where one of the tables is constant, and of two classes: the
        correlation of two pairs of numbers is 1 or −1 whatever they are.

    Example:
        >>> answers = torch.tensor([[0.8, 0.15, 0.05], [0.3, 0.6, 0.1], [0.05, 0.25, 0.7]])
        >>> labels = torch.tensor([0, 1, 2])
        >>> round(class_similarity_correlation(answers, answers, labels).item(), 6)
        1.0
    """
    classes = teacher_probabilities.shape[-1]
    members = torch.nn.functional.one_hot(labels, classes).to(probabilities.dtype)
    counts = members.sum(0)
    off_diagonal = ~torch.eye(classes, dtype=torch.bool)
    known = off_diagonal & (counts > 0)[:, None]
    student, teacher = (
        ((members.T @ values) / counts.clamp(min=1)[:, None])[..., known]
        for values in (probabilities, teacher_probabilities)
    )
    student = student - student.mean(-1, keepdim=True)
    teacher = teacher - teacher.mean(-1, keepdim=True)
    spread, teacher_spread = (values.square().mean(-1).sqrt() for values in (student, teacher))
    correlation = (student * teacher).mean(-1) / (spread * teacher_spread)
    varies = (torch.minimum(spread, teacher_spread) > CONSTANT) & (known.sum() > LEAST_PAIRS)
    return correlation.where(varies, math.nan)
