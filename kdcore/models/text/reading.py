"""What all networks on texts begin and end with: embedding, words left out, a mean over words."""

import torch
from torch import Tensor, nn
from torch.nn.modules.dropout import _DropoutNd

from kdcore.inputs.text import PADDING

MANY = 1_000
"""Tokens of a vocabulary."""
OF_FEW, OF_MANY = 1.0, 0.1
"""Standard deviation of first vectors."""


class WordDropout(_DropoutNd):
    """While it learns, a share ``p`` of the words of each text is left out, as padding is.

    Source:
        Iyyer et al.: Deep unordered composition rivals syntactic methods for text classification,
        ACL 2015, section 3.1.
    """

    def forward(self, tokens: Tensor) -> Tensor:
        """``[batch, length]`` → the same, some of them 0."""
        if not self.training or not self.p:
            return tokens
        return tokens.masked_fill(torch.rand(tokens.shape, device=tokens.device) < self.p, PADDING)


def embedding(vocabulary: int, width: int) -> nn.Embedding:
    """Vectors of ``width`` numbers for ``vocabulary`` tokens; that of padding stays 0.

    Those of many words begin small: most are rare and stay where they begin. Those of a few
    characters begin far from each other.
    """
    made = nn.Embedding(vocabulary, width, padding_idx=PADDING)
    spread = OF_MANY if vocabulary > MANY else OF_FEW
    with torch.no_grad():
        made.weight.normal_(0.0, spread)
        made.weight[PADDING] = 0.0
    return made


def present(tokens: Tensor) -> Tensor:
    """``[batch, length, 1]`` float32: 1 where a text has a token."""
    return (tokens != PADDING).unsqueeze(-1).float()


class Mean(nn.Module):
    """The mean over a text's tokens; 0 of an empty text."""

    def forward(self, values: Tensor, mask: Tensor) -> Tensor:
        """``[batch, length, width]`` and ``present`` → ``[batch, width]``."""
        return (values * mask).sum(1) / mask.sum(1).clamp(min=1.0)


class MeanAndMaximum(nn.Module):
    """The mean and the maximum over a text's tokens side by side; 0 of an empty text."""

    def forward(self, values: Tensor, mask: Tensor) -> Tensor:
        """``[batch, length, width]`` and ``present`` → ``[batch, 2 · width]``."""
        mean = (values * mask).sum(1) / mask.sum(1).clamp(min=1.0)
        lowest = torch.finfo(values.dtype).min
        highest = values.masked_fill(mask == 0, lowest).amax(1)
        return torch.cat([mean, highest.masked_fill(highest == lowest, 0.0)], dim=1)
