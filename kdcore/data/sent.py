"""From the processor to an accelerator, without waiting for it."""

import torch
from torch import Tensor


def sent(values: Tensor, device: torch.device) -> Tensor:
    """A copy on ``device`` of ``values`` in the processor's memory, without waiting for a GPU.

    From pageable memory CUDA copies only once all work before it is done, so that random numbers
    that are drawn on the processor for each batch would make every step wait.

    Args:
        values: of any shape and type, on the processor.
        device: where they are needed.

    Source:
        PyTorch: A guide on good usage of ``non_blocking`` and ``pin_memory()``.
    """
    if device.type != "cuda":
        return values.to(device)
    return values.pin_memory().to(device, non_blocking=True)
