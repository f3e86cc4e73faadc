"""Several networks that answer as one."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn


class EnsembleModel(nn.Module):
    """Answers with the mean of its members' probabilities, or of their logits.

    Args:
        members: K networks of the same inputs and classes.
        shares: of the members, made to sum to 1; all alike unless given.
        by_logits: whether logits are averaged.
    """

    shares: Tensor
    """``[K]``; they sum to 1."""
    by_logits: Tensor
    """One bool, kept with the weights: an ensemble that is loaded again predicts as it did."""

    def __init__(
        self, members: Sequence[nn.Module], shares: Sequence[float] = (), *, by_logits: bool = False
    ) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)
        given = torch.tensor(shares or [1.0] * len(members))
        self.register_buffer("shares", given / given.sum())
        self.register_buffer("by_logits", torch.tensor(by_logits))

    def forward(self, inputs: Tensor) -> Tensor:
        """``[B, …]`` → logits ``[B, C]``."""
        each = predict_members(self, inputs)
        shares = self.shares[:, None, None]
        by_probabilities = torch.logsumexp(each.log_softmax(-1) + shares.log(), dim=0)
        # both, not a branch: what a tensor decides no exported program can hold
        return torch.where(self.by_logits, (each * shares).sum(0), by_probabilities)


def members_of(module: nn.Module) -> list[nn.Module]:
    """The members of an ensemble, or the network itself."""
    return list(module.members) if isinstance(module, EnsembleModel) else [module]


def predict_members(module: nn.Module, inputs: Tensor) -> Tensor:
    """Each member's logits, ``[K, B, C]`` float32."""
    return torch.stack([member(inputs).float() for member in members_of(module)])
