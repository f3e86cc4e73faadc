"""From JSON values back to events."""

import json
from dataclasses import is_dataclass
from functools import cache
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from kdcore.events.base import Event
from kdcore.events.choice import ChoiceFinished, ChoiceStarted, TeacherJudged
from kdcore.events.preview import Preview
from kdcore.events.run import (
    Batch,
    Epoch,
    Failed,
    Finished,
    Paused,
    Prepared,
    Progress,
    Resumed,
    Retuned,
    Snapshot,
    Started,
    TeacherEpoch,
)
from kdcore.events.search import (
    SearchFinished,
    SearchPrepared,
    SearchStarted,
    TrialEnded,
    TrialScored,
    TrialStarted,
)
from kdcore.events.shrink import ShrinkFinished, ShrinkStarted, StageBegan, StageEnded, StageEpoch
from kdcore.events.sweep import (
    CellsEnded,
    CellsScored,
    GroupRetried,
    SweepFinished,
    SweepPrepared,
    SweepProgress,
    SweepStarted,
)

KINDS: dict[str, type[Event]] = {
    event.kind: event
    for event in (
        Started,
        Progress,
        TeacherEpoch,
        Prepared,
        Batch,
        Epoch,
        Snapshot,
        Retuned,
        Paused,
        Resumed,
        Finished,
        Failed,
        SweepStarted,
        SweepPrepared,
        SweepProgress,
        CellsScored,
        CellsEnded,
        GroupRetried,
        SweepFinished,
        SearchStarted,
        SearchPrepared,
        TrialStarted,
        TrialScored,
        TrialEnded,
        SearchFinished,
        ChoiceStarted,
        TeacherJudged,
        ChoiceFinished,
        ShrinkStarted,
        StageBegan,
        StageEpoch,
        StageEnded,
        ShrinkFinished,
        Preview,
    )
}

ENDS = (
    Finished.kind,
    Failed.kind,
    SweepFinished.kind,
    SearchFinished.kind,
    ChoiceFinished.kind,
    ShrinkFinished.kind,
)


def from_dict(values: dict[str, Any]) -> Event:
    """The event that ``to_dict`` told; keys that it does not know are left out."""
    return _revive(KINDS[values["event"]], values)  # type: ignore[no-any-return]


def from_json(line: str) -> Event:
    """The event of one line of ``to_json``."""
    return from_dict(json.loads(line))


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _revive(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, UnionType):
        return _revive(next(part for part in get_args(kind) if part is not type(None)), value)
    if isinstance(kind, type) and is_dataclass(kind):
        hints = _hints(kind)
        return kind(
            **{name: _revive(hints[name], item) for name, item in value.items() if name in hints}
        )
    if get_origin(kind) is list and is_dataclass(get_args(kind)[0]):
        return [_revive(get_args(kind)[0], item) for item in value]
    if get_origin(kind) is dict and is_dataclass(get_args(kind)[1]):
        return {name: _revive(get_args(kind)[1], item) for name, item in value.items()}
    return value
