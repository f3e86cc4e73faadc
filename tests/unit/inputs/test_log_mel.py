import numpy as np
import pytest
import torch

from kdcore.inputs.log_mel import BANDS, LOWEST, RANGE, frame_sizes, frames_of, log_mel, mel_filters

RATE = 8_000


def by_loops(samples: np.ndarray, rate: int, bands: int) -> np.ndarray:
    """By the definitions, in float64: a sum for each frequency, a triangle for each band."""
    window, hop, size = round(0.025 * rate), round(0.0125 * rate), 256
    padded = np.concatenate([np.zeros(size // 2), samples, np.zeros(size // 2)])
    top = 2595 * np.log10(1 + rate / 2 / 700)
    low = 2595 * np.log10(1 + LOWEST / 700)
    corners = [
        700 * (10 ** ((low + (top - low) * n / (bands + 1)) / 2595) - 1) for n in range(bands + 2)
    ]
    table = []
    for frame in range(1 + len(samples) // hop):
        # the window lies in the middle of what the FFT looks at
        piece = padded[frame * hop + (size - window) // 2 :][:window]
        shaped = piece * [0.5 - 0.5 * np.cos(2 * np.pi * n / window) for n in range(window)]
        power = []
        for k in range(size // 2 + 1):
            turns = np.exp(-2j * np.pi * k * np.arange(window) / size)
            power.append(abs((shaped * turns).sum()) ** 2)
        row = []
        for left, middle, right in zip(corners, corners[1:], corners[2:], strict=False):
            energy = 0.0
            for k, one in enumerate(power):
                frequency = k * rate / size
                if left < frequency <= middle:
                    energy += one * (frequency - left) / (middle - left) * 2 / (right - left)
                elif middle < frequency < right:
                    energy += one * (right - frequency) / (right - middle) * 2 / (right - left)
            row.append(energy)
        table.append(row)
    energies = np.array(table).T
    return np.log(np.maximum(energies / energies.max(), 10 ** (-RANGE / 10)))


def test_equals_sums_over_samples_and_triangles():
    samples = np.random.default_rng(0).normal(0, 0.1, 730)
    found = log_mel(torch.tensor(samples), RATE, 20)

    assert found.shape == (20, 8)
    np.testing.assert_allclose(found.numpy(), by_loops(samples, RATE, 20), atol=2e-4)


def test_sixteen_bits_and_fractions_look_the_same_at_any_loudness():
    samples = (np.random.default_rng(1).normal(0, 2_000, (2, 3, 500))).astype(np.int16)
    whole = log_mel(torch.from_numpy(samples), RATE)
    quiet = log_mel(torch.from_numpy(samples.astype(np.float32) / 32_768 / 50), RATE)

    assert whole.shape == (2, 3, BANDS, 6)
    torch.testing.assert_close(whole, quiet, atol=1e-3, rtol=0)


@pytest.mark.parametrize("frequency", [300, 1_000, 3_000])
def test_a_tone_is_loudest_in_the_band_that_holds_it(frequency):
    tone = torch.sin(2 * torch.pi * frequency * torch.arange(RATE) / RATE)
    loudest = int(log_mel(tone, RATE)[:, 40].argmax())
    filters = mel_filters(RATE, 256, BANDS)

    assert loudest == int(filters[:, round(frequency / RATE * 256)].argmax())


def test_silence_is_flat_and_finite():
    assert torch.equal(
        log_mel(torch.zeros(400, dtype=torch.int16), RATE),
        torch.full((BANDS, 5), -80 * np.log(10) / 10),
    )


@pytest.mark.parametrize(("rate", "sizes"), [(8_000, (200, 100, 256)), (16_000, (400, 200, 512))])
def test_windows_are_of_25_ms_at_every_rate(rate, sizes):
    assert frame_sizes(rate) == sizes
    assert frames_of(rate, rate) == 81


def test_no_band_is_deaf_however_many_there_are():
    filters = mel_filters(RATE, 256, 120)

    assert (filters.sum(1) > 0).all()
    assert filters.shape == (120, 129)
