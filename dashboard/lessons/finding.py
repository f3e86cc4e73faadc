"""Which lessons there are: those that come with the program, and those of a folder of one's own."""

import os
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from dashboard.lessons.format import Lesson, read_lesson
from dashboard.lessons.problems import LessonError, Problem

BUNDLED = Path(__file__).parent / "bundled"
OWN = "KDCORE_LESSONS"
"""Environment variable: a folder with lessons of one's own."""
ORDER = (
    "soft-label",
    "temperature",
    "t-squared",
    "few-labels",
    "missing-three",
    "believe-ninety",
    "no-help",
)
"""Of those that come with the program; one builds on the other."""


@dataclass(frozen=True, slots=True)
class Lessons:
    """Those that can be read, in their order, and what is wrong with the others."""

    found: dict[str, Lesson] = field(default_factory=dict)
    errors: list[LessonError] = field(default_factory=list)


def lessons() -> Lessons:
    """All lessons: the bundled ones, then one's own; one of the same name takes its place."""
    found = Lessons()
    paths = [BUNDLED / f"{name}.toml" for name in ORDER]
    if own := os.environ.get(OWN, ""):
        try:
            paths += sorted(path for path in _folder(own).iterdir() if path.suffix == ".toml")
        except OSError as error:
            problem = Problem(0, "no_folder", {"name": OWN, "why": error.strerror or str(error)})
            found.errors.append(LessonError(own, [problem]))
    for path in paths:
        try:
            lesson = _read(path, path.stat().st_mtime_ns if path.exists() else 0)
        except LessonError as error:
            found.errors.append(error)
        else:
            found.found[lesson.name] = lesson
    return found


def _folder(text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError:  # nobody has the name after the tilde
        return Path(text)


@lru_cache(maxsize=64)
def _read(path: Path, _changed: int) -> Lesson:
    return read_lesson(path)
