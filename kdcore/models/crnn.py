"""Convolutions that see pitch and time, then a recurrent layer that reads on in time, both ways."""

from torch import Tensor, nn

from kdcore.catalogue import parse_model

DROPOUT = 0.3
"""Share of the numbers that enter the recurrent layer and the answer."""


class BidirectionalGRU(nn.Module):
    """A bidirectional layer of gated recurrent units that gives its states alone.

    Source:
        Cho et al.: Learning phrase representations using RNN encoder–decoder, EMNLP 2014.
    """

    def __init__(self, features: int, width: int) -> None:
        super().__init__()
        self.units = nn.GRU(features, width, batch_first=True, bidirectional=True)

    def forward(self, values: Tensor) -> Tensor:
        """``[batch, frames, features]`` → ``[batch, frames, 2 · width]``."""
        states, _ = self.units(values)
        return states  # type: ignore[no-any-return]


class CRNN(nn.Module):
    """Blocks of convolution, normalisation, ReLU and pooling; a recurrent layer; its mean in time.

    Every block halves the bands while there are two or more, the first alone the frames: a word's
    sounds are short.

    Source:
        Shi, Bai, Yao: An end-to-end trainable neural network for image-based sequence recognition,
        IEEE PAMI 2017; for sound Çakır et al., IEEE/ACM TASLP 2017.
    """

    def __init__(
        self, input_shape: tuple[int, ...], widths: tuple[int, ...], units: int, classes: int
    ) -> None:
        super().__init__()
        channels, bands, frames = input_shape
        blocks: list[nn.Module] = []
        self.stages: list[str] = []
        for number, width in enumerate(widths):
            blocks += [
                nn.Conv2d(channels, width, 3, padding=1, bias=False),
                nn.BatchNorm2d(width),
                nn.ReLU(),
            ]
            pool = (2 if bands >= 2 else 1, 2 if number == 0 and frames >= 2 else 1)
            if pool != (1, 1):
                blocks.append(nn.MaxPool2d(pool))
            bands, frames, channels = bands // pool[0], frames // pool[1], width
            self.stages.append(f"features.{len(blocks) - 1}")
        self.features = nn.Sequential(*blocks)
        self.recurrent = BidirectionalGRU(channels * bands, units)
        self.dropout = nn.Dropout(DROPOUT)
        self.head = nn.Linear(2 * units, classes)

    def forward(self, inputs: Tensor) -> Tensor:
        """``[batch, channels, bands, frames]`` → logits ``[batch, classes]``."""
        frames = self.features(inputs).permute(0, 3, 1, 2).flatten(2)
        states = self.recurrent(self.dropout(frames))
        return self.head(self.dropout(states.mean(1)))  # type: ignore[no-any-return]


def crnn(spec: str, input_shape: tuple[int, ...], classes: int) -> CRNN:
    """``crnn:16,32,64``: two blocks of 16 and 32 channels, 64 recurrent units each way."""
    _, numbers = parse_model(spec)
    return CRNN(input_shape, numbers[:-1], numbers[-1], classes)
