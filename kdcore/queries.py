"""Questions to a run's learners and what they answer: JSON values both ways, no torch.

``Predict`` asks for logits, ``Layers`` for the weights of small learners, ``DecisionMap`` for the
answer at every place of a plane, ``UnitMap`` for a hidden unit's activation there, ``Step`` for the
logits after one step of a copy of a student, ``Words`` for what each word of a text carries.
A question changes nothing; see ``docs/asking.md``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar, Self

from kdcore.errors import UserError

MOST_INPUTS, MOST_NUMBERS = 64, 1 << 18
"""Of one ``Predict``."""
MOST_UNITS = 64
"""Of one ``UnitMap``."""
MOST_WEIGHTS = 1 << 19
"""Of all learners together that ``Layers`` are told of."""
MOST_MAP_CLASSES = 256
"""That a map tells apart: each place is a byte."""
LEAST_SIDE, MOST_SIDE = 2, 160
"""Places of a map along each axis."""
LOWEST_TEMPERATURE, HIGHEST_TEMPERATURE = 0.1, 100.0
LARGEST = 1e9
"""Of the numbers that a question may hold."""
MOST_TEXTS, LONGEST_TEXT = 8, 20_000
"""Of one ``Words``: texts, and characters of each."""
MOST_WORD_CLASSES = 16
"""Of one text, the likeliest ones."""
MOST_STEP_INPUTS = 16
"""Of one ``Step``."""
HIGHEST_WEIGHTS = {"convex": 1.0, "additive": 100.0}
"""λ by the way in which the terms are mixed."""
OPTIMIZERS = ("adam", "sgd", "gd", "muon")
STEPPING = ("distilled", "plain")
"""Whose copy may take a step."""

QUERIES: dict[str, "type[Query]"] = {}
"""Every question by its name in JSON; a class enters itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Base of all questions."""

    kind: ClassVar[str]

    def __init_subclass__(cls) -> None:
        if "kind" in vars(cls):
            QUERIES[cls.kind] = cls

    def to_dict(self) -> dict[str, Any]:
        """JSON values."""
        return {"query": self.kind} | asdict(self)

    @classmethod
    def from_fields(cls, values: Mapping[str, Any]) -> Self:
        """The question with these fields, whoever sent them.

        Raises:
            UserError: one is unknown, missing or holds what it may not.
        """
        known = {field.name for field in fields(cls)}
        for name in values:
            if name not in known:
                raise bad_query(name, ", ".join(sorted(known)))
        try:
            return cls(**values)
        except TypeError:
            raise bad_query(cls.kind, ", ".join(sorted(known))) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Predict(Query):
    """What do all learners say to these inputs?

    Example:
        >>> query_from_dict({"query": "predict", "inputs": [[0, 1.5]]})
        Predict(inputs=((0.0, 1.5),))
    """

    kind = "predict"

    inputs: tuple[tuple[float, ...], ...]
    """One row of numbers an input, in the units in which the data were brought (pixels of MNIST:
    from 0 to 255); of an image channel by channel, each row by row."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "inputs", _input_rows(self.inputs, MOST_INPUTS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Layers(Query):
    """Which linear layers are the learners made of, for whoever wants to compute their answers?

    Example:
        >>> query_from_dict({"query": "layers"})
        Layers()
    """

    kind = "layers"


@dataclass(frozen=True, slots=True, kw_only=True)
class MapQuery(Query):
    """A question about every place of the plane, for data of two features.

    The places are the middles of ``side`` × ``side`` equal fields between two corners. Without
    corners the plane reaches 2.5 standard deviations from the mean of the training inputs.
    """

    side: int = 60
    low: tuple[float, ...] = ()
    """The lower corner, ``(x, y)``."""
    high: tuple[float, ...] = ()
    """The upper corner."""

    def __post_init__(self) -> None:
        _check_whole("side", self.side, LEAST_SIDE, MOST_SIDE)
        low, high = _numbers("low", self.low), _numbers("high", self.high)
        if not (len(low) == len(high) in (0, 2)):
            raise bad_query("low, high", "[x, y]")
        if any(first >= second for first, second in zip(low, high, strict=True)):
            raise bad_query("low, high", "low < high")
        object.__setattr__(self, "low", low)
        object.__setattr__(self, "high", high)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionMap(MapQuery):
    """Which class does every learner give each place of the plane, and how sure is it?"""

    kind = "decision_map"

    temperature: float = 1.0
    """By which logits are divided before the softmax; it changes how sure a learner is, not what
    it answers."""

    def __post_init__(self) -> None:
        MapQuery.__post_init__(self)
        object.__setattr__(self, "temperature", _temperature(self.temperature))


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitMap(MapQuery):
    """What do hidden units of a learner answer to each place of the plane?"""

    kind = "unit_map"

    learner: str
    layer: int = 0
    """Of the hidden layers, from 0; after its activation function."""
    units: tuple[int, ...] = ()
    """From 0; none means the first 64 of the layer."""

    def __post_init__(self) -> None:
        MapQuery.__post_init__(self)
        if not isinstance(self.learner, str) or len(self.learner) > 40:
            raise bad_query("learner", "teacher, plain, distilled")
        _check_whole("layer", self.layer, 0, 1000)
        units = _sequence("units", self.units, 0, MOST_UNITS)
        for unit in units:
            _check_whole("units", unit, 0, 1 << 20)
        object.__setattr__(self, "units", tuple(units))


