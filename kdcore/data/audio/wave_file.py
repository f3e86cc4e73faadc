"""WAV files as samples of 16 bits: one channel, one rate, one length."""

import io
import wave
from math import gcd

import numpy as np
from scipy.signal import resample_poly

from kdcore.errors import UserError

MOST_BYTES = 256 << 20
"""Of one recording."""
FULL = 32_768
"""Of a 16-bit sample, as a share of 1."""
LOWEST_RATE, HIGHEST_RATE = 1_000, 768_000
"""Samples a second; with a few of them a small file would become hours of sound."""
WIDEST = 4
"""Bytes of a sample."""
BEGINNING = 1 << 16
"""Bytes in which the format of a file stands."""
EXTENSIBLE, PLAIN = b"\xfe\xff", b"\x01\x00"
"""Two names of the same format, the first with a mask of loudspeakers, as ffmpeg and others write
it for 24 bits or more than two channels. The standard library knows it from Python 3.12."""


def decode(contents: bytes, name: str, container: str) -> tuple[np.ndarray, int]:
    """A WAV file's samples from -1 to 1, float32 ``[samples]``, and how many of them a second.

    8, 16, 24 or 32 bits; several channels become their mean.

    Args:
        contents: of the file.
        name: of the file, for messages.
        container: the folder or archive that it lies in, for messages.

    Raises:
        UserError: it is damaged, empty, or compressed.
    """
    try:
        with wave.open(io.BytesIO(_plainly_named(contents))) as file:
            width, channels, rate = file.getsampwidth(), file.getnchannels(), file.getframerate()
            frames = file.readframes(file.getnframes())
    except (wave.Error, EOFError, RuntimeError, OverflowError, ValueError) as error:
        cause = str(error) or type(error).__name__
        raise UserError("sound_broken", sound=name, path=container, cause=cause) from None
    if width > WIDEST or not LOWEST_RATE <= rate <= HIGHEST_RATE:
        cause = f"{8 * width} bits, {rate} samples a second"
        raise UserError("sound_broken", sound=name, path=container, cause=cause)
    whole = len(frames) // (width * channels)
    if not whole:
        raise UserError("sound_broken", sound=name, path=container, cause="no samples")
    frames = frames[: whole * width * channels]
    return _values(frames, width).reshape(whole, channels).mean(1), rate


def _plainly_named(contents: bytes) -> bytes:
    """The file with the plain name of its format, where samples are stored that way."""
    at = contents.find(b"fmt ", 0, BEGINNING)
    stored, kind = contents[at + 8 : at + 10], contents[at + 32 : at + 34]
    if at < 0 or (stored, kind) != (EXTENSIBLE, PLAIN):
        return contents
    return contents[: at + 8] + PLAIN + contents[at + 10 :]


def _values(frames: bytes, width: int) -> np.ndarray:
    """Samples of ``width`` bytes as shares of the loudest, float32."""
    if width == 1:  # the only ones without a sign
        return np.asarray((np.frombuffer(frames, np.uint8).astype(np.float32) - 128) / 128)
    raw = np.frombuffer(frames, np.uint8).reshape(-1, width)
    wide = np.zeros((len(raw), 4), np.uint8)
    wide[:, 4 - width :] = raw  # the sign is in the last byte
    return np.asarray(wide.view("<i4")[:, 0] / 2**31, np.float32)


def resampled(samples: np.ndarray, rate: int, wanted: int) -> np.ndarray:
    """The same sound with ``wanted`` samples a second, by a polyphase filter."""
    if rate == wanted:
        return samples
    common = gcd(rate, wanted)
    found: np.ndarray = resample_poly(samples, wanted // common, rate // common)
    return found.astype(np.float32)


def sixteen_bits(samples: np.ndarray) -> np.ndarray:
    """Samples from -1 to 1 as int16; what is louder is clipped."""
    clipped: np.ndarray = np.clip(np.rint(samples * FULL), -FULL, FULL - 1)
    return clipped.astype(np.int16)


def of_length(samples: np.ndarray, length: int) -> np.ndarray:
    """A recording of exactly ``length`` samples.

    A shorter one gets zeros, as many before as behind; of a longer one the stretch with the most
    energy stays.

    Example:
        >>> of_length(np.array([5, 6], dtype=np.int16), 4).tolist()
        [0, 5, 6, 0]
        >>> of_length(np.array([0, 1, 9, 8, 0], dtype=np.int16), 2).tolist()
        [9, 8]
    """
    missing = length - len(samples)
    if missing >= 0:
        return np.pad(samples, (missing // 2, missing - missing // 2))
    energy = np.concatenate([[0.0], np.cumsum(samples.astype(np.float64) ** 2)])
    start = int((energy[length:] - energy[:-length]).argmax())
    return samples[start : start + length]
