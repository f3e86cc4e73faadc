"""A decision tree that grows a level at a time, so small that a person can read it."""

from dataclasses import asdict
from typing import Any

import torch
from sklearn.tree import DecisionTreeRegressor
from torch import Tensor

from kdcore.data import Dataset, Split
from kdcore.events import TreeNode
from kdcore.jobs.run.config import RunConfig
from kdcore.models.added_trees import LEAST_GAIN, AddedTrees, leaf_probabilities, least_in_leaf
from kdcore.training.forest.growing import GrowingStudent, sample_weight
from kdcore.training.state import State


class GrowingTree(GrowingStudent):
    """Each epoch fits it anew, on T and λ as they are then, as deep as is due.

    It regresses on class probabilities by the squared error, which on labels alone is the Gini
    criterion of a classification tree.

    Args:
        config: with the tree's depth and the seed.
        data: on its device.
        transfer: what the student sees of it.
    """

    def __init__(self, config: RunConfig, data: Dataset, transfer: Split) -> None:
        super().__init__(config, data, transfer)
        (self._depth,) = self.size
        self._classes = len(data.classes)
        self._module = AddedTrees(self._classes)
        self._nodes: list[TreeNode] = []

    def grow_on(self, epoch: int, inputs: Tensor, targets: Tensor, counts: Tensor) -> None:
        """See ``GrowingStudent``."""
        weights = sample_weight(counts)
        tree = DecisionTreeRegressor(
            max_depth=-(-self._depth * epoch // self.epochs),
            min_samples_leaf=least_in_leaf(len(inputs)),
            min_impurity_decrease=LEAST_GAIN,
            random_state=self.seed,
        )
        tree.fit(
            inputs.flatten(1).cpu().numpy(),
            targets.cpu().numpy(),
            sample_weight=None if weights is None else weights.numpy(),
        )
        self._module = AddedTrees.of_tree(tree, self._classes).to(inputs.device)
        self._nodes = tree_nodes(tree.tree_, self.data)

    def module(self) -> AddedTrees:
        """See ``GrowingStudent``."""
        return self._module

    def nodes(self) -> list[TreeNode]:
        """See ``GrowingStudent``."""
        return self._nodes

    def logits(self, split: str) -> Tensor:
        """See ``GrowingStudent``."""
        if not len(self._module.roots):
            return torch.zeros(len(self.splits[split].labels), self._classes)
        return self.votes(self._module)[split].float()

    def state_dict(self) -> State:
        """See ``Stateful``."""
        return {"trees": self._module.state_dict(), "nodes": [asdict(one) for one in self._nodes]}

    def load_state_dict(self, state: State) -> None:
        """See ``Stateful``."""
        self._module.load_state_dict(state["trees"])
        self._nodes = [TreeNode(**one) for one in state["nodes"]]


def tree_nodes(grown: Any, data: Dataset) -> list[TreeNode]:
    """A ``tree_`` of scikit-learn that was fitted on normalised inputs, in the data's own units."""
    mean, std = (
        values.expand(data.input_shape).flatten()
        for values in (data.brought_mean, data.brought_std)
    )
    probabilities = leaf_probabilities(grown, len(data.classes))
    found = []
    for at in range(grown.node_count):
        feature = int(grown.feature[at])
        leaf = grown.children_left[at] < 0
        found.append(
            TreeNode(
                column="" if leaf or not data.columns else data.columns[feature],
                feature=-1 if leaf else feature,
                threshold=None
                if leaf
                else float(grown.threshold[at] * float(std[feature]) + float(mean[feature])),
                yes_no=not leaf and _is_yes_no(data, feature),
                left=int(grown.children_left[at]),
                right=int(grown.children_right[at]),
                examples=int(grown.n_node_samples[at]),
                probabilities=[round(share, 4) for share in probabilities[at].tolist()],
            )
        )
    return found


def _is_yes_no(data: Dataset, feature: int) -> bool:
    """Whether a column holds nothing but 0 and 1, as one of categories does."""
    values = data.train.inputs.flatten(1)[:, feature]
    return bool(((values == 0) | (values == 1)).all())
