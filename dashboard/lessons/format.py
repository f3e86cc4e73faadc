"""A lesson as it stands in its file: the cards in their order, in both languages.

``docs/lessons.md`` describes the format for those who write one.
"""

import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from typing import Any

from dashboard.lessons.conditions import Comparison, check_can_hold, comparison, is_number, one_of
from dashboard.lessons.measures import MEASURES
from dashboard.lessons.parts import PARAMETERS, PARTS
from dashboard.lessons.problems import LessonError, Problem, Wrong
from dashboard.text.languages import LANGUAGES
from kdcore.errors import UserError
from kdcore.jobs.kind import RUN
from kdcore.jobs.run.config import RunConfig
from kdcore.store import JobFolder

RECORDINGS = Path(__file__).parents[1] / "recordings"
MOST_BYTES = 1 << 20
"""Of a file."""
LONGEST_REASON = 200
"""Characters of why a file cannot be read, which quotes it."""
RUNS = ("lesson", "recording", "new")
"""Which run a card opens: the lesson's, that is a live one with its settings or else the recorded
one; always the recorded one; or none, with the lesson's settings ready to start."""
TEXTS = ("title", "text")
"""What every card says; ``task`` and ``then`` are said where there is something to do or to add."""
OPTIONAL = ("task", "then")
LECTURER = ("ask", "goes_wrong")
"""Lists of sentences for the lecturer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """A question whose answer is measured: which of the ranges between the cuts it falls into."""

    measure: str
    """Of ``MEASURES``."""
    cuts: tuple[float, ...]
    """Ascending; an option more than there are cuts, the lowest range first."""
    later: bool
    """What was measured is shown by a later card that ``reveals``, not by this one."""
    hides: tuple[str, ...]
    """Parts of the page that show it: nobody sees them before the prediction is made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What is seen of a lesson at a time."""

    page: str
    part: str
    """Name of the part that is highlighted; may be empty."""
    run: str
    """One of ``RUNS``, or empty where the page shows none."""
    epoch: float | None
    """Where the transport bar of a recorded or finished run stands at first."""
    parameters: Mapping[str, str]
    """Further parameters of the page's address."""
    done: Comparison | None
    """What completes it; ``None`` where reading does, or a prediction."""
    predict: Prediction | None
    reveals: bool
    """Whether it shows the outcome of the earlier predictions that waited for it."""
    minutes: float
    words: Mapping[str, Mapping[str, Any]]
    """By language: ``TEXTS``, ``OPTIONAL``, and of a prediction ``question`` and ``options``."""

    @property
    def has_transport(self) -> bool:
        """Whether its page shows a moment of the run that can be chosen."""
        return "transport" in PARTS[self.page]

    @property
    def selector(self) -> str:
        """CSS selector of the part; empty where none is highlighted."""
        return PARTS[self.page][self.part] if self.part else ""

    @property
    def hidden(self) -> list[str]:
        """CSS selectors of what is hidden until the prediction is made."""
        return [PARTS[self.page][part] for part in self.predict.hides] if self.predict else []


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """Cards in their order."""

    name: str
    recording: str
    """Id of the run that comes with the program and has these settings."""
    settings: Mapping[str, Any]
    """Of a live run; empty where the lesson has none."""
    cards: tuple[Card, ...]
    words: Mapping[str, Mapping[str, Any]]
    """By language: ``title``, ``about`` and ``LECTURER``."""

    @property
    def minutes(self) -> float:
        """How long it takes in class."""
        return sum(card.minutes for card in self.cards)


def read_lesson(path: Path) -> Lesson:
    """The lesson of a file.

    Raises:
        LessonError: it is none; it names every mistake.
    """
    try:
        tree = _tree(path)
    except Wrong as wrong:
        raise LessonError(path.name, [Problem(0, wrong.code, wrong.values)]) from None
    reader = _Reader(path.stem)
    lesson = reader.lesson(tree)
    if lesson is None or reader.problems:
        raise LessonError(path.name, reader.problems)
    return lesson


def _tree(path: Path) -> dict[str, Any]:
    if not path.stem.isprintable():
        raise Wrong("file_name")
    if path.exists() and not path.is_file():  # a pipe never ends
        raise Wrong("no_file", why="it is no regular file")
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise Wrong("too_large", most=MOST_BYTES)
        text = content.decode("utf-8-sig")  # some editors begin with a byte order mark
        return tomllib.loads(text.replace("\r\n", "\n").replace("\r", "\n"))
    except UnicodeDecodeError:
        raise Wrong("not_utf8") from None
    except OSError as error:
        raise Wrong("no_file", why=error.strerror or str(error)) from None
    except (ValueError, RecursionError) as error:
        raise Wrong("unreadable", why=str(error)[:LONGEST_REASON]) from None


