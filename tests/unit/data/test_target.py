"""Target data: the shifts, another data set in the form of the source, the drawn digits."""

import numpy as np
import pytest
import torch
from support.files import collect

from kdcore import RunConfig
from kdcore.data import Dataset, Split, load_dataset
from kdcore.data.assemble import assemble
from kdcore.data.shifts import coloured, rotated
from kdcore.data.target import frame, like, with_other, with_shifted
from kdcore.errors import UserError
from kdcore.inputs import Image


def images(count=6, channels=1, side=8, top=255, seed=0):
    random = torch.Generator().manual_seed(seed)
    found = torch.randint(top + 1, (count, channels, side, side), generator=random)
    found[0, 0, 0, 0] = top
    return found.byte()


def dataset(classes=("a", "b"), **more):
    inputs = images(40, **more)
    labels = torch.arange(40) % len(classes)
    return assemble("made", tuple(classes), Split(inputs, labels), Image.guessed(inputs))


def chance():
    return torch.Generator().manual_seed(0)


def test_a_right_angle_turns_every_image_as_numpy_does():
    found = rotated(images(), chance(), 255, degrees=90)

    assert np.array_equal(found.numpy(), np.rot90(images().numpy(), axes=(2, 3)))


@pytest.mark.parametrize("top", [16, 255])
def test_colours_are_mixed_by_the_value_of_each_pixel(top):
    gray = images(top=top).repeat(1, 3, 1, 1)
    found = coloured(gray, chance(), top, strength=0.6)
    low, high = torch.rand(2, len(gray), 3, generator=chance()).double().numpy()

    for image, channel, row, column in ((0, 0, 0, 0), (2, 1, 3, 4), (5, 2, 7, 7)):
        x = gray[image, channel, row, column].item() / top
        mixed = (1 - x) * 0.6 * low[image, channel] + x * (0.4 + 0.6 * high[image, channel])
        assert found[image, channel, row, column].item() == pytest.approx(mixed * top, abs=0.51)


def test_without_strength_nothing_is_shifted():
    assert torch.equal(coloured(images(channels=3), chance(), 255, strength=0), images(channels=3))
    assert torch.equal(rotated(images(), chance(), 255, degrees=0), images())


def test_another_data_sets_images_take_the_form_of_the_source():
    digits, colour = images(side=8, top=16), images(channels=3, side=32)
    enlarged = like(digits, colour, white=(16, 255))
    gray = like(colour, images(side=28))

    assert enlarged.shape == (6, 3, 32, 32)
    assert gray.shape == (6, 1, 28, 28)
    assert like(digits, images(side=8), white=(16, 255)).max() == 255, "white stays white"
    full = torch.full((1, 1, 4, 4), 255, dtype=torch.uint8)
    assert like(full, digits, white=(255, 16)).unique().tolist() == [16]
    red = torch.zeros(1, 3, 28, 28, dtype=torch.uint8)
    red[:, 0] = 255
    assert like(red, images(side=28)).unique().tolist() == [round(0.2989 * 255)]


def test_the_target_has_the_sources_classes_in_its_order_and_no_training_labels():
    source, other = dataset(("a", "b")), dataset(("b", "a"), seed=1)
    target = with_other(source, other).target

    assert [source.classes[at] for at in target.test.labels] == [
        other.classes[at] for at in other.test.labels
    ]
    assert isinstance(target.train, torch.Tensor), "inputs alone"
    assert torch.equal(target.train, other.train.inputs)


def test_a_shift_acts_on_training_and_test_part_and_gray_data_get_colours():
    source = dataset()
    turned, tinted = with_shifted(source, "rotated:degrees=90"), with_shifted(source, "coloured")

    assert torch.equal(turned.target.train, source.train.inputs.rot90(dims=(2, 3)))
    assert torch.equal(turned.target.test.labels, source.test.labels)
    assert turned.fingerprint == source.fingerprint, "its teacher is the same"
    assert turned.fingerprint_with_target != source.fingerprint
    assert tinted.input_shape == (3, 8, 8)
    assert tinted.target.train.shape[1:] == (3, 8, 8)
    assert torch.equal(
        tinted.normalised(tinted.test.inputs[:, :, :1])[:, 1:2],
        source.normalised(source.test.inputs[:, :, :1]),
    )


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"dataset": "moons", "target": "rotated"}, "target_needs_images"),
        ({"dataset": "digits", "target": "moons"}, "target_needs_images"),
        ({"dataset": "digits", "target": "nowhere"}, "unknown_dataset"),
    ],
)
def test_what_is_no_target_is_said(settings, code):
    with pytest.raises(UserError) as caught:
        collect(load_dataset(RunConfig(**settings), None))
    assert caught.value.code == code


def test_other_classes_are_no_target():
    with pytest.raises(UserError) as caught:
        with_other(dataset(("a", "b")), dataset(("a", "c")))
    assert caught.value.code == "target_classes"


def test_drawn_digits_are_scaled_to_handwritten_ones_which_are_always_alike():
    data: Dataset
    _, data = collect(load_dataset(RunConfig(dataset="digits", target="fonts"), None))
    _, again = collect(load_dataset(RunConfig(dataset="fonts"), None))

    assert data.target.train.shape == (4000, 1, 8, 8)
    assert data.target.train.max() == 16
    assert [one.code for one in data.notes] == ["target_scaled"]
    white = (255, 16)
    assert torch.equal(like(again.train.inputs, data.train.inputs, white=white), data.target.train)
    assert torch.equal(
        like(again.test.inputs, data.train.inputs, white=white, own=again.train.inputs),
        data.target.test.inputs,
    )
    assert again.test.labels.bincount().tolist() == [60] * 10


@pytest.mark.parametrize(("side", "inner", "share"), [(28, 20, 20 / 28), (8, 8, 1.0)])
def test_a_margin_that_the_source_does_not_have_is_cut_off(side, inner, share):
    margin = (side - inner) // 2
    framed = torch.zeros(5, 1, side, side, dtype=torch.uint8)
    framed[:, :, margin : side - margin, margin : side - margin] = 255
    filled = torch.full((5, 1, 16, 16), 255, dtype=torch.uint8)
    filled[:, :, 7] = 0

    assert frame(framed) == pytest.approx(share)
    assert like(framed, filled).min() == 255, "nothing but what was inside"
    outer = like(filled, framed)[:, :, : max(0, margin - 1)]
    assert not outer.any(), "and the other way round, but for a soft edge"
