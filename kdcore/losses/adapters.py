"""Small learned parts between a student's features and its teacher's; thrown away afterwards."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from kdcore.losses.variational import FIRST_VARIANCE, SMALLEST_VARIANCE


class Adapter(nn.Module):
    """Student's features to the teacher's shape: a linear map at each place.

    Maps become as large as the teacher's; where one side has no maps, they are averaged over the
    plane.

    Args:
        student_shape: of one example, ``(channels, height, width)`` or ``(features,)``.
        teacher_shape: likewise.
    """

    def __init__(self, student_shape: tuple[int, ...], teacher_shape: tuple[int, ...]) -> None:
        super().__init__()
        self._side = list(teacher_shape[1:])
        if len(student_shape) == len(teacher_shape) == 3:
            self.map: nn.Module = nn.Sequential(
                nn.Conv2d(student_shape[0], teacher_shape[0], 1, bias=False),
                nn.BatchNorm2d(teacher_shape[0]),
            )
        else:
            self.map = nn.Linear(student_shape[0], teacher_shape[0])

    def forward(self, student_features: Tensor) -> Tensor:
        """``[batch, …]`` → ``[batch, …]`` of the teacher's."""
        if isinstance(self.map, nn.Linear):
            return self.map(pooled(student_features))  # type: ignore[no-any-return]
        features = self.map(student_features)
        if list(features.shape[2:]) != self._side:
            features = F.interpolate(features, self._side, mode="bilinear", align_corners=False)
        return features  # type: ignore[no-any-return]


class ScaledAdapter(Adapter):
    """An adapter with a spread for each channel; see ``variational_information``."""

    def __init__(self, student_shape: tuple[int, ...], teacher_shape: tuple[int, ...]) -> None:
        super().__init__(student_shape, teacher_shape)
        first = math.log(math.expm1(FIRST_VARIANCE - SMALLEST_VARIANCE))
        self.scale = nn.Parameter(torch.full((teacher_shape[0],), first))


def pooled(features: Tensor) -> Tensor:
    """``[batch, channels, height, width]`` averaged over the plane; vectors as they are."""
    return features.mean((-2, -1)) if features.ndim == 4 else features
