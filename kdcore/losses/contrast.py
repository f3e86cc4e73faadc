"""In-batch contrast: the student's view of an example is to be nearest to the teacher's of it."""

import torch
import torch.nn.functional as F
from torch import Tensor


def contrastive(
    student_features: Tensor, teacher_features: Tensor, sharpness: float | Tensor = 0.1
) -> Tensor:
    """Cross-entropy of finding the example itself among the batch, both ways round.

    A stand-in for contrastive representation distillation, which keeps thousands of negatives in
    memory banks: here they are the other examples of the batch.

    Args:
        student_features: of the teacher's shape, as an adapter makes them.
        teacher_features: ``[batch, …]``; receive no gradient.
        sharpness: the temperature by which the cosines are divided.

    Returns:
        A scalar, in nats; log(batch) where nothing is known.

    Source:
        van den Oord et al.: Representation Learning with Contrastive Predictive Coding, 2018,
        equation 4 (InfoNCE); after Tian et al.: Contrastive Representation Distillation, 2020.

    Example:
        >>> import torch
        >>> same = torch.ones(4, 3)
        >>> contrastive(same, same)  # ln 4
        tensor(1.3863)
    """
    student = F.normalize(student_features.flatten(1), dim=1)
    teacher = F.normalize(teacher_features.detach().flatten(1), dim=1)
    cosines = student @ teacher.T / sharpness
    itself = torch.arange(len(cosines), device=cosines.device)
    return (F.cross_entropy(cosines, itself) + F.cross_entropy(cosines.T, itself)) / 2