@dataclass(frozen=True, slots=True, kw_only=True)
class Step(Query):
    """What would one step of distillation on this batch do to a student?

    A copy of the student takes it, with Hinton's soft targets whatever the method of the run, and
    with an optimiser that has taken no step before.

    Example:
        >>> Step(inputs=((0, 1.5),), labels=(1,), temperature=4).hard_weight
        0.5
    """

    kind = "step"

    inputs: tuple[tuple[float, ...], ...]
    """As of ``Predict``."""
    labels: tuple[int, ...]
    """Number of the class, one an input."""
    learner: str = "distilled"
    temperature: float = 4.0
    weight: float = 0.5
    """λ of the soft term."""
    mixing: str = "convex"
    """``convex``: (1−λ)·hard + λ·soft; ``additive``: hard + λ·soft."""
    optimizer: str = "adam"
    lr: float = 0.003

    def __post_init__(self) -> None:
        inputs = _input_rows(self.inputs, MOST_STEP_INPUTS)
        labels = tuple(_sequence("labels", self.labels, len(inputs), len(inputs)))
        for label in labels:
            _check_whole("labels", label, 0, 1 << 20)
        _check_one_of("learner", self.learner, STEPPING)
        _check_one_of("mixing", self.mixing, tuple(HIGHEST_WEIGHTS))
        _check_one_of("optimizer", self.optimizer, OPTIMIZERS)
        weight = _number("weight", self.weight, 0.0, HIGHEST_WEIGHTS[self.mixing])
        object.__setattr__(self, "inputs", inputs)
        object.__setattr__(self, "labels", labels)
        object.__setattr__(self, "temperature", _temperature(self.temperature))
        object.__setattr__(self, "weight", weight)
        object.__setattr__(self, "lr", _number("lr", self.lr, 0.0, 100.0))

    @property
    def hard_weight(self) -> float:
        """Of the cross-entropy with the labels."""
        return 1 - self.weight if self.mixing == "convex" else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Words(Query):
    """What do the learners say to these texts, and which words carry it?

    Example:
        >>> query_from_dict({"query": "words", "texts": ["a fine film"]})
        Words(texts=('a fine film',), inputs=())
    """

    kind = "words"

    texts: tuple[str, ...] = ()
    """As somebody writes them."""
    inputs: tuple[tuple[float, ...], ...] = ()
    """Instead of ``texts``: numbers of the vocabulary, one row a text, as the data hold them."""

    def __post_init__(self) -> None:
        texts = tuple(_sequence("texts", self.texts, 0, MOST_TEXTS))
        for text in texts:
            if not isinstance(text, str) or len(text) > LONGEST_TEXT:
                raise bad_query("texts", f"≤ {LONGEST_TEXT}")
        if bool(texts) == bool(self.inputs):
            raise bad_query("texts", "texts | inputs")
        object.__setattr__(self, "texts", texts)
        rows = _input_rows(self.inputs, MOST_TEXTS) if self.inputs else ()
        object.__setattr__(self, "inputs", rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Base of what is answered."""

    epoch: float | None
    """Of a live run how far its students are, in epochs; ``None``: they are trained, as stored."""

    def to_dict(self) -> dict[str, Any]:
        """JSON values."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Logits(Answer):
    """To a ``Predict``."""

    classes: list[str]
    logits: dict[str, list[list[float]]]
    """By learner, ``[inputs, classes]``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearLayers(Answer):
    """To ``Layers``."""

    classes: list[str]
    layers: dict[str, list[dict[str, str]]]
    """By learner its layers from the input to the logits, with max(0, ·) between them: ``weights``,
    base64 of little-endian float32 ``[units, inputs]``, and ``bias``, ``[units]``. The first takes
    inputs in the units in which the data were brought. Empty where a learner is made of anything
    else, or where all together have more than ``MOST_WEIGHTS`` weights."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassMap:
    """What one learner says; both are base64 of uint8 ``[side, side]``, the lowest y first."""

    classes: str
    """The number of the likeliest class."""
    confidence: str
    """Its probability times 255, rounded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassMaps(Answer):
    """To a ``DecisionMap``."""

    classes: list[str]
    side: int
    low: list[float]
    high: list[float]
    maps: dict[str, ClassMap]
    """By learner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitMaps(Answer):
    """To a ``UnitMap``."""

    side: int
    low: list[float]
    high: list[float]
    layers: list[int]
    """Units of each hidden layer of the learner."""
    units: list[int]
    """Those that are shown."""
    values: str
    """Base64 of little-endian float32 ``[units, side, side]``, the lowest y first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLogits(Answer):
    """To a ``Step``; each ``[inputs, classes]``."""

    classes: list[str]
    teacher: list[list[float]]
    before: list[list[float]]
    """The student's as it is."""
    after: list[list[float]]
    """Those of the copy that has taken the step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WordShares(Answer):
    """To ``Words``."""

    classes: list[str]
    tokens: list[list[str]]
    """Of each text as the learners read it, in the order of the text."""
    joined: bool
    """Whether tokens follow each other without a blank: characters, not words."""
    logits: dict[str, list[list[float]]]
    """By learner, ``[texts, classes]``."""
    numbers: list[list[int]]
    """Of the classes that ``shares`` are about, by text: the likeliest of the first learner."""
    shares: dict[str, list[list[list[float]]]]
    """By learner, ``[texts, numbers, tokens]``: gradient times input, see
    ``kdcore.training.word_shares``."""


ANSWERS: dict[str, type[Answer]] = {
    Predict.kind: Logits,
    Layers.kind: LinearLayers,
    DecisionMap.kind: ClassMaps,
    UnitMap.kind: UnitMaps,
    Step.kind: StepLogits,
    Words.kind: WordShares,
}
"""By the question's name."""


def query_from_dict(values: Any) -> Query:
    """The question that JSON values describe, whoever sent them.

    Raises:
        UserError: they describe none.
    """
    if not isinstance(values, Mapping):
        raise bad_query("query", ", ".join(QUERIES))
    name = values.get("query")
    if not isinstance(name, str) or name not in QUERIES:
        raise bad_query("query", ", ".join(QUERIES))
    return QUERIES[name].from_fields(
        {key: value for key, value in values.items() if key != "query"}
    )


def answer_from_dict(query: Query, values: Mapping[str, Any]) -> Answer:
    """The answer to ``query`` that ``to_dict`` described."""
    found = ANSWERS[query.kind](**values)
    if isinstance(found, ClassMaps):
        maps: dict[str, Any] = found.maps
        object.__setattr__(found, "maps", {name: ClassMap(**one) for name, one in maps.items()})
    return found


def bad_query(part: str, allowed: str) -> UserError:
    """A part holds what it may not; ``allowed`` says it in signs, which any language has."""
    return UserError("bad_query", part=part, allowed=allowed)


def _input_rows(inputs: Any, most: int) -> tuple[tuple[float, ...], ...]:
    rows = _sequence("inputs", inputs, 1, most)
    numbers = tuple(_numbers("inputs", row) for row in rows)
    if len({len(row) for row in numbers}) > 1:
        raise bad_query("inputs", "[n, m]")
    if sum(map(len, numbers)) > MOST_NUMBERS:
        raise bad_query("inputs", f"≤ {MOST_NUMBERS}")
    return numbers


def _temperature(value: Any) -> float:
    return _number("temperature", value, LOWEST_TEMPERATURE, HIGHEST_TEMPERATURE)


def _number(name: str, value: Any, low: float, high: float) -> float:
    (found,) = _numbers(name, [value])
    if not low <= found <= high:
        raise bad_query(name, f"{low:g} … {high:g}")
    return found


def _check_one_of(name: str, value: Any, allowed: Sequence[str]) -> None:
    if value not in allowed:
        raise bad_query(name, ", ".join(allowed))


def _check_whole(name: str, value: Any, low: int, high: int) -> None:
    if type(value) is not int or not low <= value <= high:
        raise bad_query(name, f"{low} … {high}")


def _sequence(name: str, values: Any, least: int, most: int) -> Sequence[Any]:
    if not isinstance(values, list | tuple) or not least <= len(values) <= most:
        raise bad_query(name, f"[{least} … {most}]")
    return values


def _numbers(name: str, values: Any) -> tuple[float, ...]:
    found = tuple(_sequence(name, values, 0, MOST_NUMBERS))
    for value in found:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not (number and abs(value) <= LARGEST):  # NaN is not either
            raise bad_query(name, f"±{LARGEST:g}")
    return tuple(map(float, found))
