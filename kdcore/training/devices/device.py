"""Where and in which precision to train."""

import platform
from typing import Any

import torch

from kdcore.errors import UserError
from kdcore.version import VERSION

LARGEST_MATMUL_ERROR = 1e-5
"""Relative error above which the faster float32 path is refused."""


def available_devices() -> list[str]:
    """``cuda``, ``mps`` and ``cpu`` in the order of preference, as far as present."""
    found = [("cuda", torch.cuda.is_available()), ("mps", torch.backends.mps.is_available())]
    return [name for name, present in found if present] + ["cpu"]


def choose_device(name: str) -> torch.device:
    """The device called ``name``; ``auto`` takes CUDA, then MPS, then the CPU.

    Raises:
        UserError: the device is not available.
    """
    available = available_devices()
    if name == "auto":
        name = available[0]
    if name not in available:
        raise UserError("device_missing", device=name, allowed=", ".join(available))
    return torch.device(name)


def software_versions() -> str:
    """Of kdcore, torch and Python, so that a run can be repeated."""
    return (
        f"kdcore {VERSION}, torch {torch.__version__}, "
        f"Python {platform.python_version()}, {torch.get_num_threads()} threads"
    )


def device_name(device: torch.device) -> str:
    """What a person calls it."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else device.type


def set_float32_arithmetic() -> None:
    """Of this process: products as fast as they can be without being less exact."""
    use_faster_float32_matmul()
    use_exact_float32_convolutions()


def use_faster_float32_matmul() -> bool:
    """Send float32 matrix products of the CPU to oneDNN where that is faster and as exact.

    MKL does not use AVX-512 on other makers' processors; the switch that is named for bf16 makes
    oneDNN take the product, which without AMX keeps float32 arithmetic. The choice depends on
    the processor alone, never on a clock, so that equal runs stay equal; the error is measured.

    Returns:
        Whether the path is on.
    """
    settings: Any = torch.backends.mkldnn.matmul  # type: ignore[attr-defined]
    if not torch.backends.mkldnn.is_available() or torch.cpu._is_amx_tile_supported():
        return False
    if not torch.cpu._is_avx512_supported() or _maker_is_intel():
        return False
    generator = torch.Generator().manual_seed(0)
    a = torch.randn(128, 784, generator=generator)
    b = torch.randn(784, 256, generator=generator)
    exact = a.double() @ b.double()
    settings.fp32_precision = "bf16"
    error = ((a @ b).double() - exact).abs().max() / exact.abs().max()
    if error > LARGEST_MATMUL_ERROR:
        settings.fp32_precision = "none"
        return False
    return True


def use_exact_float32_convolutions() -> None:
    """Let float32 be float32 on CUDA: PyTorch's own setting is TF32, 10 bits instead of 23.

    What is faster is chosen as bf16, which says so. And of cuDNN's algorithms those that add in one
    order, so that equal runs stay equal.
    """
    torch.backends.cudnn.allow_tf32 = False  # of all operators: torch.export takes no other
    torch.backends.cudnn.deterministic = True
    torch.backends.cudnn.benchmark = False


def _maker_is_intel() -> bool:
    try:
        with open("/proc/cpuinfo") as lines:  # noqa: PTH123  (a device file)
            return any("GenuineIntel" in line for line in lines)
    except OSError:
        return True
