"""Make ``kdcore/data/mnist5k.npz``: 5,000 digits of MNIST with fixed splits.

``python scripts/make_mnist5k.py --data-root DIR``

Of each class 400 examples are for training and 40 for validation, all out of MNIST's training
set, and 60 for test, out of MNIST's test set. Chosen at random from a fixed seed; they stand in
MNIST's own order. The same files give the same arrays, bit for bit.
"""

import argparse
import hashlib
import sys
from pathlib import Path

import numpy as np

from kdcore.data.idx import FILES, IMAGES_MAGIC, LABELS_MAGIC, read_idx
from kdcore.errors import UserError

SEED = 1998
TRAIN, VALIDATION, TEST = 400, 40, 60
"""Examples of each class."""
PLACE = Path(__file__).parents[1] / "kdcore" / "data" / "mnist5k.npz"


def main() -> int:
    """Write the file and print its checksum."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data-root", type=Path, required=True, help="folder with MNIST/raw")
    parser.add_argument("--to", type=Path, default=PLACE, help="file to write")
    given = parser.parse_args()
    try:
        arrays = chosen(given.data_root / "MNIST" / "raw")
    except (UserError, OSError) as error:
        print(f"make_mnist5k: {error}", file=sys.stderr)
        return 1
    np.savez_compressed(given.to, **arrays)
    print(f"{given.to}: {given.to.stat().st_size:,} bytes, arrays {checksum(arrays)}")
    return 0


def chosen(raw: Path) -> dict[str, np.ndarray]:
    """Images ``[n, 28, 28]`` and labels ``[n]`` of each split, uint8.

    Args:
        raw: folder of MNIST's four IDX files, plain or gzipped.
    """
    train_images, train_labels, test_images, test_labels = (
        read_idx(_found(raw, name), magic)
        for name, magic in zip(FILES, (IMAGES_MAGIC, LABELS_MAGIC) * 2, strict=True)
    )
    rng = np.random.default_rng(SEED)
    train, validation = _draw(train_labels, (TRAIN, VALIDATION), rng)
    (test,) = _draw(test_labels, (TEST,), rng)
    return {
        "train_images": train_images[train],
        "train_labels": train_labels[train],
        "validation_images": train_images[validation],
        "validation_labels": train_labels[validation],
        "test_images": test_images[test],
        "test_labels": test_labels[test],
    }


def checksum(arrays: dict[str, np.ndarray]) -> str:
    """SHA-256 over all arrays in their order, names included."""
    digest = hashlib.sha256()
    for name, values in arrays.items():
        digest.update(f"{name} {values.dtype.str} {values.shape}".encode())
        digest.update(np.ascontiguousarray(values).data)
    return digest.hexdigest()


def _draw(
    labels: np.ndarray, counts: tuple[int, ...], rng: np.random.Generator
) -> list[np.ndarray]:
    """Disjoint sets of indices, the nth with ``counts[n]`` examples of each class, ascending."""
    ends = np.cumsum(counts)
    shuffled = [rng.permutation(np.flatnonzero(labels == digit)) for digit in range(10)]
    return [
        np.sort(np.concatenate([own[end - count : end] for own in shuffled]))
        for count, end in zip(counts, ends, strict=True)
    ]


def _found(raw: Path, name: str) -> Path:
    plain = raw / name
    return plain if plain.is_file() else raw / f"{name}.gz"


if __name__ == "__main__":
    sys.exit(main())
