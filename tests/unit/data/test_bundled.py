import subprocess
import sys

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits

from kdcore.catalogue import DATASETS

BUNDLED = [name for name, source in DATASETS.items() if source.offline]
STORED = {"image": torch.uint8, "features": torch.float32, "text": torch.int32}


def rows(*splits) -> set[bytes]:
    return {row.numpy().tobytes() for split in splits for row in split.inputs}


@pytest.mark.parametrize("name", BUNDLED)
def test_is_what_the_catalogue_says(load, name):
    data, source = load(name), DATASETS[name]
    assert data.name == name
    assert data.input_shape == source.input_shape
    assert len(data.classes) == source.classes
    assert len(data.train.labels) + len(data.validation.labels) == source.train_size
    assert len(data.test.labels) == source.test_size
    assert data.kind.name == source.kind.name
    for split in (data.train, data.validation, data.test):
        assert split.inputs.dtype == STORED[data.kind.name]
        assert split.labels.dtype == torch.int64
        assert split.labels.unique().tolist() == list(range(source.classes))
        assert len(split.inputs) == len(split.labels)


@pytest.mark.parametrize("name", BUNDLED)
def test_no_example_is_in_two_splits(load, name):
    data = load(name)
    sizes = [len(rows(split)) for split in (data.train, data.validation, data.test)]
    assert sum(sizes) == len(rows(data.train, data.validation, data.test))


@pytest.mark.parametrize("name", BUNDLED)
def test_is_the_same_bytes_every_time_whatever_the_seed(load, name):
    assert load(name, seed=1).fingerprint == load(name, seed=2).fingerprint


def test_data_sets_have_different_fingerprints(load):
    assert len({load(name).fingerprint for name in BUNDLED}) == len(BUNDLED)


def test_the_digits_are_those_of_scikit_learn(load):
    data = load("digits")
    images, labels = load_digits(return_X_y=True)
    theirs = sorted(
        (image.astype(np.uint8).tobytes(), int(label))
        for image, label in zip(images, labels, strict=True)
    )
    ours = sorted(
        (image.numpy().tobytes(), int(label))
        for split in (data.train, data.validation, data.test)
        for image, label in zip(split.inputs, split.labels, strict=True)
    )
    assert ours == theirs


@pytest.mark.parametrize("name", [name for name in BUNDLED if DATASETS[name].kind.linear])
def test_training_data_have_mean_0_and_deviation_1_once_normalised(load, name):
    data = load(name)
    normal = data.normalised(data.train.inputs)
    assert normal.dtype == torch.float32
    axes = (0, 2, 3) if data.kind.framed else (0,)
    assert normal.mean(axes).abs().max() < 1e-5
    assert (normal.std(axes, correction=0) - 1).abs().max() < 1e-5


def test_normalising_leaves_its_input_alone(load):
    data = load("moons")
    before = data.train.inputs.clone()
    data.normalised(data.train.inputs)
    assert torch.equal(data.train.inputs, before)


@pytest.mark.parametrize("name", ["mnist5k", "digits"])
def test_the_digits_need_neither_torchvision_nor_the_import_of_scikit_learn(name):
    program = (
        "import sys; from kdcore import RunConfig; from kdcore.data import load_dataset;"
        f"list(load_dataset(RunConfig(dataset='{name}'), None));"
        "sys.exit(str([m for m in ('torchvision', 'sklearn', 'pandas') if m in sys.modules]))"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert ended.stderr.strip() == "[]"


def test_moving_keeps_contents(load):
    data = load("digits")
    moved = data.to(torch.device("cpu"))
    assert moved.fingerprint == data.fingerprint
    assert data.to(torch.device("meta")).train.inputs.device.type == "meta"
