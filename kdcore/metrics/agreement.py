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


def top_agreement(probabilities: Tensor, others: Tensor, k: int) -> Tensor:
    """How many of another learner's k most probable classes are among one's own k, as a share.

    Args:
        probabilities: ``[..., samples, classes]``; leading axes are several learners.
        others: ``[samples, classes]`` of the other learner.
        k: from 1 to classes; with 1 it is ``agreement``.

    Returns:
        ``[...]``, mean over the samples, from 0 to 1.

    Example:
        >>> import torch
        >>> ours = torch.tensor([[0.5, 0.3, 0.2, 0.0]])
        >>> theirs = torch.tensor([[0.1, 0.6, 0.3, 0.0]])
        >>> top_agreement(ours, theirs, 2).item()
        0.5
    """
    own, other = (values.topk(k, dim=-1).indices for values in (probabilities, others))
    shared = (own[..., :, None] == other[..., None, :]).any(-1)
    return shared.to(probabilities.dtype).mean((-1, -2))


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
