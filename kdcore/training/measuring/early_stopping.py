"""Early stopping: the run ends when no student gets better on validation data any more."""

from collections.abc import Mapping
from dataclasses import asdict

from torch import Tensor, nn

from kdcore.events import Scores
from kdcore.training.devices.distributed import of_first_rank
from kdcore.training.measuring.evaluation import Predictions
from kdcore.training.state import State


class EarlyStopping:
    """Keeps each student's best epoch, by its validation accuracy and then its validation NLL.

    All students of a run end together, so that they have had the same batches; each has the
    weights of its own best epoch in the end.

    Args:
        epochs: without anybody's getting better after which it is over; 0 for never.
        modules: the students, and others that are left alone.
    """

    def __init__(self, epochs: int, modules: Mapping[str, nn.Module]) -> None:
        self._epochs, self._modules = epochs, modules
        self._weights: dict[str, dict[str, Tensor]] = {}
        self.best_epochs: dict[str, int] = {}
        """By student; empty where there is no patience to lose."""
        self.best_scores: dict[str, Scores] = {}
        """By student, those of its best epoch."""
        self.best_predictions: dict[str, Predictions] = {}
        """Likewise."""

    def should_stop(
        self, epoch: int, scores: Mapping[str, Scores], predictions: Mapping[str, Predictions]
    ) -> bool:
        """Take what an epoch came to; whether the run is to end.

        Of several processes all do as the first: evaluated by each, scores may differ a little.
        """
        if not self._epochs:
            return False
        for name, now in of_first_rank(dict(scores)).items():
            best = self.best_scores.get(name)
            if best is None or _rank(now) > _rank(best):
                self.best_scores[name], self.best_predictions[name] = now, predictions[name]
                self.best_epochs[name] = epoch
                state = self._modules[name].state_dict()
                self._weights[name] = {key: value.clone() for key, value in state.items()}
        return epoch - max(self.best_epochs.values()) >= self._epochs

    def state_dict(self) -> State:
        """See ``Stateful``."""
        return {
            name: {
                "epoch": epoch,
                "scores": asdict(self.best_scores[name]),
                "test": self.best_predictions[name].test,
                "validation": self.best_predictions[name].validation,
                "target": self.best_predictions[name].target,
                "weights": self._weights[name],
            }
            for name, epoch in self.best_epochs.items()
        }

    def load_state_dict(self, state: State) -> None:
        """See ``Stateful``."""
        for name, own in state.items():
            self.best_epochs[name] = own["epoch"]
            self.best_scores[name] = Scores(**own["scores"])
            self.best_predictions[name] = Predictions(
                own["test"], own["validation"], own.get("target")
            )
            self._weights[name] = own["weights"]

    def restore(self) -> None:
        """Give each student the weights of its best epoch back."""
        for name, weights in self._weights.items():
            self._modules[name].load_state_dict(weights)


def _rank(scores: Scores) -> tuple[float, float]:
    nll = scores.validation_nll
    return scores.validation_accuracy, -(float("inf") if nll is None else nll)
