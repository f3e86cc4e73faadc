"""Tables that come with scikit-learn, with the names that it gives to their columns."""

import csv
from collections.abc import Generator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch

from kdcore.data.assemble import assemble
from kdcore.data.dataset import Dataset, Split
from kdcore.events import Progress
from kdcore.inputs.features import Features

IRIS = ("sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)")
WINE = (
    "alcohol",
    "malic acid",
    "ash",
    "alcalinity of ash",
    "magnesium",
    "total phenols",
    "flavanoids",
    "nonflavanoid phenols",
    "proanthocyanins",
    "colour intensity",
    "hue",
    "OD280/OD315 of diluted wines",
    "proline",
)
"""The source gives no units."""
OF_A_NUCLEUS = (
    "radius",
    "texture",
    "perimeter",
    "area",
    "smoothness",
    "compactness",
    "concavity",
    "concave points",
    "symmetry",
    "fractal dimension",
)
BREAST_CANCER = (
    *(f"mean {name}" for name in OF_A_NUCLEUS),
    *(f"{name} error" for name in OF_A_NUCLEUS),
    *(f"worst {name}" for name in OF_A_NUCLEUS),
)
"""Lengths in pixels of the digitised image."""


def iris(_root: Path) -> Generator[Progress, None, Dataset]:
    """Three species of iris by four lengths; a fifth is test data.

    Source:
        Fisher: The Use of Multiple Measurements in Taxonomic Problems, 1936.
    """
    return (yield from _table("iris", "iris.csv", IRIS))


def wine(_root: Path) -> Generator[Progress, None, Dataset]:
    """Three cultivars by 13 chemical measurements of their wine; a fifth is test data.

    Source:
        Aeberhard, Forina: Wine, UCI, 1992.
    """
    return (yield from _table("wine", "wine_data.csv", WINE))


def breast_cancer(_root: Path) -> Generator[Progress, None, Dataset]:
    """Malignant or benign, by 30 measures of cell nuclei; a fifth is test data.

    Source:
        Wolberg, Mangasarian, Street, Street: Breast Cancer Wisconsin (Diagnostic), UCI, 1993.
    """
    return (yield from _table("breast_cancer", "breast_cancer.csv", BREAST_CANCER))


def bundled_file(name: str) -> Path:
    """A file of scikit-learn; importing ``sklearn.datasets`` for it would take 1.5 s."""
    package = find_spec("sklearn")
    assert package is not None, "scikit-learn is a dependency"
    return Path((package.submodule_search_locations or [])[0]) / "datasets" / "data" / name


def _table(name: str, file: str, columns: tuple[str, ...]) -> Generator[Progress, None, Dataset]:
    with bundled_file(file).open(encoding="utf-8") as lines:
        _, _, *classes = next(csv.reader(lines))
        rows = np.loadtxt(lines, delimiter=",", dtype=np.float64)
    yield Progress(task="read", done=len(rows), total=len(rows), detail=name)
    rows = _each_once(rows)
    inputs = torch.from_numpy(rows[:, :-1]).float()
    labels = torch.from_numpy(rows[:, -1].astype(np.int64))
    return replace(
        assemble(name, tuple(classes), Split(inputs, labels), Features()), columns=columns
    )


def _each_once(rows: np.ndarray) -> np.ndarray:
    """The rows without repetitions, in their order: iris has one flower twice."""
    _, first = np.unique(rows, axis=0, return_index=True)
    return rows[np.sort(first)]
