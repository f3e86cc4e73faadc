"""A random forest as a module.

Shapes: B batch, R trees, N nodes of all trees together, C classes.
"""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor

from kdcore.models.trees import Trees, branches_of, is_leaf, thresholds_of


class Forest(Trees):
    """Trees that vote: ``logits = log((Σ_r p_r + 1/C) / (R + 1))``.

    ``p_r`` are the class probabilities in the leaf of tree r. It is as if one more tree held all
    classes for equally likely: every logit is finite, and without trees all are equal.

    Args:
        classes: C.
    """

    @classmethod
    def of(cls, trees: Sequence[Any], classes: int) -> Self:
        """The forest of fitted trees of scikit-learn, classifiers or regressors of C outputs."""
        grown = [tree.tree_ for tree in trees]
        starts = np.cumsum([0, *(tree.node_count for tree in grown)])
        arrays = {
            "branches": [
                branches_of(tree) + start for tree, start in zip(grown, starts, strict=False)
            ],
            "feature": [np.where(is_leaf(tree), 0, tree.feature) for tree in grown],
            "threshold": [thresholds_of(tree) for tree in grown],
            "value": [tree.value.reshape(-1, classes) for tree in grown],
            "roots": [starts[:-1]],
            "depth": [[max(tree.max_depth for tree in grown)]],
        }
        return cls.made(arrays, classes)

    def forward(self, inputs: Tensor) -> Tensor:
        """``[B, …]`` → logits ``[B, C]``."""
        return forest_logits(self.votes(inputs), len(self.roots))


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
