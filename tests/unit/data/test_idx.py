import gzip
import struct

import numpy as np
import pytest
from support.files import idx

from kdcore.data import idx as module

NAMES = module.FILES


@pytest.fixture
def arrays():
    random = np.random.default_rng(0)
    return {
        NAMES[0]: random.integers(0, 256, (60, 28, 28)),
        NAMES[1]: np.arange(60) % 10,
        NAMES[2]: random.integers(0, 256, (20, 28, 28)),
        NAMES[3]: np.arange(20) % 10,
    }


@pytest.fixture
def write(tmp_path, arrays):
    """Put the files below a folder of ``tmp_path`` and give the latter's path."""

    def write(folder="MNIST/raw", *, packed=True, **contents):
        place = tmp_path / "root" / folder
        place.mkdir(parents=True)
        for name, array in arrays.items():
            content = contents.get(name, idx(array))
            path = place / (f"{name}.gz" if packed else name)
            path.write_bytes(gzip.compress(content) if packed else content)
        return tmp_path / "root"

    return write


def pairs(images, labels) -> set[tuple[bytes, int]]:
    return {(image.tobytes(), int(label)) for image, label in zip(images, labels, strict=True)}


@pytest.mark.parametrize("packed", [True, False])
def test_images_and_labels_come_as_they_were_written(write, load, arrays, packed):
    data = load("mnist", data_root=str(write(packed=packed)))
    assert np.array_equal(data.test.inputs[:, 0].numpy(), arrays[NAMES[2]])
    assert data.test.labels.tolist() == arrays[NAMES[3]].tolist()
    assert len(data.train.labels) == 50
    assert len(data.validation.labels) == 10
    written = pairs(arrays[NAMES[0]].astype(np.uint8), arrays[NAMES[1]])
    read = pairs(data.train.inputs.numpy(), data.train.labels)
    read |= pairs(data.validation.inputs.numpy(), data.validation.labels)
    assert read == written


@pytest.mark.parametrize("folder", ["MNIST/raw", "raw", "data/MNIST/raw"])
def test_mnist_is_found_where_people_put_it(write, load, folder):
    assert load("mnist", data_root=str(write(folder))).input_shape == (1, 28, 28)


def test_the_environment_names_the_folder_too(write, load, monkeypatch):
    monkeypatch.setenv("KDCORE_DATA", str(write()))
    assert load("mnist").name == "mnist"


@pytest.mark.parametrize(
    ("name", "folder"), [("fashion_mnist", "FashionMNIST"), ("kmnist", "KMNIST")]
)
def test_its_kin_lie_in_folders_of_their_own(write, load, name, folder):
    data = load(name, data_root=str(write(f"{folder}/raw")))
    assert len(data.classes) == 10
    assert data.name == name


def test_a_gzip_file_that_is_cut_off_is_named(write, refusal):
    root = write()
    path = root / "MNIST/raw" / f"{NAMES[0]}.gz"
    path.write_bytes(path.read_bytes()[:-2_000])
    error = refusal("mnist", data_root=str(root))
    assert error.code == "file_damaged"
    assert NAMES[0] in str(error)


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[:-1],
        lambda content: content[:6],
        lambda content: b"",
        lambda content: content + b"x",
        lambda content: content[:4] + struct.pack(">I", 2**31) + content[8:],
    ],
)
@pytest.mark.parametrize("packed", [True, False])
def test_a_file_of_the_wrong_length_is_named(write, refusal, arrays, damage, packed):
    root = write(packed=packed, **{NAMES[2]: damage(idx(arrays[NAMES[2]]))})
    error = refusal("mnist", data_root=str(root))
    assert error.code == "file_damaged"
    assert NAMES[2] in str(error)


def test_a_file_that_only_claims_to_be_gzip_is_named(write, refusal):
    root = write()
    (root / "MNIST/raw" / f"{NAMES[1]}.gz").write_bytes(b"not gzip at all")
    assert refusal("mnist", data_root=str(root)).code == "file_damaged"


def test_flipped_bits_are_noticed(write, refusal):
    root = write()
    path = root / "MNIST/raw" / f"{NAMES[0]}.gz"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    assert refusal("mnist", data_root=str(root)).code == "file_damaged"


def test_labels_in_the_place_of_images_are_named(write, refusal, arrays):
    root = write(**{NAMES[0]: idx(arrays[NAMES[1]])})
    error = refusal("mnist", data_root=str(root))
    assert (error.code, error.values["expected"], error.values["found"]) == (
        "idx_magic",
        2051,
        2049,
    )


def test_different_counts_of_images_and_labels_are_told(write, refusal, arrays):
    root = write(**{NAMES[3]: idx(arrays[NAMES[3]][:-1])})
    error = refusal("mnist", data_root=str(root))
    assert (error.code, error.values["images"], error.values["labels"]) == ("idx_counts", 20, 19)


def test_a_label_beyond_the_classes_is_told(write, refusal, arrays):
    root = write(**{NAMES[1]: idx(arrays[NAMES[1]] + 5)})
    assert refusal("mnist", data_root=str(root)).code == "label_outside"


@pytest.mark.parametrize("root", ["", ".."])
def test_the_real_mnist_is_read_from_its_folder_or_the_one_above(real_data, load, root):
    data = load("mnist", data_root=str(real_data / root))
    assert [len(split.labels) for split in (data.train, data.validation, data.test)] == [
        55_000,
        5_000,
        10_000,
    ]
    assert data.test.labels[:5].tolist() == [7, 2, 1, 0, 4]
