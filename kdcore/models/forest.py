"""A random forest as a module, so that it is kept, found again and asked like a network.

Shapes: B batch, F features, R trees, N nodes of all trees together, C classes.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor, nn


class Forest(nn.Module):
    """Trees that were grown elsewhere: ``logits = log((Σ_r p_r + 1/C) / (R + 1))``.

    ``p_r`` are the class probabilities in the leaf of tree r. It is as if one more tree held all
    classes for equally likely: every logit is finite, and without trees all are equal.

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
    """``[N, C]``, class probabilities."""
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
    def of(cls, trees: Sequence[Any], classes: int) -> Self:
        """The forest of fitted trees of scikit-learn, classifiers or regressors of C outputs."""
        grown = [tree.tree_ for tree in trees]
        starts = np.cumsum([0, *(tree.node_count for tree in grown)])
        arrays = {
            "branches": [
                _branches(tree) + start for tree, start in zip(grown, starts, strict=False)
            ],
            "feature": [np.where(_is_leaf(tree), 0, tree.feature) for tree in grown],
            "threshold": [_threshold(tree) for tree in grown],
            "value": [tree.value.reshape(-1, classes) for tree in grown],
            "roots": [starts[:-1]],
            "depth": [[max(tree.max_depth for tree in grown)]],
        }
        made = cls(classes)
        made.load_state_dict(
            {
                name: torch.from_numpy(np.concatenate(parts)).to(getattr(made, name).dtype)
                for name, parts in arrays.items()
            }
        )
        return made

    def load_state_dict(self, state_dict: Mapping[str, Any], *given: Any, **named: Any) -> Any:
        """Take the trees of ``state_dict``, however many nodes they have."""
        for name, buffer in self._buffers.items():
            if name in state_dict and buffer is not None:
                self._buffers[name] = buffer.new_empty(state_dict[name].shape)
        return super().load_state_dict(state_dict, *given, **named)

    def forward(self, inputs: Tensor) -> Tensor:
        """``[B, …]`` → logits ``[B, C]``."""
        return forest_logits(self.votes(inputs), len(self.roots))

    def votes(self, inputs: Tensor) -> Tensor:
        """``[B, …]`` → the trees' class probabilities added up, ``[B, C]``; all walk at once.

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


def joined(forests: Sequence[Forest]) -> Forest:
    """One forest with the trees of all, in their order; on the CPU."""
    found = Forest(forests[0].value.shape[1])
    nodes = np.cumsum([0, *(len(one.feature) for one in forests)]).tolist()
    states = [{name: part.cpu() for name, part in one.state_dict().items()} for one in forests]
    for state, start in zip(states, nodes, strict=False):
        state["branches"] = state["branches"] + start
        state["roots"] = state["roots"] + start
    together = {name: torch.cat([state[name] for state in states]) for name in states[0]}
    found.load_state_dict(together | {"depth": together["depth"].amax(0, keepdim=True)})
    return found


def forest_logits(votes: Tensor, trees: int) -> Tensor:
    """The logits of a forest whose ``trees`` added up to ``votes``; see ``Forest``.

    Example:
        >>> forest_logits(torch.tensor([[3.0, 0.0]]), trees=3).softmax(-1)
        tensor([[0.8750, 0.1250]])
    """
    return ((votes + 1 / votes.shape[-1]) / (trees + 1)).log().float()


def forest(_spec: str, _input_shape: tuple[int, ...], classes: int) -> Forest:
    """A forest before its first tree; its size is what it is grown to."""
    return Forest(classes)


def _is_leaf(tree: Any) -> np.ndarray:
    return tree.children_left < 0  # type: ignore[no-any-return]


def _branches(tree: Any) -> np.ndarray:
    """``[nodes, 2]``; out of a leaf there is no way but to itself."""
    own = np.arange(tree.node_count)[:, None]
    children = np.stack([tree.children_left, tree.children_right], axis=1)
    return np.where(_is_leaf(tree)[:, None], own, children)


def _threshold(tree: Any) -> np.ndarray:
    """The largest float32 up to each: float32 inputs go the same way as at the float64 itself."""
    rounded = tree.threshold.astype(np.float32)
    below = np.nextafter(rounded, np.float32(-np.inf))
    exact = np.where(rounded > tree.threshold, below, rounded)
    return np.where(_is_leaf(tree), np.float32(np.inf), exact)
