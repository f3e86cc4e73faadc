"""Points in the plane, made on the spot: for decision boundaries and for instant runs."""

from collections.abc import Generator
from pathlib import Path

import numpy as np
import torch

from kdcore.data.assemble import assemble
from kdcore.data.dataset import Dataset, Split
from kdcore.events import Progress
from kdcore.inputs import Features

POINTS, TEST_POINTS = 1_000, 600
"""Few to learn from, so that the teacher has something to add; many to judge by."""
SEED = 0


def moons(_root: Path) -> Generator[Progress, None, Dataset]:
    """Two interleaved half circles."""
    from sklearn.datasets import make_moons  # noqa: PLC0415  (1.5 s)

    points, labels = make_moons(POINTS, noise=0.25, random_state=SEED)
    return (yield from _dataset("moons", points, labels))


def circles(_root: Path) -> Generator[Progress, None, Dataset]:
    """One circle inside another."""
    from sklearn.datasets import make_circles  # noqa: PLC0415  (1.5 s)

    points, labels = make_circles(POINTS, noise=0.12, factor=0.5, random_state=SEED)
    return (yield from _dataset("circles", points, labels))


def blobs(_root: Path) -> Generator[Progress, None, Dataset]:
    """Four round clouds that overlap a little."""
    from sklearn.datasets import make_blobs  # noqa: PLC0415  (1.5 s)

    centers = np.array([[-2.0, -2.0], [-2.0, 2.0], [2.0, -2.0], [2.0, 2.0]])
    points, labels = make_blobs(POINTS, centers=centers, cluster_std=1.2, random_state=SEED)
    return (yield from _dataset("blobs", points, labels))


def spirals(_root: Path) -> Generator[Progress, None, Dataset]:
    """Three arms that wind around each other for three quarters of a turn."""
    random = np.random.default_rng(SEED)
    labels = np.arange(POINTS) % 3
    radius = random.uniform(0.1, 1.0, POINTS)
    angle = 1.5 * np.pi * radius + labels * (2 * np.pi / 3) + random.normal(0, 0.2, POINTS)
    points = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    return (yield from _dataset("spirals", points, labels))


def _dataset(
    name: str, points: np.ndarray, labels: np.ndarray
) -> Generator[Progress, None, Dataset]:
    yield Progress(task="read", done=len(labels), total=len(labels), detail=name)
    shuffled = np.random.default_rng(SEED).permutation(len(labels))
    everything = Split(
        torch.from_numpy(points[shuffled].astype(np.float32)),
        torch.from_numpy(labels[shuffled].astype(np.int64)),
    )
    train, test = (
        everything.take(torch.arange(TEST_POINTS, POINTS)),
        everything.take(torch.arange(TEST_POINTS)),
    )
    classes = tuple(str(label) for label in range(int(labels.max()) + 1))
    return assemble(name, classes, train, Features(), test=test)
