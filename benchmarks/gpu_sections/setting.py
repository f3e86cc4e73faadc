"""What all sections are told, and how they time and clean up."""

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import torch


@dataclass(frozen=True, slots=True)
class Setting:
    """Where and how much to measure."""

    device: str
    """``cuda`` or ``cpu``."""
    small: bool
    """Whether everything is only carried out, for the code's sake."""
    data_root: Path | None
    """With MNIST as torchvision lays it out."""
    archive: Path | None
    """CIFAR-10 as an archive of class folders."""
    until: float
    """When the section must be over, by ``time.monotonic``."""

    @property
    def on_gpu(self) -> bool:
        """Whether there is something to wait for."""
        return self.device == "cuda"

    @property
    def torch_device(self) -> torch.device:
        """As torch wants it."""
        return torch.device(self.device)

    @property
    def left(self) -> float:
        """Seconds."""
        return self.until - time.monotonic()

    def wait(self) -> None:
        """Until the device has done all that it was given."""
        if self.on_gpu:
            torch.cuda.synchronize()

    def clean(self) -> None:
        """Give back what a section left in memory."""
        gc.collect()
        if self.on_gpu:
            torch.cuda.empty_cache()

    def rate(self, step: Callable[[], object], seconds: float, rounds: int = 3) -> float:
        """Steps a second, of the rounds the middle one; what warms up is not counted.

        The device is waited for at the end of a round alone, so that steps follow each other as
        they do in training.
        """
        self._seconds(step, 3)  # kernels are loaded, memory is taken
        each = self._seconds(step, 3) / 3
        count = max(1, int(seconds / rounds / max(each, 1e-6)))
        return median(count / self._seconds(step, count) for _ in range(rounds))

    def _seconds(self, step: Callable[[], object], count: int) -> float:
        self.wait()
        began = time.perf_counter()
        for _ in range(count):
            step()
        self.wait()
        return time.perf_counter() - began
