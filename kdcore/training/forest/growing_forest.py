"""A forest that grows some trees an epoch."""

import torch
from sklearn.ensemble import RandomForestRegressor
from torch import Tensor

from kdcore.data import Dataset, Split
from kdcore.jobs.run.config import RunConfig
from kdcore.models.forest import Forest, forest_logits, joined
from kdcore.training.forest.growing import GrowingStudent, sample_weight
from kdcore.training.state import State

FEATURES = "sqrt"
"""Of all features, those that a split chooses from: as in the forests that teach."""


class GrowingForest(GrowingStudent):
    """Its trees' votes are added up as they grow; more epochs than trees add none in some.

    Args:
        config: with the forest's size and the seed.
        data: on its device.
        transfer: what the student sees of it.
    """

    def __init__(self, config: RunConfig, data: Dataset, transfer: Split) -> None:
        super().__init__(config, data, transfer)
        self._trees, *depth = self.size
        classes = len(data.classes)
        self._votes = {
            name: torch.zeros(len(split.labels), classes, dtype=torch.float64)
            for name, split in self.splits.items()
        }
        self._grown = 0
        self._forest = Forest(classes)
        """The trees so far."""
        self._model = RandomForestRegressor(
            max_depth=next(iter(depth), None),
            max_features=FEATURES,
            random_state=config.seed,
            warm_start=True,
            n_jobs=torch.get_num_threads(),
        )

    def grow_on(self, epoch: int, inputs: Tensor, targets: Tensor, counts: Tensor) -> None:
        """See ``GrowingStudent``."""
        before, due = self._grown, -(-self._trees * epoch // self.epochs)
        if due == before:
            return
        self._grown = due
        weights = sample_weight(counts)
        self._model.set_params(n_estimators=due)
        self._model.fit(
            inputs.flatten(1).cpu().numpy(),
            targets.cpu().numpy(),
            sample_weight=None if weights is None else weights.numpy(),
        )
        new = Forest.of(self._model.estimators_[before:], targets.shape[1]).to(inputs.device)
        self._forest = joined([self._forest, new])
        for name, votes in self.votes(new).items():
            self._votes[name] += votes

    def module(self) -> Forest:
        """See ``GrowingStudent``."""
        return self._forest

    def logits(self, split: str) -> Tensor:
        """See ``GrowingStudent``."""
        return forest_logits(self._votes[split], self._grown)

    def state_dict(self) -> State:
        """See ``Stateful``."""
        return {"trees": self._forest.state_dict(), "votes": self._votes, "grown": self._grown}

    def load_state_dict(self, state: State) -> None:
        """See ``Stateful``."""
        self._forest.load_state_dict(state["trees"])
        self._votes, self._grown = dict(state["votes"]), state["grown"]
        # of the trees that it has grown scikit-learn asks nothing but how many they are
        self._model.estimators_ = [None] * self._grown
