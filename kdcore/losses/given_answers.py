"""The divergence from answers that are given as probabilities, of which some may be 0."""

import torch.nn.functional as F
from torch import Tensor

from kdcore.losses.shapes import check_same_classes, per_student
from kdcore.losses.softmax import log_softmax, softmax


def given_answer_kl(student_logits: Tensor, answers: Tensor, temperature: float | Tensor) -> Tensor:
    """T² · KL(answers ‖ softened student), mean over the batch.

    Args:
        student_logits: ``[..., batch, classes]``; leading axes are independent students.
        answers: probabilities, ``[batch, classes]`` or with leading axes like the students'.
        temperature: T > 0, one number or one per student, ``[...]``.

    Returns:
        ``[...]``, in nats times T².

    Raises:
        ValueError: the shapes do not belong together.
    """
    check_same_classes(student_logits, answers)
    of_student, softening = per_student(temperature, student_logits)
    log_student = log_softmax(student_logits / softening)
    kl = F.kl_div(log_student, answers.expand_as(log_student), reduction="none")
    return of_student**2 * kl.sum(-1).mean(-1)


def given_answer_kl_gradient(
    student_logits: Tensor, answers: Tensor, temperature: float | Tensor
) -> Tensor:
    """The gradient of ``given_answer_kl`` at the student's logits: T · (q − answers) / batch.

    Returns:
        ``[..., batch, classes]``.
    """
    _, softening = per_student(temperature, student_logits)
    difference = softmax(student_logits / softening) - answers
    return difference * (softening / student_logits.shape[-2])
