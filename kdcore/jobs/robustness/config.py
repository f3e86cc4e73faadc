"""What a robustness test is: a run, and the corruptions on which its networks are measured."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self

from kdcore.catalogue import CORRUPTIONS, DATASETS, GIVEN_DATA
from kdcore.errors import UserError, check_names, hint
from kdcore.jobs.run.config import RunConfig
from kdcore.settings import checked, setting


@dataclass(frozen=True, slots=True, kw_only=True)
class RobustnessConfig:
    """The networks of one run, on corrupted and attacked test images.

    Raises:
        UserError: a bad value, or data that are known to be no images.
    """

    run: str = ""
    """Id of the run that the networks come from."""
    base: RunConfig = field(default_factory=RunConfig)
    """The run's settings."""
    corruptions: tuple[str, ...] = ()
    """Of ``CORRUPTIONS``, attacks among them; empty means all."""
    examples: int = setting(
        1_000, "test examples that are used, at most; drawn by the seed", low=20, high=20_000
    )
    steps: int = setting(10, "steps of the PGD attack", low=1, high=200)
    seed: int = setting(
        0, "seed of the corruptions, the examples and the bootstrap", low=0, high=2**31 - 1
    )

    def __post_init__(self) -> None:
        for name in amounts():
            object.__setattr__(self, name, checked(name, getattr(self, name), RobustnessConfig))
        object.__setattr__(
            self, "corruptions", checked_corruptions(self.corruptions or tuple(CORRUPTIONS))
        )
        if self.base.dataset.startswith(GIVEN_DATA):
            raise UserError("given_elsewhere", dataset=self.base.dataset.removeprefix(GIVEN_DATA))
        source = DATASETS.get(self.base.dataset)
        if source and not source.kind.framed:
            raise UserError("robustness_images", dataset=self.base.dataset)

    @classmethod
    def of(
        cls, run: str, config: RunConfig, *, corruptions: Sequence[str] = (), **changes: Any
    ) -> Self:
        """The test of the networks of ``run``, which had the settings ``config``.

        Args:
            run: its id.
            config: its settings.
            corruptions: see above.
            changes: any of ``amounts()``.

        Raises:
            UserError: a bad value, or data that are known to be no images.
        """
        return cls(run=run, base=config, corruptions=tuple(corruptions), **changes)

    def to_dict(self) -> dict[str, Any]:
        """JSON values."""
        return asdict(self) | {"base": self.base.to_dict(), "corruptions": list(self.corruptions)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The test that ``to_dict`` described.

        Raises:
            UserError: a name that is no setting, or a bad value.
        """
        check_names(values, [item.name for item in fields(cls)])
        base = RunConfig.from_dict(values.get("base", {}))
        given = tuple(values.get("corruptions", ()))
        return cls(**{**values, "base": base, "corruptions": given})


def amounts() -> list[str]:
    """The names of the settings that are numbers of a test's own."""
    return [item.name for item in fields(RobustnessConfig) if item.metadata]


def checked_corruptions(given: Sequence[str]) -> tuple[str, ...]:
    """``given`` in the order of ``CORRUPTIONS``.

    Raises:
        UserError: there is no such corruption, or one stands there twice.
    """
    for at, name in enumerate(given):
        if name not in CORRUPTIONS:
            raise UserError(
                "not_a_choice",
                name="corruptions",
                value=name,
                allowed=", ".join(CORRUPTIONS),
                hint=hint(name, list(CORRUPTIONS)),
            )
        if name in given[:at]:
            raise UserError("value_twice", axis="corruptions", value=name)
    return tuple(name for name in CORRUPTIONS if name in given)
