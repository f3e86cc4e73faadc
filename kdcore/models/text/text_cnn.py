"""Convolutions over pieces of one to three neighbouring words."""

import torch
from torch import Tensor, nn

from kdcore.catalogue import parse_model
from kdcore.models.text.reading import Mean, MeanAndMaximum, WordDropout, embedding, present

PIECES = (1, 2, 3)
"""Words of a piece."""
SHORT = 64
"""Tokens."""
WORD_DROPOUT, DROPOUT = 0.1, 0.3
"""Shares of the words, and of the numbers that enter the answer."""


class TextCNN(nn.Module):
    """Embedding, convolutions of several sizes side by side, what is taken of them, an answer.

    Of a short text mean and maximum are taken, of a longer one the mean: there the maximum learns
    from few places.

    Source:
        Kim: Convolutional neural networks for sentence classification, EMNLP 2014, who takes the
        maximum.
    """

    def __init__(
        self, length: int, vocabulary: int, width: int, filters: int, classes: int
    ) -> None:
        super().__init__()
        self.word_dropout = WordDropout(WORD_DROPOUT)
        self.embedding = embedding(vocabulary, width)
        self.convolutions = nn.ModuleList(
            nn.Conv1d(width, filters, size, padding=size // 2) for size in PIECES
        )
        self.activation = nn.ReLU()
        is_short = length <= SHORT
        self.pool = MeanAndMaximum() if is_short else Mean()
        self.dropout = nn.Dropout(DROPOUT)
        self.head = nn.Linear((2 if is_short else 1) * len(PIECES) * filters, classes)
        self.stages = ["pool"]

    def forward(self, tokens: Tensor) -> Tensor:
        """``[batch, length]`` whole numbers → logits ``[batch, classes]``."""
        tokens = self.word_dropout(tokens)
        mask = present(tokens)
        vectors = self.embedding(tokens).transpose(1, 2)
        found = torch.cat(
            [layer(vectors)[..., : tokens.shape[1]] for layer in self.convolutions], dim=1
        )
        pooled = self.pool(self.activation(found).transpose(1, 2), mask)
        return self.head(self.dropout(pooled))  # type: ignore[no-any-return]


def text_cnn(spec: str, input_shape: tuple[int, ...], classes: int) -> TextCNN:
    """``text_cnn:16``: vectors of 16 numbers, 16 filters of each size; ``text_cnn:96,32``."""
    _, (width, *filters) = parse_model(spec)
    length, vocabulary = input_shape
    return TextCNN(length, vocabulary, width, (filters or [width])[0], classes)
