"""In which precision a model is trained."""

import torch
from torch import nn

from kdcore.catalogue import is_forest, parse_models
from kdcore.data import Dataset
from kdcore.jobs.run.config import RunConfig
from kdcore.models.build import build_model

WORTH_CASTING = 100_000
"""Weights of a net without convolutions from which bf16 is quicker on a CPU that has it."""
NARROW = 8
"""Pixels; seen to fail at 1 to 4 (torch 2.14, processors with AMX)."""


def model_precision(spec: str, config: RunConfig, data: Dataset, device: torch.device) -> str:
    """In which precision the model ``spec`` is computed; a forest multiplies nothing."""
    if all(map(is_forest, parse_models(spec))):
        return "float32"
    with torch.device("meta"):  # the shapes alone
        module = build_model(spec, data.input_shape, len(data.classes), config.seed)
    return choose_precision(config.precision, device, module, data.input_shape)


def choose_precision(
    name: str, device: torch.device, module: nn.Module, input_shape: tuple[int, ...]
) -> str:
    """``float32`` or ``bf16`` for a net; ``auto`` takes bf16 where the hardware multiplies in it.

    On a CPU the casts are not worth it for a small net without convolutions, and PyTorch's
    convolutions of narrow images, a few pixels wide or high, are wrong in bf16: some give NaN.
    """
    if name != "auto":
        return name
    if device.type == "cuda":
        return "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "float32"
    weights = sum(parameter.numel() for parameter in module.parameters())
    convolutional = any(isinstance(part, nn.Conv2d) for part in module.modules())
    narrow = convolutional and min(input_shape[1:]) < NARROW
    if device.type == "cpu" and not narrow and (convolutional or weights >= WORTH_CASTING):
        native = torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
        return "bf16" if native else "float32"
    return "float32"
