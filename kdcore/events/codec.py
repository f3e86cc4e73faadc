"""From JSON values back to events."""

import json
from dataclasses import is_dataclass
from functools import cache
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from kdcore.events.base import EVENTS, Event


def from_dict(values: dict[str, Any]) -> Event:
    """The event of the values that ``to_dict`` made; keys that it does not know are left out."""
    return _from_json_value(EVENTS[values["event"]], values)  # type: ignore[no-any-return]


def from_json(line: str) -> Event:
    """The event of one line of ``to_json``."""
    return from_dict(json.loads(line))


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _from_json_value(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, UnionType):
        return _from_json_value(
            next(part for part in get_args(kind) if part is not type(None)), value
        )
    if isinstance(kind, type) and is_dataclass(kind):
        hints = _hints(kind)
        return kind(
            **{
                name: _from_json_value(hints[name], item)
                for name, item in value.items()
                if name in hints
            }
        )
    if get_origin(kind) is list and _holds_records(kind):
        return [_from_json_value(get_args(kind)[0], item) for item in value]
    if get_origin(kind) is dict and _holds_records(kind):
        return {name: _from_json_value(get_args(kind)[1], item) for name, item in value.items()}
    return value


@cache
def _holds_records(kind: Any) -> bool:
    """Whether there is anything but JSON values in a list or a dict, or in those within it."""
    return is_dataclass(kind) or any(map(_holds_records, get_args(kind)))
