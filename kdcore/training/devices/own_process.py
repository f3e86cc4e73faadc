"""What a program of our own does to its whole process."""

import torch

from kdcore.training.devices.freed_memory import keep_freed_memory


def prepare_process() -> None:
    """Let denormal numbers become zero, and keep freed memory, from here on.

    A program of somebody's own that imports kdcore decides for itself.

    Adam's moments fade into numbers too small to be normal where a gradient is zero, and each step
    would then take two to three times as long. It changes the arithmetic of the whole thread.
    """
    torch.set_flush_denormal(True)
    keep_freed_memory()
