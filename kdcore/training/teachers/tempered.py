"""A network that is calibrated before it teaches: its logits are divided by its own T_cal.

Source:
    The Role of Teacher Calibration in Knowledge Distillation, arXiv:2508.20224, 2025; calibrated
    as by Guo et al.: On Calibration of Modern Neural Networks, 2017, section 4.2.
"""

from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn

from kdcore.data import Dataset
from kdcore.metrics import fit_temperature
from kdcore.training.measuring.evaluation import predict_split


def temper(network: nn.Module, data: Dataset) -> float:
    """Let the network answer with its logits over T_cal from now on; T_cal, fitted on validation.

    Its weights stay as they are, and so do its answers' classes; whatever is kept of it in files
    knows nothing of T_cal.

    Args:
        network: frozen, on the data's device; several as one are tempered one by one.
        data: with validation data.
    """
    logits = predict_split(network, data, data.validation)
    temperature = fit_temperature(logits.cpu(), data.validation.labels.cpu())
    network.register_forward_hook(_DividedBy(temperature))
    return temperature


@dataclass(frozen=True, slots=True)
class _DividedBy:
    temperature: float

    def __call__(self, module: nn.Module, inputs: Any, logits: Tensor) -> Tensor:
        del module, inputs
        return logits / self.temperature
