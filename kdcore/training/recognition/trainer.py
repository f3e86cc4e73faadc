"""Learning with CTC: one network alone, or students of one architecture beside their teacher."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from kdcore.errors import UserError
from kdcore.jobs.recognition.config import RecognitionConfig
from kdcore.jobs.recognition.events import StudentTerms
from kdcore.losses.ctc import ctc_loss, framewise_kl
from kdcore.training.batches.order import batches
from kdcore.training.recognition.examples import Examples, batch_of
from kdcore.training.state import State, load_optimizer_state, optimizer_state

LARGEST_GRADIENT_NORM = 5.0
"""Larger gradients are scaled down to it: CTC's are steep while nothing is learned yet."""


@dataclass(slots=True)
class Sums:
    """Of an epoch's terms, over its frames."""

    ctc: float = 0.0
    kl: float = 0.0
    frames: int = 0


@dataclass(slots=True)
class CosineDecay:
    """The learning rate along half a cosine, from its start to 0."""

    start: float
    steps: int

    def at(self, step: int) -> float:
        """The rate of a step; ``step`` were taken before."""
        return self.start * 0.5 * (1 + math.cos(math.pi * min(step / self.steps, 1.0)))


@dataclass(slots=True)
class Learner:
    """A network, its optimiser, and what it learns from."""

    name: str
    module: nn.Module
    optimizer: torch.optim.Optimizer
    weight: float
    """λ of the teacher's term."""
    sums: Sums = field(default_factory=Sums)


class RecognitionTrainer:
    """Lets networks learn from the same batches; a ``Trainer``.

    Each learner's loss is ``((1 − λ) · Σ CTC + λ · Σ framewise KL) / frames`` of the batch, both
    sums over its utterances, as Hilmes, Rossenbach and Schlüter 2025 weigh them.

    Args:
        modules: by name; trained in place.
        weights: λ by name; of a learner without a teacher 0.
        teacher: answers beside them and stays as it is; ``None`` where there is none.
        examples: of training.
        config: batch, learning rate, T, blank and seed.
        epochs: in all, at whose end the learning rate is 0.
        device: of all.
    """

    def __init__(
        self,
        modules: Mapping[str, nn.Module],
        weights: Mapping[str, float],
        teacher: nn.Module | None,
        examples: Examples,
        config: RecognitionConfig,
        epochs: int,
        device: torch.device,
    ) -> None:
        self.learners = [
            Learner(name, module, torch.optim.Adam(module.parameters()), weights[name])
            for name, module in modules.items()
        ]
        self._teacher, self._examples, self._config = teacher, examples, config
        self._device = device
        self._lr = CosineDecay(config.lr, max(1, epochs * len(self._order(1))))

    def _order(self, epoch: int) -> list[Tensor]:
        config = self._config
        return batches(len(self._examples), config.batch_size, config.seed, epoch, least=1)

    def begin(self, epoch: int) -> list[Tensor]:
        """See ``Trainer``; the batches depend on seed and epoch alone."""
        for learner in self.learners:
            learner.module.train()
            learner.sums = Sums()
        return self._order(epoch)

    def step(self, indices: Tensor, step: int) -> None:
        """See ``Trainer``.

        Raises:
            UserError: a loss became infinite.
        """
        config = self._config
        batch = batch_of(self._examples, indices.tolist(), self._device)
        answers = batch.answers
        frames = int(answers.sum())
        on_device = answers.to(self._device)
        characters = batch.characters.to(self._device)
        lengths = batch.lengths.to(self._device)
        teacher_logits = None
        if self._teacher is not None:
            with torch.no_grad():
                teacher_logits = self._teacher(batch.spectra, batch.frames)
        for learner in self.learners:
            logits = learner.module(batch.spectra, batch.frames)
            ctc = ctc_loss(logits, on_device, characters, lengths).sum()
            kl = None
            if teacher_logits is not None:
                with torch.set_grad_enabled(learner.weight > 0):  # the plain student's is measured
                    kl = framewise_kl(
                        logits, teacher_logits, on_device, config.temperature, config.blank
                    ).sum()
            loss = (1 - learner.weight) * ctc
            if kl is not None and learner.weight:
                loss = loss + learner.weight * kl
            value = loss.item()
            if not math.isfinite(value):
                raise UserError(
                    "loss_not_finite",
                    term="loss",
                    learner=learner.name,
                    value=str(value),
                    step=step + 1,
                    lr=config.lr,
                )
            learner.optimizer.zero_grad()
            (loss / frames).backward()
            nn.utils.clip_grad_norm_(learner.module.parameters(), LARGEST_GRADIENT_NORM)
            learner.optimizer.param_groups[0]["lr"] = self._lr.at(step)
            learner.optimizer.step()
            learner.sums.ctc += ctc.item()
            learner.sums.kl += kl.item() if kl is not None else 0.0
            learner.sums.frames += frames

    @property
    def terms(self) -> dict[str, StudentTerms]:
        """Means over the frames of the epoch so far, by learner."""
        return {
            one.name: StudentTerms(
                ctc=one.sums.ctc / one.sums.frames, kl=one.sums.kl / one.sums.frames
            )
            for one in self.learners
            if one.sums.frames
        }

    def state_dict(self) -> State:
        """See ``Stateful``; between two epochs."""
        return {
            one.name: {
                "module": one.module.state_dict(),
                "optimizer": optimizer_state(one.optimizer),
            }
            for one in self.learners
        }

    def load_state_dict(self, state: State) -> None:
        """See ``Stateful``."""
        for one in self.learners:
            one.module.load_state_dict(state[one.name]["module"])
            load_optimizer_state(one.optimizer, state[one.name].get("optimizer", {}))
