"""The teacher's likeliest classes alone: how much of its answer does a student need?"""

import torch
from torch import Tensor

from kdcore.losses.given_answers import given_answer_kl, given_answer_kl_gradient
from kdcore.losses.shapes import check_same_classes, per_student
from kdcore.losses.softmax import softmax


def top_class_kl(
    student_logits: Tensor,
    teacher_logits: Tensor,
    temperature: float | Tensor,
    k: float | Tensor = 3.0,
    even: float | Tensor = 0.0,
) -> Tensor:
    """``soft_target_kl`` from ``top_class_answers``.

    Args:
        student_logits: ``[..., batch, classes]``; leading axes are independent students.
        teacher_logits: ``[batch, classes]``, or with leading axes like the students' (1 where
            several share a teacher); receives no gradient.
        temperature: T > 0, one number or one per student, ``[...]``.
        k: at least 1, likewise; rounded. With as many as there are classes it is
            ``soft_target_kl``.
        even: from 0 to 1, likewise.

    Returns:
        ``[...]``, in nats times T².

    Raises:
        ValueError: the shapes do not belong together.

    Source:
        The k largest probabilities, as DistillKit keeps them (k = 128 of a vocabulary's).

    Example:
        >>> logits = torch.tensor([[2.0, 0.0, -1.0]])
        >>> top_class_kl(logits, logits, temperature=4.0, k=3.0).abs() < 1e-6
        tensor(True)
    """
    check_same_classes(student_logits, teacher_logits)
    answers = top_class_answers(teacher_logits, temperature, k, even)
    return given_answer_kl(student_logits, answers, temperature)


def top_class_kl_gradient(
    student_logits: Tensor,
    teacher_logits: Tensor,
    temperature: float | Tensor,
    k: float | Tensor = 3.0,
    even: float | Tensor = 0.0,
) -> Tensor:
    """The gradient of ``top_class_kl`` at the student's logits, ``[..., batch, classes]``."""
    check_same_classes(student_logits, teacher_logits)
    answers = top_class_answers(teacher_logits, temperature, k, even)
    return given_answer_kl_gradient(student_logits, answers, temperature)


def top_class_answers(
    teacher_logits: Tensor, temperature: float | Tensor, k: float | Tensor, even: float | Tensor
) -> Tensor:
    """The teacher's softened answers p with its k likeliest classes alone.

    Of the probability that the other classes had, the share ``even`` is spread evenly over them
    and the rest goes to the k, in their proportions. Of equal logits the first classes count as
    the likelier ones.

    Returns:
        ``[..., batch, classes]``, without gradient.
    """
    answers, kept = _kept(teacher_logits, temperature, k)
    _, even = per_student(even, teacher_logits)
    others = (~kept).sum(-1, keepdim=True).clamp(min=1)
    of_kept = (answers * kept).sum(-1, keepdim=True)
    spread = even * (answers * ~kept).sum(-1, keepdim=True)
    return torch.where(kept, answers * (1 - spread) / of_kept, spread / others)


def kept_probability(
    student_logits: Tensor,
    teacher_logits: Tensor,
    temperature: float | Tensor,
    k: float | Tensor = 3.0,
) -> dict[str, Tensor]:
    """How much of the teacher's softened answer its k likeliest classes have.

    Returns:
        ``kept_probability``, mean over the batch, ``[...]``, from 0 to 1.
    """
    answers, kept = _kept(teacher_logits, temperature, k)
    mean = (answers * kept).sum(-1).mean(-1)
    return {"kept_probability": mean.expand(student_logits.shape[:-2])}


def _kept(
    teacher_logits: Tensor, temperature: float | Tensor, k: float | Tensor
) -> tuple[Tensor, Tensor]:
    """Softened answers, and which classes are among the k likeliest."""
    teacher_logits = teacher_logits.detach()
    _, softening = per_student(temperature, teacher_logits)
    _, k = per_student(k, teacher_logits)
    order = teacher_logits.argsort(dim=-1, descending=True, stable=True)
    answers = softmax(teacher_logits / softening)
    return answers, (order.argsort(dim=-1) + 0.5 < k).expand_as(answers)
