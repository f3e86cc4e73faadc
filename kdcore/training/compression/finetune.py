"""Distilling again: a student that lost something by a stage learns from its teacher once more.

T²·KL + CE, or whatever the run's method is, as in the run; the batches go on where the run's
ended, alike for every stage.
"""

import math
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from statistics import fmean

import torch
from torch import Tensor, nn

from kdcore.commands import Controls
from kdcore.errors import UserError
from kdcore.events import Event
from kdcore.jobs.compression.events import StageEpoch
from kdcore.jobs.run.config import RunConfig, control_values
from kdcore.models.cost import training_operations
from kdcore.threads import suit_threads
from kdcore.training.checkpoint import TrainingLog
from kdcore.training.compression.int8 import quiet
from kdcore.training.fit import Position, fit
from kdcore.training.networks.parameter_chunks import ParameterChunk, matrices_apart
from kdcore.training.networks.students import make_optimizer
from kdcore.training.objective.student_specs import student_spec
from kdcore.training.objective.teacher_mixture import TeacherMixture
from kdcore.training.objective.terms import Terms, step_controls_of
from kdcore.training.randomness import draws, seeded
from kdcore.training.state import State, Stateful, load_optimizer_state, optimizer_state
from kdcore.training.transfer_batches import TransferBatches, batch_size


class FinetuneTrainer:
    """A network as PyTorch differentiates it, on the run's loss; a ``Trainer``.

    Args:
        module: on ``device``; trained in place.
        transfer_batches: its batches, with the teachers' predictions.
        mixture: of the teachers' predictions.
        config: T, λ, mixing, method, optimiser and learning rate; the epochs it had before.
        device: of all.
        name: of the stage, for the sentence about a loss that became infinite.
    """

    def __init__(
        self,
        module: nn.Module,
        transfer_batches: TransferBatches,
        mixture: TeacherMixture,
        config: RunConfig,
        device: torch.device,
        name: str,
    ) -> None:
        self.module = module
        self._batches, self._config, self._name = transfer_batches, config, name
        spec = student_spec(config, "distilled", control_values(config.to_dict()))
        self._terms = Terms([spec], mixture)
        self._step_controls = step_controls_of([spec], config.mixing, device)
        chunks = (
            matrices_apart([module])
            if config.optimizer == "muon"
            else [ParameterChunk(list(module.parameters()))]
        )
        self._optimizers = [make_optimizer(config.optimizer, chunk, device) for chunk in chunks]
        for optimizer in self._optimizers:
            optimizer.param_groups[0]["lr"] = config.lr
        self.losses: list[float] = []
        """Of the epoch, batch by batch."""
        size = batch_size(config, len(transfer_batches.transfer.labels))
        suit_threads(training_operations([module], transfer_batches.input_shape, size))

    def begin(self, epoch: int) -> list[Tensor]:
        """See ``Trainer``."""
        self.module.train()
        self.losses = []
        return self._batches.begin(self._config.epochs + epoch)

    def step(self, batch: Tensor, step: int) -> None:
        """See ``Trainer``.

        Raises:
            UserError: the loss became infinite.
        """
        seed = self._config.seed
        chance = seeded(seed, "dropout", step) if draws(self.module) else nullcontext()
        with chance, quiet():
            (inputs,), targets = self._batches.batch(batch, step)
            logits = self.module(inputs)[None, None]
            hard, soft, extra = self._terms.values(logits, targets, self._step_controls)
            controls = self._step_controls
            loss = (controls.hard * hard + controls.soft * soft).sum()
            for weight, term in extra.items():
                loss = loss + (controls.settings[weight] * term).sum()
            for optimizer in self._optimizers:
                optimizer.zero_grad()
            loss.backward()
            for optimizer in self._optimizers:
                optimizer.step()
        self.losses.append(loss.item())
        if not math.isfinite(self.losses[-1]):
            raise UserError(
                "loss_not_finite",
                term="loss",
                learner=f"stage {self._name}",
                value=str(self.losses[-1]),
                step=step + 1,
                lr=self._config.lr,
            )

    def state_dict(self) -> State:
        """See ``Stateful``; between two epochs."""
        first, *others = map(optimizer_state, self._optimizers)
        return {"module": self.module.state_dict(), "optimizer": first} | {
            f"optimizer {at}": own for at, own in enumerate(others, start=1)
        }

    def load_state_dict(self, state: State) -> None:
        """See ``Stateful``."""
        self.module.load_state_dict(state["module"])
        for at, optimizer in enumerate(self._optimizers):
            name = f"optimizer {at}" if at else "optimizer"
            load_optimizer_state(optimizer, state.get(name, {}))


class FinetuneCallbacks:
    """Tells each epoch of a stage and writes a checkpoint.

    Args:
        trainer: of the stage's network.
        name: of the stage.
        epochs: in all.
        controls: ``stop`` acts.
        log: where the checkpoints are kept.
        validated: measures a network's accuracy on validation data.
    """

    should_stop = False

    def __init__(
        self,
        trainer: FinetuneTrainer,
        name: str,
        epochs: int,
        controls: Controls,
        log: TrainingLog,
        validated: Callable[[nn.Module], float],
    ) -> None:
        self._trainer, self._name, self._epochs = trainer, name, epochs
        self._controls, self._log, self._validated = controls, log, validated

    def before_epoch(self, position: Position) -> None:
        """See ``Callbacks``."""

    def before_batch(self, position: Position) -> Iterator[Event]:
        """See ``Callbacks``."""
        del position
        self._controls.raise_if_stopped()
        return iter(())

    def after_batch(self, batch: Tensor, position: Position) -> Iterator[Event]:
        """See ``Callbacks``."""
        del batch, position
        return iter(())

    def after_epoch(self, position: Position) -> Iterator[Event]:
        """See ``Callbacks``."""
        yield StageEpoch(
            stage=self._name,
            epoch=position.epoch,
            epochs=self._epochs,
            train_loss=fmean(self._trainer.losses),
            validation_accuracy=self._validated(self._trainer.module),
        )
        self._save(position)

    def fit(self) -> Iterator[Event]:
        """Train to the last epoch, from the stage's checkpoint where there is one.

        Raises:
            Stopped: the compression was asked to stop.
            UserError: the loss became infinite.
        """
        position = Position()
        parts: dict[str, Stateful] = {"position": position, "trainer": self._trainer}
        if not self._log.restore(self._name, parts):
            self._save(position)
        yield from fit(self._trainer, self, self._epochs, position)

    def _save(self, position: Position) -> None:
        parts: dict[str, Stateful] = {"position": position, "trainer": self._trainer}
        self._log.save(self._name, position, parts, only=True)
