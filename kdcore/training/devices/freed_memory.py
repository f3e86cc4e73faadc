"""Memory that a training step gives back and the next one takes again.

glibc returns large pieces to the system, which then hands them out anew page by page, filled with
zeros: the maps of a convolutional network on a CPU cost thousands of page faults a step.
"""

import ctypes
import os

MEBIBYTE = 1 << 20
SET_BY_A_PERSON = ("MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_", "GLIBC_TUNABLES")
TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3
"""Names of the two settings in ``malloc.h``."""
KEPT = 512 * MEBIBYTE
"""Freed memory at the heap's end that stays with the process."""
LARGEST = 32 * MEBIBYTE
"""Up to this size pieces come from the heap; glibc takes no more."""


def keep_freed_memory(kept: int = KEPT) -> bool:
    """Let this process keep freed memory for the next step, up to ``kept`` bytes.

    Returns:
        Whether there is a glibc that was told; it is not where a person has told it in the
        environment.
    """
    if any(name in os.environ for name in SET_BY_A_PERSON):
        return False
    try:
        tell = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):  # another C library, or none that can be asked
        return False
    return bool(tell(MMAP_THRESHOLD, LARGEST)) and bool(tell(TRIM_THRESHOLD, kept))
