"""Recordings that tests make themselves."""

import io
import wave
import zipfile
from pathlib import Path

import numpy as np

from kdcore.data.audio.spoken_digits import FILE

SPEAKERS = ("anna", "bert", "theo", "yweweler")


def wave_of(samples: np.ndarray, *, width: int = 2, rate: int = 8_000) -> bytes:
    """A WAV file of samples from -1 to 1, ``[n]`` or ``[n, channels]``."""
    table = samples if samples.ndim == 2 else samples[:, None]
    if width == 1:
        raw = np.clip(np.rint(table * 128) + 128, 0, 255).astype(np.uint8).tobytes()
    else:
        whole = np.clip(
            np.rint(table * 2.0 ** (8 * width - 1)),
            -(2.0 ** (8 * width - 1)),
            2.0 ** (8 * width - 1) - 1,
        )
        raw = whole.astype("<i8").view(np.uint8).reshape(*table.shape, 8)[..., :width].tobytes()
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(table.shape[1])
        out.setsampwidth(width)
        out.setframerate(rate)
        out.writeframes(raw)
    return file.getvalue()


def tone(frequency: float, count: int, rate: int = 8_000) -> np.ndarray:
    return 0.5 * np.sin(2 * np.pi * frequency * np.arange(count) / rate)


def archive(folder: Path, left_out: tuple[str, ...] = ()) -> None:
    """An archive like that of the spoken digits: each digit has a pitch of its own."""
    random = np.random.default_rng(0)
    with zipfile.ZipFile(folder / FILE, "w") as out:
        out.writestr("free-spoken-digit-dataset/README.md", "text")
        for digit in range(10):
            for speaker in set(SPEAKERS) - set(left_out):
                for number in (0, 4, 5, 6, 7, 49):
                    samples = tone(200 + 100 * digit, 500) + random.normal(0, 0.01, 500)
                    name = f"free-spoken-digit-dataset/recordings/{digit}_{speaker}_{number}.wav"
                    out.writestr(name, wave_of(samples))
