"""DIST: not the teacher's numbers, but their order within a sample and within a class."""

import torch
from torch import Tensor

from kdcore.losses.shapes import check_same_classes, per_student
from kdcore.losses.softmax import softmax

SMALLEST_NORM = 1e-8
"""Of a row that is compared; an even one has the correlation 0 with everything."""


def dist(
    student_logits: Tensor,
    teacher_logits: Tensor,
    temperature: float | Tensor = 1.0,
    beta: float | Tensor = 1.0,
    gamma: float | Tensor = 1.0,
) -> Tensor:
    """T² · (β · (1 − mean correlation of rows) + γ · (1 − mean correlation of columns)).

    Rows are the softened answers to each sample, columns those on each class over the batch; for
    the second several samples of a class must meet in a batch.

    Args:
        student_logits: ``[..., batch, classes]``; leading axes are independent students.
        teacher_logits: ``[batch, classes]``, or with leading axes like the students' (1 where
            several share a teacher); receives no gradient.
        temperature: T > 0, one number or one per student, ``[...]``.
        beta: β, weight of the rows ("inter-class"), likewise.
        gamma: γ, weight of the columns ("intra-class"), likewise.

    Returns:
        ``[...]``, from 0 to 2 · T² · (β + γ).

    Raises:
        ValueError: the shapes do not belong together.

    Source:
        Huang et al.: Knowledge Distillation from A Stronger Teacher, 2022, equations 8 to 10.

    Example:
        >>> import torch
        >>> logits = torch.tensor([[2.0, 0.0, -1.0], [0.0, 1.0, 0.0]])
        >>> dist(logits, logits, temperature=4.0).abs() < 1e-5
        tensor(True)
    """
    rows, columns = _correlations(student_logits, teacher_logits, temperature)
    temperature, _ = per_student(temperature, student_logits)
    return temperature**2 * (beta * (1 - rows) + gamma * (1 - columns))


def correlations(
    student_logits: Tensor, teacher_logits: Tensor, temperature: float | Tensor
) -> dict[str, Tensor]:
    """What ``dist`` draws to 1: ``row_correlation`` and ``column_correlation``, ``[...]``."""
    rows, columns = _correlations(student_logits, teacher_logits, temperature)
    return {"row_correlation": rows, "column_correlation": columns}


def _correlations(
    student_logits: Tensor, teacher_logits: Tensor, temperature: float | Tensor
) -> tuple[Tensor, Tensor]:
    check_same_classes(student_logits, teacher_logits)
    _, softening = per_student(temperature, student_logits)
    student = softmax(student_logits / softening)
    teacher = softmax(teacher_logits.detach() / softening)
    return _pearson(student, teacher, -1).mean(-1), _pearson(student, teacher, -2).mean(-1)


def _pearson(one: Tensor, other: Tensor, axis: int) -> Tensor:
    """Pearson's correlation along ``axis``, which goes."""
    return (_directions(one, axis) * _directions(other, axis)).sum(axis)


def _directions(values: Tensor, axis: int) -> Tensor:
    centred: Tensor = values - values.mean(axis, keepdim=True)
    norm: Tensor = torch.linalg.vector_norm(centred, dim=axis, keepdim=True)
    return centred / norm.clamp(min=SMALLEST_NORM)
