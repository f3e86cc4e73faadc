"""Matching how the answers change with the input, not only the answers."""

import torch.nn.functional as F
from torch import Tensor

from kdcore.losses.soft_targets import soft_target_kl


def input_gradient_matching(student_gradients: Tensor, teacher_gradients: Tensor) -> Tensor:
    """Squared distance of the directions of both gradients, mean over the batch.

    Args:
        student_gradients: of the label's logit with respect to the input, ``[batch, …]``, made so
            that they can be differentiated themselves.
        teacher_gradients: likewise; receive no gradient.

    Returns:
        A scalar, from 0 to 4: 2 − 2 · cosine.

    Source:
        Czarnecki et al.: Sobolev Training for Neural Networks, 2017, equation 1; Srinivas,
        Fleuret: Knowledge Transfer with Jacobian Matching, 2018, section 3.

    Example:
        >>> import torch
        >>> gradient = torch.tensor([[3.0, 4.0]])
        >>> input_gradient_matching(gradient, -2 * gradient)
        tensor(4.)
    """
    student = F.normalize(student_gradients.flatten(1), dim=1)
    teacher = F.normalize(teacher_gradients.detach().flatten(1), dim=1)
    return (student - teacher).square().sum(1).mean()


def noisy_soft_targets(
    noisy_student_logits: Tensor, noisy_teacher_logits: Tensor, temperature: float | Tensor
) -> Tensor:
    """``soft_target_kl`` on inputs to which noise was added: the cheap way to match gradients.

    To first order in the noise the answers agree around an input exactly if the gradients do.

    Args:
        noisy_student_logits: ``[batch, classes]``, to the inputs with noise.
        noisy_teacher_logits: likewise, to the same inputs; receive no gradient.
        temperature: T > 0.

    Returns:
        A scalar, in nats times T².

    Source:
        Srinivas, Fleuret 2018, proposition 1.

    Example:
        >>> import torch
        >>> logits = torch.tensor([[2.0, 0.0, -1.0]])
        >>> noisy_soft_targets(logits, logits, temperature=4.0)
        tensor(0.)
    """
    return soft_target_kl(noisy_student_logits, noisy_teacher_logits, temperature)
