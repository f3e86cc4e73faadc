"""How a job ends that came upon an exception: in one sentence where it is known what happened.

Torch's exceptions are known by their names, as jobs are listed and queued without it.
"""

import traceback

from kdcore.catalogue import is_forest
from kdcore.errors import BatchTooLargeError, UserError
from kdcore.events import Failed
from kdcore.jobs.run.config import RunConfig

DEVICE_LOST = "device_lost"
"""Code of the error after which a process can use its accelerator no more."""
FULL = ("CUDA error: out of memory", "ALLOC_FAILED", "MPS backend out of memory")
"""What torch says of a full accelerator, beside its own kind of exception."""


def failure(error: Exception, config: RunConfig) -> Failed:
    """The last event of a job of these settings that came upon ``error``."""
    if isinstance(error, UserError):
        return Failed.from_error(error)
    if isinstance(error, BatchTooLargeError):
        return Failed.from_error(_too_large(config, error))
    if where := without_room(error, config.device):
        return Failed.from_error(_out_of_memory(config, where))
    if "AcceleratorError" in _kinds(error):
        cause = (str(error).splitlines() or ["?"])[0].rstrip(".")
        return Failed.from_error(UserError(DEVICE_LOST, device=_accelerator(config), cause=cause))
    details = "".join(traceback.format_exception(error))
    return Failed(error=f"{type(error).__name__}: {error}", details=details)


def without_room(error: Exception, device: str = "auto") -> str:
    """The device that ran out of memory; nothing where it is another error.

    Args:
        error: what came up.
        device: on which it did, as the run's settings have it.
    """
    text, kinds = str(error), _kinds(error)
    if "MemoryError" in kinds or "DefaultCPUAllocator" in text:
        return "cpu"
    full = "OutOfMemoryError" in kinds or any(sign in text for sign in FULL)
    if not full:
        return ""
    return device if device != "auto" else "mps" if "MPS" in text else "cuda"


def _kinds(error: Exception) -> set[str]:
    """Its class and those above it, by name."""
    return {kind.__name__ for kind in type(error).__mro__}


def _accelerator(config: RunConfig) -> str:
    return config.device if config.device not in ("auto", "cpu") else "cuda"


def _out_of_memory(config: RunConfig, device: str) -> UserError:
    """Of what was no batch that could be tried: half of it is advised where one is chosen."""
    size = min(config.batch_size, config.transfer_size or config.batch_size)
    if size == 1 or config.optimizer == "gd" or is_forest(config.student):
        return UserError("out_of_memory_alone", device=device)
    return UserError("out_of_memory", device=device, batch_size=size, smaller=size // 2)


def _too_large(config: RunConfig, error: BatchTooLargeError) -> UserError:
    device, size = error.device, error.size
    if size and config.optimizer == "gd":
        return UserError("out_of_memory_whole", device=device, examples=size)
    if not error.fits:
        return UserError("out_of_memory_alone", device=device)
    return UserError("out_of_memory_fits", device=device, batch_size=size, fits=error.fits)
