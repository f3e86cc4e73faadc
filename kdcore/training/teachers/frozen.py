"""The teachers as they answer while students learn: quicker than as they are kept.

What is scored, hashed, exported and looked into by methods on features is the module itself.
"""

import torch
from torch import Tensor, nn

from kdcore.data import Dataset
from kdcore.models.ensemble import members_of
from kdcore.training.measuring.evaluation import predict_inputs
from kdcore.training.networks.autocasting import autocast
from kdcore.training.networks.folded import answering_copy

EXAMPLES = 8
"""Training examples by which a copy is held against its teacher."""


class FrozenTeacher:
    """K teachers, or one, that learn no more.

    Args:
        module: frozen; on the data's device.
        data: with training examples.
        precision: ``float32`` or ``bf16``, in which they answer.
    """

    def __init__(self, module: nn.Module, data: Dataset, precision: str) -> None:
        self.module, self._data, self._precision = module, data, precision
        example = data.normalised(data.train.inputs[:EXAMPLES])
        self._copies = [answering_copy(one, example, precision) for one in members_of(module)]

    def logits(self, inputs: Tensor) -> Tensor:
        """Of network inputs ``[B, …]``: ``[K, B, C]`` float32."""
        with torch.no_grad(), autocast(inputs.device, self._precision):
            return torch.stack([one(inputs).float() for one in self._copies])

    def predict(self, inputs: Tensor) -> Tensor:
        """Of stored inputs ``[n, …]``, a part at a time: ``[K, n, C]`` float32."""
        return torch.stack(
            [
                predict_inputs(one, self._data, inputs, precision=self._precision)
                for one in self._copies
            ]
        )
