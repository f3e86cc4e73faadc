"""Variational information: how well the student's features predict the teacher's."""

import torch.nn.functional as F
from torch import Tensor

SMALLEST_VARIANCE = 1e-5
FIRST_VARIANCE = 5.0


def variational_information(
    student_features: Tensor, teacher_features: Tensor, scale: Tensor | None = None
) -> Tensor:
    """½ · ((μ − f_t)² / σ² + log σ²), mean over all elements; it may be negative.

    A lower bound on the information that the teacher's features share with the student's is minus
    this, but for a constant.

    Args:
        student_features: μ, of the teacher's shape, as an adapter makes them.
        teacher_features: ``[batch, channels, height, width]`` or ``[batch, features]``; receive no
            gradient.
        scale: of each channel or feature, learned: σ² = log(1 + exp(scale)) + 1e-5. Without it
            σ² is 5, where it begins.

    Returns:
        A scalar.

    Source:
        Ahn et al.: Variational Information Distillation for Knowledge Transfer, 2019, equation 6.

    Example:
        >>> import torch
        >>> variational_information(torch.zeros(2, 3), torch.zeros(2, 3))  # ½ · ln 5
        tensor(0.8047)
    """
    target = teacher_features.detach()
    if scale is None:
        variance = target.new_full((target.shape[1],), FIRST_VARIANCE)
    else:
        variance = F.softplus(scale) + SMALLEST_VARIANCE
    variance = variance.view(1, -1, *[1] * (target.ndim - 2))
    misfit = (student_features - target).square() / variance
    return 0.5 * (misfit + variance.log()).mean()
