"""Muon: matrices of hidden layers move by their orthogonalised momentum.

A momentum U S Vᵀ becomes about U Vᵀ, so that a step has the same length in all directions, also in
those along which the gradients of a batch are small.

Shapes: n matrices of one shape, R rows, C columns; K nets.

Source:
    Jordan et al.: Muon, an optimizer for hidden layers in neural networks, 2024
    (kellerjordan.github.io/posts/muon): momentum, iterations and their coefficients, and that the
    first and the last layer, biases and norms are left to Adam.
    Liu et al.: Muon is Scalable for LLM Training, 2025 (arXiv:2502.16982), section 2.2: the factor
    0.2 √max(R, C), by which a step is about as long as one of Adam at the same learning rate.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

MOMENTUM = 0.95
"""With Nesterov's look ahead."""
COEFFICIENTS = (3.4445, -4.7750, 2.0315)
ITERATIONS = 5
EPSILON = 1e-7
LIKE_ADAM = 0.2
"""Root mean square of Adam's steps over its learning rate, as the second source found it."""


class Muon(torch.optim.Optimizer):
    """Takes K matrices at once; a learning rate that suits Adam suits it.

    The matrices of one shape are orthogonalised together, each by itself. Without weight decay this
    is ``torch.optim.Muon`` with ``adjust_lr_fn="match_rms_adamw"``, which knows no stacked nets;
    held against it in ``tests/unit/training/test_muon.py``.

    Args:
        weights: with their gradients.
        matrices: how many of which size each of them is: ``(n, R, C)``.
        products: in which the iterations multiply, ``torch.bfloat16`` or ``torch.float32``.
        lr: learning rate.
    """

    def __init__(
        self,
        weights: Sequence[Tensor],
        matrices: Sequence[tuple[int, int, int]],
        products: torch.dtype = torch.float32,
        lr: float = 1e-3,
    ) -> None:
        assert len(matrices) == len(weights), "each has its own"
        super().__init__(weights, {"lr": lr})
        self._matrices, self._products = list(matrices), products

    def __getstate__(self) -> dict[str, Any]:
        # of a copy and of a file; PyTorch's own leaves out what an optimiser has added
        return super().__getstate__() | {"_matrices": self._matrices, "_products": self._products}

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        """Move all weights that have a gradient."""
        assert closure is None, "the gradient is there"
        lr = self.param_groups[0]["lr"]
        for (rows, columns), alike in self._alike().items():
            moved = [(weight, shape) for weight, shape in alike if weight.grad is not None]
            directions = [self._direction(weight).reshape(shape) for weight, shape in moved]
            if not directions:
                continue
            together = directions[0] if len(directions) == 1 else torch.cat(directions)
            steps = orthogonalised(together, self._products)
            factor = LIKE_ADAM * max(rows, columns) ** 0.5
            parts = steps.split([count for _, (count, _, _) in moved])
            for (weight, _), part in zip(moved, parts, strict=True):
                weight.add_(part.view_as(weight), alpha=-lr * factor)

    def _alike(self) -> dict[tuple[int, int], list[tuple[Tensor, tuple[int, int, int]]]]:
        """The weights with their shapes, by rows and columns."""
        found: dict[tuple[int, int], list[tuple[Tensor, tuple[int, int, int]]]] = {}
        for weight, shape in zip(self.param_groups[0]["params"], self._matrices, strict=True):
            found.setdefault(shape[1:], []).append((weight, shape))
        return found

    def _direction(self, weight: Tensor) -> Tensor:
        """Nesterov's momentum, in the shape of the weight."""
        gradient, state = weight.grad, self.state[weight]
        assert gradient is not None, "chosen so"
        if not state:
            state["momentum_buffer"] = torch.zeros_like(gradient)
        momentum = state["momentum_buffer"]
        momentum.lerp_(gradient, 1 - MOMENTUM)
        return gradient.lerp(momentum, MOMENTUM)


def orthogonalised(matrices: Tensor, products: torch.dtype = torch.float32) -> Tensor:
    """About U Vᵀ of each of the matrices U S Vᵀ ``[n, R, C]``, singular values from 0.7 to 1.2.

    Newton-Schulz iterations, X ← a X + (b A + c A²) X with A = X Xᵀ, on the matrix over its norm.
    The coefficients make small singular values grow fast rather than all of them exactly 1.

    Args:
        matrices: in any precision.
        products: the precision in which it is multiplied, and of the result.
    """
    upright = matrices.shape[1] > matrices.shape[2]
    found = (matrices.mT if upright else matrices).to(products)
    found = found / found.flatten(1).norm(dim=1).clamp(min=EPSILON)[:, None, None]
    a, b, c = COEFFICIENTS
    for _ in range(ITERATIONS):
        square = found @ found.mT
        found = torch.baddbmm(
            found, torch.baddbmm(square, square, square, beta=b, alpha=c), found, beta=a
        )
    return found.mT if upright else found
