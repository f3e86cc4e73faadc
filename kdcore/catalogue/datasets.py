"""Data sets that are chosen by name, with models that suit them."""

from dataclasses import dataclass, field
from typing import Any

from kdcore.inputs import Audio, AudioImage, Features, InputKind, Text
from kdcore.inputs.image import OF_DIGITS, Image

GIVEN_DATA = "given:"
"""Before the name of data that a Python program gives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A data set that is chosen by name."""

    title: str
    load: str
    """Dotted path of a generator ``(root) -> Dataset`` that yields progress; ``root`` is the
    folder of downloads."""
    kind: InputKind
    """Of its inputs; what depends on the examples, such as a vocabulary, is left empty."""
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
    first_run: dict[str, Any] = field(default_factory=dict)
    """Settings with which the page starts beside the models: few labels, so that the teacher has
    something to add, at a speed to follow. The command line starts with ``RunConfig``'s."""


def _toy(title: str, name: str, classes: int) -> Source:
    return Source(
        title=title,
        load=f"kdcore.data.toy:{name}",
        kind=Features(),
        classes=classes,
        input_shape=(2,),
        train_size=400,
        test_size=600,
        offline=True,
        licence="generated",
        teacher="mlp:64,64",
        student="mlp:16",
        first_run={"unlabelled": 0.95, "weight": 0.9, "epochs": 100, "speed": 80.0},
    )


def _table(
    title: str, name: str, classes: int, features: int, sizes: tuple[int, int], licence: str
) -> Source:
    return Source(
        title=title,
        load=f"kdcore.data.bundled_tables:{name}",
        kind=Features(),
        classes=classes,
        input_shape=(features,),
        train_size=sizes[0],
        test_size=sizes[1],
        offline=True,
        licence=licence,
        teacher="boosted:100,3",
        student="mlp:8",
        first_run={
            "unlabelled": 0.8,
            "temperature": 2.0,
            "weight": 0.7,
            "epochs": 60,
            "lr": 0.01,
            "speed": 80.0,
        },
    )


def _images(
    title: str,
    loader: str,
    shape: tuple[int, int, int],
    sizes: tuple[int, int],
    licence: str,
    *,
    classes: int = 10,
    teacher: str = "mlp:500",
    student: str = "mlp:250",
) -> Source:
    return Source(
        title=title,
        load=loader,
        kind=Image(),
        classes=classes,
        input_shape=shape,
        train_size=sizes[0],
        test_size=sizes[1],
        offline=False,
        licence=licence,
        teacher=teacher,
        student=student,
    )


