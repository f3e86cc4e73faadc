"""Distillation as it is usually written: the measure that the engine is held against.

A torchvision data set with ``ToTensor`` per image, a ``DataLoader``, the teacher's forward pass
at each step, ``loss.item()`` for the log, and an evaluation after each epoch.
"""

import argparse
import gzip
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset, Subset
from torchvision import datasets, transforms

from kdcore.models.build import build_model

MNIST_SHAPE = (1, 28, 28)
CLASSES = 10


@dataclass(frozen=True, slots=True)
class Job:
    """What both sides do."""

    teacher: str
    student: str
    shape: tuple[int, ...]
    batch_size: int = 128
    lr: float = 1e-3
    temperature: float = 4.0
    weight: float = 0.5
    mean: tuple[float, ...] = (0.1307,)
    std: tuple[float, ...] = (0.3081,)


def mnist(root: Path, train_size: int) -> tuple[Dataset, Dataset]:
    """Training part and test data; torchvision wants the files unpacked."""
    root = _unpacked(root)
    given = {"root": root, "download": False, "transform": transforms.ToTensor()}
    return Subset(datasets.MNIST(train=True, **given), range(train_size)), datasets.MNIST(
        train=False, **given
    )


def _unpacked(root: Path) -> Path:
    raw = root / "MNIST" / "raw"
    if not list(raw.glob("*.gz")):
        return root
    folder = Path(tempfile.mkdtemp(prefix="kdcore-benchmark-"))
    (folder / "MNIST" / "raw").mkdir(parents=True)
    for packed in raw.glob("*.gz"):
        (folder / "MNIST" / "raw" / packed.stem).write_bytes(gzip.decompress(packed.read_bytes()))
    return folder


def distil(
    job: Job, teacher: nn.Module, train: Dataset, test: Dataset, epochs: int
) -> tuple[float, float]:
    """Seconds of training with evaluation, and the student's last accuracy."""
    student = build_model(job.student, job.shape, CLASSES, seed=0)
    student.to(memory_format=torch.contiguous_format)
    optimizer = torch.optim.Adam(student.parameters(), lr=job.lr)
    mean = torch.tensor(job.mean).view(-1, 1, 1)
    std = torch.tensor(job.std).view(-1, 1, 1)
    loader = DataLoader(train, batch_size=job.batch_size, shuffle=True)
    test_loader = DataLoader(test, batch_size=job.batch_size)
    teacher.eval()
    log = []
    accuracy = 0.0
    began = time.perf_counter()
    for _ in range(epochs):
        student.train()
        for raw, labels in loader:
            images = (raw - mean) / std
            with torch.no_grad():
                teacher_logits = teacher(images)
            logits = student(images)
            soft = job.temperature**2 * F.kl_div(
                F.log_softmax(logits / job.temperature, dim=1),
                F.softmax(teacher_logits / job.temperature, dim=1),
                reduction="batchmean",
            )
            hard = F.cross_entropy(logits, labels)
            loss = (1 - job.weight) * hard + job.weight * soft
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            log.append(loss.item())
        accuracy = evaluate(student, test_loader, mean, std)
    return time.perf_counter() - began, accuracy


@torch.no_grad()
def evaluate(student: nn.Module, loader: DataLoader, mean: Tensor, std: Tensor) -> float:
    """Share of right answers."""
    student.eval()
    right = total = 0
    for images, labels in loader:
        right += int((student((images - mean) / std).argmax(1) == labels).sum())
        total += len(labels)
    return right / total


def main() -> None:
    """One job alone, for the measurement of its memory."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data-root", type=Path, required=True)
    parser.add_argument("--teacher", default="mlp:500")
    parser.add_argument("--student", default="mlp:250")
    given = parser.parse_args()
    job = Job(given.teacher, given.student, MNIST_SHAPE)
    teacher = build_model(job.teacher, job.shape, CLASSES, seed=0)
    train, test = mnist(given.data_root, 54_000)
    distil(job, teacher, train, test, epochs=1)
    print('{"event":"finished"}', flush=True)
    input()  # wait, so that the memory can be looked at


if __name__ == "__main__":
    main()
