"""Relational distillation: the distances and angles between the examples of a batch."""

import torch
import torch.nn.functional as F
from torch import Tensor

MOST = 128
"""Examples of which angles are taken: every three of them make one."""
SMALLEST_SQUARE = 1e-12


def relational(
    student_features: Tensor,
    teacher_features: Tensor,
    distance: float | Tensor = 25.0,
    angle: float | Tensor = 50.0,
) -> Tensor:
    """``distance`` · smooth L1 of the distances + ``angle`` · smooth L1 of the angles.

    Distances are divided by their mean, so that the scale of the features does not matter; angles
    are cosines at each example between every two others. Of a batch of more than 128 examples the
    first 128 are taken.

    Args:
        student_features: ``[batch, …]``.
        teacher_features: ``[batch, …]`` of any other shape behind; receive no gradient.
        distance: weight of the distances.
        angle: weight of the angles.

    Returns:
        A scalar.

    Source:
        Park et al.: Relational Knowledge Distillation, 2019, equations 4 to 8.

    Example:
        >>> import torch
        >>> points = torch.tensor([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
        >>> relational(points, 5 * points).abs() < 1e-6
        tensor(True)
    """
    student = student_features.flatten(1)[:MOST]
    teacher = teacher_features.detach().flatten(1)[:MOST]
    of_distances = F.smooth_l1_loss(_distances(student), _distances(teacher))
    return distance * of_distances + angle * F.smooth_l1_loss(_angles(student), _angles(teacher))


def _distances(points: Tensor) -> Tensor:
    """``[n, n]``, by the mean of those that are not 0."""
    squares = (points[:, None] - points[None]).square().sum(-1)
    distances = squares.clamp(min=SMALLEST_SQUARE).sqrt() * (squares > 0)
    count = (squares > 0).sum().clamp(min=1)
    return distances / (distances.sum() / count).clamp(min=SMALLEST_SQUARE)


def _angles(points: Tensor) -> Tensor:
    """Cosines ``[n, n, n]`` at the first point between the other two."""
    directions = F.normalize(points[None] - points[:, None], dim=2)
    return torch.bmm(directions, directions.mT)
