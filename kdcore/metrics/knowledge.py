"""What an answer does not know, and why: the data are ambiguous, or the model lacks knowledge.

Total uncertainty is the entropy of the mean answer, data uncertainty the mean entropy of the
answers, and knowledge uncertainty what is left: the mutual information between the answer and the
model. It is high where those who might have learned it disagree, each being sure.
"""

from typing import NamedTuple

import numpy as np
import torch


class Decomposition(NamedTuple):
    """``[samples]`` each, in nats; total = data + knowledge."""

    total: np.ndarray
    data: np.ndarray
    knowledge: np.ndarray


def ensemble_uncertainty(probabilities: np.ndarray) -> Decomposition:
    """H[mean p] = mean H[p] + I of the answers of several networks.

    Args:
        probabilities: ``[networks, samples, classes]``, which count alike.

    Source:
        Houlsby et al.: Bayesian Active Learning for Classification and Preference Learning
        (BALD), 2011, equation 2; of ensembles Malinin, Mlodozeniec, Gales 2020, section 2.

    Example:
        >>> found = ensemble_uncertainty(np.array([[[1.0, 0.0]], [[0.0, 1.0]]]))
        >>> [round(float(part[0]), 3) for part in found]
        [0.693, 0.0, 0.693]
    """
    total = entropies(probabilities.mean(0))
    data = entropies(probabilities).mean(0)
    return Decomposition(total, data, np.maximum(total - data, 0))


def dirichlet_uncertainty(concentration: np.ndarray) -> Decomposition:
    """The same of answers that are distributed as Dir(α), in closed form.

    Data uncertainty is −Σ (α_c/α_0) · (ψ(α_c + 1) − ψ(α_0 + 1)).

    Args:
        concentration: α > 0, ``[samples, classes]``.

    Source:
        Malinin, Gales: Predictive Uncertainty Estimation via Prior Networks, 2018, appendix C.
    """
    precision = concentration.sum(-1, keepdims=True)
    mean = concentration / precision
    total = entropies(mean)
    data = -(mean * (_digamma(concentration + 1) - _digamma(precision + 1))).sum(-1)
    return Decomposition(total, data, np.maximum(total - data, 0))


def entropies(probabilities: np.ndarray) -> np.ndarray:
    """−Σ p log p over the last axis, in nats."""
    logs = np.log(probabilities, where=probabilities > 0, out=np.zeros_like(probabilities))
    found: np.ndarray = -(probabilities * logs).sum(-1)
    return found


def _digamma(values: np.ndarray) -> np.ndarray:
    # SciPy, which has it too, takes seconds to load
    found: np.ndarray = torch.digamma(torch.from_numpy(values)).numpy()
    return found
