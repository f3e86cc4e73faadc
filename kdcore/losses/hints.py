"""FitNets: the student's inner answers are to be the teacher's, by way of a learned adapter."""

from torch import Tensor


def hint(student_features: Tensor, teacher_features: Tensor) -> Tensor:
    """Squared difference, mean over all elements.

    Args:
        student_features: of the teacher's shape, as an adapter makes them.
        teacher_features: ``[batch, channels, height, width]`` or ``[batch, features]``; receive no
            gradient.

    Returns:
        A scalar.

    Source:
        Romero et al.: FitNets: Hints for Thin Deep Nets, 2015, equation 3 (trained jointly here).

    Example:
        >>> import torch
        >>> hint(torch.ones(2, 3), torch.zeros(2, 3))
        tensor(1.)
    """
    return (student_features - teacher_features.detach()).square().mean()
