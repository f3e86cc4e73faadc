"""The state of what learns, as ``checkpoint.py`` writes it.

A state is a nested mapping with text keys; its leaves are tensors and JSON values.
"""

from collections.abc import Mapping
from typing import Any, Protocol

import torch
from torch import Tensor

State = dict[str, Any]


class Stateful(Protocol):
    """Has a state that a checkpoint holds."""

    def state_dict(self) -> State:
        """What is to be restored; may share memory with what goes on changing."""
        ...

    def load_state_dict(self, state: State) -> None:
        """Become what ``state_dict`` described."""
        ...


def optimizer_state(optimizer: torch.optim.Optimizer) -> State:
    """The moments of an optimiser, by the number of the weight they belong to."""
    return {
        str(number): {name: value for name, value in moments.items() if value is not None}
        for number, moments in optimizer.state_dict()["state"].items()
    }


def load_optimizer_state(optimizer: torch.optim.Optimizer, state: Mapping[str, Any]) -> None:
    """Give an optimiser the moments of ``optimizer_state``, laid out in memory as its weights."""
    weights = [weight for group in optimizer.param_groups for weight in group["params"]]
    moments = {
        int(number): {name: _like(value, weights[int(number)]) for name, value in own.items()}
        for number, own in state.items()
    }
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": moments, "param_groups": groups})


def _like(value: Any, weight: Tensor) -> Any:
    if isinstance(value, Tensor) and value.shape == weight.shape:
        return torch.empty_like(weight, requires_grad=False).copy_(value)
    return value
