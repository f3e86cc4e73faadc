"""From the processor to an accelerator, without waiting for it."""

import torch
from torch import Tensor


def sent(values: Tensor, device: torch.device) -> Tensor:
    """``values`` of the processor, on ``device``; to a GPU they go while the processor goes on.

    What is ordinary memory CUDA copies only once all work before it is done: a batch that draws its
    chance on the processor would make every step wait.

    Source:
        PyTorch: A guide on good usage of ``non_blocking`` and ``pin_memory()``.
    """
    if device.type != "cuda":
        return values.to(device)
    return values.pin_memory().to(device, non_blocking=True)
