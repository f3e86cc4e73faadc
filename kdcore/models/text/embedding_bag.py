"""A vector for each word, their mean, a linear answer: the order of the words does not count."""

from torch import Tensor, nn

from kdcore.catalogue import parse_model
from kdcore.models.text.reading import Mean, WordDropout, embedding, present

WORD_DROPOUT = 0.3
"""Share of the words."""


class EmbeddingBag(nn.Module):
    """See the file.

    Source:
        Joulin et al.: Bag of tricks for efficient text classification, EACL 2017.
    """

    def __init__(self, vocabulary: int, width: int, classes: int) -> None:
        super().__init__()
        self.word_dropout = WordDropout(WORD_DROPOUT)
        self.embedding = embedding(vocabulary, width)
        self.pool = Mean()
        self.head = nn.Linear(width, classes)
        self.stages = ["pool"]

    def forward(self, tokens: Tensor) -> Tensor:
        """``[batch, length]`` whole numbers → logits ``[batch, classes]``."""
        tokens = self.word_dropout(tokens)
        return self.head(self.pool(self.embedding(tokens), present(tokens)))  # type: ignore[no-any-return]


def embedding_bag(spec: str, input_shape: tuple[int, ...], classes: int) -> EmbeddingBag:
    """``embedding_bag:8`` on 20,000 words: 20,000 vectors of 8 numbers."""
    _, (width,) = parse_model(spec)
    return EmbeddingBag(input_shape[1], width, classes)
