"""9. A run that finds no memory ends alone, and says which batch size fits."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

from benchmarks.gpu_sections.report import Row, verdict
from benchmarks.gpu_sections.setting import Setting
from kdcore import Run, RunConfig
from kdcore.events import Event
from kdcore.training.trainer import DistillationTrainer

SECTION = 9
ROOM = 1e9
"""Bytes that the greedy run is left with on a GPU."""
MOST = 100
"""Examples that a step has room for on a processor, where the lack of it is imitated."""


def measure(setting: Setting) -> Iterator[Row]:
    """One that is too large, the same with what fits, and an ordinary one; in one process."""
    ordinary = RunConfig(
        dataset="digits",
        teacher="mlp:24",
        student="mlp:12",
        teacher_epochs=1,
        epochs=1,
        device=setting.device,
        precision="float32",
    )
    large = ordinary.replace(student="mlp:8", batch_size=1000, students="distilled")
    if setting.on_gpu:  # an example leaves about a megabyte behind for the way backward
        large = large.replace(dataset="mnist5k", student="resnet20", batch_size=4000)
    with _little_memory(setting):
        last = _last(large)
        code, fits = getattr(last, "code", ""), getattr(last, "values", {}).get("fits", 0)
        said = getattr(last, "error", last.kind)
        how = "" if setting.on_gpu else " (imitated)"
        good = verdict(code == "out_of_memory_fits")
        yield Row(SECTION, f"a run without memory{how} says: {said}", str(fits), "examples", good)
        again = _last(large.replace(batch_size=fits)) if fits else last
        good = verdict(again.kind == "finished")
        yield Row(SECTION, "the same run with that batch size", again.kind, "–", good)
    setting.clean()
    after = _last(ordinary)
    yield Row(
        SECTION, "the next run of the process", after.kind, "–", verdict(after.kind == "finished")
    )


def _last(config: RunConfig) -> Event:
    *_, last = Run(config)
    return last


@contextmanager
def _little_memory(setting: Setting) -> Iterator[None]:
    """Inside, this process may take ``ROOM`` of the GPU; on a processor a step fails above MOST."""
    setting.clean()
    if setting.on_gpu:
        whole = torch.cuda.get_device_properties(0).total_memory
        torch.cuda.set_per_process_memory_fraction(ROOM / whole)
        try:
            yield
        finally:
            torch.cuda.set_per_process_memory_fraction(1.0)
        return
    step = DistillationTrainer.step

    def limited(self: DistillationTrainer, indices: Any, number: int) -> None:
        if len(indices[0]) > MOST:
            torch.empty(1 << 50)  # the allocator's own error
        step(self, indices, number)

    DistillationTrainer.step = limited  # type: ignore[method-assign]
    try:
        yield
    finally:
        DistillationTrainer.step = step  # type: ignore[method-assign]
