"""The divergence in the other direction: the student asks where it is wrong to be sure."""

from torch import Tensor

from kdcore.losses.shapes import check_same_classes, per_student
from kdcore.losses.softmax import log_softmax


def reverse_kl(
    student_logits: Tensor, teacher_logits: Tensor, temperature: float | Tensor
) -> Tensor:
    """T² · KL(student ‖ teacher) of the softened class probabilities, mean over the batch.

    It punishes probability where the teacher has none, and lets the student leave out what it
    cannot hold: it seeks one of the teacher's modes where ``soft_target_kl`` covers all.

    Args:
        student_logits: ``[..., batch, classes]``; leading axes are independent students.
        teacher_logits: ``[batch, classes]``, or with leading axes like the students' (1 where
            several share a teacher); receives no gradient.
        temperature: T > 0, one number or one per student, ``[...]``.

    Returns:
        ``[...]``, in nats times T².

    Raises:
        ValueError: the shapes do not belong together.

    Source:
        Gu et al.: MiniLLM: Knowledge Distillation of Large Language Models, 2024, section 2.1;
        the factor T² as in Hinton's.

    Example:
        >>> import torch
        >>> logits = torch.tensor([[2.0, 0.0, -1.0]])
        >>> reverse_kl(logits, logits, temperature=4.0)
        tensor(0.)
    """
    check_same_classes(student_logits, teacher_logits)
    temperature, softening = per_student(temperature, student_logits)
    student = log_softmax(student_logits / softening)
    teacher = log_softmax(teacher_logits.detach() / softening)
    return temperature**2 * (student.exp() * (student - teacher)).sum(-1).mean(-1)
