"""One step of distillation on a copy of a student; the student stays as it is."""

from copy import deepcopy
from dataclasses import dataclass

from torch import Tensor, nn

from kdcore.errors import UserError
from kdcore.losses import cross_entropy_gradient, soft_target_kl_gradient
from kdcore.training.networks.students import Students


@dataclass(frozen=True, slots=True, kw_only=True)
class StepSettings:
    """How a student learns from a batch, with Hinton's soft targets."""

    temperature: float
    weight: float
    """λ."""
    hard_weight: float
    """Of the cross-entropy: 1 − λ, or 1 where the terms are added."""
    optimizer: str
    """``adam``, ``sgd``, ``gd`` or ``muon``; without moments or momentum of earlier steps."""
    lr: float


def logits_around_step(
    student: nn.Module,
    inputs: Tensor,
    labels: Tensor,
    teacher_logits: Tensor,
    settings: StepSettings,
) -> tuple[Tensor, Tensor]:
    """A copy's logits of a batch before and after it has learned from it once.

    In evaluation mode: without dropout, and batch normalisation with the statistics it has.

    Args:
        student: a network.
        inputs: ``[B, …]``, normalised, on its device.
        labels: ``[B]`` int64, on its device.
        teacher_logits: ``[B, C]``, on its device.
        settings: how it learns.

    Returns:
        ``[B, C]`` twice, float32 on the CPU.

    Raises:
        UserError: the student has no weights that a gradient moves.
    """
    if not any(weight.requires_grad for weight in student.parameters()):
        raise UserError("no_step")
    frozen = deepcopy(student).eval()
    students = Students(
        [[frozen]],
        optimizer=settings.optimizer,
        lr=[settings.lr],
        seeds=[0],
        precision="float32",
        device=inputs.device,
    )
    before = students.forward(inputs[None])
    hard = cross_entropy_gradient(before, labels)
    soft = soft_target_kl_gradient(before, teacher_logits, settings.temperature)
    students.learn(settings.hard_weight * hard + settings.weight * soft, [settings.lr])
    after = students.body.predict(inputs)[0]
    return before[0, 0].float().cpu(), after.float().cpu()
