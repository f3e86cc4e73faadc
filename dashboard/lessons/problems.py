"""What is wrong with a lesson's file, found out piece by piece and said all at once."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from dashboard.text.phrases import Words, phrase


class Problem(NamedTuple):
    """One mistake: where it is, and the text ``lessons.problem.CODE`` with its values."""

    card: int
    """Counted from 1; 0 is the lesson as a whole."""
    code: str
    values: dict[str, Any]


class Wrong(Exception):
    """A value that cannot be used; the caller knows where it stands."""

    def __init__(self, code: str, **values: Any) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


class LessonError(Exception):
    """A file that is no lesson, with everything that is wrong with it."""

    def __init__(self, file: str, problems: Iterable[Problem]) -> None:
        self.file = file
        self.problems = list(problems)
        super().__init__(f"{file}: {len(self.problems)} problems")

    def lines(self, words: Words) -> list[str]:
        """A sentence for each mistake, in the words' language."""
        lines = []
        for problem in self.problems:
            where = self.file
            if problem.card:
                where = phrase(words, "lessons.problem.card", file=self.file, number=problem.card)
            what = phrase(words, f"lessons.problem.{problem.code}", **problem.values)
            lines.append(phrase(words, "lessons.problem.line", where=where, what=what))
        return lines
