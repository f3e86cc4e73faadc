"""What a step frees and the next one takes costs no page of the system's."""

import pytest
import torch

from kdcore.training.devices.freed_memory import KEPT, MEBIBYTE, keep_freed_memory

PAGE = 4096
SIZE = 8 * MEBIBYTE


def faults():
    """Pages that the system has handed to this process so far."""
    resource = pytest.importorskip("resource")
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt


def step():
    """Half of what is kept, in many tensors that are held at once."""
    return len([torch.ones(SIZE, dtype=torch.uint8) for _ in range(KEPT // SIZE // 2)])


def test_tensors_that_are_freed_are_taken_again():
    if not keep_freed_memory():
        pytest.skip("no glibc")
    step()
    step()
    before = faults()
    step()
    assert faults() - before < KEPT / PAGE / 4
