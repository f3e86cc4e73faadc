"""What a job came to, read off its events."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from kdcore.errors import UserError
from kdcore.events import Epoch, Event, Finished, Prepared, Retuned, Scores
from kdcore.store.event_folder import EventFolder, state_of
from kdcore.store.kinds import JobFolder


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run, or another kind of job, at a glance."""

    id: str
    created: float
    """Seconds since 1970."""
    state: str
    """See ``state_of``; ``damaged`` where the settings cannot be read."""
    config: dict[str, Any]
    """As JSON values; empty where they cannot be read."""
    epochs: int = 0
    seconds: float | None = None
    teacher: float | None = None
    """Test accuracies of the last evaluation; none for a job that is not a run."""
    plain: float | None = None
    distilled: float | None = None
    note: str = ""
    turned: dict[str, float] = field(default_factory=dict)
    """The controls that a person moved during the run, with the value that each had last."""
    kind: str = "run"


def described(folder: JobFolder, kind: str) -> RunRow:
    """The row of a folder that exists, however damaged it is."""
    events = folder.events()
    settings: dict[str, Any] = {}
    state = "damaged"
    try:
        folder.config  # noqa: B018  (that it can be read is what tells settings from anything else)
        settings, state = folder.settings, state_of(events, held=folder.held)
    except UserError:
        pass
    return RunRow(
        id=folder.id,
        created=created_at(folder),
        state=state,
        config=settings,
        note=_note(folder),
        kind=kind,
        **_outcome(events),
    )


def created_at(folder: EventFolder) -> float:
    """When the settings were written, in seconds since 1970."""
    try:
        return (folder.path / "config.json").stat().st_mtime
    except OSError:
        return 0.0


def _note(folder: EventFolder) -> str:
    try:
        return (folder.path / "note.txt").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _outcome(events: Iterable[Event]) -> dict[str, Any]:
    """Epochs, seconds, the accuracies of the last evaluation, what was turned."""
    epochs, seconds, teacher = 0, None, None
    students: dict[str, Scores] = {}
    turned: dict[str, float] = {}
    for event in events:
        match event:
            case Prepared():
                teacher = event.teacher
            case Epoch():
                epochs, students = event.epoch, event.students
            case Retuned():
                turned[event.name] = event.value
            case Finished():
                epochs, seconds = event.epochs, event.seconds
                students = event.students or students
    learners = {"teacher": teacher} | {name: students.get(name) for name in ("plain", "distilled")}
    accuracies = {name: scores and scores.test_accuracy for name, scores in learners.items()}
    return accuracies | {"epochs": epochs, "seconds": seconds, "turned": turned}
