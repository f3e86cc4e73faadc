"""A judge that tells the teacher's answers from the student's, and the student that misleads it."""

import torch.nn.functional as F
from torch import Tensor, nn

WIDTH = 64


class Discriminator(nn.Module):
    """Two hidden layers from class probabilities to a verdict: above 0 for the teacher's.

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
        """``[batch, classes]`` → verdicts ``[batch]``, the log-odds of the teacher."""
        return self.layers(probabilities).squeeze(-1)  # type: ignore[no-any-return]


def adversarial(student_verdicts: Tensor) -> Tensor:
    """−log of the probability that the judge gives to the teacher, mean over the batch.

    Args:
        student_verdicts: ``[batch]``, log-odds of a judge that stands still.

    Returns:
        A scalar, in nats; log 2 where the judge cannot tell.

    Source:
        Goodfellow et al.: Generative Adversarial Nets, 2014, section 3; on answers of a teacher Xu,
        Hsu, Huang: Training Shallow and Thin Networks for Acceleration via Knowledge Distillation
        with Conditional Adversarial Networks, 2018.

    Example:
        >>> import torch
        >>> adversarial(torch.zeros(3))
        tensor(0.6931)
    """
    return F.softplus(-student_verdicts).mean()


def discriminator_loss(teacher_verdicts: Tensor, student_verdicts: Tensor) -> Tensor:
    """Cross-entropy of telling the teacher's answers from the student's, mean of both.

    Args:
        teacher_verdicts: ``[batch]``, log-odds.
        student_verdicts: likewise, of answers that are detached.

    Returns:
        A scalar, in nats.

    Example:
        >>> import torch
        >>> discriminator_loss(torch.zeros(3), torch.zeros(3))
        tensor(0.6931)
    """
    return (F.softplus(-teacher_verdicts).mean() + F.softplus(student_verdicts).mean()) / 2
