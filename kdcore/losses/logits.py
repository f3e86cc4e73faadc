"""Matching the teacher's logits themselves."""

from torch import Tensor

from kdcore.losses.shapes import check_same_classes


def logit_mse(student_logits: Tensor, teacher_logits: Tensor) -> Tensor:
    """Squared difference of the logits, mean over all elements.

    Args:
        student_logits: ``[..., batch, classes]``; leading axes are independent students.
        teacher_logits: ``[batch, classes]``, or with leading axes like the students' (1 where
            several share a teacher); receives no gradient.

    Returns:
        ``[...]``.

    Raises:
        ValueError: the shapes do not belong together.

    Source:
        Ba, Caruana: Do Deep Nets Really Need to be Deep?, 2014, equation 1, up to a factor.

    Example:
        >>> import torch
        >>> logit_mse(torch.tensor([[1.0, 3.0]]), torch.tensor([[1.0, 1.0]]))
        tensor(2.)
    """
    check_same_classes(student_logits, teacher_logits)
    return (student_logits - teacher_logits.detach()).square().mean((-2, -1))


def logit_mse_gradient(student_logits: Tensor, teacher_logits: Tensor) -> Tensor:
    """The gradient of ``logit_mse`` at the student's logits, ``[..., batch, classes]``."""
    check_same_classes(student_logits, teacher_logits)
    batch, classes = student_logits.shape[-2:]
    return (student_logits - teacher_logits) * (2 / (batch * classes))
