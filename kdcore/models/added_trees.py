"""Trees whose leaves hold logits: gradient-boosted ones, and a single decision tree.

Shapes: B batch, R trees, N nodes of all trees together, C classes.
"""

from typing import Any, Self

import numpy as np
import torch
from torch import Tensor

from kdcore.models.trees import Trees, branches_of, is_leaf, largest_below, thresholds_of


class AddedTrees(Trees):
    """``logits = baseline + Σ_r value_r``, where ``value_r`` stands in the leaf of tree r.

    Without trees all classes are equally likely.

    Args:
        classes: C.
    """

    baseline: Tensor
    """``[C]``."""

    def __init__(self, classes: int) -> None:
        super().__init__(classes)
        self.register_buffer("baseline", torch.zeros(classes))

    @classmethod
    def of_boosted(cls, classifier: Any, classes: int) -> Self:
        """The trees of a fitted ``HistGradientBoostingClassifier``, fitted without NaN.

        Of two classes scikit-learn has one raw score, that of the second: each class gets half of
        it, with its sign, so that the softmax is its sigmoid.
        """
        weights = [[-0.5, 0.5]] if classes == 2 else np.eye(classes)
        grown = [
            (predictor.nodes, weight)
            for predictors in classifier._predictors
            for predictor, weight in zip(predictors, weights, strict=True)
        ]
        starts = np.cumsum([0, *(len(nodes) for nodes, _ in grown)])
        arrays: dict[str, list[Any]] = {
            name: [] for name in ("branches", "feature", "threshold", "value")
        }
        for (nodes, weight), start in zip(grown, starts, strict=False):
            leaf = nodes["is_leaf"].astype(bool)
            own = np.arange(len(nodes))[:, None]
            children = np.stack([nodes["left"], nodes["right"]], axis=1).astype(np.int64)
            arrays["branches"].append(np.where(leaf[:, None], own, children) + start)
            arrays["feature"].append(np.where(leaf, 0, nodes["feature_idx"]))
            threshold = largest_below(nodes["num_threshold"])
            arrays["threshold"].append(np.where(leaf, np.float32(np.inf), threshold))
            arrays["value"].append(np.where(leaf, nodes["value"], 0.0)[:, None] * weight)
        arrays["roots"] = [starts[:-1]]
        arrays["depth"] = [[max(int(nodes["depth"].max()) for nodes, _ in grown)]]
        baseline = np.ravel(classifier._baseline_prediction)
        arrays["baseline"] = [baseline[0] * np.array(weights[0]) if classes == 2 else baseline]
        return cls.made(arrays, classes)

    @classmethod
    def of_tree(cls, tree: Any, classes: int) -> Self:
        """One fitted tree of scikit-learn, a classifier or a regressor of C outputs.

        A leaf in which n examples came to class shares p answers (n·p + 1) / (n + C), as Laplace
        would: a leaf of few examples is not certain.
        """
        grown = tree.tree_
        arrays = {
            "branches": [branches_of(grown)],
            "feature": [np.where(is_leaf(grown), 0, grown.feature)],
            "threshold": [thresholds_of(grown)],
            "value": [np.log(leaf_probabilities(grown, classes))],
            "roots": [[0]],
            "depth": [[grown.max_depth]],
            "baseline": [np.zeros(classes)],
        }
        return cls.made(arrays, classes)

    def forward(self, inputs: Tensor) -> Tensor:
        """``[B, …]`` → logits ``[B, C]``."""
        return (self.baseline + self.votes(inputs)).float()


LEAST_GAIN = 1e-4
"""By which a question of a single tree lowers the mean squared error: soft labels of one class
differ a little everywhere, and a person would read questions that change no answer."""


def least_in_leaf(examples: int) -> int:
    """How many of the examples a leaf of a single tree has at least.

    What one or two decided, a person who reads it would take for a rule.

    Example:
        >>> least_in_leaf(12), least_in_leaf(60), least_in_leaf(5_000)
        (1, 3, 5)
    """
    return min(5, max(1, examples // 20))


def leaf_probabilities(grown: Any, classes: int) -> np.ndarray:
    """``[nodes, C]``, what a ``tree_`` answers at each of its nodes; see ``AddedTrees.of_tree``."""
    counts = grown.n_node_samples[:, None]
    return (counts * grown.value.reshape(-1, classes) + 1) / (counts + classes)  # type: ignore[no-any-return]


def added_trees(_spec: str, _input_shape: tuple[int, ...], classes: int) -> AddedTrees:
    """Trees before the first of them has grown; their size is what they are grown to."""
    return AddedTrees(classes)
