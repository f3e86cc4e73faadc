"""The machine that a recipe's numbers come from."""

import platform
from pathlib import Path

import torch

from kdcore.jobs.recipe.events import Machine
from kdcore.threads import available_cores
from kdcore.training.devices.device import device_name, software_versions


def this_machine(device: torch.device) -> Machine:
    """Processor, cores, device and versions."""
    return Machine(
        processor=processor_name(),
        cores=available_cores(),
        device=device_name(device),
        software=software_versions(),
    )


def processor_name(about: Path = Path("/proc/cpuinfo")) -> str:
    """What the system calls its processor.

    Args:
        about: the file in which Linux tells.
    """
    try:
        lines = about.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, "") or platform.processor() or platform.machine()
