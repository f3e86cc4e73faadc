import pytest
import torch

from kdcore.models.build import build_model

BOTH = (1, 24, 51 + 24)


def test_a_word_that_comes_later_gets_another_answer_from_a_recurrent_layer():
    """Convolutions and a mean alone would not know the order of two sounds."""
    model = build_model("crnn:8,6", (1, 24, 52), 4, seed=0).eval()
    inputs = torch.randn(2, 1, 24, 52, generator=torch.Generator().manual_seed(0))
    swapped = torch.cat([inputs[..., 26:], inputs[..., :26]], dim=-1)

    with torch.no_grad():
        assert not torch.allclose(model(inputs), model(swapped), atol=1e-4)


@pytest.mark.parametrize("shape", [(1, 24, 51), (1, 3, 2), (1, 1, 1)])
def test_blocks_do_not_pool_what_is_not_there(shape):
    model = build_model("crnn:4,4,4,4,4,3", shape, 5, seed=0).eval()
    with torch.no_grad():
        assert model(torch.zeros(2, *shape)).shape == (2, 5)


def test_units_alone_read_the_bands():
    model = build_model("crnn:7", (1, 24, 51), 5, seed=0).eval()
    with torch.no_grad():
        assert model(torch.zeros(2, 1, 24, 51)).shape == (2, 5)


@pytest.mark.parametrize(("spec", "sees"), [("audio_only:4,8", False), ("audio_visual:4,8", True)])
def test_only_the_teacher_gets_the_image(spec, sees):
    model = build_model(spec, BOTH, 4, seed=0).eval()
    chance = torch.Generator().manual_seed(0)
    inputs = torch.randn(3, *BOTH, generator=chance)
    other_image, other_sound = inputs.clone(), inputs.clone()
    other_image[..., -24:] = torch.randn(3, 1, 24, 24, generator=chance)
    other_sound[..., :-24] = torch.randn(3, 1, 24, 51, generator=chance)

    with torch.no_grad():
        answers = model(inputs)
        assert torch.equal(model(other_image), answers) != sees
        assert not torch.equal(model(other_sound), answers)
