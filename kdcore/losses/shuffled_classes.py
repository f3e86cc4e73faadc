"""A control: the teacher's doubt, with the classes that it doubts about mixed up."""

import torch
from torch import Tensor

from kdcore.losses.shapes import check_same_classes
from kdcore.losses.soft_targets import soft_target_kl, soft_target_kl_gradient


def shuffled_class_kl(
    student_logits: Tensor,
    teacher_logits: Tensor,
    class_orders: Tensor,
    temperature: float | Tensor,
) -> Tensor:
    """``soft_target_kl`` from ``shuffled_classes``.

    What is left of the teacher is its answer and how sure it is, example by example; which classes
    resemble which is gone. As far as a student does as well with it, that was not what helped.

    Args:
        student_logits: ``[..., batch, classes]``; leading axes are independent students.
        teacher_logits: ``[batch, classes]``, or with leading axes like the students' (1 where
            several share a teacher); receives no gradient.
        class_orders: ``[batch, classes − 1]``, int64, or with leading axes like the teacher's: an
            order of the other classes for each example, the same at every epoch.
        temperature: T > 0, one number or one per student, ``[...]``.

    Returns:
        ``[...]``, in nats times T².

    Raises:
        ValueError: the shapes do not belong together.

    Source:
        Furlanello et al.: Born-Again Neural Networks, 2018, section 3.2 (dark knowledge with
        permuted predictions).

    Example:
        >>> logits = torch.tensor([[2.0, 0.0, -1.0]])
        >>> swapped = torch.tensor([[2.0, -1.0, 0.0]])
        >>> shuffled_class_kl(swapped, logits, torch.tensor([[1, 0]]), temperature=4.0)
        tensor(0.)
    """
    check_same_classes(student_logits, teacher_logits)
    return soft_target_kl(
        student_logits, shuffled_classes(teacher_logits, class_orders), temperature
    )


def shuffled_class_kl_gradient(
    student_logits: Tensor,
    teacher_logits: Tensor,
    class_orders: Tensor,
    temperature: float | Tensor,
) -> Tensor:
    """The gradient of ``shuffled_class_kl`` at the student's logits, ``[..., batch, classes]``."""
    check_same_classes(student_logits, teacher_logits)
    return soft_target_kl_gradient(
        student_logits, shuffled_classes(teacher_logits, class_orders), temperature
    )


def shuffled_classes(teacher_logits: Tensor, class_orders: Tensor) -> Tensor:
    """The teacher's logits, its likeliest class in its place and the others in another order.

    Returns:
        ``[..., batch, classes]``, without gradient.
    """
    teacher_logits = teacher_logits.detach()
    classes = teacher_logits.shape[-1]
    steps = torch.arange(1, classes, device=teacher_logits.device)
    others = (teacher_logits.argmax(-1, keepdim=True) + steps) % classes
    orders = class_orders.expand(others.shape)
    return teacher_logits.scatter(-1, others, teacher_logits.gather(-1, others.gather(-1, orders)))
