"""Soft targets on inputs that a generator makes where student and teacher differ most."""

import torch
from torch import Tensor

from kdcore.losses.soft_targets import soft_target_kl
from kdcore.losses.softmax import log_softmax, softmax


def generated_soft_targets(
    generated_student_logits: Tensor, generated_teacher_logits: Tensor, temperature: float | Tensor
) -> Tensor:
    """``soft_target_kl`` on generated inputs; neither a label nor a real input is in it.

    Args:
        generated_student_logits: ``[batch, classes]``, to inputs that stand still.
        generated_teacher_logits: likewise, to the same inputs; receive no gradient.
        temperature: T > 0.

    Returns:
        A scalar, in nats times T².

    Source:
        Micaelli, Storkey: Zero-shot Knowledge Transfer via Adversarial Belief Matching, 2019, at
        T = 1; Fang et al.: Data-Free Adversarial Distillation, 2019, has the absolute difference
        of the logits in its place.

    Example:
        >>> import torch
        >>> logits = torch.tensor([[2.0, 0.0, -1.0]])
        >>> generated_soft_targets(logits, logits, temperature=4.0)
        tensor(0.)
    """
    return soft_target_kl(generated_student_logits, generated_teacher_logits, temperature)


def generator_loss(
    student_logits: Tensor, teacher_logits: Tensor, temperature: Tensor, spread: Tensor
) -> Tensor:
    """What the generator makes small: −T² · KL(teacher ‖ student) − spread · H(mean answer).

    Args:
        student_logits: ``[batch, classes]``, to generated inputs, with their graph.
        teacher_logits: likewise, with theirs: the divergence changes with both.
        temperature: T > 0, a scalar.
        spread: weight of the entropy of the teacher's mean answer, in nats; above 0 it keeps the
            generator from asking for one class alone.

    Returns:
        A scalar.

    Source:
        Micaelli, Storkey 2019, at T = 1; the second term as in Chen et al.: Data-Free Learning of
        Student Networks, 2019.

    Example:
        >>> import torch
        >>> even = torch.zeros(3, 2)
        >>> generator_loss(even, even, torch.tensor(4.0), torch.tensor(1.0))
        tensor(-0.6931)
    """
    log_student = log_softmax(student_logits / temperature)
    log_teacher = log_softmax(teacher_logits / temperature)
    divergence = (log_teacher.exp() * (log_teacher - log_student)).sum(-1).mean()
    mean_answer = softmax(teacher_logits).mean(0)
    entropy: Tensor = torch.special.entr(mean_answer).sum()
    return -(temperature**2) * divergence - spread * entropy
