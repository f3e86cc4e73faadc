"""What commands changed."""

from dataclasses import dataclass

from kdcore.events.base import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Retuned(Event):
    """A setting was changed during the run."""

    kind = "retuned"

    step: int
    position: float
    name: str
    value: float
    previous: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Paused(Event):
    """The run waits."""

    kind = "paused"

    step: int
    position: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed(Event):
    """The run goes on."""

    kind = "resumed"

    step: int
    position: float
