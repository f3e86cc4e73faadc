"""Trees as teacher: grown by scikit-learn on all training data, then a module like another."""

import time
from collections.abc import Callable, Generator
from dataclasses import dataclass

import numpy as np
import torch
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.tree import DecisionTreeClassifier

from kdcore.catalogue import parse_model
from kdcore.commands import Controls
from kdcore.data import Dataset
from kdcore.events import Event, Progress, TeacherEpoch
from kdcore.losses import cross_entropy
from kdcore.models.added_trees import AddedTrees, least_in_leaf
from kdcore.models.forest import Forest
from kdcore.models.trees import Trees
from kdcore.training.measuring.evaluation import predict, predict_split, score

PORTION = 10
"""Trees, or rounds of them, that are grown between two looks at whether the run was stopped."""
LEAVES = 50
"""A boosted leaf has at least this share of the examples, and 20 of many: scikit-learn's usual 20
leave nothing to split in a table of a hundred rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Growing:
    """What trees grow on."""

    inputs: np.ndarray
    """``[n, features]`` float32, normalised."""
    labels: np.ndarray
    """``[n]``; every class has examples."""
    classes: int
    size: tuple[int, ...]
    """The numbers of the spec."""
    seed: int
    controls: Controls


def grow_teacher(
    data: Dataset, controls: Controls, *, role: str, model: str, seed: int
) -> Generator[Event, None, Trees]:
    """The trees of ``model``; one epoch tells what they are worth.

    They are grown on normalised inputs, as they will be used: a split looks at nothing but the
    order of the values.

    Raises:
        Stopped: the run was asked to stop.
    """
    began = time.perf_counter()
    family, size = parse_model(model)
    growing = Growing(
        inputs=data.normalised(data.train.inputs).flatten(1).cpu().numpy(),
        labels=data.train.labels.cpu().numpy(),
        classes=len(data.classes),
        size=size,
        seed=seed,
        controls=controls,
    )
    module = (yield from GROWN[family](growing)).to(data.train.inputs.device)
    logits = predict_split(module, data, data.train)
    scores = score(predict(module, data, "float32"), data, None)
    yield TeacherEpoch(
        epoch=1,
        epochs=1,
        seconds=time.perf_counter() - began,
        learner=role,
        model=model,
        train_loss=float(cross_entropy(logits, data.train.labels)),
        train_accuracy=float((logits.argmax(-1) == data.train.labels).double().mean()),
        validation_accuracy=scores.validation_accuracy,
        test_accuracy=scores.test_accuracy,
        test_errors=scores.test_errors,
    )
    return module


def _forest(growing: Growing) -> Generator[Event, None, Trees]:
    trees, *depth = growing.size
    classifier = RandomForestClassifier(
        max_depth=next(iter(depth), None),
        random_state=growing.seed,
        warm_start=True,
        n_jobs=torch.get_num_threads(),
    )
    for grown in [*range(PORTION, trees, PORTION), trees]:
        growing.controls.raise_if_stopped()
        classifier.set_params(n_estimators=grown).fit(growing.inputs, growing.labels)
        yield Progress(task="teacher", done=grown, total=trees)
    assert len(classifier.classes_) == growing.classes, "every class has training examples"
    return Forest.of(classifier.estimators_, growing.classes)


def _boosted(growing: Growing) -> Generator[Event, None, Trees]:
    rounds, *depth = growing.size
    classifier = HistGradientBoostingClassifier(
        max_depth=next(iter(depth), None),
        min_samples_leaf=min(20, max(1, len(growing.labels) // LEAVES)),
        early_stopping=False,
        random_state=growing.seed,
        warm_start=True,
    )
    for grown in [*range(PORTION, rounds, PORTION), rounds]:
        growing.controls.raise_if_stopped()
        classifier.set_params(max_iter=grown).fit(growing.inputs, growing.labels)
        yield Progress(task="teacher", done=grown, total=rounds)
    assert len(classifier.classes_) == growing.classes, "every class has training examples"
    return AddedTrees.of_boosted(classifier, growing.classes)


def _tree(growing: Growing) -> Generator[Event, None, Trees]:
    growing.controls.raise_if_stopped()
    (depth,) = growing.size
    tree = DecisionTreeClassifier(
        max_depth=depth,
        min_samples_leaf=least_in_leaf(len(growing.labels)),
        random_state=growing.seed,
    )
    tree.fit(growing.inputs, growing.labels)
    yield Progress(task="teacher", done=1, total=1)
    return AddedTrees.of_tree(tree, growing.classes)


GROWN: dict[str, Callable[[Growing], Generator[Event, None, Trees]]] = {
    "forest": _forest,
    "boosted": _boosted,
    "tree": _tree,
}
"""By family."""
