"""Networks on sound beside an image: one gets both, one the sound alone."""

import torch
from torch import Tensor, nn

from kdcore.catalogue import parse_model
from kdcore.inputs.audio_image import SEEN
from kdcore.models.convnet import ConvNet


class AudioVisual(nn.Module):
    """Convolutions for the spectrogram, others for the image; one answer from what both found.

    Source:
        Ngiam et al.: Multimodal deep learning, ICML 2011 (what two modalities found is joined
        late).
    """

    def __init__(self, input_shape: tuple[int, ...], widths: tuple[int, ...], classes: int) -> None:
        super().__init__()
        channels, bands, frames = input_shape
        self.sound = ConvNet(channels, min(bands, frames - SEEN), widths, classes).features
        self.image = ConvNet(channels, SEEN, widths, classes).features
        self.head = nn.Linear(2 * widths[-1], classes)
        self.stages = ["sound", "image"]

    def forward(self, inputs: Tensor) -> Tensor:
        """``[batch, 1, bands, frames + SEEN]`` → logits ``[batch, classes]``."""
        sound = self.sound(inputs[..., :-SEEN]).mean((-2, -1))
        image = self.image(inputs[..., -SEEN:]).mean((-2, -1))
        return self.head(torch.cat([sound, image], dim=1))  # type: ignore[no-any-return]


class AudioOnly(ConvNet):
    """The small convolutional network on the spectrogram; it never gets the image."""

    def forward(self, inputs: Tensor) -> Tensor:
        """``[batch, 1, bands, frames + SEEN]`` → logits ``[batch, classes]``."""
        return super().forward(inputs[..., :-SEEN])


def audio_visual(spec: str, input_shape: tuple[int, ...], classes: int) -> AudioVisual:
    """``audio_visual:16,32``: two blocks of 16 and 32 channels for each modality."""
    _, widths = parse_model(spec)
    return AudioVisual(input_shape, widths, classes)


def audio_only(spec: str, input_shape: tuple[int, ...], classes: int) -> AudioOnly:
    """``audio_only:8,16``: two blocks of 8 and 16 channels."""
    _, widths = parse_model(spec)
    return AudioOnly(input_shape[0], min(input_shape[1], input_shape[2] - SEEN), widths, classes)
