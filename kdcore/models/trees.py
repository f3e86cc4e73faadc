"""Binary decision trees as a module, so that they are kept, found again and asked like a network.

Shapes: B batch, F features, R trees, N nodes of all trees together, C classes.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor, nn


class Trees(nn.Module):
    """Trees that were grown elsewhere; what their leaves mean says whoever inherits from it.

    Args:
        classes: C.
    """

    branches: Tensor
    """``[N, 2]``, where values up to the threshold go and where greater ones; a leaf's own."""
    feature: Tensor
    """``[N]``, the one that is looked at."""
    threshold: Tensor
    """``[N]``; infinite in a leaf."""
    value: Tensor
    """``[N, C]``, what a leaf answers."""
    roots: Tensor
    """``[R]``."""
    depth: Tensor
    """``[1]``, the longest way from a root to a leaf."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        shapes = {"branches": (0, 2), "feature": (0,), "roots": (0,), "depth": (1,)}
        for name, shape in shapes.items():
            self.register_buffer(name, torch.zeros(shape, dtype=torch.int32))
        self.register_buffer("threshold", torch.zeros(0))
        self.register_buffer("value", torch.zeros(0, classes))

    @classmethod
    def made(cls, arrays: Mapping[str, Sequence[Any]], classes: int) -> Self:
        """The trees of ``arrays``: parts of each buffer, which are joined."""
        found = cls(classes)
        found.load_state_dict(
            {
                name: torch.from_numpy(np.concatenate(parts)).to(getattr(found, name).dtype)
                for name, parts in arrays.items()
            }
        )
        return found

    def load_state_dict(self, state_dict: Mapping[str, Any], *given: Any, **named: Any) -> Any:
        """Take the trees of ``state_dict``, however many nodes they have."""
        for name, buffer in self._buffers.items():
            if name in state_dict and buffer is not None:
                self._buffers[name] = buffer.new_empty(state_dict[name].shape)
        return super().load_state_dict(state_dict, *given, **named)

    def votes(self, inputs: Tensor) -> Tensor:
        """``[B, …]`` → what the trees answer added up, ``[B, C]``; all walk at once.

        In float64, where MPS has it not in float32: so no order of adding changes the sum.
        """
        values = inputs.flatten(1)
        batch, trees = len(values), len(self.roots)
        first = torch.arange(batch, dtype=torch.int32, device=values.device) * values.shape[1]
        first = first.repeat_interleave(trees)
        values, branches = values.flatten(), self.branches.flatten()
        node = self.roots.repeat(batch)
        for _ in range(int(self.depth)):
            seen = values.index_select(0, first + self.feature.index_select(0, node))
            right = seen > self.threshold.index_select(0, node)
            node = branches.index_select(0, 2 * node + right)
        answers = self.value.index_select(0, node).view(batch, trees, self.value.shape[1])
        return answers.sum(1, dtype=torch.float32 if answers.is_mps else torch.float64)


def is_leaf(tree: Any) -> np.ndarray:
    """Of a ``tree_`` of scikit-learn, ``[nodes]``."""
    return tree.children_left < 0  # type: ignore[no-any-return]


def branches_of(tree: Any) -> np.ndarray:
    """``[nodes, 2]``; out of a leaf there is no way but to itself."""
    own = np.arange(tree.node_count)[:, None]
    children = np.stack([tree.children_left, tree.children_right], axis=1)
    return np.where(is_leaf(tree)[:, None], own, children)


def thresholds_of(tree: Any) -> np.ndarray:
    """The thresholds of a ``tree_`` as float32; infinite in a leaf."""
    return np.where(is_leaf(tree), np.float32(np.inf), largest_below(tree.threshold))


def largest_below(threshold: np.ndarray) -> np.ndarray:
    """The largest float32 up to each: float32 inputs go the same way as at the float64 itself."""
    rounded = threshold.astype(np.float32)
    below = np.nextafter(rounded, np.float32(-np.inf))
    return np.where(rounded > threshold, below, rounded)
