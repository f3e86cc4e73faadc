"""Networks that learn from a gradient at their logits, side by side on the same batches.

Shapes: K learners, B batch, C classes.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol

import torch
from torch import Tensor, nn

from kdcore.models.mlp import MLP
from kdcore.training.hand_mlp import HandMLP


class Learner(Protocol):
    """One network under training."""

    @property
    def weights(self) -> Sequence[Tensor]:
        """What the optimiser moves."""
        ...

    def forward(self, inputs: Tensor) -> Tensor:
        """``[B, …]`` → logits ``[B, C]`` in float32, without graph."""
        ...

    def backward(self, gradient: Tensor) -> None:
        """Fill the gradients of ``weights`` from the gradient at the logits ``[B, C]``."""
        ...


class AutogradLearner:
    """Any module; PyTorch goes backward."""

    def __init__(self, module: nn.Module, precision: str, device: torch.device) -> None:
        self.module = module
        self.weights = list(module.parameters())
        self._precision = precision
        self._device = device
        self._logits: Tensor | None = None

    def forward(self, inputs: Tensor) -> Tensor:
        """See ``Learner``."""
        with torch.enable_grad(), autocast(self._device, self._precision):
            logits = self.module(inputs)
        self._logits = logits
        return logits.detach().float()  # type: ignore[no-any-return]

    def backward(self, gradient: Tensor) -> None:
        """See ``Learner``."""
        assert self._logits is not None, "forward comes first"
        for weight in self.weights:
            weight.grad = None
        self._logits.backward(gradient.to(self._logits.dtype))
        self._logits = None


def autocast(device: torch.device, precision: str) -> AbstractContextManager[None]:
    """Mixed precision where it was chosen."""
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=precision == "bf16")


class Learners:
    """K learners that take the same batches, and one optimiser over all of them.

    Args:
        modules: by name; moved to ``device`` by the caller.
        optimizer: ``adam``, ``sgd`` (momentum 0.9) or ``gd`` (no momentum).
    """

    def __init__(
        self, modules: dict[str, nn.Module], *, optimizer: str, lr: float, precision: str,
        device: torch.device,
    ) -> None:  # fmt: skip
        self.modules = modules
        self._learners = [_learner(module, precision, device) for module in modules.values()]
        weights = [weight for learner in self._learners for weight in learner.weights]
        self._optimizer = _optimizer(optimizer, weights, lr)

    def forward(self, inputs: Tensor) -> Tensor:
        """``[B, …]`` → logits ``[K, B, C]``."""
        return torch.stack([learner.forward(inputs) for learner in self._learners])

    def learn(self, gradients: Sequence[Tensor], lr: float) -> None:
        """One optimiser step from the gradients at the logits, K times ``[B, C]``."""
        for learner, gradient in zip(self._learners, gradients, strict=True):
            learner.backward(gradient)
        for group in self._optimizer.param_groups:
            group["lr"] = lr
        self._optimizer.step()


def _learner(module: nn.Module, precision: str, device: torch.device) -> Learner:
    if isinstance(module, MLP):
        return HandMLP(module, precision)
    return AutogradLearner(module, precision, device)


def _optimizer(name: str, weights: list[Tensor], lr: float) -> torch.optim.Optimizer:
    fused = weights[0].device.type in ("cpu", "cuda")
    if name == "adam":
        return torch.optim.Adam(weights, lr=lr, fused=fused)
    return torch.optim.SGD(weights, lr=lr, momentum=0.9 if name == "sgd" else 0.0, fused=fused)
