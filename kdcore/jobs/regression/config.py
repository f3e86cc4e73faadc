"""What a regression is: a table, teachers and a student that predict one of its columns."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self

from kdcore.catalogue import MODELS, parse_model
from kdcore.errors import UserError, check_names
from kdcore.jobs.run.config import RunConfig
from kdcore.settings import checked, setting

USUAL: dict[str, Any] = {
    "dataset": "diabetes",
    "teacher": "mlp:64,64",
    "student": "mlp:8",
    "teacher_epochs": 60,
    "epochs": 60,
    "lr": 0.005,
    "weight": 0.7,
}
"""Settings of a run that a regression begins with."""
USED = (
    "dataset",
    "label_column",
    "teacher",
    "student",
    "teacher_epochs",
    "epochs",
    "batch_size",
    "lr",
    "weight",
    "unlabelled",
    "seed",
)
"""Settings of a run that act, beside the device."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegressionConfig:
    """An ensemble teaches a small network its mean and its variance.

    Raises:
        UserError: a bad value, or a model that is no fully connected network.
    """

    base: RunConfig = field(default_factory=lambda: RunConfig(**USUAL))
    """Of it ``USED`` acts: ``label_column`` names the number to predict, ``weight`` is λ."""
    networks: int = setting(
        5, "networks of the teacher; their mean and variance are its answer", low=1, high=32
    )
    pairs: int = setting(
        5, "pairs of students, each with first weights and batches of its own", low=1, high=50
    )

    def __post_init__(self) -> None:
        for name in amounts():
            object.__setattr__(self, name, checked(name, getattr(self, name), RegressionConfig))
        for spec in (self.base.teacher, self.base.student):
            family, _ = parse_model(spec) if "+" not in spec else ("", ())
            if family not in FAMILIES:
                raise UserError("regression_model", model=spec, allowed=", ".join(FAMILIES))

    def check_used(self) -> None:
        """Raise ``UserError`` where a setting of a run is not at its default but does not act."""
        usual = RunConfig(**USUAL)
        for item in fields(RunConfig):
            value, default = getattr(self.base, item.name), getattr(usual, item.name)
            if item.name not in (*USED, "device") and value != default:
                raise UserError("regression_setting", name=item.name, value=value, usual=default)

    def to_dict(self) -> dict[str, Any]:
        """JSON values."""
        return asdict(self) | {"base": self.base.to_dict()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The regression that ``to_dict`` described.

        Raises:
            UserError: a name that is no setting, or a bad value.
        """
        check_names(values, [item.name for item in fields(cls)])
        base = RunConfig.from_dict({**USUAL, **values.get("base", {})})
        return cls(**{**values, "base": base})


def amounts() -> list[str]:
    """The names of the settings that are numbers of a regression's own."""
    return [item.name for item in fields(RegressionConfig) if item.metadata]


FAMILIES = tuple(
    name
    for name, family in MODELS.items()
    if "features" in family.accepts and not family.grown and family.takes_widths
)
"""Of models that may teach or learn."""
