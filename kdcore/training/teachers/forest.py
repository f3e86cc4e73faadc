"""A forest as teacher: grown by scikit-learn on all training data, then a module like another."""

import time
from collections.abc import Generator

import torch
from sklearn.ensemble import RandomForestClassifier

from kdcore.catalogue import parse_model
from kdcore.commands import Controls
from kdcore.data import Dataset
from kdcore.events import Event, Progress, TeacherEpoch
from kdcore.losses import cross_entropy
from kdcore.models.forest import Forest
from kdcore.training.measuring.evaluation import predict, predict_split, score

PORTION = 10
"""Trees that are grown between two looks at whether the run was stopped."""


def grow_teacher(
    data: Dataset, controls: Controls, *, role: str, model: str, seed: int
) -> Generator[Event, None, Forest]:
    """The forest ``model``; one epoch tells what it is worth.

    It is grown on normalised inputs, as it will be used: a split looks at nothing but the order
    of the values.

    Raises:
        Stopped: the run was asked to stop.
    """
    began = time.perf_counter()
    _, (trees, *depth) = parse_model(model)
    inputs = data.normalised(data.train.inputs).flatten(1).cpu().numpy()
    labels = data.train.labels.cpu().numpy()
    classifier = RandomForestClassifier(
        max_depth=next(iter(depth), None),
        random_state=seed,
        warm_start=True,
        n_jobs=torch.get_num_threads(),
    )
    for grown in [*range(PORTION, trees, PORTION), trees]:
        controls.raise_if_stopped()
        classifier.set_params(n_estimators=grown).fit(inputs, labels)
        yield Progress(task="teacher", done=grown, total=trees)
    assert len(classifier.classes_) == len(data.classes), "every class has training examples"
    module = Forest.of(classifier.estimators_, len(data.classes)).to(data.train.inputs.device)
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
