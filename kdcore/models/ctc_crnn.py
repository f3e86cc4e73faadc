"""A CRNN for CTC: convolutions see spectra, recurrent layers in both directions the utterance.

Padding is invisible: it is zero before every convolution, as if an utterance stood alone, and the
recurrent layers are packed and end before it. So a network answers an utterance alike in any batch.
"""

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

TIMES = 2
"""Frames of the spectrogram for one answer."""


class CtcCrnn(nn.Module):
    """Answers a spectrogram by logits for every second frame.

    Args:
        bands: of the spectrogram.
        answers: the blank and the characters.
        channels: of both convolutions.
        width: of a recurrent layer in each direction.
        layers: that are recurrent.

    Source:
        Amodei et al.: Deep Speech 2, ICML 2016, section 3: convolutions with a stride in time,
        then bidirectional recurrent layers.
    """

    def __init__(self, bands: int, answers: int, channels: int, width: int, layers: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, channels, 3, stride=(TIMES, 2), padding=1)
        self.conv2 = nn.Conv2d(channels, channels, 3, stride=(1, 2), padding=1)
        self.projection = nn.Linear(channels * -(-bands // 4), width)
        self.norm = nn.LayerNorm(width)
        self.recurrent = nn.GRU(width, width, layers, batch_first=True, bidirectional=True)
        self.head = nn.Linear(2 * width, answers)

    def forward(self, spectra: Tensor, frames: Tensor) -> Tensor:
        """The logits.

        Args:
            spectra: ``[B, T, bands]``, normalised; zero in the padding.
            frames: ``[B]`` on the CPU, of each utterance; at least 1.

        Returns:
            ``[B, answers_of(T), answers]``; zero in the padding.
        """
        after = answers_of(frames)
        most = answers_of(torch.tensor(spectra.shape[1])).item()
        kept = (torch.arange(int(most)) < after[:, None]).to(spectra.device)[:, None, :, None]
        hidden = self.conv1(spectra[:, None]).relu() * kept
        hidden = self.conv2(hidden).relu() * kept
        hidden = hidden.transpose(1, 2).flatten(2)
        hidden = self.norm(self.projection(hidden)).relu()
        packed = pack_padded_sequence(hidden, after, batch_first=True, enforce_sorted=False)
        hidden, _ = pad_packed_sequence(
            self.recurrent(packed)[0], batch_first=True, total_length=int(most)
        )
        logits: Tensor = self.head(hidden) * kept[:, 0]
        return logits


def answers_of(frames: Tensor) -> Tensor:
    """How many answers a network gives to so many frames of a spectrogram."""
    return (frames + TIMES - 1) // TIMES
