"""What there is to choose from, by name, as plain data: methods, data sets, models, presets.

Nothing here imports torch: the screen lists all of it before the engine wakes. Functions are
named by dotted path and loaded when a run needs them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pkgutil import resolve_name
from typing import Any

from kdcore.errors import UserError, hint


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A way to use the teacher: the soft term of the loss."""

    title: str
    formula: str
    """The soft term in LaTeX; empty for a method without a teacher."""
    source: str
    loss: str
    """Dotted path ``module:function``; empty for a method without a teacher."""
    uses_temperature: bool
    gradient: str = ""
    """Dotted path of the loss's gradient at the logits in closed form, where there is one."""

    def load_gradient(self) -> Callable[..., Any]:
        """The closed-form gradient (imports torch)."""
        return resolve_name(self.gradient)  # type: ignore[no-any-return]

    def load(self) -> Callable[..., Any]:
        """The loss function itself (imports torch)."""
        return resolve_name(self.loss)  # type: ignore[no-any-return]


METHODS = {
    "kd": Method(
        title="Soft targets (Hinton)",
        formula=r"T^2\,\mathrm{KL}\!\left(\sigma(z_t/T)\,\|\,\sigma(z_s/T)\right)",
        source="Hinton, Vinyals, Dean: Distilling the Knowledge in a Neural Network, 2015",
        loss="kdcore.losses.soft_targets:soft_target_kl",
        gradient="kdcore.losses.soft_targets:soft_target_kl_gradient",
        uses_temperature=True,
    ),
    "logit_mse": Method(
        title="Squared error of logits",
        formula=r"\frac{1}{C}\lVert z_s - z_t\rVert^2",
        source="Ba, Caruana: Do Deep Nets Really Need to be Deep?, 2014",
        loss="kdcore.losses.logits:logit_mse",
        gradient="kdcore.losses.logits:logit_mse_gradient",
        uses_temperature=False,
    ),
    "probability_mse": Method(
        title="Squared error of softened probabilities",
        formula=r"\lVert\sigma(z_s/T)-\sigma(z_t/T)\rVert^2",
        source="Brier-type loss on soft targets, sum over classes, no T²",
        loss="kdcore.losses.probabilities:probability_mse",
        gradient="kdcore.losses.probabilities:probability_mse_gradient",
        uses_temperature=True,
    ),
    "hard": Method(
        title="Hard labels only (no teacher)",
        formula="",
        source="the ordinary cross-entropy: the control of every comparison",
        loss="",
        uses_temperature=False,
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A data set that is chosen by name."""

    title: str
    load: str
    """Dotted path of a generator ``(root) -> Dataset`` that yields progress; ``root`` is the
    folder of downloads."""
    classes: int
    input_shape: tuple[int, ...]
    train_size: int
    """Training examples, those that are set aside for validation included."""
    test_size: int
    offline: bool
    """Bundled: needs neither network nor data root."""
    licence: str
    teacher: str
    """A teacher that suits it."""
    student: str
    """A student that suits it."""


def _toy(title: str, name: str, classes: int) -> Source:
    return Source(
        title=title, load=f"kdcore.data.toy:{name}", classes=classes, input_shape=(2,),
        train_size=400, test_size=600, offline=True, licence="generated",
        teacher="mlp:64,64", student="mlp:6",
    )  # fmt: skip


def _images(
    title: str, loader: str, shape: tuple[int, int, int], sizes: tuple[int, int], licence: str,
    *, classes: int = 10, teacher: str = "mlp:500", student: str = "mlp:250",
) -> Source:  # fmt: skip
    return Source(
        title=title, load=loader, classes=classes, input_shape=shape, train_size=sizes[0],
        test_size=sizes[1], offline=False, licence=licence, teacher=teacher, student=student,
    )  # fmt: skip


DATASETS = {
    "digits": Source(
        title="Handwritten digits 8×8", load="kdcore.data.digits:digits", classes=10,
        input_shape=(1, 8, 8), train_size=1437, test_size=360, offline=True,
        licence="CC BY 4.0, E. Alpaydin and C. Kaynak, UCI, by way of scikit-learn",
        teacher="mlp:256,128", student="mlp:16",
    ),
    "moons": _toy("Two moons", "moons", 2),
    "circles": _toy("Two circles", "circles", 2),
    "spirals": _toy("Three spirals", "spirals", 3),
    "blobs": _toy("Four blobs", "blobs", 4),
    "mnist": _images("MNIST", "kdcore.data.idx:mnist", (1, 28, 28), (60_000, 10_000),
                     "CC BY-SA 3.0, Y. LeCun and C. Cortes"),
    "fashion_mnist": _images("Fashion-MNIST", "kdcore.data.idx:fashion_mnist", (1, 28, 28),
                             (60_000, 10_000), "MIT, Zalando SE"),
    "kmnist": _images("Kuzushiji-MNIST", "kdcore.data.idx:kmnist", (1, 28, 28),
                      (60_000, 10_000), "CC BY-SA 4.0, CODH"),
    "usps": _images("USPS", "kdcore.data.usps:usps", (1, 16, 16), (7_291, 2_007),
                    "J. J. Hull, free for research"),
    "cifar10": _images("CIFAR-10", "kdcore.data.cifar:cifar10", (3, 32, 32), (50_000, 10_000),
                       "A. Krizhevsky, free for research", teacher="resnet20", student="resnet8"),
    "cifar100": _images("CIFAR-100", "kdcore.data.cifar:cifar100", (3, 32, 32),
                        (50_000, 10_000), "A. Krizhevsky, free for research", classes=100,
                        teacher="resnet56", student="resnet20"),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A kind of model; ``mlp`` and ``convnet`` take widths after a colon."""

    title: str
    build: str
    """Dotted path of ``(spec, input_shape, classes) -> nn.Module``."""
    takes_widths: bool
    example: str
    images_only: bool


MODELS = {
    "mlp": Family(title="Fully connected, ReLU", build="kdcore.models.mlp:mlp",
                  takes_widths=True, example="mlp:800,800", images_only=False),
    "convnet": Family(title="Small convolutional net", build="kdcore.models.convnet:convnet",
                      takes_widths=True, example="convnet:16,32", images_only=True),
    **{
        name: Family(title=f"ResNet-{depth} for small images", build="kdcore.models.resnet:resnet",
                     takes_widths=False, example=name, images_only=True)
        for name, depth in (("resnet8", 8), ("resnet20", 20), ("resnet56", 56))
    },
    **{
        name: Family(title=title, build="kdcore.models.vision:vision", takes_widths=False,
                     example=name, images_only=True)
        for name, title in (
            ("resnet18", "ResNet-18 (torchvision)"), ("resnet50", "ResNet-50 (torchvision)"),
            ("resnet152", "ResNet-152 (torchvision)"),
            ("mobilenet_v2", "MobileNetV2 (torchvision)"),
        )
    },
}  # fmt: skip

PRESETS = {
    "digits 256-128 → 16": {"dataset": "digits", "teacher": "mlp:256,128", "student": "mlp:16"},
    "64 → 32": {"teacher": "mlp:64", "student": "mlp:32"},
    "256-128 → 128": {"teacher": "mlp:256,128", "student": "mlp:128"},
    "500 → 250": {"teacher": "mlp:500", "student": "mlp:250"},
    "1200-1200 → 800-800": {"teacher": "mlp:1200,1200", "student": "mlp:800,800"},
    "1200-1200 → 30-30": {"teacher": "mlp:1200,1200", "student": "mlp:30,30"},
}
"""Pairs of the source texts; hidden widths only, inputs and classes come from the data."""


def parse_model(spec: str) -> tuple[str, tuple[int, ...]]:
    """``"mlp:800,800"`` → ``("mlp", (800, 800))``; ``"resnet8"`` → ``("resnet8", ())``.

    Raises:
        UserError: unknown family or widths that are not whole numbers from 1 to 16384.
    """
    family, _, tail = spec.partition(":")
    if family not in MODELS:
        examples = [entry.example for entry in MODELS.values()]
        raise UserError("unknown_model", spec=spec, allowed=", ".join(examples),
                        hint=hint(family, list(MODELS)))  # fmt: skip
    entry = MODELS[family]
    if not entry.takes_widths:
        if tail:
            raise UserError("model_takes_no_widths", spec=spec, family=family)
        return family, ()
    widths = tail.split(",")
    if not all(
        width.isascii() and width.isdigit() and 1 <= int(width) <= 16_384 for width in widths
    ):
        raise UserError("model_widths", spec=spec, example=entry.example)
    return family, tuple(int(width) for width in widths)
