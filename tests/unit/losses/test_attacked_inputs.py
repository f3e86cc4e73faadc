"""The losses of robust distillation, as their papers write them."""

import numpy as np
import pytest
import torch
from support import loss_oracles as oracles

from kdcore.losses import attacked_soft_targets, robust_soft_labels


def logits(seed):
    generator = torch.Generator().manual_seed(seed)
    return 3 * torch.randn(6, 5, generator=generator, dtype=torch.float64)


@pytest.mark.parametrize("temperature", [1.0, 30.0])
def test_ard_compares_the_attacked_student_with_the_clean_teacher(temperature):
    attacked, teacher = logits(0), logits(1)
    found = attacked_soft_targets(attacked, teacher, temperature)

    assert found.item() == pytest.approx(oracles.kd(attacked, teacher, temperature), rel=1e-9)


@pytest.mark.parametrize("share", [0.0, 5 / 6, 1.0])
def test_rslad_weighs_clean_and_attacked_inputs(share):
    clean, attacked, teacher = logits(0), logits(1), logits(2)
    expected = np.dot(
        [1 - share, share], [oracles.kd(one, teacher, 1.0) for one in (clean, attacked)]
    )

    assert robust_soft_labels(clean, attacked, teacher, share).item() == pytest.approx(
        expected, rel=1e-9
    )


def test_the_teacher_receives_no_gradient():
    clean, attacked, teacher = (logits(seed).requires_grad_() for seed in range(3))
    (
        robust_soft_labels(clean, attacked, teacher) + attacked_soft_targets(attacked, teacher, 4.0)
    ).backward()

    assert teacher.grad is None
    assert clean.grad is not None
    assert attacked.grad is not None
