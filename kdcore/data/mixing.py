"""Examples whose hard label is not one class: mixed with another, or kept from everybody."""

import numpy as np
import torch
from torch import Tensor

from kdcore.data.sent import sent


class Mixer:
    """Mixes every example of a batch with another one; teacher and students see the same mixture.

    Args:
        alpha: α of the Beta(α, α) from which each batch draws its share.

    Source:
        Zhang et al.: mixup: Beyond Empirical Risk Minimization, 2018; for a transfer set Beyer et
        al.: Knowledge distillation: A good teacher is patient and consistent, 2022.
    """

    def __init__(self, alpha: float) -> None:
        self._alpha = alpha

    def mixed(self, inputs: Tensor, targets: Tensor, seed: int) -> tuple[Tensor, Tensor]:
        """Share · own + (1 − share) · partner's, of normalised inputs and of targets.

        The share is 0.5 or more, so that an example's own label stays the greater part.

        Args:
            inputs: ``[B, …]``.
            targets: ``[B, C]``.
            seed: of the batch's share and partners.
        """
        chance = np.random.default_rng(seed)
        share = float(chance.beta(self._alpha, self._alpha))
        share = max(share, 1 - share)
        partners = sent(torch.from_numpy(chance.permutation(len(inputs))), inputs.device)
        return (
            torch.lerp(inputs[partners], inputs, share),
            torch.lerp(targets[partners], targets, share),
        )


def labelled(size: int, unlabelled: float, seed: int) -> Tensor:
    """Which of ``size`` examples keep their label, ``[size]`` bool.

    Args:
        size: of the transfer set.
        unlabelled: share whose label is hidden, rounded to whole examples.
        seed: the same examples for the same seed.
    """
    # a stream of its own: the same seed also chooses the labels that are made wrong
    order = np.random.default_rng((seed, 0)).permutation(size)
    hidden = torch.from_numpy(order[: round(unlabelled * size)])
    kept = torch.ones(size, dtype=torch.bool)
    kept[hidden] = False
    return kept


def label_weights(kept: Tensor) -> Tensor:
    """What each example of a batch counts where only labels count, ``[B]``: 0 if its is hidden.

    The others are scaled so that the mean over the batch is the mean over the labelled; in a batch
    without any, none counts.

    Args:
        kept: which labels are known, ``[B]`` bool.
    """
    return kept * (len(kept) / kept.sum().clamp_min(1))
