import bz2
import hashlib
import pickle
import sys
import tarfile

import numpy as np
import pytest
import torch
from support.files import as_zip, collect, pictures_in

from kdcore.data import load_dataset
from kdcore.errors import UserError
from kdcore.jobs.run.config import RunConfig


def test_an_unknown_name_lists_what_there_is_and_guesses(refusal):
    error = refusal("digts")
    assert error.code == "unknown_dataset"
    assert "fashion_mnist" in str(error)
    assert "Did you mean 'digits'?" in str(error)


@pytest.mark.parametrize(
    "path", ["nowhere/at/all", "./missing.zip", "missing.csv", "~nobody-here/a", "x" * 5_000]
)
def test_a_missing_path_is_told(refusal, path):
    error = refusal(path)
    assert error.code == "data_path_missing"
    assert path[:1_000] in str(error)


def test_no_name_is_an_unknown_name_not_the_current_folder(refusal):
    assert refusal("").code == "unknown_dataset"


@pytest.mark.skipif(sys.platform != "linux", reason="needs a file that opens but cannot be read")
def test_a_file_that_cannot_be_read_is_told(refusal, tmp_path):
    (tmp_path / "a.zip").symlink_to("/proc/self/mem")
    assert refusal(tmp_path / "a.zip").code == "data_path_unreadable"


def test_a_store_without_room_is_told(tmp_path):
    path = as_zip(tmp_path / "a.zip", pictures_in("ab", 5))
    (tmp_path / "store").write_text("in the way")
    with pytest.raises(UserError) as caught:
        collect(load_dataset(RunConfig(dataset=str(path)), tmp_path / "store"))
    assert caught.value.code == "folder_not_writable"


def test_a_file_of_another_kind_is_told(refusal, tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("Dear diary")
    assert refusal(path).code == "data_kind_unknown"


def test_without_a_store_nothing_is_written(tmp_path):
    path = as_zip(tmp_path / "a.zip", pictures_in("ab", 5))
    collect(load_dataset(RunConfig(dataset=str(path)), None))
    assert list(tmp_path.iterdir()) == [path]


def usps_lines(images, labels):
    return "".join(
        f"{label + 1} " + " ".join(f"{at}:{value}" for at, value in enumerate(row, 1)) + " \n"
        for row, label in zip(images, labels, strict=True)
    ).encode()


@pytest.fixture
def usps_root(tmp_path):
    images = np.random.default_rng(0).choice([-1.0, -0.5, 0.0, 1.0], (60, 256))
    labels = np.arange(60) % 10
    root = tmp_path / "root"
    root.mkdir()
    (root / "usps.bz2").write_bytes(bz2.compress(usps_lines(images[:40], labels[:40])))
    (root / "usps.t.bz2").write_bytes(bz2.compress(usps_lines(images[40:], labels[40:])))
    return root


def test_usps_is_read_as_torchvision_reads_it(load, usps_root):
    from torchvision.datasets import USPS  # noqa: PLC0415  (1.6 s)

    data = load("usps", data_root=str(usps_root))
    theirs = USPS(usps_root, train=False)
    assert np.array_equal(data.test.inputs[:, 0].numpy(), theirs.data)
    assert data.test.labels.tolist() == theirs.targets
    assert data.input_shape == (1, 16, 16)


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[:-20],
        lambda content: b"",
        lambda content: b"text",
        lambda content: bz2.compress(b"1 1:0.5\n"),
        lambda content: bz2.compress(b"\xff\xfe"),
    ],
)
def test_a_damaged_usps_file_is_named(refusal, usps_root, damage):
    path = usps_root / "usps.bz2"
    path.write_bytes(damage(path.read_bytes()))
    error = refusal("usps", data_root=str(usps_root))
    assert error.code == "file_damaged"
    assert str(path) in str(error)


@pytest.fixture
def cifar(tmp_path, monkeypatch):
    """A small CIFAR-10 as its publisher packs it, with checksums to match."""
    from torchvision.datasets import CIFAR10  # noqa: PLC0415  (1.6 s)

    folder = tmp_path / "made" / CIFAR10.base_folder
    folder.mkdir(parents=True)
    random = np.random.default_rng(0)
    batches = [
        {
            "data": random.integers(0, 256, (20, 3072), dtype=np.uint8),
            "labels": [at % 10 for at in range(20)],
        }
        for _ in range(6)
    ]
    names = [name for name, _ in CIFAR10.train_list + CIFAR10.test_list]
    sums = []
    for name, batch in zip(names, batches, strict=True):
        (folder / name).write_bytes(pickle.dumps(batch))
        sums.append([name, hashlib.md5((folder / name).read_bytes()).hexdigest()])
    classes = [f"class {at}" for at in range(10)]
    (folder / "batches.meta").write_bytes(pickle.dumps({"label_names": classes}))
    meta = hashlib.md5((folder / "batches.meta").read_bytes()).hexdigest()
    monkeypatch.setattr(CIFAR10, "train_list", sums[:5])
    monkeypatch.setattr(CIFAR10, "test_list", sums[5:])
    monkeypatch.setattr(CIFAR10, "meta", CIFAR10.meta | {"md5": meta})
    archive = tmp_path / "made" / CIFAR10.filename
    with tarfile.open(archive, "w:gz") as packed:
        packed.add(folder, CIFAR10.base_folder)
    monkeypatch.setattr(CIFAR10, "tgz_md5", hashlib.md5(archive.read_bytes()).hexdigest())
    return tmp_path / "made", batches


def test_cifar_is_read_from_its_folder(load, cifar):
    root, batches = cifar
    data = load("cifar10", data_root=str(root))
    assert data.classes[3] == "class 3"
    assert data.input_shape == (3, 32, 32)
    assert torch.equal(data.test.inputs, torch.from_numpy(batches[5]["data"]).view(-1, 3, 32, 32))
    assert data.test.labels.tolist() == batches[5]["labels"]
    assert len(data.train.labels) + len(data.validation.labels) == 100


def test_a_cifar_archive_put_there_by_hand_is_unpacked(load, cifar, tmp_path):
    root, _ = cifar
    other = tmp_path / "other"
    other.mkdir()
    (root / "cifar-10-python.tar.gz").rename(other / "cifar-10-python.tar.gz")
    both = [load("cifar10", data_root=str(place)).fingerprint for place in (root, other)]
    assert both[0] == both[1]


def test_a_cifar_file_that_is_not_the_published_one_is_never_unpickled(refusal, cifar, tmp_path):
    root, _ = cifar

    class Payload:
        def __reduce__(self):
            return (open, (str(tmp_path / "marker"), "w"))

    (root / "cifar-10-batches-py" / "data_batch_1").write_bytes(pickle.dumps(Payload()))
    assert refusal("cifar10", data_root=str(root)).code == "file_damaged"
    assert not (tmp_path / "marker").exists()


def test_a_foreign_cifar_archive_is_refused(refusal, cifar, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "cifar-10-python.tar.gz").write_bytes(b"something else")
    assert refusal("cifar10", data_root=str(other)).code == "file_damaged"


def test_a_missing_file_is_fetched_from_torchvisions_address(refusal, monkeypatch, tmp_path):
    from torchvision.datasets import KMNIST  # noqa: PLC0415  (1.6 s)

    monkeypatch.setattr(KMNIST, "mirrors", ["http://127.0.0.1:1/"])
    error = refusal("kmnist", data_root=str(tmp_path / "data"))
    assert error.code == "download_unreachable"
    assert str(tmp_path / "data" / "KMNIST" / "raw") in str(error)
    assert "http://127.0.0.1:1/train-images-idx3-ubyte.gz" in str(error)
