"""A temperature that learns against the student: it goes where the divergence is larger."""

import math

from torch import Tensor


def learned_temperature(raw: Tensor, lowest: Tensor, span: Tensor) -> Tensor:
    """T = lowest + span · σ(raw): whatever is learned, T stays in its range.

    Args:
        raw: θ, the learned number.
        lowest: > 0.
        span: at least 0; T comes near ``lowest + span``.

    Returns:
        Of the shape of ``raw``.

    Source:
        Li et al.: Curriculum Temperature for Knowledge Distillation, 2023, with one T for all
        examples.

    Example:
        >>> import torch
        >>> learned_temperature(torch.tensor(0.0), torch.tensor(1.0), torch.tensor(20.0))
        tensor(11.)
    """
    return lowest + span * raw.sigmoid()


def reversal_strength(done: float) -> float:
    """How strongly T works against the student: half a cosine from 0 to 1.

    The student meets easy answers first: at the start T hardly moves.

    Args:
        done: share of the run, from 0 to 1; beyond it nothing more is added.

    Source:
        Li et al. 2023; there it reaches 1 after ten epochs of 240, here at the end of the run.

    Example:
        >>> [round(reversal_strength(done), 3) for done in (0.0, 0.25, 2.0)]
        [0.0, 0.146, 1.0]
    """
    return (1 - math.cos(math.pi * min(done, 1.0))) / 2
