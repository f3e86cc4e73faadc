"""How a teacher is trained: regularised, on shifted images, with a falling learning rate."""

import pytest
import torch

from kdcore.commands import Controls
from kdcore.jobs.run.config import RunConfig
from kdcore.training.grid.group import loaded
from kdcore.training.teachers.teacher import teacher_key, train_teachers

CONFIG = RunConfig(dataset="digits", teacher="mlp:8", teacher_epochs=1, student="mlp:4", epochs=1)
CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def data():
    return loaded(CONFIG, None)


def weights_of(config, data):
    work = train_teachers(config, data, Controls(config), None, CPU, "float32")
    try:
        while True:
            next(work)
    except StopIteration as end:
        return torch.cat([value.flatten() for value in end.value.module.state_dict().values()])


@pytest.mark.parametrize(
    "changes",
    [{"teacher_augment": "shift"}, {"teacher_lr_schedule": "cosine:0.00001"}],
    ids=["shifted images", "a schedule"],
)
def test_each_setting_makes_another_teacher_with_a_key_of_its_own(data, changes):
    changed = CONFIG.replace(**changes)
    usual, other = weights_of(CONFIG, data), weights_of(changed, data)

    assert not torch.equal(usual, other)
    assert torch.equal(other, weights_of(changed, data))
    keys = {teacher_key(config, data, "mlp:8", 0) for config in (CONFIG, changed)}
    assert len(keys) == 2


def test_dropout_and_bounded_weights_are_repeatable(data):
    config = CONFIG.replace(teacher="dropout_mlp:8")

    assert torch.equal(weights_of(config, data), weights_of(config, data))
