"""The calibration temperature T_cal, which is not the distillation temperature T."""

import torch
import torch.nn.functional as F
from scipy.optimize import minimize_scalar
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

    def nll(log_temperature: float) -> float:
        return F.cross_entropy(exact / torch.tensor(log_temperature).exp(), labels).item()

    bounds = torch.tensor([LOWEST, HIGHEST], dtype=torch.float64).log().tolist()
    found = minimize_scalar(nll, bounds=bounds, method="bounded", options={"xatol": 1e-4})
    return float(torch.tensor(found.x, dtype=torch.float64).exp())


def nll_curve(logits: Tensor, labels: Tensor, points: int = 41) -> list[list[float]]:
    """``[T_cal, mean NLL]`` over the range, evenly spaced in log T_cal."""
    temperatures = torch.logspace(-1, 1, points, dtype=torch.float64)
    scaled = logits.double() / temperatures[:, None, None]
    log_probabilities = F.log_softmax(scaled, dim=-1)
    index = labels.expand(points, -1)[..., None]
    values = -log_probabilities.gather(-1, index).squeeze(-1).mean(-1)
    return torch.stack([temperatures, values], dim=-1).tolist()
