"""Runs written into a store, for tests of what shows them."""

from pathlib import Path

import numpy as np

import dashboard
from kdcore.config import RunConfig
from kdcore.store import packed, recorded

MAIN = Path(dashboard.__file__).with_name("main.py")


def record(store, name, events, config=None):
    """A run in the store with these events and soft labels."""
    folder = store.create(config or RunConfig(dataset="digits"), name)
    rng = np.random.default_rng(0)
    folder.write(
        "prepared.safetensors",
        packed(
            {
                "watched_images": rng.integers(0, 255, (6, 8, 8, 1), dtype=np.uint8),
                "watched_labels": np.arange(6),
                "teacher_watched": rng.normal(size=(6, 10)).astype(np.float32),
            }
        ),
    )
    for _ in recorded(events, folder):
        pass
    return folder
