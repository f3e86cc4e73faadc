"""Whether two learners answer alike, and whose errors they are."""

from dataclasses import dataclass

from torch import Tensor


def agreement(probabilities: Tensor, others: Tensor) -> Tensor:
    """Share of samples that both learners answer with the same class.

    Args:
        probabilities: ``[..., samples, classes]``; leading axes are several learners.
        others: ``[samples, classes]`` of another learner.

    Returns:
        ``[...]``, from 0 to 1.
    """
    return (probabilities.argmax(-1) == others.argmax(-1)).to(probabilities.dtype).mean(-1)


@dataclass(frozen=True, slots=True)
class ErrorOrigin:
    """Counts of samples."""

    inherited: int
    """Wrong with the very answer of the teacher."""
    own: int
    """Wrong otherwise."""
    mended: int
    """Right where the teacher is wrong."""


def error_origin(answers: Tensor, teacher_answers: Tensor, labels: Tensor) -> ErrorOrigin:
    """Where a student's errors come from; all ``[samples]``."""
    wrong = answers != labels
    inherited = int((wrong & (answers == teacher_answers)).sum())
    return ErrorOrigin(
        inherited=inherited,
        own=int(wrong.sum()) - inherited,
        mended=int((~wrong & (teacher_answers != labels)).sum()),
    )
