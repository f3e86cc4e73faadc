"""The teacher's answer without its doubt: the class that it takes for the likeliest, as a label."""

from torch import Tensor

from kdcore.losses.hard_labels import cross_entropy, cross_entropy_gradient
from kdcore.losses.shapes import check_same_classes


def teacher_label_cross_entropy(student_logits: Tensor, teacher_logits: Tensor) -> Tensor:
    """−log of the probability of the teacher's likeliest class, mean over the batch.

    Args:
        student_logits: ``[..., batch, classes]``; leading axes are independent students.
        teacher_logits: ``[batch, classes]``, or with leading axes like the students' (1 where
            several share a teacher).

    Returns:
        ``[...]``, in nats. A cross-entropy: a student that answers like its teacher has its own
        doubt left.

    Raises:
        ValueError: the shapes do not belong together.

    Source:
        Touvron et al.: Training data-efficient image transformers & distillation through
        attention, 2021, section 4, hard-label distillation.

    Example:
        >>> import torch
        >>> teacher_label_cross_entropy(torch.zeros(1, 2), torch.tensor([[0.1, 0.0]]))
        tensor(0.6931)
    """
    check_same_classes(student_logits, teacher_logits)
    return cross_entropy(student_logits, teacher_logits.argmax(-1))


def teacher_label_gradient(student_logits: Tensor, teacher_logits: Tensor) -> Tensor:
    """The gradient of ``teacher_label_cross_entropy`` at the student's logits.

    Returns:
        ``[..., batch, classes]``.
    """
    check_same_classes(student_logits, teacher_logits)
    return cross_entropy_gradient(student_logits, teacher_logits.argmax(-1))
