"""Sound files as 16-bit samples: WAV by Python's own module, FLAC by ``soundfile``, an extra."""

import wave
from pathlib import Path

import numpy as np

from kdcore.errors import UserError

SUFFIXES = (".flac", ".wav")
"""In the order in which they are looked for."""
MOST_BYTES = 256 << 20
"""Of one file."""


def read_recording(path: Path) -> tuple[np.ndarray, int]:
    """The samples of a file, int16 ``[n]``, channels averaged, and how many there are a second.

    Raises:
        UserError: it cannot be read, or it is a FLAC and ``soundfile`` is not installed.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise UserError("recording_too_large", path=str(path), most=MOST_BYTES >> 20)
        samples, rate = (_wav if path.suffix == ".wav" else _by_soundfile)(path)
    except (OSError, EOFError, wave.Error) as error:
        cause = str(getattr(error, "strerror", None) or error or type(error).__name__)
        raise UserError("recording_unreadable", path=str(path), cause=cause) from None
    return samples, rate


def _wav(path: Path) -> tuple[np.ndarray, int]:
    with wave.open(str(path)) as file:
        width, channels, rate = file.getsampwidth(), file.getnchannels(), file.getframerate()
        contents = file.readframes(file.getnframes())
    if width == 1:  # WAV keeps 8 bits without a sign
        values = (np.frombuffer(contents, "u1").astype(np.int32) - 128) << 8
    elif width == 2:
        values = np.frombuffer(contents, "<i2").astype(np.int32)
    else:
        raise UserError(
            "recording_unreadable", path=str(path), cause=f"it has {8 * width} bits a sample"
        )
    return values.reshape(-1, channels).mean(1).round().astype(np.int16), rate


def _by_soundfile(path: Path) -> tuple[np.ndarray, int]:
    try:
        import soundfile  # noqa: PLC0415  (an extra)
    except (ImportError, OSError):  # OSError: its library is missing
        raise UserError("flac_needs_soundfile", path=str(path)) from None
    try:
        values, rate = soundfile.read(path, dtype="int16", always_2d=True)
    except RuntimeError as error:  # soundfile's own is one
        raise UserError("recording_unreadable", path=str(path), cause=str(error)) from None
    return values.astype(np.int32).mean(1).round().astype(np.int16), int(rate)
