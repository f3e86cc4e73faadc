"""A question to the class: its text and options in all languages, and the job that answers it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from dashboard.text.languages import LANGUAGES, words
from dashboard.text.phrases import phrase
from kdcore.errors import UserError

HELPS, WHICH_T, OWN = "helps", "which_t", "own"
KINDS = (HELPS, WHICH_T, OWN)
"""Will distillation help; which T will win; one of the lecturer's own."""
ANSWERS = ("yes", "unclear", "no")
"""Options of ``HELPS``."""
NEXT = "next"
"""In the place of a job: the first one of its kind that begins after the question."""
FEWEST, MOST = 2, 10
"""Options."""
LONGEST = 300
"""Characters of a text."""

Texts = Mapping[str, str]
"""By language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked; the last option of ``WHICH_T`` is that there is no difference."""

    id: str
    kind: str
    text: Texts
    options: Sequence[Texts]
    job: str = ""
    """A run or a sweep whose outcome is the answer; ``NEXT``; empty for none."""
    temperatures: Sequence[float] = ()
    """Of ``WHICH_T``, in the order of the options."""
    asked: float = 0.0
    """Seconds since 1970."""

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Question":
        """The question of these values.

        Raises:
            TypeError: they are of no question.
        """
        return cls(**values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What then happened: the option that came true, as far as is known, and what was measured."""

    option: int | None
    """``None`` where it is not known, or none of them came true."""
    final: bool
    """Whether nothing will change it any more."""
    text: Texts


def helps(question: str, job: str, asked: float) -> Question:
    """Will distillation help?"""
    options = [_texts(f"classroom.helps.{answer}") for answer in ANSWERS]
    text = _texts("classroom.helps.question")
    return Question(id=question, kind=HELPS, text=text, options=options, job=job, asked=asked)


def which_t(question: str, job: str, temperatures: Sequence[float], asked: float) -> Question:
    """Which temperature will win?

    Raises:
        UserError: too few of them to choose from, or too many.
    """
    if not FEWEST <= len(temperatures) < MOST:
        raise UserError("class_options", fewest=FEWEST, most=MOST - 1, given=len(temperatures))
    named = [dict.fromkeys(LANGUAGES, f"T = {one:g}") for one in temperatures]
    return Question(
        id=question,
        kind=WHICH_T,
        text=_texts("classroom.which_t.question"),
        options=[*named, _texts("classroom.which_t.unclear")],
        job=job,
        temperatures=list(temperatures),
        asked=asked,
    )


def own(question: str, text: str, options: Sequence[str], job: str, asked: float) -> Question:
    """One of the lecturer's own, in whatever language.

    Raises:
        UserError: there is no text, or there are too few options or too many.
    """
    told = list(dict.fromkeys(one.strip()[:LONGEST] for one in options if one.strip()))
    if not text.strip():
        raise UserError("class_no_question")
    if not FEWEST <= len(told) <= MOST:
        raise UserError("class_options", fewest=FEWEST, most=MOST, given=len(told))
    return Question(
        id=question,
        kind=OWN,
        text=dict.fromkeys(LANGUAGES, text.strip()[:LONGEST]),
        options=[dict.fromkeys(LANGUAGES, one) for one in told],
        job=job,
        asked=asked,
    )


def _texts(key: str) -> Texts:
    return {language: phrase(words(language), key) for language in LANGUAGES}
