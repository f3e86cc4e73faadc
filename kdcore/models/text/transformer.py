"""A small transformer encoder: every word looks at every other one."""

import torch
from torch import Tensor, nn

from kdcore.catalogue import parse_model
from kdcore.inputs.text import PADDING
from kdcore.models.text.reading import Mean, WordDropout, embedding, present

HEAD_WIDTH = 16
"""Numbers of an attention head; fewer where the width is no multiple of it."""
WORD_DROPOUT, DROPOUT, ENCODER_DROPOUT = 0.1, 0.3, 0.1
"""Shares of the words, of the numbers that enter the encoder and the answer, and within it."""


class Transformer(nn.Module):
    """Embeddings of words and places, encoder layers with the norm first, a mean, an answer.

    Source:
        Vaswani et al.: Attention is all you need, NeurIPS 2017.
    """

    def __init__(self, length: int, vocabulary: int, width: int, layers: int, classes: int) -> None:
        super().__init__()
        self.word_dropout = WordDropout(WORD_DROPOUT)
        self.embedding = embedding(vocabulary, width)
        self.positions = nn.Parameter(torch.randn(length, width) * 0.02)
        self.dropout = nn.Dropout(DROPOUT)
        self.layers = nn.ModuleList(
            nn.TransformerEncoderLayer(
                width,
                width // HEAD_WIDTH if width % HEAD_WIDTH == 0 else 1,
                2 * width,
                ENCODER_DROPOUT,
                batch_first=True,
                norm_first=True,
            )
            for _ in range(layers)
        )
        self.pool = Mean()
        self.head = nn.Linear(width, classes)
        self.stages = [f"layers.{at}" for at in range(layers)] + ["pool"]

    def forward(self, tokens: Tensor) -> Tensor:
        """``[batch, length]`` whole numbers → logits ``[batch, classes]``."""
        tokens = self.word_dropout(tokens)
        mask = present(tokens)
        # an empty text looks at its first padding: a softmax over nothing would be no number
        ended = (tokens == PADDING) & (mask.sum(1) > 0)
        values = self.dropout(self.embedding(tokens) + self.positions)
        for layer in self.layers:
            values = layer(values, src_key_padding_mask=ended)
        return self.head(self.dropout(self.pool(values, mask)))  # type: ignore[no-any-return]


def transformer(spec: str, input_shape: tuple[int, ...], classes: int) -> Transformer:
    """``transformer:64,2``: two layers of width 64; ``transformer:64`` has one."""
    _, (width, *layers) = parse_model(spec)
    length, vocabulary = input_shape
    return Transformer(length, vocabulary, width, layers[0] if layers else 1, classes)
