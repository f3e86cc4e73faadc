"""An archive of class folders as torchvision's CIFAR-10 holds it: arrays, read one by one."""

import tarfile
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image
from torch import Tensor
from torch.utils.data import Dataset
from torchvision import transforms


class Arrays(Dataset):
    """uint8 ``[n, 32, 32, 3]``; each by PIL and ``ToTensor``, as ``datasets.CIFAR10`` does."""

    def __init__(self, images: np.ndarray, labels: np.ndarray) -> None:
        self.images, self.labels = images, labels
        self.transform = transforms.ToTensor()

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        return self.transform(Image.fromarray(self.images[index])), int(self.labels[index])


def arrays_of(archive: Path, train_size: int) -> tuple[Arrays, Arrays]:
    """``train_size`` random examples of ``…/train/CLASS/`` and all of ``…/test/CLASS/``."""
    images: dict[str, list[np.ndarray]] = {"train": [], "test": []}
    names: dict[str, list[str]] = {"train": [], "test": []}
    with tarfile.open(archive) as tar:
        for member in tar:
            file = tar.extractfile(member)
            if file is None:
                continue
            *_, part, name, _ = member.name.split("/")
            with Image.open(BytesIO(file.read())) as picture:
                images[part].append(np.asarray(picture.convert("RGB").resize((32, 32))))
            names[part].append(name)
    classes = {name: number for number, name in enumerate(sorted(set(names["train"])))}
    labels = {part: np.array([classes[name] for name in names[part]]) for part in names}
    chosen = np.random.default_rng(0).permutation(len(labels["train"]))[:train_size]
    return (
        Arrays(np.stack(images["train"])[chosen], labels["train"][chosen]),
        Arrays(np.stack(images["test"]), labels["test"]),
    )
