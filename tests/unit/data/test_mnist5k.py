"""The bundled digits of MNIST and the script that makes them."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import kdcore
from kdcore.data.mnist5k import FILE

ROOT = Path(kdcore.__file__).parents[1]
OF_EACH_CLASS = {"train": 400, "validation": 40, "test": 60}


def make(*arguments):
    return subprocess.run(
        [sys.executable, "scripts/make_mnist5k.py", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_class_has_as_many_examples_in_each_split(load):
    data = load("mnist5k")
    for split, count in OF_EACH_CLASS.items():
        assert getattr(data, split).labels.bincount().tolist() == [count] * 10


def test_the_script_makes_the_file_again_bit_for_bit(tmp_path, real_data):
    done = make("--data-root", real_data, "--to", tmp_path / "again.npz")

    assert done.returncode == 0, done.stderr
    with np.load(FILE) as bundled, np.load(tmp_path / "again.npz") as again:
        assert bundled.files == again.files
        for name in bundled.files:
            assert bundled[name].dtype == again[name].dtype
            assert np.array_equal(bundled[name], again[name])


def test_training_data_are_mnists_training_data_and_test_data_its_test_data(load, real_data):
    ours, theirs = load("mnist5k"), load("mnist", data_root=str(real_data))
    training = {
        image.tobytes()
        for split in (theirs.train, theirs.validation)
        for image in split.inputs.numpy()
    }
    test = {image.tobytes() for image in theirs.test.inputs.numpy()}

    for split, of_mnist in (("train", training), ("validation", training), ("test", test)):
        assert {image.tobytes() for image in getattr(ours, split).inputs.numpy()} <= of_mnist


@pytest.mark.parametrize("content", [None, b"nonsense"])
def test_without_mnist_the_script_ends_with_one_sentence(tmp_path, content):
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    if content:
        (raw / "train-images-idx3-ubyte").write_bytes(content)
    done = make("--data-root", tmp_path, "--to", tmp_path / "out.npz")

    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1
    assert "train-images-idx3-ubyte" in done.stderr
