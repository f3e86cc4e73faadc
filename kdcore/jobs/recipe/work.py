"""How much a recipe trains, counted before anything is trained."""

from dataclasses import dataclass

from kdcore.catalogue import method_of
from kdcore.jobs.recipe.config import RecipeConfig
from kdcore.jobs.run.config import RunConfig


@dataclass(frozen=True, slots=True)
class Work:
    """The students of all runs; teachers come on top."""

    students: int
    """Networks; plain students that several trials share are counted in each of them."""
    fewest: int
    """Epochs of the shortest trial."""
    most: int
    """Of the longest; early stopping may end one before."""

    @property
    def epochs(self) -> str:
        """As people read it.

        Example:
            >>> Work(40, 20, 80).epochs, Work(40, 20, 20).epochs
            ('20–80', '20')
        """
        return f"{self.fewest}–{self.most}" if self.fewest < self.most else str(self.most)


def work_of(config: RecipeConfig) -> Work:
    """What a job trains."""
    runs = [cell.config for cell in config.cells]
    epochs = [run.epochs for run in runs]
    return Work(sum(map(_networks, runs)), min(epochs), max(epochs))


def _networks(run: RunConfig) -> int:
    both = run.students == "both" and method_of(run.method).loss
    return run.networks * (2 if both else 1)
