"""A small convolutional net: convolution, batch normalisation, ReLU, pooling, for each width."""

from torch import Tensor, nn

from kdcore.catalogue import parse_model


class ConvNet(nn.Module):
    """Convolutions of the given widths, averaged over the plane, and a linear answer."""

    def __init__(self, channels: int, side: int, widths: tuple[int, ...], classes: int) -> None:
        super().__init__()
        self.stages: list[str] = []
        blocks: list[nn.Module] = []
        for width in widths:
            blocks += [
                nn.Conv2d(channels, width, 3, padding=1, bias=False),
                nn.BatchNorm2d(width),
                nn.ReLU(),
            ]
            if side >= 2:
                blocks.append(nn.MaxPool2d(2))
                side //= 2
            self.stages.append(f"features.{len(blocks) - 1}")
            channels = width
        self.features = nn.Sequential(*blocks)
        self.head = nn.Linear(channels, classes)

    def forward(self, inputs: Tensor) -> Tensor:
        """``[batch, channels, height, width]`` → logits ``[batch, classes]``."""
        return self.head(self.features(inputs).mean((-2, -1)))  # type: ignore[no-any-return]


def convnet(spec: str, input_shape: tuple[int, ...], classes: int) -> ConvNet:
    """``convnet:16,32``: two blocks of 16 and 32 channels."""
    _, widths = parse_model(spec)
    return ConvNet(input_shape[0], min(input_shape[1:]), widths, classes)
