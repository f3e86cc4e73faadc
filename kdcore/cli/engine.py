"""PyTorch for the commands that train; no other waits for it."""

import gc
import sys


def wake_engine() -> None:
    """Load it, and flush denormal numbers from here on.

    What is loaded stays: garbage is not looked for meanwhile, and later not in it.
    """
    looks = gc.isenabled() and "torch" not in sys.modules
    if looks:
        gc.disable()
    try:
        from kdcore.training.devices.own_process import prepare_process  # noqa: PLC0415  (takes a second)
    finally:
        if looks:
            gc.freeze()
            gc.enable()
    prepare_process()
