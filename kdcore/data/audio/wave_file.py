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
HIGHEST_RATE = 768_000


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
        with wave.open(io.BytesIO(contents)) as file:
            width, channels, rate = file.getsampwidth(), file.getnchannels(), file.getframerate()
            frames = file.readframes(file.getnframes())
    except (wave.Error, EOFError, RuntimeError, OverflowError, ValueError) as error:
        cause = str(error) or type(error).__name__
        raise UserError("sound_broken", sound=name, path=container, cause=cause) from None
    whole = len(frames) // (width * channels)
    if not whole or not 1 <= rate <= HIGHEST_RATE:
        raise UserError("sound_broken", sound=name, path=container, cause="no samples")
    frames = frames[: whole * width * channels]
    return _values(frames, width).reshape(whole, channels).mean(1), rate


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
