"""What all events have in common: frozen records of JSON values, known by their names."""

import json
import math
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar, Self

from kdcore.errors import UserError

EVENTS: dict[str, "type[Event]"] = {}
"""Every event by its name in a log; a class enters itself."""

STATE_OF_FAILURE = {"worker_died": "crashed", "never_began": "interrupted"}
"""By the code of a ``Failed``; any other is a job that failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Base of all events."""

    kind: ClassVar[str]

    def __init_subclass__(cls) -> None:
        if "kind" in vars(cls):
            EVENTS[cls.kind] = cls

    def to_dict(self) -> dict[str, Any]:
        """JSON values; a number that is not finite becomes ``None``."""
        values: dict[str, Any] = finite(asdict(self))
        return {"event": self.kind} | values

    def to_json(self) -> str:
        """One line of JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended(Event):
    """The last event of a job."""

    @property
    def state(self) -> str:
        """The state that it leaves the job in."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class Completed(Ended):
    """The job went to its end, or to where a person ended it."""

    stopped: bool
    """Whether a person ended it early."""

    @property
    def state(self) -> str:
        """``finished`` or ``stopped``."""
        return "stopped" if self.stopped else "finished"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled(Ended):
    """A person ended the job while it waited for its turn."""

    kind = "cancelled"

    job: str

    @property
    def state(self) -> str:
        """``stopped``."""
        return "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed(Ended):
    """The job ended by an error; what was recorded before stays."""

    kind = "failed"

    error: str
    """One sentence."""
    code: str = ""
    """Key of ``kdcore.errors.MESSAGES``; empty for an unexpected exception."""
    values: dict[str, Any] = field(default_factory=dict)
    details: str = ""
    """The traceback of an unexpected exception."""

    @property
    def state(self) -> str:
        """``failed``, ``crashed`` or ``interrupted``."""
        return STATE_OF_FAILURE.get(self.code, "failed")

    @classmethod
    def from_error(cls, error: UserError) -> Self:
        """The end by an error that a person can mend."""
        return cls(error=str(error), code=error.code, values=error.values)


def finite(value: Any) -> Any:
    """JSON values in which a number that is not finite, which JSON does not know, is ``None``."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    return value
