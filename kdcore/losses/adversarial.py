"""A discriminator between the teacher's predictions and the student's, and the student's loss."""

import torch.nn.functional as F
from torch import Tensor, nn

WIDTH = 64


class Discriminator(nn.Module):
    """Two hidden layers from class probabilities to one logit: above 0 for the teacher's.

    Args:
        classes: how many.
    """

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(classes, WIDTH),
            nn.LeakyReLU(0.2),
            nn.Linear(WIDTH, WIDTH),
            nn.LeakyReLU(0.2),
            nn.Linear(WIDTH, 1),
        )

    def forward(self, probabilities: Tensor) -> Tensor:
        """``[batch, classes]`` → logits ``[batch]``, the log-odds of the teacher."""
        return self.layers(probabilities).squeeze(-1)  # type: ignore[no-any-return]


def adversarial(discriminator_logits: Tensor) -> Tensor:
    """−log of the probability that the discriminator gives to the teacher, mean over the batch.

    Args:
        discriminator_logits: ``[batch]``, on the student's predictions.

    Returns:
        A scalar, in nats; log 2 where the discriminator cannot tell.

    Source:
        Goodfellow et al.: Generative Adversarial Nets, 2014, section 3; on a teacher's predictions
        Xu, Hsu, Huang: Training Shallow and Thin Networks for Acceleration via Knowledge
        Distillation with Conditional Adversarial Networks, 2018.

    Example:
        >>> import torch
        >>> adversarial(torch.zeros(3))
        tensor(0.6931)
    """
    return F.softplus(-discriminator_logits).mean()


def discriminator_loss(logits_on_teacher: Tensor, logits_on_student: Tensor) -> Tensor:
    """Cross-entropy of telling the teacher's answers from the student's, mean of both.

    Args:
        logits_on_teacher: ``[batch]``, log-odds.
        logits_on_student: likewise, of detached predictions.

    Returns:
        A scalar, in nats.

    Example:
        >>> import torch
        >>> discriminator_loss(torch.zeros(3), torch.zeros(3))
        tensor(0.6931)
    """
    return (F.softplus(-logits_on_teacher).mean() + F.softplus(logits_on_student).mean()) / 2
