"""What a run says at its end of three learners, one of them a Dirichlet."""

import numpy as np

from kdcore.events import COVERAGES, ConformalScores, UncertaintyScores
from kdcore.jobs.run.events import Uncertainty

SCORES = ("max_probability", "entropy", "energy")
KINDS = ("test", "other", "photographs", "rotated", "noise")


def uncertainty_scores(at, classes=10, *, dirichlet=False):
    names = (*SCORES, "knowledge") if dirichlet else SCORES
    sets = [
        ConformalScores(
            coverage=coverage,
            threshold=0.5,
            covered=coverage + 0.01 * at,
            expected=[coverage - 0.03, coverage + 0.03],
            mean_size=1.25 + at,
            sizes=[0, 60, 30, 10, *[0] * (classes - 3)],
        )
        for coverage in COVERAGES
    ]
    return UncertaintyScores(
        lac=sets,
        aps=sets,
        auroc={name: {kind: [0.8 + 0.01 * at, 0.75, 0.9] for kind in KINDS[1:]} for name in names},
        score_ranges={name: [0.0, 2.0] for name in names},
        histograms={name: {kind: [5, 3, 2] for kind in KINDS} for name in names},
        source="dirichlet" if dirichlet else "",
        uncertainty={"right": [0.5, 0.4, 0.1], "wrong": [1.0, 0.75, 0.25]} if dirichlet else {},
    )


def uncertainty(arrays=None):
    return Uncertainty(
        arrays=arrays,
        learners={
            name: uncertainty_scores(at, dirichlet=name == "distilled")
            for at, name in enumerate(("teacher", "plain", "distilled"))
        },
        inputs=dict.fromkeys(KINDS, 10),
        other_dataset="digits",
    )


def set_arrays(examples=3, classes=10):
    """Examples of class 1; the teacher's sets are {1}, the others' {0}."""
    sets = {
        f"{name}_{kind}": np.zeros((len(COVERAGES), examples, classes), np.uint8)
        for name in ("teacher", "plain", "distilled")
        for kind in ("lac", "aps")
    }
    for name, chosen in sets.items():
        chosen[:, :, 1 if name.startswith("teacher") else 0] = 1
    return sets | {
        "set_images": np.full((examples, 8, 8, 1), 200, np.uint8),
        "set_labels": np.ones(examples, np.int64),
    }
