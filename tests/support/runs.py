"""Runs written into a store, for tests of what shows them."""

from dataclasses import replace
from pathlib import Path

import numpy as np

import dashboard
from kdcore.jobs.run.config import RunConfig
from kdcore.store import packed, recorded
from support import events as make

MAIN = Path(dashboard.__file__).with_name("main.py")


def record(store, name, events, config=None, classes=10):
    """A run in the store with these events and soft labels."""
    folder = store.create(config or RunConfig(dataset="digits"), name)
    rng = np.random.default_rng(0)
    folder.write(
        "prepared.safetensors",
        packed(
            {
                "watched_images": rng.integers(0, 255, (6, 8, 8, 1), dtype=np.uint8),
                "watched_labels": np.arange(6) % classes,
                "teacher_watched": rng.normal(size=(6, classes)).astype(np.float32),
            }
        ),
    )
    for _ in recorded(events, folder):
        pass
    return folder


def record_classes(store, name, classes):
    """A finished run of data with these classes, whose teacher's soft labels can be seen."""
    events = [
        replace(make.started(epochs=1), classes=classes),
        replace(make.prepared(), arrays="prepared.safetensors"),
        make.epoch(),
        make.finished(),
    ]
    return record(store, name, events, classes=len(classes))
