"""Sound files as 16-bit samples: WAV as everywhere here, FLAC by ``soundfile``, an extra."""

from pathlib import Path

import numpy as np

from kdcore.data.audio.wave_file import MOST_BYTES, decode, sixteen_bits
from kdcore.errors import UserError

SUFFIXES = (".flac", ".wav")
"""In the order in which they are looked for."""


def read_recording(path: Path) -> tuple[np.ndarray, int]:
    """The samples of a file, int16 ``[n]``, channels averaged, and how many there are a second.

    Raises:
        UserError: it cannot be read, or it is a FLAC and ``soundfile`` is not installed.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise UserError("recording_too_large", path=str(path), most=MOST_BYTES >> 20)
        if path.suffix == ".flac":
            return _by_soundfile(path)
        samples, rate = decode(path.read_bytes(), path.name, str(path.parent))
    except OSError as error:
        cause = error.strerror or str(error)
        raise UserError("recording_unreadable", path=str(path), cause=cause) from None
    return sixteen_bits(samples), rate


def _by_soundfile(path: Path) -> tuple[np.ndarray, int]:
    try:
        import soundfile  # noqa: PLC0415  (an extra)
    except (ImportError, OSError):  # OSError: its library is missing
        raise UserError("flac_needs_soundfile", path=str(path)) from None
    try:
        values, rate = soundfile.read(path, dtype="float32", always_2d=True)
    except RuntimeError as error:  # soundfile's own is one
        raise UserError("recording_unreadable", path=str(path), cause=str(error)) from None
    return sixteen_bits(values.mean(1)), int(rate)
