"""Where the students of a group's cells stand among the networks that are trained as one."""

from kdcore.jobs.run.config import RunConfig, control_values
from kdcore.training.objective.student_specs import student_names, student_spec
from kdcore.training.objective.terms import StudentSpec


class NetworkLayout:
    """Where each cell's two students stand among the nets of a group.

    Args:
        cells: every combination of their seeds with their members.
    """

    def __init__(self, cells: dict[int, RunConfig]) -> None:
        self.networks = next(iter(cells.values())).networks
        """That each student is."""
        self.seeds = list(dict.fromkeys(config.seed for config in cells.values()))
        wanted = {spec for config in cells.values() for spec in _specs(config).values()}
        self.specs = sorted(
            wanted,
            key=lambda spec: (spec.method, spec.settings, spec.lr, spec.temperature, spec.weight),
        )
        at = {spec: index for index, spec in enumerate(self.specs)}
        self.nets = {
            cell: {
                name: self.seeds.index(config.seed) * len(self.specs) + at[spec]
                for name, spec in _specs(config).items()
            }
            for cell, config in cells.items()
        }
        """By cell, then ``plain`` and ``distilled``."""

    @property
    def count(self) -> int:
        """Networks that are trained, those of plain students included."""
        return len(self.seeds) * len(self.specs) * self.networks


def _specs(config: RunConfig) -> dict[str, StudentSpec]:
    """How each student of a cell learns; what does not act on it has one value for all."""
    values = control_values(config.to_dict())
    return {name: student_spec(config, name, values) for name in student_names(config)}
