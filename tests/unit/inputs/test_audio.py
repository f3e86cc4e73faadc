import numpy as np
import pytest
import torch

from kdcore.inputs import Audio
from kdcore.inputs.audio import BANDS, HOP, WINDOW
from kdcore.inputs.log_mel import log_mel


@pytest.fixture
def recordings() -> torch.Tensor:
    random = np.random.default_rng(0)
    return torch.from_numpy(random.normal(0, 900, (600, 450)).astype(np.int16))


def test_networks_get_spectrograms_of_mean_0_and_deviation_1_by_band(recordings):
    kind = Audio()
    mean, std = kind.statistics(recordings)
    inputs = kind.to_network(recordings, mean, std)

    assert inputs.shape == (600, *kind.model_shape((450,))) == (600, 1, BANDS, 3)
    assert inputs.mean((0, 1, 3)).abs().max() < 1e-4
    assert (inputs.std((0, 1, 3), correction=0) - 1).abs().max() < 1e-4
    # more recordings than are taken together: the last one is the same as alone
    alone = log_mel(recordings[-1:], kind.rate, BANDS, window=WINDOW, hop=HOP)[:, None]
    torch.testing.assert_close(inputs[-1:], (alone - mean) / std, atol=1e-4, rtol=1e-4)


def test_no_network_input_lies_outside_the_bounds(recordings):
    kind = Audio()
    mean, std = kind.statistics(recordings)
    low, high = kind.bounds(recordings, mean, std)
    quiet = torch.cat([recordings, torch.zeros(1, 450, dtype=torch.int16)])
    inputs = kind.to_network(quiet, mean, std)

    assert (inputs >= low - 1e-5).all()
    assert (inputs <= high + 1e-5).all()
    torch.testing.assert_close(inputs[-1:], low.expand(1, 1, BANDS, 3))


def test_the_browser_gets_sound_and_spectrogram(recordings):
    shown = Audio(rate=11_025.0).shown(recordings[:3])

    assert np.array_equal(shown["sounds"], recordings[:3].numpy())
    assert shown["spectrograms"].shape == (3, BANDS, 3, 1)
    assert shown["spectrograms"].dtype == np.uint8
    assert shown["spectrograms"].max(axis=(1, 2, 3)).tolist() == [255, 255, 255]
    assert shown["rates"].tolist() == [11_025.0] * 3


def test_numbers_of_somebody_are_rounded_and_clipped_to_16_bits():
    values = torch.tensor([[1e9, -1e9, 2.6]], dtype=torch.float64)

    assert Audio().stored(values).tolist() == [[32_767, -32_768, 3]]
