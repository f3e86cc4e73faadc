"""Log-mel spectrograms: how loud a recording is, by time and by the pitch that ears tell apart."""

from functools import lru_cache
from math import log
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:  # what the app imports stays free of torch
    from torch import Tensor

WINDOW, HOP = 0.025, 0.0125
"""Seconds that a frame looks at, and from one frame to the next. Speech recognition has windows of
25 ms, and hops of 10 ms that take a quarter more time to compute."""
BANDS = 40
"""Mel bands, as speech recognition has them."""
LOWEST = 60.0
"""Hz at which the first band begins; below it a microphone hears mains hum."""
RANGE = 80.0
"""Decibels below a recording's loudest band that count as silence."""
FULL_SCALE = 32768.0
"""Of 16-bit samples."""
TINY = 1e-10
"""Energy of silence where all of a recording is silent."""


def log_mel(
    waveforms: "Tensor",
    rate: float,
    bands: int = BANDS,
    *,
    window: float = WINDOW,
    hop: float = HOP,
) -> "Tensor":
    """``[..., samples]``, int16 or float32 from -1 to 1 → float32 ``[..., bands, frames]``.

    Hann windows, centred on their frame with zeros beyond both ends, so that there are
    ``1 + samples // hop`` frames; their power by the FFT, gathered into bands; its natural
    logarithm, taken from the loudest value of the recording, which is 0, down to -80 dB. So a
    recording looks the same however loud it was taken.

    Args:
        waveforms: each of the last dimension's rows is one recording.
        rate: samples a second.
        bands: of the mel scale, from 60 Hz to half the rate.
        window: seconds that a frame looks at.
        hop: seconds from one frame to the next.
    """
    length, step, size = frame_sizes(rate, window, hop)
    values = waveforms.float()
    if not waveforms.is_floating_point():
        values = values / FULL_SCALE
    flat = values.reshape(-1, values.shape[-1])
    spectrum = flat.stft(
        size,
        hop_length=step,
        win_length=length,
        window=flat.new_tensor(hann(length)),
        center=True,
        pad_mode="constant",
        return_complex=True,
    )
    power = spectrum.real.square() + spectrum.imag.square()
    energy = flat.new_tensor(mel_filters(rate, size, bands)) @ power
    loudest = energy.amax((-2, -1), keepdim=True).clamp(min=TINY)
    relative = (energy / loudest).clamp(min=10 ** (-RANGE / 10)).log()
    found: Tensor = relative.reshape(*waveforms.shape[:-1], *relative.shape[-2:])
    return found


def frame_sizes(rate: float, window: float = WINDOW, hop: float = HOP) -> tuple[int, int, int]:
    """Samples of a window, of a hop, and of the FFT: the power of two that holds a window.

    Example:
        >>> frame_sizes(8000)
        (200, 100, 256)
    """
    length = max(2, round(window * rate))
    return length, max(1, round(hop * rate)), 1 << (length - 1).bit_length()


def frames_of(samples: int, rate: float, hop: float = HOP) -> int:
    """Frames of a recording of so many samples.

    Example:
        >>> frames_of(8000, 8000)
        81
    """
    return 1 + samples // frame_sizes(rate, hop=hop)[1]


@lru_cache(maxsize=8)
def hann(size: int) -> np.ndarray:
    """Hann's window, periodic, float32 ``[size]``."""
    return (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)).astype(np.float32)


@lru_cache(maxsize=8)
def mel_filters(rate: float, size: int, bands: int) -> np.ndarray:
    """Triangles over the ``size // 2 + 1`` frequencies of an FFT, float32 ``[bands, frequencies]``.

    Each reaches from the middle of the band below to that of the one above, equally far apart on
    the mel scale, and has an area of 1. So narrow that no frequency of the FFT lies in it, a
    band takes the nearest one.

    Source:
        Stevens, Volkmann, Newman, JASA 1937, as a formula in O'Shaughnessy: Speech communication,
        1987: 2595 log10(1 + f/700); areas as in Slaney's Auditory Toolbox, 1998.
    """
    corners = hertz(np.linspace(mel(LOWEST), mel(rate / 2), bands + 2))
    at = np.arange(size // 2 + 1) * (rate / size)
    low, middle, high = corners[:-2, None], corners[1:-1, None], corners[2:, None]
    rising, falling = (at - low) / (middle - low), (high - at) / (high - middle)
    filters: np.ndarray = np.maximum(0.0, np.minimum(rising, falling)) * (2.0 / (high - low))
    for band in np.flatnonzero(filters.sum(1) == 0):
        nearest = np.abs(at - middle[band]).argmin()
        filters[band, nearest] = 2.0 / float(high[band, 0] - low[band, 0])
    found: np.ndarray = filters.astype(np.float32)
    return found


def mel(frequency: float) -> float:
    """Mels of a frequency in Hz.

    Example:
        >>> round(mel(1000.0))
        1000
    """
    return 2595.0 / log(10) * log(1.0 + frequency / 700.0)


def hertz(mels: np.ndarray) -> np.ndarray:
    """Frequencies in Hz of values on the mel scale."""
    found: np.ndarray = 700.0 * (10.0 ** (mels / 2595.0) - 1.0)
    return found