class _Reader:
    """Reads on after a mistake, so that all of them are said at once."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.problems: list[Problem] = []
        self.card = 0

    @contextmanager
    def noted(self) -> Iterator[None]:
        try:
            yield
        except Wrong as wrong:
            self.problems.append(Problem(self.card, wrong.code, wrong.values))

    def lesson(self, tree: Mapping[str, Any]) -> Lesson | None:
        known = {"recording", "settings", "card", *LANGUAGES}
        self._only(tree, known)
        settings, words = {}, {}
        with self.noted():
            settings = _settings(_table(tree, "settings"))
        with self.noted():
            words = self._words(tree, {"title": str, "about": str, "ask": list, "goes_wrong": list})
        recording, epochs = "", float(settings.get("epochs", RunConfig().epochs))
        with self.noted():
            recording = _recording(_needed(tree, "recording"))
            of_recording = JobFolder(RECORDINGS / recording, RUN).config.epochs
            epochs = min(epochs, of_recording) if settings else of_recording
        cards = []
        tables = tree.get("card")
        if not isinstance(tables, list) or not tables:
            self.problems.append(Problem(0, "no_cards", {}))
            return None
        for number, table in enumerate(tables, start=1):
            self.card = number
            with self.noted():
                cards.append(self._card(table, settings, epochs))
        self.card = 0
        return Lesson(
            name=self.name, recording=recording, settings=settings, cards=tuple(cards), words=words
        )

    def _card(self, table: Any, settings: Mapping[str, Any], epochs: float) -> Card:
        if not isinstance(table, dict):
            raise Wrong("no_table", name="card")
        card = {
            "page",
            "part",
            "run",
            "epoch",
            "parameters",
            "done",
            "predict",
            "reveals",
            "minutes",
        }
        self._only(table, card | LANGUAGES.keys())
        page = one_of(_needed(table, "page"), PARTS)
        part = one_of(table.get("part", ""), ("", *PARTS[page]))
        run = one_of(table.get("run", ""), ("", *RUNS))
        if run == "new" and (not settings or page != "live"):
            raise Wrong("new_run")
        parameters = _parameters(_table(table, "parameters"), page)
        done = comparison(_table(table, "done")) if "done" in table else None
        if done:
            check_can_hold(done, page, epochs)
        predict = None
        if "predict" in table:
            predict = _prediction(_table(table, "predict"), page, part)
        if done and predict:
            raise Wrong("done_and_predict")
        return Card(
            page=page,
            part=part,
            run=run,
            epoch=_positive(table, "epoch") if "epoch" in table else None,
            parameters=parameters,
            done=done,
            predict=predict,
            reveals=_flag(table, "reveals"),
            minutes=_positive(table, "minutes") if "minutes" in table else 1.0,
            words=self._card_words(table, done, predict),
        )

    def _card_words(
        self, table: Mapping[str, Any], done: Comparison | None, predict: Prediction | None
    ) -> dict[str, dict[str, Any]]:
        needed: dict[str, type] = dict.fromkeys(TEXTS, str)
        if done:
            needed["task"] = str
        if predict:
            needed |= {"question": str, "options": list}
        words = self._words(table, needed, OPTIONAL)
        for language, texts in words.items():
            for text in texts.values():
                for one in text if isinstance(text, list) else [text]:
                    check_placeholders(one)
            if predict and len(texts["options"]) != len(predict.cuts) + 1:
                raise Wrong("options", language=language, count=len(predict.cuts) + 1)
        return words

    def _words(
        self, table: Mapping[str, Any], needed: Mapping[str, type], optional: tuple[str, ...] = ()
    ) -> dict[str, dict[str, Any]]:
        """The texts by language: each has the same ones."""
        found = {language: dict(_table(table, language)) for language in LANGUAGES}
        for language, texts in found.items():
            for name, kind in needed.items():
                if not texts.get(name):
                    raise Wrong("no_text", language=language, name=name)
                _check_text(language, name, texts[name], kind)
            for name in optional:
                _check_text(language, name, texts.get(name, ""), str)
            for name in texts.keys() - {*needed, *optional}:
                raise Wrong("unknown_key", name=f"{language}.{name}")
        if len({frozenset(texts) for texts in found.values()}) > 1:
            raise Wrong("languages_differ")
        return found

    def _only(self, table: Mapping[str, Any], known: set[str]) -> None:
        for name in table.keys() - known:
            self.problems.append(Problem(self.card, "unknown_key", {"name": name}))


def _check_text(language: str, name: str, found: Any, kind: type) -> None:
    texts = found if kind is list and isinstance(found, list) else [found]
    if not isinstance(found, kind) or not all(isinstance(text, str) for text in texts):
        raise Wrong("no_text", language=language, name=name)


def _recording(name: Any) -> str:
    known = sorted(path.parent.name for path in RECORDINGS.glob("*/events.jsonl"))
    if not isinstance(name, str) or name not in known:
        raise Wrong("recording", name=str(name)[:LONGEST_REASON], allowed=", ".join(known))
    return name


def _parameters(table: Mapping[str, Any], page: str) -> dict[str, str]:
    """As the address has them."""
    found = {}
    for name, value in table.items():
        one_of(name, PARAMETERS.get(page, frozenset()))
        if not isinstance(value, str | int | float):
            raise Wrong("parameter", name=name)
        found[name] = str(int(value) if isinstance(value, bool) else value)
    return found


def _settings(changes: Mapping[str, Any]) -> dict[str, Any]:
    for name in changes:
        one_of(name, RunConfig().to_dict())
    try:
        RunConfig(**changes)
    except (UserError, TypeError) as error:
        raise Wrong("settings", why=str(error)) from None
    return dict(changes)


def _prediction(table: Mapping[str, Any], page: str, part: str) -> Prediction:
    measure = one_of(_needed(table, "measure"), MEASURES)
    for name in table.keys() - {"measure", "cuts", "later", "hides"}:
        raise Wrong("unknown_key", name=f"predict.{name}")
    cuts = table.get("cuts")
    if not isinstance(cuts, list) or not cuts or not all(map(is_number, cuts)):
        raise Wrong("cuts")
    if sorted(set(cuts)) != cuts or MEASURES[measure].is_text:
        raise Wrong("cuts")
    return Prediction(
        measure=measure,
        cuts=tuple(cuts),
        later=_flag(table, "later"),
        hides=_hides(table.get("hides", False), page, part),
    )


def _hides(value: Any, page: str, part: str) -> tuple[str, ...]:
    """Names of parts; ``true`` is the part that the card speaks of."""
    if isinstance(value, list):
        for name in value:
            one_of(name, PARTS[page])
        return tuple(value)
    if not isinstance(value, bool):
        raise Wrong("hides")
    if value and not part:
        raise Wrong("hides_nothing")
    return (part,) if value else ()


def without_figures(text: str) -> str:
    """A text as it reads before anything is measured: an ellipsis in the place of each figure.

    Example:
        >>> without_figures("{accuracy_plain} of {{0, 1}}")
        '… of {0, 1}'
    """
    filled = (
        (before, "" if name is None else "…") for before, name, _, _ in Formatter().parse(text)
    )
    return "".join(part for parts in filled for part in parts)


def check_placeholders(text: str) -> None:
    """Raise ``Wrong`` where a brace of ``text`` is none that the browser fills in."""
    try:
        found = list(Formatter().parse(text))
    except ValueError as error:
        raise Wrong("placeholder", text=text[:LONGEST_REASON], why=str(error)) from None
    for _, name, form, conversion in found:
        if name is not None:
            one_of(name, MEASURES)
            if form or conversion or f"{{{name}}}" not in text:
                raise Wrong("placeholder", text=text[:LONGEST_REASON], why=f"{name}:…")


def _needed(table: Mapping[str, Any], name: str) -> Any:
    if name not in table:
        raise Wrong("missing", name=name)
    return table[name]


def _table(table: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = table.get(name, {})
    if not isinstance(found, dict):
        raise Wrong("no_table", name=name)
    return found


def _flag(table: Mapping[str, Any], name: str) -> bool:
    value = table.get(name, False)
    if not isinstance(value, bool):
        raise Wrong("no_flag", name=name)
    return value


def _positive(table: Mapping[str, Any], name: str) -> float:
    value = table[name]
    if not is_number(value) or value < 0:
        raise Wrong("no_number", name=name)
    return float(value)
