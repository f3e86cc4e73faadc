"""From texts to numbers: counted over the training data, unknown elsewhere."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from kdcore.inputs.text import SPECIAL, UNITS, UNKNOWN, fitted

MOST_TOKENS = 20_000
"""Of a vocabulary."""
LEAST_COUNT = 2
"""In the training data, from which a token is in the vocabulary."""
MOST_LENGTH, LEAST_LENGTH = 256, 8
"""Tokens of a text that networks read."""
SHORT = 64
"""Tokens up to which every training text is read whole."""
COVERED = 95
"""Per cent of longer training texts that are read whole, as far as ``MOST_LENGTH`` allows."""


@dataclass(slots=True)
class NumberedTexts:
    """Texts as they come, by numbers of all tokens met so far."""

    unit: str
    tokens: dict[str, int] = field(default_factory=dict)
    texts: list[np.ndarray] = field(default_factory=list)
    """int32, one a text."""

    def add(self, text: str) -> int:
        """Add a text; how many tokens it has."""
        tokens = self.tokens
        found = [tokens.setdefault(token, len(tokens)) for token in UNITS[self.unit](text)]
        self.texts.append(np.array(found, dtype=np.int32))
        return len(found)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Which tokens have numbers, and how long a text may be."""

    tokens: tuple[str, ...]
    """``SPECIAL``, then the commonest first."""
    length: int
    numbers: np.ndarray
    """int32: by the number that ``NumberedTexts`` gave a token its number here."""

    def inputs(self, texts: Sequence[np.ndarray]) -> np.ndarray:
        """``[n, length]`` int32."""
        whole = np.zeros((len(texts), self.length), dtype=np.int32)
        for row, text in zip(whole, texts, strict=True):
            row[:] = fitted(self.numbers[text], self.length)
        return whole

    def unknown_share(self, texts: Iterable[np.ndarray]) -> float:
        """Share of the tokens that have no number of their own."""
        counts = [(int((self.numbers[text] == UNKNOWN).sum()), len(text)) for text in texts]
        unknown, every = map(sum, zip(*counts, strict=True)) if counts else (0, 0)
        return unknown / max(every, 1)


def vocabulary_of(
    found: NumberedTexts, train: Sequence[int], most: int = MOST_TOKENS
) -> Vocabulary:
    """The commonest tokens of the texts with the numbers ``train``; of equals the first met."""
    texts = [found.texts[at] for at in train]
    every = np.concatenate(texts) if texts else np.zeros(0, dtype=np.int32)
    counts = np.bincount(every, minlength=len(found.tokens))
    order = np.argsort(-counts, kind="stable")[: most - len(SPECIAL)]
    kept = order[counts[order] >= LEAST_COUNT]
    written = list(found.tokens)
    numbers = np.full(len(written), UNKNOWN, dtype=np.int32)
    numbers[kept] = np.arange(len(kept), dtype=np.int32) + len(SPECIAL)
    lengths = [len(text) for text in texts]
    longest = max(lengths, default=0)
    covered = longest if longest <= SHORT else int(np.ceil(np.percentile(lengths, COVERED)))
    length = min(max(covered, LEAST_LENGTH), MOST_LENGTH)
    return Vocabulary((*SPECIAL, *(written[at] for at in kept)), length, numbers)
