"""What a run is: one immutable ``RunConfig``, the source of flags, sliders and the URL."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Self

from kdcore.catalogue import (
    extra_terms_spec,
    extra_weight,
    is_forest,
    method_of,
    method_spec,
    models_spec,
    parse_extra_terms,
    parse_method,
    parse_model,
    parse_models,
    target_spec,
)
from kdcore.errors import UserError, check_names
from kdcore.jobs.run.compatibility import check_compatible
from kdcore.jobs.run.schedules import Schedule, parse_schedule
from kdcore.ranges import within
from kdcore.settings import checked, setting

HIGHEST_WEIGHT = {"convex": 1.0, "additive": 100.0}
"""λ shares the loss out when convex and is a free factor when additive."""

SCHEDULED = ("temperature", "weight", "lr")
"""Settings that have a ``…_schedule``."""
CONTROLS = ("temperature", "weight", "lr", "speed")
"""Settings that may change during a run, whatever its method."""


def control_values(settings: Mapping[str, Any]) -> dict[str, float]:
    """What acts on a run of these settings and may change: ``CONTROLS``, the method's own."""
    _, own = parse_method(settings["method"])
    # runs that were recorded earlier know nothing of extra terms
    extra = {
        extra_weight(spec): weight for weight, spec in parse_extra_terms(settings.get("also", ""))
    }
    return {name: settings[name] for name in CONTROLS} | own | extra


def _method(text: str) -> str:
    return method_spec(*parse_method(text))


def _model(text: str) -> str:
    parse_model(text)
    return text


def _models(text: str) -> str:
    return models_spec(parse_models(text))


def _teachers(text: str) -> str:
    return _models(text) or _model("")


def _teacher_lr_schedule(text: str) -> str:
    parse_schedule("teacher_lr_schedule", text)
    return text


def _teacher_mean(text: str) -> str:
    return _per_channel("teacher_mean", text)


def _teacher_std(text: str) -> str:
    return _per_channel("teacher_std", text)


def _per_channel(name: str, text: str) -> str:
    return ",".join(f"{value:.12g}" for value in parse_per_channel(name, text))


def parse_per_channel(name: str, text: str) -> tuple[float, ...]:
    """``"0.485, 0.456, 0.406"`` as numbers, one a channel; nothing where there is no text.

    Args:
        name: of the setting, ``teacher_mean`` or ``teacher_std``.
        text: its value.

    Raises:
        UserError: one of them is not a number of pixels that count from 0 to 1.
    """
    low = 0.0 if name == "teacher_mean" else 1e-6
    parts = [part.strip() for part in text.split(",") if part.strip()]
    return tuple(within(name, part, float, low, 1.0) for part in parts)


def _extra_terms(text: str) -> str:
    return extra_terms_spec(parse_extra_terms(text))


def _shares(text: str) -> str:
    return ",".join(f"{share:.12g}" for share in parse_shares(text))


