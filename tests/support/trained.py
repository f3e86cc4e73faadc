"""Small runs, all events of a run, and a trainer that is watched at every step."""

import copy

from kdcore import Run, RunConfig
from kdcore.catalogue import METHODS
from kdcore.training import loop

SMALL = RunConfig(
    dataset="digits",
    transfer_size=120,
    batch_size=40,
    epochs=3,
    teacher="mlp:24",
    student="mlp:12",
    teacher_epochs=1,
    device="cpu",
)
IMAGES = SMALL.replace(teacher="convnet:4,8", student="convnet:4,8", transfer_size=80)
SEVERAL = SMALL.replace(teacher="mlp:24 + mlp:16")
OF_METHODS = {
    name: (
        IMAGES
        if method.feature_layers == "maps"
        else SEVERAL
        if method.acts_on == "teachers"
        else SMALL
    ).replace(method=name)
    for name, method in METHODS.items()
}
"""A run that is over in a moment, by its method."""
CLOCKS = {"seconds", "images_per_second", "run", "latency", "version"}


def events_of(config, folder=None):
    return list(Run(config, folder))


def of_kind(events, kind):
    return [event for event in events if isinstance(event, kind)]


def without_clocks(value):
    if isinstance(value, dict):
        return {key: without_clocks(item) for key, item in value.items() if key not in CLOCKS}
    if isinstance(value, list):
        return [without_clocks(item) for item in value]
    return value


def watch_trainer(monkeypatch):
    """A list that gets ``(trainer, the teacher's weights before, steps)`` once a run has begun."""
    seen = []

    class Watched(loop.DistillationTrainer):
        def __init__(self, *given):
            super().__init__(*given)
            seen.append((self, copy.deepcopy(self.teacher.module.state_dict()), []))

        def step(self, *given):
            assert not self.teacher.module.training
            assert all(student.training for student in self.students.modules)
            super().step(*given)
            seen[0][2].append(1)
            assert all(weight.grad is None for weight in self.teacher.module.parameters())

    monkeypatch.setattr(loop, "DistillationTrainer", Watched)
    return seen
