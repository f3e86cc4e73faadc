from dataclasses import replace

import pytest
import torch

from kdcore.data import Dataset, Split, dataset
from kdcore.inputs import Audio, AudioImage, Image
from kdcore.inputs.audio_image import SIDE
from kdcore.models.build import build_model
from kdcore.training.deployed import WRITERS, Deployed


@pytest.fixture
def data() -> Dataset:
    chance = torch.Generator().manual_seed(0)
    kind = Audio()
    split = Split(
        torch.randint(-900, 900, (24, 400), generator=chance, dtype=torch.int16),
        torch.arange(24) % 3,
    )
    mean, std = kind.statistics(split.inputs)
    return Dataset("noise", ("a", "b", "c"), split, split, split, mean, std, kind)


def test_costly_inputs_are_made_once_and_are_those_of_the_rows(data, monkeypatch):
    made = []
    spectrograms = Audio.spectrograms
    monkeypatch.setattr(
        Audio,
        "spectrograms",
        lambda kind, inputs: made.append(len(inputs)) or spectrograms(kind, inputs),
    )
    rows = torch.tensor([5, 2, 2, 23])
    found = [data.network_inputs(data.train.inputs, rows) for _ in range(3)]

    assert made == [24]
    torch.testing.assert_close(
        found[0], data.normalised(data.train.inputs[rows]), atol=1e-5, rtol=1e-5
    )
    assert torch.equal(found[0], found[2])
    torch.testing.assert_close(
        data.network_inputs(data.train.inputs, slice(3, 5)),
        data.normalised(data.train.inputs[3:5]),
        atol=1e-5,
        rtol=1e-5,
    )


def test_what_is_kept_is_exact_whoever_asks_first(data):
    with torch.autocast("cpu", dtype=torch.bfloat16):
        kept = data.network_inputs(data.train.inputs, slice(0, 24))

    assert torch.equal(kept, data.normalised(data.train.inputs))


def test_what_was_made_goes_with_the_examples(data):
    held = data.train.inputs.clone()
    data.network_inputs(held, slice(0, 2))
    assert len(data._kept) == 1
    del held
    assert len(data._kept) == 0
    assert len(replace(data)._kept) == 0


@pytest.mark.parametrize("type_", [torch.float32, torch.bfloat16])
def test_what_networks_ask_for_is_kept_up_to_a_limit_in_all(monkeypatch, type_):
    chance = torch.Generator().manual_seed(2)
    parts = [
        torch.randint(0, 256, (30, 1, 3, 3), generator=chance, dtype=torch.uint8) for _ in range(4)
    ]
    of_each = parts[0].numel() * type_.itemsize
    monkeypatch.setattr(dataset, "TOGETHER", 7)
    monkeypatch.setattr(dataset, "MOST_IN_ALL", 2 * of_each)
    kind, split = Image(), Split(parts[0], torch.arange(30) % 3)
    own = Dataset("dots", ("a", "b", "c"), split, split, split, *kind.statistics(parts[0]), kind)
    rows = torch.tensor([29, 4, 4])

    for _ in range(2):
        for part in parts:
            found = own.network_inputs(part, rows, type_)
            assert torch.equal(found.to(type_), own.normalised(part[rows]).to(type_))
    assert [type_ in own._kept.get(part, {}) for part in parts] == [True, True, False, False]


def test_an_exported_program_takes_recordings_in_batches_of_any_size(data, tmp_path):
    kind = AudioImage()
    chance = torch.Generator().manual_seed(1)
    inputs = torch.randint(0, 256, (12, 400 + SIDE * SIDE), generator=chance).short()
    split = Split(inputs, torch.arange(12) % 3)
    mean, std = kind.statistics(inputs)
    own = replace(data, train=split, validation=split, test=split, mean=mean, std=std, kind=kind)
    model = Deployed(build_model("audio_only:4", own.input_shape, 3, seed=0), own).eval()
    WRITERS[".pt2"](model, inputs, tmp_path / "network.pt2", {})
    program = torch.export.load(tmp_path / "network.pt2").module()

    with torch.no_grad():
        for count in (1, 5):
            some = inputs[:count]
            expected = model.network(own.normalised(some))
            torch.testing.assert_close(program(some), expected, atol=1e-5, rtol=1e-5)
