"""Mixed precision around a network's answer."""

from contextlib import AbstractContextManager

import torch


def autocast(device: torch.device, precision: str) -> AbstractContextManager[None]:
    """Mixed precision where it was chosen."""
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=precision == "bf16")
