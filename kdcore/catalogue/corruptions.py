"""Ways to corrupt or attack an image, each in five severities."""

from collections.abc import Callable
from dataclasses import dataclass
from pkgutil import resolve_name
from typing import Any

SEVERITIES = 5
"""Of every corruption, counted from 1; severity 0 is the image as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Corruption:
    """A way to make images harder to recognise."""

    title: str
    amounts: tuple[float, float, float, float, float]
    """By severity."""
    unit: str
    """What an amount is."""
    source: str
    function: str
    """Dotted path: ``(images, amount, seed) -> images``, of an attack one that is also given the
    network; see ``kdcore/robustness``."""
    attack: bool = False
    """Whether it is made for one network by its gradient, and so a different image for each."""
    passes: int = 1
    """Forward passes that one severity costs an example, an attack with its usual steps; a
    backward pass is worth two."""

    def load(self) -> Callable[..., Any]:
        """The function itself (imports torch)."""
        return resolve_name(self.function)  # type: ignore[no-any-return]


_IMAGENET_C = (
    "Hendrycks, Dietterich: Benchmarking Neural Network Robustness to Common Corruptions and "
    "Perturbations, 2019 (ImageNet-C)"
)
_EPSILONS = (2 / 255, 4 / 255, 8 / 255, 16 / 255, 32 / 255)

CORRUPTIONS = {
    "gaussian_noise": Corruption(
        title="Gaussian noise",
        amounts=(0.08, 0.12, 0.18, 0.26, 0.38),
        unit="standard deviation, as a share of the range of a pixel",
        source=_IMAGENET_C,
        function="kdcore.robustness.noise:gaussian_noise",
    ),
    "salt_pepper": Corruption(
        title="Salt and pepper",
        amounts=(0.03, 0.06, 0.09, 0.17, 0.27),
        unit="share of the pixels that become black or white",
        source=_IMAGENET_C,
        function="kdcore.robustness.noise:salt_and_pepper",
    ),
    "blur": Corruption(
        title="Gaussian blur",
        amounts=(0.02, 0.03, 0.045, 0.06, 0.08),
        unit="standard deviation, as a share of the image's side",
        source=_IMAGENET_C,
        function="kdcore.robustness.blur:gaussian_blur",
    ),
    "occlusion": Corruption(
        title="Occlusion",
        amounts=(0.2, 0.3, 0.4, 0.5, 0.6),
        unit="side of a grey square, as a share of the image's side",
        source=(
            "DeVries, Taylor: Improved Regularization of Convolutional Neural Networks with "
            "Cutout, 2017"
        ),
        function="kdcore.robustness.occlusion:occlusion",
    ),
    "contrast": Corruption(
        title="Low contrast",
        amounts=(0.4, 0.3, 0.2, 0.1, 0.05),
        unit="contrast that is left, as a share",
        source=_IMAGENET_C,
        function="kdcore.robustness.contrast:low_contrast",
    ),
    "rotation": Corruption(
        title="Rotation",
        amounts=(10.0, 20.0, 30.0, 40.0, 50.0),
        unit="degrees, either way",
        source="Engstrom et al.: Exploring the Landscape of Spatial Robustness, 2019",
        function="kdcore.robustness.geometry:rotation",
    ),
    "shift": Corruption(
        title="Shift",
        amounts=(0.03, 0.06, 0.09, 0.12, 0.15),
        unit="share of the image's side, in one of four directions",
        source="Engstrom et al.: Exploring the Landscape of Spatial Robustness, 2019",
        function="kdcore.robustness.geometry:shift",
    ),
    "fgsm": Corruption(
        title="FGSM attack",
        amounts=_EPSILONS,
        unit="ε, the largest change of a pixel, as a share of its range",
        source=(
            "Goodfellow, Shlens, Szegedy: Explaining and Harnessing Adversarial Examples, 2015"
        ),
        function="kdcore.robustness.attacks:fgsm",
        attack=True,
        passes=1 + 3,
    ),
    "pgd": Corruption(
        title="PGD attack",
        amounts=_EPSILONS,
        unit="ε, the largest change of a pixel, as a share of its range",
        source=(
            "Madry et al.: Towards Deep Learning Models Resistant to Adversarial Attacks, 2018"
        ),
        function="kdcore.robustness.attacks:pgd",
        attack=True,
        passes=1 + 10 * 3,
    ),
}
"""In the order in which they are measured and shown; attacks last."""
