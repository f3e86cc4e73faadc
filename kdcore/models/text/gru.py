"""Gated recurrent units that read a text from its beginning to its end, or both ways."""

from torch import Tensor, nn

from kdcore.catalogue import parse_model
from kdcore.models.text.reading import MeanAndMaximum, WordDropout, embedding, present

WORD_DROPOUT, DROPOUT = 0.1, 0.4
"""Shares of the words, and of the numbers that enter the recurrent layer and the answer."""


class TextGRU(nn.Module):
    """Embedding, a recurrent layer, mean and maximum over the words, a linear answer.

    Source:
        Cho et al.: Learning phrase representations using RNN encoder–decoder, EMNLP 2014.
    """

    def __init__(
        self, vocabulary: int, width: int, states: int, classes: int, *, both_ways: bool
    ) -> None:
        super().__init__()
        self.word_dropout = WordDropout(WORD_DROPOUT)
        self.embedding = embedding(vocabulary, width)
        self.dropout = nn.Dropout(DROPOUT)
        self.recurrent = nn.GRU(width, states, batch_first=True, bidirectional=both_ways)
        self.pool = MeanAndMaximum()
        self.head = nn.Linear((4 if both_ways else 2) * states, classes)
        self.stages = ["pool"]

    def forward(self, tokens: Tensor) -> Tensor:
        """``[batch, length]`` whole numbers → logits ``[batch, classes]``."""
        tokens = self.word_dropout(tokens)
        states, _ = self.recurrent(self.dropout(self.embedding(tokens)))
        return self.head(self.dropout(self.pool(states, present(tokens))))  # type: ignore[no-any-return]


def text_gru(spec: str, input_shape: tuple[int, ...], classes: int) -> TextGRU:
    """``text_gru:16`` reads from the beginning to the end, ``bigru:64`` both ways.

    ``bigru:96,48``: vectors of 96 numbers, 48 states in each direction.
    """
    family, (width, *states) = parse_model(spec)
    both_ways = family == "bigru"
    return TextGRU(input_shape[1], width, (states or [width])[0], classes, both_ways=both_ways)
