"""A recogniser answers an utterance alike alone and in a batch, whatever the padding holds."""

import pytest
import torch
from torch.nn.utils.rnn import pad_sequence

from kdcore.models.ctc_crnn import CtcCrnn, answers_of


@pytest.mark.parametrize("frames", [(9, 4), (8, 1), (5, 5)])
def test_an_answer_does_not_depend_on_the_batch(frames):
    torch.manual_seed(0)
    module = CtcCrnn(bands=10, answers=4, channels=3, width=6, layers=2).eval()
    spectra = [torch.randn(count, 10) for count in frames]

    together = module(pad_sequence(spectra, batch_first=True), torch.tensor(frames))

    for row, spectrum in enumerate(spectra):
        alone = module(spectrum[None], torch.tensor([len(spectrum)]))[0]
        assert alone.shape == (-(-len(spectrum) // 2), 4)
        torch.testing.assert_close(together[row, : len(alone)], alone)
        assert not together[row, len(alone) :].any()


def test_what_lies_in_the_padding_of_a_batch_gives_no_gradient():
    module = CtcCrnn(bands=8, answers=3, channels=2, width=4, layers=1)
    spectra = torch.zeros(2, 6, 8, requires_grad=True)
    frames = torch.tensor([6, 3])

    module(spectra, frames).square().sum().backward()

    assert not spectra.grad[1, 4:].any()  # the first convolution of frame 3 looks one further
    assert spectra.grad[1, :3].any()
    assert answers_of(frames).tolist() == [3, 2]
