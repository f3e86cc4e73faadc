"""From the forward divergence to the reverse one on one slider."""

import torch
from torch import Tensor

from kdcore.losses.mixture import gradient_at_logits, log_mixture
from kdcore.losses.reverse import reverse_kl
from kdcore.losses.shapes import check_same_classes, per_student
from kdcore.losses.soft_targets import soft_target_kl
from kdcore.losses.softmax import log_softmax

NEAREST = 1e-6
"""To an end of the slider; the ends themselves are other formulas."""


def generalised_jensen_shannon(
    student_logits: Tensor,
    teacher_logits: Tensor,
    temperature: float | Tensor,
    beta: float | Tensor = 0.5,
) -> Tensor:
    """T² · (β · KL(p ‖ m) + (1−β) · KL(q ‖ m)) with m = β · p + (1−β) · q, mean over the batch.

    p is the teacher's softened answer and q the student's. The ends are KL(p ‖ q) for β = 0 and
    KL(q ‖ p) for β = 1. Between them the size of the loss is of the order of β · (1−β): near an
    end it points where that end does and pulls much less, so that λ is to be raised.

    Args:
        student_logits: ``[..., batch, classes]``; leading axes are independent students.
        teacher_logits: ``[batch, classes]``, or with leading axes like the students' (1 where
            several share a teacher); receives no gradient.
        temperature: T > 0, one number or one per student, ``[...]``.
        beta: β from 0 to 1, likewise.

    Returns:
        ``[...]``, in nats times T².

    Raises:
        ValueError: the shapes do not belong together.

    Source:
        Agarwal et al.: On-Policy Distillation of Language Models: Learning from Self-Generated
        Mistakes, 2024, equation 1, at T = 1; the factor T² as in Hinton's, so that the ends are
        ``soft_target_kl`` and ``reverse_kl``.

    Example:
        >>> sure = torch.tensor([[100.0, 0.0]])
        >>> generalised_jensen_shannon(sure, -sure, temperature=1.0)
        tensor(0.6931)
    """
    check_same_classes(student_logits, teacher_logits)
    of_student, softening = per_student(temperature, student_logits)
    student = log_softmax(student_logits / softening)
    teacher = log_softmax(teacher_logits.detach() / softening)
    beta, share = _shares(beta, student_logits)
    mixed = log_mixture(teacher, student, share)
    forward = (teacher.exp() * (teacher - mixed)).sum(-1).mean(-1)
    backward = (student.exp() * (student - mixed)).sum(-1).mean(-1)
    between = of_student**2 * (beta * forward + (1 - beta) * backward)
    at_forward_end = torch.where(
        beta <= NEAREST, soft_target_kl(student_logits, teacher_logits, temperature), between
    )
    return torch.where(
        beta >= 1 - NEAREST, reverse_kl(student_logits, teacher_logits, temperature), at_forward_end
    )


def generalised_jensen_shannon_gradient(
    student_logits: Tensor,
    teacher_logits: Tensor,
    temperature: float | Tensor,
    beta: float | Tensor = 0.5,
) -> Tensor:
    """The gradient of ``generalised_jensen_shannon`` at the student's logits.

    At q it is (1−β) · log(q/m); at the ends −p/q and log(q/p), but for constants.

    Returns:
        ``[..., batch, classes]``.
    """
    check_same_classes(student_logits, teacher_logits)
    _, softening = per_student(temperature, student_logits)
    student = log_softmax(student_logits / softening)
    teacher = log_softmax(teacher_logits / softening)
    probabilities = student.exp()
    _, share = _shares(beta, student_logits)
    weighed = (1 - share) * probabilities * (student - log_mixture(teacher, student, share))
    weighed = torch.where(share <= NEAREST, -teacher.exp(), weighed)
    weighed = torch.where(share >= 1 - NEAREST, probabilities * (student - teacher), weighed)
    return gradient_at_logits(weighed, probabilities, softening)


def _shares(beta: float | Tensor, student_logits: Tensor) -> tuple[Tensor, Tensor]:
    """β as it multiplies losses ``[...]`` and answers, kept where its logarithms are finite."""
    of_student = torch.as_tensor(beta, dtype=student_logits.dtype, device=student_logits.device)
    kept = of_student.clamp(NEAREST, 1 - NEAREST)
    return kept, kept[..., None, None]