def parse_shares(text: str) -> tuple[float, ...]:
    """``"2,1,1"`` → ``(2.0, 1.0, 1.0)``.

    Raises:
        UserError: one of them is not a number above 0.
    """
    parts = [part.strip() for part in text.split(",") if part.strip()]
    return tuple(within("teacher_shares", part, float, 1e-6, 1e6) for part in parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunConfig:
    """Everything that determines a run, as flat JSON values.

    Raises:
        UserError: a value is of the wrong kind or out of range; the sentence says what is allowed.
    """

    dataset: str = setting("mnist5k", "name of a data set, or your own folder, archive or CSV")
    data_root: str = setting("", "folder of downloaded data sets")
    image_size: int = setting(
        32, "width and height to which own images are scaled", low=8, high=256
    )
    label_column: str = setting(
        "", "column of your own table that holds the classes; empty: found automatically"
    )
    teacher: str = setting(
        "mlp:256,128", "the teacher's model, or several: mlp:64 + mlp:256,128", normalise=_teachers
    )
    teacher_weights: str = setting(
        "", "file to load the teacher from: safetensors, or a state dict that torch.save wrote"
    )
    teacher_input_size: int = setting(
        0,
        "width and height to which images are scaled for a loaded teacher; 0: as its file says, or "
        "as the students get them",
        low=0,
        high=1024,
    )
    teacher_mean: str = setting(
        "",
        "mean of the pixels, from 0 to 1, that a loaded teacher was trained with, such as "
        "0.485,0.456,0.406; empty: as its file says, or as the students get them",
        normalise=_teacher_mean,
    )
    teacher_std: str = setting(
        "", "their standard deviation, such as 0.229,0.224,0.225", normalise=_teacher_std
    )
    teacher_epochs: int = setting(
        15, "training epochs of the teacher; a forest has none", low=0, high=10_000
    )
    teacher_augment: str = setting(
        "none",
        "random change of every batch while the teacher is trained",
        choices=("none", "shift", "shift_flip"),
    )
    teacher_lr_schedule: str = setting(
        "",
        "schedule of the teacher's learning rate, which begins at 0.001: cosine:0.00001",
        normalise=_teacher_lr_schedule,
    )
    teacher_mixing: str = setting(
        "losses",
        "what is averaged over several teachers, or what weights them example by example; a method "
        "on features uses their mean probabilities, or their mean logits",
        choices=("losses", "logits", "probabilities", "entropy", "confidence"),
    )
    teacher_shares: str = setting(
        "", "weight of each of several teachers, such as 2,1,1; empty: equal", normalise=_shares
    )
    teacher_calibration: str = setting(
        "none",
        "calibrate the teacher before it teaches: its logits are divided by its calibration "
        "temperature T_cal, fitted on validation data; several teachers have one each",
        choices=("none", "temperature"),
    )
    assistants: str = setting(
        "",
        "models between teacher and student, each trained by the one before for all epochs: "
        "mlp:128 + mlp:64; with the student's own model these are born-again generations",
        normalise=_models,
    )
    student: str = setting(
        "mlp:32",
        "the students' model; a forest grows its trees over the epochs, without optimizer, "
        "learning rate and batches",
        normalise=_model,
    )
    student_start: str = setting(
        "random", "initial weights of the students", choices=("random", "teacher")
    )
    students: str = setting(
        "both", "which students to train", choices=("both", "plain", "distilled")
    )
    ensemble: int = setting(
        1,
        "networks in each student, initialised differently, whose mean answer counts; "
        "mutual learning needs two or more",
        low=1,
        high=32,
    )
    student_layers: str = setting(
        "",
        "modules of the student whose outputs are compared, separated by commas; empty: the "
        "method's choice",
    )
    teacher_layers: str = setting(
        "", "modules of the teacher to compare them with, in the same order"
    )
    method: str = setting("kd", "distillation method, such as dkd or dkd:beta=2", normalise=_method)
    also: str = setting(
        "",
        "further soft terms, each with its weight: 100*hint + 0.5*dkd:beta=2",
        normalise=_extra_terms,
    )
    mixing: str = setting(
        "convex", "loss as (1−λ)·hard + λ·soft, or as hard + λ·soft", choices=("convex", "additive")
    )
    temperature: float = setting(
        4.0, "temperature of the softmax: the higher, the softer the answers", low=0.1, high=100
    )
    weight: float = setting(0.5, "λ, the weight of the soft term", low=0, high=100)
    temperature_schedule: str = setting("", "schedule of T: linear:1, cosine:1, at:5=2:10=1")
    weight_schedule: str = setting("", "schedule of λ: warmup:2, linear:0, warmup:2,cosine:0")
    lr_schedule: str = setting("", "schedule of the learning rate: cosine:0.0001, step:0.1:30")
    epochs: int = setting(
        20, "training epochs of the students: passes over the transfer set", low=1, high=10_000
    )
    patience: int = setting(
        0,
        "early stopping: epochs without a better validation accuracy (or equal with a lower NLL) "
        "after which the run ends; 0 means never",
        low=0,
        high=10_000,
    )
    batch_size: int = setting(32, "examples per step", low=1, high=65_536)
    optimizer: str = setting(
        "adam",
        "gradient descent (gd) takes the whole transfer set as one batch; Muon moves the matrices "
        "between hidden layers by their orthogonalised momentum (a student needs at least two "
        "hidden layers), everything else by Adam: fewer, longer steps for large batches, at Adam's "
        "learning rates; on a CPU it does not pay for wide layers (Jordan et al., Muon: An "
        "optimizer for hidden layers in neural networks, 2024)",
        choices=("adam", "sgd", "gd", "muon"),
    )
    lr: float = setting(0.003, "learning rate: step size of the optimizer", low=1e-7, high=100)
    seed: int = setting(0, "random seed of weights, batches and noise", low=0, high=2**31 - 1)
    label_noise: float = setting(
        0.0, "share of the students' labels that are replaced by a wrong one", low=0, high=1
    )
    transfer_size: int = setting(
        0, "training examples for the students; 0 means all", low=0, high=10**8
    )
    drop_classes: str = setting(
        "", "classes that the students never see, by name, separated by commas"
    )
    unlabelled: float = setting(
        0.0, "share of the students' training examples without a label", low=0, high=1
    )
    mixup: float = setting(
        0.0,
        "α of the Beta distribution by which pairs of examples are mixed; 0 means off",
        low=0,
        high=10,
    )
    augment: str = setting(
        "none",
        "random change of every batch, the same for teacher and students",
        choices=("none", "shift", "shift_flip"),
    )
    target: str = setting(
        "",
        "unlabelled target data for domain adaptation: another data set with the same classes, or "
        "the same one shifted, such as rotated:degrees=40 or coloured:strength=0.7; empty: none",
        normalise=target_spec,
    )
    target_confidence: float = setting(
        0.0,
        "target examples count only where the teacher's highest probability is at least this; 0: "
        "all count",
        low=0,
        high=1,
    )
    alignment: str = setting(
        "none",
        "term that draws the features of source and target together: CORAL or MMD",
        choices=("none", "coral", "mmd"),
    )
    alignment_weight: float = setting(1.0, "weight of the alignment term", low=0, high=1000)
    teacher_outputs: str = setting(
        "auto",
        "compute the teacher's outputs once or at each step; auto: once unless augmented",
        choices=("auto", "once", "each_step"),
    )
    speed: float = setting(
        0.0, "speed limit in batches per second; 0 means as fast as possible", low=0, high=1e6
    )
    device: str = setting("auto", "where to train", choices=("auto", "cpu", "cuda", "mps"))
    precision: str = setting("auto", "bf16 is mixed precision", choices=("auto", "float32", "bf16"))

    def __post_init__(self) -> None:
        for item in fields(self):
            object.__setattr__(
                self, item.name, checked(item.name, getattr(self, item.name), RunConfig)
            )
        check_weight(self.weight, self.mixing)
        self._check_schedules()
        check_compatible(self)

    @property
    def base(self) -> Self:
        """Itself: the settings that all students of the job share."""
        return self

    @property
    def terms(self) -> list[str]:
        """All soft terms of the distilled student's loss, the method's own first, as specs."""
        return [self.method, *(spec for _, spec in parse_extra_terms(self.also))]

    @property
    def networks(self) -> int:
        """How many each student is; who learns from peers has at least one."""
        of_peers = method_of(self.method).acts_on == "peers"
        return max(self.ensemble, 2) if of_peers else self.ensemble

    @property
    def teachers(self) -> tuple[str, ...]:
        """Their models; one or more."""
        return parse_models(self.teacher)

    @property
    def shares(self) -> tuple[float, ...]:
        """Of several teachers, as they are given; empty where all count alike."""
        return parse_shares(self.teacher_shares)

    @property
    def schedules(self) -> dict[str, Schedule]:
        """Those of ``SCHEDULED`` that move by themselves, with their schedules."""
        schedules = {
            name: parse_schedule(f"{name}_schedule", getattr(self, f"{name}_schedule"))
            for name in SCHEDULED
        }
        return {name: schedule for name, schedule in schedules.items() if schedule}

    def _check_schedules(self) -> None:
        """Every value that a schedule names is one that the setting may have."""
        for name, schedule in self.schedules.items():
            for end in schedule.ends:
                checked(name, end, RunConfig)
                if name == "weight":
                    check_weight(end, self.mixing)
            if schedule.from_zero and name == "temperature":
                raise UserError(
                    "schedule_from_zero", name=f"{name}_schedule", value=self.temperature_schedule
                )

    def replace(self, **changes: Any) -> Self:
        """The same run with other settings."""
        return replace(self, **changes)

    def to_dict(self) -> dict[str, Any]:
        """All settings by name."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The run that ``values`` describe; settings that are not named keep their default.

        Raises:
            UserError: a name that is no setting, or a bad value.
        """
        check_names(values, [item.name for item in fields(cls)])
        return cls(**values)

    @property
    def key(self) -> str:
        """Content hash: equal settings, equal key."""
        text = json.dumps(self.to_dict(), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def check_networks(*students: str) -> None:
    """Raise ``UserError`` where a student cannot learn together with others."""
    for student in students:
        if is_forest(student):
            raise UserError("forest_alone", student=student)


def check_weight(weight: float, mixing: str) -> None:
    """Raise ``UserError`` where λ does not suit the mixing."""
    high = HIGHEST_WEIGHT[mixing]
    if weight > high:
        raise UserError("weight_outside_range", value=weight, mixing=mixing, high=high)


def check_equal_training(config: RunConfig, command: str) -> None:
    """Raise ``UserError`` where a run is more than a sweep, a search or a choice can train."""
    if config.assistants or config.patience:
        raise UserError("only_simple_courses", command=command)
