"""A teacher that was trained on other classes: all stays as it is but for a new last layer.

The last layer is fitted to the features of the training images by logistic regression, a linear
probe; how strongly it is held back is chosen on the validation data.

Source:
    Alain and Bengio: Understanding Intermediate Layers Using Linear Classifier Probes, 2017.
"""

from collections.abc import Generator

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from torch import Tensor, nn

from kdcore.commands import Controls
from kdcore.data import Dataset, Split
from kdcore.data.teacher_inputs import TeacherInputs
from kdcore.events import Event, Progress
from kdcore.models.build import build_model
from kdcore.models.efficientnet_lite import MEAN, SIZE, STD, EfficientNetLite0, weights_file
from kdcore.training.batches.order import chunks
from kdcore.training.weights.weights_file import WeightsFile

TOGETHER = 16
"""Images that are looked at together."""
STRENGTHS = (1e-3, 1e-2, 1e-1, 1.0)
"""scikit-learn's C, the inverse of how strongly weights are held back."""
ROUNDS = 300
"""Of the optimiser, at most."""


def fit_last_layer(
    data: Dataset, controls: Controls, device: torch.device, model: str, size: int
) -> Generator[Event, None, nn.Module]:
    """The network of ImageNet with a last layer for the classes of ``data``.

    Args:
        data: on ``device``.
        controls: ``stop`` acts.
        device: where to compute the features.
        model: which network.
        size: width and height of the images that it gets; 0: as it was trained.

    Raises:
        UserError: the extra that brings its weights is not installed, or they are no such weights.
        Stopped: the run was asked to stop.
    """
    network = build_model(model, data.input_shape, len(data.classes), 0)
    assert isinstance(network, EfficientNetLite0), "no other network was trained elsewhere"
    weights = WeightsFile.read(weights_file()).tensors
    own = {name: value for name, value in weights.items() if not name.startswith("_fc.")}
    network.load_state_dict(
        own | {f"_fc.{name}": one for name, one in network._fc.state_dict().items()}
    )
    prepared = TeacherInputs.between(data, (3, size or SIZE, size or SIZE), (MEAN,), (STD,))
    network.to(device).eval()
    features: dict[str, np.ndarray] = {}
    total = len(data.train.labels) + len(data.validation.labels)
    for name, split in (("train", data.train), ("validation", data.validation)):
        done = len(data.train.labels) if features else 0
        features[name] = yield from _features(
            network,
            prepared,
            data,
            split,
            controls,
            Progress(task="teacher", done=done, total=total, detail=model),
        )
    fitted = _fitted(features["train"], data.train, features["validation"], data.validation)
    with torch.no_grad():
        for own_part, part in zip((network._fc.weight, network._fc.bias), fitted, strict=True):
            own_part.copy_(part)
    prepared.attach(network)
    return network


def _features(
    network: EfficientNetLite0,
    prepared: TeacherInputs,
    data: Dataset,
    split: Split,
    controls: Controls,
    told: Progress,
) -> Generator[Event, None, np.ndarray]:
    found: list[Tensor] = []
    with torch.no_grad():
        for part in chunks(len(split.labels), TOGETHER):
            controls.raise_if_stopped()
            yield Progress(
                task=told.task, done=told.done + part.start, total=told.total, detail=told.detail
            )
            inputs = data.normalised(split.inputs[part])
            found.append(network.features(prepared(network, (inputs,))).cpu())
    features: np.ndarray = torch.cat(found).double().numpy()
    return features


def _fitted(
    features: np.ndarray, train: Split, held_out: np.ndarray, validation: Split
) -> tuple[Tensor, Tensor]:
    """Weights ``[classes, features]`` and biases of the regression with the best validation NLL."""
    labels, expected = train.labels.cpu().numpy(), validation.labels.cpu().numpy()
    best: tuple[float, LogisticRegression] | None = None
    for strength in STRENGTHS:
        fit = LogisticRegression(C=strength, max_iter=ROUNDS).fit(features, labels)
        shares = fit.predict_proba(held_out)[np.arange(len(expected)), expected]
        nll = float(-np.log(np.clip(shares, 1e-12, 1)).mean())
        if best is None or nll < best[0]:
            best = nll, fit
    assert best is not None, "there are strengths"
    weights, biases = best[1].coef_, best[1].intercept_
    if len(weights) == 1:  # of two classes it has the difference of their logits
        weights, biases = (np.stack([-one[0] / 2, one[0] / 2]) for one in (weights, biases))
    return torch.from_numpy(weights).float(), torch.from_numpy(biases).float()
