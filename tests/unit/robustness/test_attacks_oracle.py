"""The attacks beside those of the Adversarial Robustness Toolbox, on networks of our own."""

import warnings
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from kdcore.models.build import build_model
from kdcore.robustness.attacks import STEP, ascended, fgsm

SHAPE, CLASSES = (1, 8, 8), 5


@pytest.fixture(scope="module")
def toolbox():
    """Imported here: it takes seconds, which nobody else should wait for."""
    with warnings.catch_warnings(action="ignore"):
        pytest.importorskip("art", reason="adversarial-robustness-toolbox is not installed")
        from art.attacks import evasion  # noqa: PLC0415
        from art.estimators.classification import PyTorchClassifier  # noqa: PLC0415
    return SimpleNamespace(
        fgsm=evasion.FastGradientMethod,
        pgd=evasion.ProjectedGradientDescentPyTorch,
        classifier=PyTorchClassifier,
    )


@pytest.mark.slow
@pytest.mark.parametrize("epsilon", [2 / 255, 32 / 255])
@pytest.mark.parametrize("model", ["mlp:16", "convnet:4,8"])
def test_fgsm_and_pgd_are_those_of_the_toolbox(toolbox, model, epsilon):
    generator = torch.Generator().manual_seed(0)
    network = build_model(model, SHAPE, CLASSES, 0).eval()
    images = torch.rand(16, *SHAPE, generator=generator)
    labels = torch.randint(CLASSES, (16,), generator=generator)
    theirs = toolbox.classifier(
        network, torch.nn.CrossEntropyLoss(), SHAPE, CLASSES, clip_values=(0, 1)
    )
    one_step = toolbox.fgsm(theirs, norm=np.inf, eps=epsilon)
    several = toolbox.pgd(
        theirs, norm=np.inf, eps=epsilon, eps_step=STEP * epsilon, max_iter=5, verbose=False
    )

    np.testing.assert_allclose(
        fgsm(network, images, labels, epsilon),
        one_step.generate(images.numpy(), labels.numpy()),
        atol=1e-6,
    )
    found = ascended(
        lambda inputs: torch.nn.functional.cross_entropy(network(inputs), labels),
        images,
        images,
        epsilon=epsilon,
        step=STEP * epsilon,
        steps=5,
    )
    np.testing.assert_allclose(found, several.generate(images.numpy(), labels.numpy()), atol=1e-6)
