"""Adam without what PyTorch does around it at each step.

For a small network PyTorch's bookkeeping around its fused kernel, the search for gradients, groups
and hooks, takes longer than the kernel.
"""

from typing import Any

import torch
from torch import Tensor


class FusedAdam(torch.optim.Adam):
    """``torch.optim.Adam(fused=True)`` with one group, bit for bit; keeps the lists for its kernel.

    Gradient scalers, closures and step hooks are left out. The state is PyTorch's own.
    """

    _lists: tuple[list[Tensor], ...] | None = None
    """Weights, both moments and steps, in one order."""

    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        """One step; all weights have gradients, or the ordinary way is taken."""
        assert closure is None, "the gradient is there"
        group = self.param_groups[0]
        gradients = [weight.grad for weight in group["params"]]
        if self._lists is None or any(one is None for one in gradients):
            super().step()
            self._keep_lists(group["params"])
            return
        weights, means, squares, steps = self._lists
        beta1, beta2 = group["betas"]
        torch._foreach_add_(steps, 1)
        torch._fused_adam_(
            weights,
            gradients,
            means,
            squares,
            [],
            steps,
            lr=group["lr"],
            beta1=beta1,
            beta2=beta2,
            weight_decay=group["weight_decay"],
            eps=group["eps"],
            amsgrad=False,
            maximize=False,
        )

    step.hooked = True  # type: ignore[attr-defined]  # PyTorch would wrap it in a profiler's record

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """See ``torch.optim.Optimizer``; the tensors of the state are others then."""
        super().load_state_dict(state_dict)
        self._lists = None

    def _keep_lists(self, weights: list[Tensor]) -> None:
        states = [self.state[weight] for weight in weights]
        if all(states):
            names = ("exp_avg", "exp_avg_sq", "step")
            self._lists = weights, *([state[name] for state in states] for name in names)
