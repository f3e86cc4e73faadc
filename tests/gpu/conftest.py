"""Where the tests of this folder train."""

import os

import pytest
import torch

DEVICE = os.environ.get("KDCORE_TEST_DEVICE", "cuda")
"""``cpu`` carries the same tests out where there is no accelerator."""


@pytest.fixture(scope="session")
def device() -> str:
    """The device, where it is there."""
    if DEVICE == "cuda" and not torch.cuda.is_available():
        pytest.skip("no CUDA device here: KDCORE_TEST_DEVICE=cpu takes the processor instead")
    return DEVICE


@pytest.fixture
def on_gpu(device) -> str:
    """The device, where it is one of CUDA."""
    if device != "cuda":
        pytest.skip("a CUDA device is needed")
    return device
