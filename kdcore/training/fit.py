"""The only loop over epochs and batches; whatever trains goes through ``fit``.

A ``Trainer`` knows how to take a batch, ``Callbacks`` what happens around it: obeying commands,
measuring, events, checkpoints, the end before the last epoch.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

B = TypeVar("B")
"""What a trainer takes as a batch."""
Batch = TypeVar("Batch", contravariant=True)
E = TypeVar("E")
"""What callbacks yield."""
Yielded = TypeVar("Yielded", covariant=True)


@dataclass(slots=True)
class Position:
    """Where a training stands."""

    epoch: int = 0
    """Finished epochs."""
    batch: int = 0
    """Batches taken of the next epoch."""
    of: int = 1
    """That the epoch has."""
    step: int = 0
    """Batches taken in all."""

    @property
    def epochs(self) -> float:
        """In epochs: 2.5 is the middle of the third."""
        return self.epoch + self.batch / self.of

    def state_dict(self) -> dict[str, Any]:
        """See ``Stateful``."""
        return {"epoch": self.epoch, "batch": self.batch, "of": self.of, "step": self.step}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """See ``Stateful``."""
        self.epoch, self.batch = state["epoch"], state["batch"]
        self.of, self.step = state["of"], state["step"]


class Trainer(Protocol[B]):
    """Something that learns batch by batch."""

    def begin(self, epoch: int) -> Sequence[B]:
        """The batches of an epoch, counted from 1; they depend on the epoch alone."""
        ...

    def step(self, batch: B, step: int) -> None:
        """Learn from a batch; ``step`` batches were taken before."""
        ...


class Callbacks(Protocol[Batch, Yielded]):
    """What happens around the batches."""

    def before_epoch(self, position: Position) -> None:
        """The first batch of an epoch comes next, or the first after a checkpoint."""
        ...

    def before_batch(self, position: Position) -> Iterator[Yielded]:
        """A batch comes next.

        Raises:
            Stopped: the training was asked to stop.
        """
        ...

    def after_batch(self, batch: Batch, position: Position) -> Iterator[Yielded]:
        """A batch was taken; ``position`` is behind it, at an epoch's end in the epoch still."""
        ...

    def after_epoch(self, position: Position) -> Iterator[Yielded]:
        """An epoch is over."""
        ...

    @property
    def should_stop(self) -> bool:
        """Whether the epoch that is over was the last one."""
        ...


def fit(
    trainer: Trainer[B], callbacks: Callbacks[B, E], epochs: int, position: Position
) -> Iterator[E]:
    """Train from ``position`` to the end of epoch ``epochs``; yields what the callbacks yield.

    Args:
        trainer: what learns.
        callbacks: around its batches.
        epochs: in all.
        position: where it stands, at the beginning or as a checkpoint has it; kept up to date.

    Raises:
        Stopped: the training was asked to stop.
    """
    for epoch in range(position.epoch + 1, epochs + 1):
        batches = trainer.begin(epoch)
        position.of = len(batches)
        callbacks.before_epoch(position)
        for batch in batches[position.batch :]:
            yield from callbacks.before_batch(position)
            trainer.step(batch, position.step)
            position.step += 1
            position.batch += 1
            yield from callbacks.after_batch(batch, position)
        position.epoch, position.batch = epoch, 0
        yield from callbacks.after_epoch(position)
        if callbacks.should_stop:
            return
