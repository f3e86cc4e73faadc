"""What a selection of a teacher is: one ``RunConfig`` and the teachers to choose from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from kdcore.catalogue import parse_model
from kdcore.errors import UserError, check_names
from kdcore.jobs.run.config import RunConfig, check_equal_training, check_networks
from kdcore.jobs.sweep.config import checked_axis


@dataclass(frozen=True, slots=True, kw_only=True)
class TeacherSelectionConfig:
    """The same students for each of several teachers.

    Raises:
        UserError: a bad value, one that stands there twice, or a single teacher.
    """

    base: RunConfig = field(default_factory=RunConfig)
    teachers: tuple[str, ...] = ()
    seeds: tuple[int, ...] = (0,)
    """Of the students; a teacher is judged by their mean."""

    def __post_init__(self) -> None:
        check_equal_training(self.base, "A choice of teacher")
        object.__setattr__(self, "teachers", checked_axis("teachers", "teacher", self.teachers))
        object.__setattr__(self, "seeds", checked_axis("seeds", "seed", self.seeds))
        for teacher in self.teachers:
            parse_model(teacher)
        check_networks(self.base.student)
        if len(self.teachers) < 2:
            raise UserError("teachers_too_few")
        if self.base.teacher_weights:
            raise UserError("teacher_given", path=self.base.teacher_weights)

    @property
    def cells(self) -> list[RunConfig]:
        """The runs, teacher by teacher; the seed changes fastest."""
        return [
            self.base.replace(teacher=teacher, seed=seed)
            for teacher in self.teachers
            for seed in self.seeds
        ]

    def to_dict(self) -> dict[str, Any]:
        """JSON values."""
        return {
            "base": self.base.to_dict(),
            "teachers": list(self.teachers),
            "seeds": list(self.seeds),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The selection that ``to_dict`` described.

        Raises:
            UserError: a name that is no setting, or a bad value.
        """
        check_names(values, ("base", "teachers", "seeds"))
        lists = {name: tuple(given) for name, given in values.items() if name != "base"}
        return cls(base=RunConfig.from_dict(values.get("base", {})), **lists)
