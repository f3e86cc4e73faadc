import pytest
import torch

from kdcore.data import augmented
from kdcore.errors import UserError


def generator() -> torch.Generator:
    return torch.Generator().manual_seed(3)


def all_variants(image: torch.Tensor, most: int, *, flips: bool) -> set[bytes]:
    """Every outcome that is allowed, image by image."""
    side = image.shape[-1]
    padded = torch.nn.functional.pad(image, (most,) * 4)
    windows = [
        padded[:, top : top + side, left : left + side]
        for top in range(2 * most + 1)
        for left in range(2 * most + 1)
    ]
    if flips:
        windows += [window.flip(-1) for window in windows]
    return {window.contiguous().numpy().tobytes() for window in windows}


@pytest.mark.parametrize(("side", "most"), [(8, 2), (28, 2), (32, 4)])
@pytest.mark.parametrize("kind", ["shift", "shift_flip"])
def test_every_outcome_is_an_allowed_one_and_all_of_them_occur(side, most, kind):
    image = torch.randint(1, 256, (3, side, side), dtype=torch.uint8)
    allowed = all_variants(image, most, flips=kind == "shift_flip")
    batch = image.expand(3_000, -1, -1, -1)
    outcomes = {row.numpy().tobytes() for row in augmented(batch, kind, generator())}
    assert outcomes == allowed


def test_images_of_a_batch_stay_apart_and_in_order():
    batch = torch.arange(1, 201, dtype=torch.uint8).view(-1, 1, 1, 1).expand(-1, 1, 8, 8)
    changed = augmented(batch, "shift", generator())
    assert changed.dtype == torch.uint8
    assert torch.equal(changed.amax((1, 2, 3)), batch.amax((1, 2, 3)))


def test_the_generator_decides():
    batch = torch.randint(0, 256, (16, 1, 12, 9), dtype=torch.uint8)
    once, again = (augmented(batch, "shift_flip", generator()) for _ in range(2))
    assert torch.equal(once, again)


def test_points_cannot_be_shifted():
    with pytest.raises(UserError, match="not images"):
        augmented(torch.zeros(4, 2), "shift", generator())
