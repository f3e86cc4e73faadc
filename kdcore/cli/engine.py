"""PyTorch for the commands that train; no other waits for it."""

import sys
from contextlib import nullcontext

from kdcore.loading import loading


def wake_engine() -> None:
    """Load it, and flush denormal numbers from here on."""
    with nullcontext() if "torch" in sys.modules else loading():
        from kdcore.training.devices.own_process import prepare_process  # noqa: PLC0415  (takes a second)

    prepare_process()
