"""The calibration temperature T_cal, which is not the distillation temperature T."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

LOWEST, HIGHEST = 0.05, 20.0


def fit_temperature(logits: Tensor, labels: Tensor) -> float:
    """The T_cal in [0.05, 20] with the least mean NLL of softmax(logits / T_cal).

    Fit it on validation data. The answers stay the same, only their confidence changes.

    Args:
        logits: ``[samples, classes]``.
        labels: ``[samples]``, int64.

    Source:
        Guo et al.: On Calibration of Modern Neural Networks, 2017, section 4.2.
    """
    exact = logits.double()
    low, high = math.log(LOWEST), math.log(HIGHEST)
    # T_cal = 1 to begin with; the logistic function keeps it within its range
    place = torch.tensor(-low / (high - low), dtype=torch.float64).logit().requires_grad_()
    optimizer = torch.optim.LBFGS([place], max_iter=60, line_search_fn="strong_wolfe")

    def temperature() -> Tensor:
        return (low + (high - low) * place.sigmoid()).exp()

    def nll() -> Tensor:
        optimizer.zero_grad()
        loss = F.cross_entropy(exact / temperature(), labels)
        torch.autograd.backward(loss)
        return loss

    with torch.enable_grad():
        optimizer.step(nll)
    return float(temperature().detach())


def nll_curve(logits: Tensor, labels: Tensor, points: int = 41) -> list[list[float]]:
    """``[T_cal, mean NLL]`` over the range, evenly spaced in log T_cal."""
    temperatures = torch.logspace(-1, 1, points, dtype=torch.float64)
    scaled = logits.double() / temperatures[:, None, None]
    log_probabilities = F.log_softmax(scaled, dim=-1)
    index = labels.expand(points, -1)[..., None]
    values = -log_probabilities.gather(-1, index).squeeze(-1).mean(-1)
    return torch.stack([temperatures, values], dim=-1).tolist()
