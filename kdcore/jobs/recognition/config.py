"""What a recognition is: a corpus, two networks, and how the small one learns from the large."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, NamedTuple, Self

from kdcore.errors import UserError, check_names
from kdcore.jobs.run.config import RunConfig
from kdcore.settings import checked, setting

ESPEAK = "espeak-ng"
"""The program that speaks a corpus."""
MADE = "made"
"""In place of a folder: the corpus that espeak-ng speaks."""
BLANKS = ("all", "without_blank_frames", "without_blank")
"""What is distilled of the blank; see ``kdcore.losses.ctc``."""
FAMILY = "crnn"
HIGHEST = (256, 1024, 6)
"""Channels, width and layers of a network at most."""


class NetworkSize(NamedTuple):
    """A CRNN: convolutions, then recurrent layers in both directions."""

    channels: int
    """Of both convolutions."""
    width: int
    """Of a recurrent layer in each direction."""
    layers: int
    """That are recurrent."""


def parse_network(text: str) -> NetworkSize:
    """The size that ``crnn:CHANNELS,WIDTH,LAYERS`` means.

    Raises:
        UserError: it means none.

    Example:
        >>> parse_network("crnn:16,64,2")
        NetworkSize(channels=16, width=64, layers=2)
    """
    family, _, numbers = text.replace("，", ",").replace("：", ":").partition(":")
    parts = [part.strip() for part in numbers.split(",")]
    if (
        family.strip() != FAMILY
        or len(parts) != len(HIGHEST)
        or not all(part.isascii() and part.isdigit() and len(part) <= 6 for part in parts)
    ):
        raise UserError("recognition_network", model=text)
    sizes = [int(part) for part in parts]
    if not all(1 <= size <= most for size, most in zip(sizes, HIGHEST, strict=True)):
        raise UserError("recognition_network", model=text)
    return NetworkSize(*sizes)


def _network(text: str) -> str:
    return f"{FAMILY}:{','.join(map(str, parse_network(text)))}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecognitionConfig:
    """A teacher with CTC, and the same small network that learns without and with it.

    Raises:
        UserError: a bad value.
    """

    data: str = setting(
        MADE, f"folder in the layout of LibriSpeech, or {MADE}: the corpus that espeak-ng speaks"
    )
    teacher: str = setting(
        "crnn:16,96,2", "the large network: crnn:CHANNELS,WIDTH,LAYERS", normalise=_network
    )
    student: str = setting("crnn:8,24,1", "the small network, likewise", normalise=_network)
    temperature: float = setting(
        1.0, "T, how soft the teacher's answer to each frame is made", low=0.1, high=100.0
    )
    weight: float = setting(0.5, "λ of the frame-level term; CTC has 1 − λ", low=0.0, high=1.0)
    blank: str = setting("all", "what of the teacher's blank is distilled", choices=BLANKS)
    teacher_epochs: int = setting(12, "passes of the teacher", low=0, high=1_000)
    epochs: int = setting(20, "passes of the students", low=1, high=1_000)
    batch_size: int = setting(16, "utterances of a step", low=1, high=1_024)
    lr: float = setting(
        0.003, "learning rate at the start; it falls to 0 along a cosine", low=1e-6, high=1.0
    )
    bands: int = setting(40, "mel bands of the spectrogram", low=8, high=128)
    longest: float = setting(17.0, "seconds; longer utterances are left out", low=0.5, high=60.0)
    train_size: int = setting(
        2_000, "training utterances at most, drawn by the seed; 0 for all", low=0, high=10_000_000
    )
    evaluation_size: int = setting(
        500, "the same of validation and of test data", low=0, high=10_000_000
    )
    device: str = setting("auto", "where to train", choices=("auto", "cpu", "cuda", "mps"))
    seed: int = setting(0, "seed of weights, order and draws", low=0, high=2**31 - 1)

    def __post_init__(self) -> None:
        for item in fields(RecognitionConfig):
            value = checked(item.name, getattr(self, item.name), RecognitionConfig)
            object.__setattr__(self, item.name, value)
        if not self.data.strip():
            raise UserError("recognition_data")

    @property
    def base(self) -> RunConfig:
        """What a job of any kind is asked for: where it trains, and the size of a step."""
        return RunConfig(device=self.device, seed=self.seed, lr=self.lr, batch_size=self.batch_size)

    def to_dict(self) -> dict[str, Any]:
        """JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The recognition that ``to_dict`` described.

        Raises:
            UserError: a name that is no setting, or a bad value.
        """
        check_names(values, [item.name for item in fields(cls)])
        return cls(**values)
