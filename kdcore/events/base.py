"""What all events have in common: frozen records of JSON values."""

import json
import math
from dataclasses import asdict, dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Base of all events."""

    kind: ClassVar[str]

    def to_dict(self) -> dict[str, Any]:
        """JSON values; a number that is not finite becomes ``None``."""
        values: dict[str, Any] = finite(asdict(self))
        return {"event": self.kind} | values

    def to_json(self) -> str:
        """One line of JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False, separators=(",", ":"))


def finite(value: Any) -> Any:
    """JSON values in which a number that is not finite, which JSON does not know, is ``None``."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    return value
