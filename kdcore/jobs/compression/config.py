"""What a compression is: a run whose distilled student is made smaller, and in which ways."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self

from kdcore.catalogue import (
    MODELS,
    extra_terms_spec,
    family_of,
    is_forest,
    is_given,
    method_name,
    method_of,
    parse_extra_terms,
    parse_model,
)
from kdcore.errors import UserError, check_names, hint
from kdcore.jobs.run.config import RunConfig
from kdcore.settings import checked, setting

NETWORKS = tuple(name for name, family in MODELS.items() if not family.grown)
CONVERTIBLE = tuple(
    family
    for family in NETWORKS
    if family not in ("resnet8", "resnet20", "resnet56") and "text" not in MODELS[family].accepts
)
"""Families that ``torch.fx`` can follow and convert. What our ResNets lose by it was not
measured, and the vectors of words want ranges of another form."""

STAGES: dict[str, tuple[str, ...]] = {
    "pruned": NETWORKS,
    "narrow": ("mlp", "convnet"),
    "low_rank": tuple(family for family in NETWORKS if family != "transformer"),
    "int8_dynamic": NETWORKS,
    "int8_learned": CONVERTIBLE,
    "narrow_int8": ("mlp", "convnet"),
}
"""Ways to make a student smaller, and the families of models that each suits. PyTorch's layers of a
transformer take the weights out of their linear layers themselves, which must be there as one."""
OF_REGISTERED = ("pruned", "low_rank", "int8_dynamic")
"""Those of a model that somebody else brings, of which nothing is known but its layers."""
OF_THE_LOSS = ("temperature", "weight", "lr")
"""Settings of the run that may have other values in the re-distillation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompressionConfig:
    """One distilled student, made smaller in several ways that all start from it.

    Raises:
        UserError: a bad value, or a stage that does not suit the student.
    """

    run: str = ""
    """Id of the run that the student and its teacher come from."""
    base: RunConfig = field(default_factory=RunConfig)
    """The run's settings; T, λ, method and learning rate are those of the re-distillation."""
    stages: tuple[str, ...] = ()
    """Of ``STAGES``; empty means all that suit the student."""
    prune_share: float = setting(
        0.8, "share of each layer's weights that are set to zero", low=0, high=0.99
    )
    narrow_share: float = setting(
        0.5, "share of each layer's neurons or channels that are removed", low=0, high=0.95
    )
    rank_share: float = setting(
        0.25, "rank of the two factors, as a share of the full rank", low=0.01, high=1
    )
    epochs: int = setting(
        5, "fine-tuning epochs: re-distillation after each compression", low=1, high=10_000
    )

    def __post_init__(self) -> None:
        for name in amounts():
            object.__setattr__(self, name, checked(name, getattr(self, name), CompressionConfig))
        if is_given(self.base.student):
            raise UserError("module_elsewhere", spec=self.base.student)
        suited = suited_stages(self.base.student)
        object.__setattr__(self, "stages", checked_stages(self.stages or suited))
        for stage in self.stages:
            if stage not in suited:
                raise UserError(
                    "stage_unsuited",
                    stage=stage,
                    model=self.base.student,
                    allowed=", ".join(suited),
                )

    @classmethod
    def of(cls, run: str, config: RunConfig, *, stages: Sequence[str] = (), **changes: Any) -> Self:
        """The compression of the student of ``run``, which had the settings ``config``.

        A method on features is replaced by the plain soft targets with their default T and λ,
        and such an extra term is left out: a network of another shape
        has no such insides.

        Args:
            run: its id.
            config: its settings.
            stages: see above.
            changes: any of ``amounts()``, and ``temperature``, ``weight`` and ``lr`` of the
                re-distillation.

        Raises:
            UserError: the run has no distilled student, or a bad value.
        """
        method = method_of(config.method)
        if config.students == "plain" or not method.loss:
            raise UserError("nothing_distilled", run=run)
        if is_forest(config.student) or config.networks > 1:
            raise UserError("shrink_one_network", run=run)
        # where the method gives way, kd takes its place
        also = extra_terms_spec(
            (weight, spec)
            for weight, spec in parse_extra_terms(config.also)
            if not method_of(spec).needs_graph
            and not (method.needs_graph and method_name(spec) == "kd")
        )
        base = config.replace(
            students="distilled",
            speed=0.0,
            temperature_schedule="",
            also=also,
            weight_schedule="",
            lr_schedule="",
            patience=0,
        )
        if method.needs_graph:
            usual = RunConfig()
            base = base.replace(
                method="kd",
                mixing=usual.mixing,
                temperature=usual.temperature,
                weight=usual.weight,
                student_layers="",
                teacher_layers="",
            )
        own = {name: value for name, value in changes.items() if name in amounts()}
        of_run = {name: value for name, value in changes.items() if name not in own}
        return cls(run=run, base=base.replace(**of_run), stages=tuple(stages), **own)

    def to_dict(self) -> dict[str, Any]:
        """JSON values."""
        return asdict(self) | {"base": self.base.to_dict(), "stages": list(self.stages)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The compression that ``to_dict`` described.

        Raises:
            UserError: a name that is no setting, or a bad value.
        """
        check_names(values, [item.name for item in fields(cls)])
        base = RunConfig.from_dict(values.get("base", {}))
        return cls(**{**values, "base": base, "stages": tuple(values.get("stages", ()))})


def amounts() -> list[str]:
    """The names of the settings that are numbers of a compression's own."""
    return [item.name for item in fields(CompressionConfig) if item.metadata]


def suited_stages(model: str) -> tuple[str, ...]:
    """The stages that suit a model."""
    family, _ = parse_model(model)
    if is_given(model):  # it is known where it was given alone
        return ()
    if family_of(model).registered:
        return OF_REGISTERED
    return tuple(stage for stage, families in STAGES.items() if family in families)


def checked_stages(given: Sequence[str]) -> tuple[str, ...]:
    """``given`` in the order of ``STAGES``.

    Raises:
        UserError: there is no such stage, or one stands there twice.
    """
    for at, stage in enumerate(given):
        if stage not in STAGES:
            raise UserError(
                "not_a_choice",
                name="stages",
                value=stage,
                allowed=", ".join(STAGES),
                hint=hint(stage, list(STAGES)),
            )
        if stage in given[:at]:
            raise UserError("value_twice", axis="stages", value=stage)
    return tuple(stage for stage in STAGES if stage in given)
