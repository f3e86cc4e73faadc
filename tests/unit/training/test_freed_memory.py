"""What is freed and taken again costs no page of the system's."""

import pytest
import torch

from kdcore.training.networks.freed_memory import LARGEST, keep_freed_memory

PAGE = 4096


def faults():
    """Pages that the system has handed to this process so far."""
    resource = pytest.importorskip("resource")
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt


def test_a_large_tensor_that_is_freed_is_taken_again():
    if not keep_freed_memory():
        pytest.skip("no glibc")
    size = LARGEST // 2
    for _ in range(2):
        torch.ones(size, dtype=torch.uint8)
    before = faults()
    for _ in range(5):
        torch.ones(size, dtype=torch.uint8)
    assert faults() - before < size / PAGE
