"""Texts: numbers of words or characters."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from kdcore.inputs.kind import InputKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    import torch
    from torch import Tensor

PADDING, UNKNOWN = 0, 1
"""Numbers of what fills a short text up, and of what is not in the vocabulary."""
SPECIAL = ("", "\N{WHITE SQUARE}")
"""How the two are shown."""
_ALONE = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
"""Kana and ideographs: they are written without blanks between words."""
_WORD = re.compile(rf"[{_ALONE}]|[^\W_{_ALONE}]+(?:['’][^\W_{_ALONE}]+)*|[!?！？]")
_BETWEEN = re.compile(rf"(?<=[{_ALONE}]) (?=[{_ALONE}])| (?=[!?！？])")
"""Blanks that nobody writes."""
FEW = 8_000
"""Training examples."""
MOST_LISTED = 240
"""Characters of an example in a preview."""


def words(text: str) -> list[str]:
    """Words in lower case, exclamation and question marks; of Chinese and Japanese characters.

    Example:
        >>> words("It's GOOD – isn’t it? 很好")
        ["it's", 'good', 'isn’t', 'it', '?', '很', '好']
    """
    return _WORD.findall(text.lower())


def characters(text: str) -> list[str]:
    """Characters in lower case; any blank space counts as one blank.

    Example:
        >>> characters("Ça  va?")
        ['ç', 'a', ' ', 'v', 'a', '?']
    """
    return list(" ".join(unicodedata.normalize("NFC", text).lower().split()))


UNITS: Mapping[str, Callable[[str], list[str]]] = {"words": words, "characters": characters}
"""What texts are cut into, by the name of it."""


@dataclass(frozen=True, slots=True)
class Text(InputKind):
    """Stored as ``[n, length]`` int32, numbers of the vocabulary; networks take the same.

    Args:
        vocabulary: the text of each number; ``SPECIAL`` comes first.
        unit: one of ``UNITS``.
    """

    name: ClassVar[str] = "text"
    axes: ClassVar[int] = 2
    shown_as: ClassVar[str] = "texts"
    mixable: ClassVar[bool] = False
    differentiable: ClassVar[bool] = False
    linear: ClassVar[bool] = False

    vocabulary: tuple[str, ...] = SPECIAL
    unit: str = "words"

    def __post_init__(self) -> None:
        object.__setattr__(self, "vocabulary", tuple(self.vocabulary))  # JSON has lists

    def model_shape(self, stored: tuple[int, ...]) -> tuple[int, ...]:
        """``(length, vocabulary)``: the shape that the text would have as one-hot vectors."""
        return (*stored, len(self.vocabulary))

    def statistics(self, inputs: "Tensor") -> "tuple[Tensor, Tensor]":
        """0 and 1: numbers of words have no mean."""
        return inputs.new_zeros(()).float(), inputs.new_ones(()).float()

    def to_network(self, inputs: "Tensor", mean: "Tensor", std: "Tensor") -> "Tensor":
        """The numbers as they are."""
        del mean, std
        return inputs.clone()

    def stored(self, values: "Tensor") -> "Tensor":
        """What is no number of the vocabulary counts as unknown."""
        known = (values >= 0) & (values < len(self.vocabulary)) & (values == values.round())
        return values.where(known, UNKNOWN).int()

    def zeros(self, shape: tuple[int, ...], like: "Tensor") -> "Tensor":
        """A text of unknown words."""
        return like.new_full((1, shape[0]), UNKNOWN).int()

    def bounds(self, inputs: "Tensor", mean: "Tensor", std: "Tensor") -> "tuple[Tensor, Tensor]":
        """Of the numbers."""
        del mean, std
        return inputs.new_zeros(()), inputs.new_full((), len(self.vocabulary) - 1)

    def random(
        self,
        size: int,
        shape: tuple[int, ...],
        mean: "Tensor",
        std: "Tensor",
        generator: "torch.Generator",
    ) -> "Tensor":
        """Every number of the vocabulary is as likely as another, that of padding too."""
        del std
        drawn = mean.new_empty((size, *shape), device="cpu").int()
        return drawn.random_(len(self.vocabulary), generator=generator)

    def noise(
        self,
        size: int,
        inputs: "Tensor",
        mean: "Tensor",
        std: "Tensor",
        generator: "torch.Generator",
    ) -> "Tensor":
        """Each word drawn from all words of the training data: as common, in no order."""
        del mean, std
        pool = inputs.cpu().flatten()
        pool = pool[pool != PADDING]
        if not len(pool):
            return inputs.new_zeros((size, inputs.shape[1])).cpu()
        drawn = pool[
            pool.new_zeros((size, inputs.shape[1])).long().random_(len(pool), generator=generator)
        ]
        lengths = (inputs.cpu() != PADDING).sum(1)
        lengths = lengths[lengths.new_zeros(size).random_(len(lengths), generator=generator)]
        places = lengths.new_ones(inputs.shape[1]).cumsum(0) - 1
        return drawn.where(places < lengths[:, None], PADDING)

    def suited_pair(self, shape: tuple[int, ...], examples: int) -> tuple[str, str]:
        """A teacher that reads pieces of a text; a student that does too, or reads words alone."""
        del shape
        if self.is_joined:
            return "text_cnn:96", "text_cnn:16"
        return (
            ("text_cnn:32", "embedding_bag:2")
            if examples < FEW
            else ("text_cnn:96,16", "embedding_bag:8")
        )

    def description(self, shape: tuple[int, ...]) -> str:
        """How long, and of how many different words."""
        length, size = shape
        return f"texts of up to {length:,} {self.unit}, {size:,} different ones"

    def listed(self, values: "Tensor", digits: "Sequence[int]") -> list[Any]:
        """Its beginning, as one string in a list."""
        del digits
        whole = self.text_of(values.int().tolist())
        return [whole if len(whole) <= MOST_LISTED else whole[:MOST_LISTED].rstrip() + " …"]

    def shown(self, inputs: "Tensor") -> dict[str, np.ndarray]:
        """``texts``: int32 ``[n, length]``, numbers of the lines of ``text_tokens``, in UTF-8.

        The first line stands for padding. ``text_numbers``, ``[1, lines]``, are the numbers of
        the lines in the vocabulary. ``text_tokens`` is ``[1, bytes]``; ``text_joined`` is 1 where
        tokens follow each other without a blank.
        """
        numbers = inputs.cpu().numpy().astype(np.int32)
        used, places = np.unique(np.append(numbers.ravel(), PADDING), return_inverse=True)
        lines = "\n".join(self.vocabulary[at] for at in used)
        return {
            "texts": places[:-1].reshape(numbers.shape).astype(np.int32),
            "text_tokens": np.frombuffer(lines.encode(), dtype=np.uint8)[None],
            "text_numbers": used[None].astype(np.int32),
            "text_joined": np.array([self.is_joined], dtype=np.uint8),
        }

    @property
    def is_joined(self) -> bool:
        """Whether tokens follow each other without a blank: characters, not words."""
        return self.unit == "characters"

    @property
    def identity(self) -> bytes:
        """The vocabulary and the unit."""
        return repr((self.unit, self.vocabulary)).encode()

    @property
    def settings(self) -> dict[str, Any]:
        """Vocabulary and unit."""
        return {"vocabulary": list(self.vocabulary), "unit": self.unit}

    def numbers_of(self, text: str, length: int) -> list[int]:
        """A text as it is stored; see ``fitted``."""
        numbers = {token: at for at, token in enumerate(self.vocabulary) if at >= len(SPECIAL)}
        found = [numbers.get(token, UNKNOWN) for token in UNITS[self.unit](text)]
        return [int(at) for at in fitted(np.array(found, dtype=np.int32), length)]

    def tokens_of(self, numbers: "Sequence[int]") -> list[str]:
        """The tokens of a stored text, without what fills it up."""
        return [self.vocabulary[at] for at in numbers if at != PADDING]

    def text_of(self, numbers: "Sequence[int]") -> str:
        """The same as one string; ideographs stand side by side."""
        found = self.tokens_of(numbers)
        if self.is_joined:
            return "".join(found)
        joined = " ".join(found)
        return _BETWEEN.sub("", joined)


def fitted(numbers: np.ndarray, length: int) -> np.ndarray:
    """``[n]`` → ``[length]``: filled up at the end, or its first and its last half.

    Example:
        >>> fitted(np.array([5, 6, 7, 8, 9]), 4).tolist()
        [5, 6, 8, 9]
        >>> fitted(np.array([5, 6]), 4).tolist()
        [5, 6, 0, 0]
    """
    if len(numbers) > length:
        last = length // 2
        return np.concatenate([numbers[: length - last], numbers[len(numbers) - last :]])
    return np.pad(numbers, (0, length - len(numbers)), constant_values=PADDING)