DATASETS = {
    "mnist5k": Source(
        title="MNIST digits (5,000)",
        load="kdcore.data.mnist5k:mnist5k",
        kind=Image(),
        classes=10,
        input_shape=(1, 28, 28),
        train_size=4_400,
        test_size=600,
        offline=True,
        licence="CC BY-SA 3.0, Y. LeCun and C. Cortes",
        teacher="mlp:256,128",
        student="mlp:32",
        first_run={"unlabelled": 0.95, "weight": 0.9, "speed": 160.0},
    ),
    "digits": Source(
        title="Handwritten digits 8×8",
        load="kdcore.data.digits:digits",
        kind=Image(white=OF_DIGITS),
        classes=10,
        input_shape=(1, 8, 8),
        train_size=1437,
        test_size=360,
        offline=True,
        licence="CC BY 4.0, E. Alpaydin and C. Kaynak, UCI, via scikit-learn",
        teacher="mlp:256,128",
        student="mlp:16",
        first_run={"unlabelled": 0.9, "weight": 0.9},
    ),
    "fonts": Source(
        title="Digits drawn with a font",
        load="kdcore.data.fonts:fonts",
        kind=Image(),
        classes=10,
        input_shape=(1, 28, 28),
        train_size=4_400,
        test_size=600,
        offline=True,
        licence="generated",
        teacher="mlp:256,128",
        student="mlp:32",
        first_run={"target": "mnist5k", "speed": 160.0},
    ),
    "moons": _toy("Two moons", "moons", 2),
    "circles": _toy("Two circles", "circles", 2),
    "spirals": _toy("Three spirals", "spirals", 3),
    "blobs": _toy("Four Gaussian blobs", "blobs", 4),
    "iris": _table(
        "Iris", "iris", 3, 4, (119, 30), "CC BY 4.0, R. A. Fisher, UCI, via scikit-learn"
    ),
    "wine": _table(
        "Wine",
        "wine",
        3,
        13,
        (142, 36),
        "CC BY 4.0, S. Aeberhard and M. Forina, UCI, via scikit-learn",
    ),
    "breast_cancer": _table(
        "Breast cancer (Wisconsin)",
        "breast_cancer",
        2,
        30,
        (455, 114),
        "CC BY 4.0, W. Wolberg et al., UCI, via scikit-learn",
    ),
    "mnist": _images(
        "MNIST",
        "kdcore.data.idx:mnist",
        (1, 28, 28),
        (60_000, 10_000),
        "CC BY-SA 3.0, Y. LeCun and C. Cortes",
    ),
    "fashion_mnist": _images(
        "Fashion-MNIST",
        "kdcore.data.idx:fashion_mnist",
        (1, 28, 28),
        (60_000, 10_000),
        "MIT, Zalando SE",
    ),
    "kmnist": _images(
        "Kuzushiji-MNIST",
        "kdcore.data.idx:kmnist",
        (1, 28, 28),
        (60_000, 10_000),
        "CC BY-SA 4.0, CODH",
    ),
    "usps": _images(
        "USPS",
        "kdcore.data.usps:usps",
        (1, 16, 16),
        (7_291, 2_007),
        "J. J. Hull, free for research",
    ),
    "cifar10": _images(
        "CIFAR-10",
        "kdcore.data.cifar:cifar10",
        (3, 32, 32),
        (50_000, 10_000),
        "A. Krizhevsky, free for research",
        teacher="resnet20",
        student="resnet8",
    ),
    "cifar100": _images(
        "CIFAR-100",
        "kdcore.data.cifar:cifar100",
        (3, 32, 32),
        (50_000, 10_000),
        "A. Krizhevsky, free for research",
        classes=100,
        teacher="resnet56",
        student="resnet20",
    ),
    "spoken_digits": Source(
        title="Spoken digits",
        load="kdcore.data.audio.spoken_digits:spoken_digits",
        kind=Audio(),
        classes=10,
        input_shape=(1, 24, 51),
        train_size=2_000,
        test_size=1_000,
        offline=False,
        licence="CC BY-SA 4.0, Z. Jackson and others",
        teacher="crnn:16,32,32,64",
        student="convnet:8,16,32",
        first_run={"unlabelled": 0.95, "weight": 0.9},
    ),
    "spoken_written_digits": Source(
        title="Spoken digits, each beside a written one",
        load="kdcore.data.audio.spoken_written_digits:spoken_written_digits",
        kind=AudioImage(),
        classes=10,
        input_shape=(1, 24, 75),
        train_size=2_000,
        test_size=1_000,
        offline=False,
        licence="CC BY-SA 4.0, Z. Jackson and others; CC BY-SA 3.0, Y. LeCun and C. Cortes",
        teacher="audio_visual:16,32,64",
        student="audio_only:8,16,32",
        first_run={"unlabelled": 0.95, "weight": 0.9},
    ),
    "languages": Source(
        title="Which language? (fragments of sentences)",
        load="kdcore.data.text.bundled:languages",
        kind=Text(unit="characters"),
        classes=10,
        input_shape=(35, 60),
        train_size=2_806,
        test_size=701,
        offline=True,
        licence="written for this program",
        teacher="text_cnn:96",
        student="text_cnn:16",
        first_run={"teacher_epochs": 30, "unlabelled": 0.9, "weight": 0.9, "speed": 160.0},
    ),
    "imdb": Source(
        title="IMDB film reviews",
        load="kdcore.data.text.imdb:imdb",
        kind=Text(),
        classes=2,
        input_shape=(256, 20_000),
        train_size=25_000,
        test_size=25_000,
        offline=False,
        licence="A. L. Maas and others, free for research",
        teacher="text_cnn:96,16",
        student="embedding_bag:8",
        first_run={
            "teacher_epochs": 3,
            "unlabelled": 0.95,
            "weight": 0.9,
            "temperature": 2.0,
            "epochs": 5,
            "batch_size": 128,
            "lr": 0.005,
        },
    ),
}
