"""The discriminator's loss and the student's, against PyTorch's own cross-entropy."""

import torch
import torch.nn.functional as F

from kdcore.losses.adversarial import Discriminator, adversarial, discriminator_loss

LOGITS = torch.tensor([-1e4, -3.0, 0.0, 2.5, 1e4], dtype=torch.float64)


def test_the_student_wants_to_be_taken_for_the_teacher():
    expected = F.binary_cross_entropy_with_logits(LOGITS, torch.ones_like(LOGITS))

    torch.testing.assert_close(adversarial(LOGITS), expected)


def test_the_judge_wants_to_tell_them_apart():
    both = torch.cat([LOGITS, -LOGITS / 2])
    truth = torch.cat([torch.ones(5), torch.zeros(5)]).double()
    expected = F.binary_cross_entropy_with_logits(both, truth)

    torch.testing.assert_close(discriminator_loss(LOGITS, -LOGITS / 2), expected)


def test_a_judge_gives_a_verdict_for_every_answer():
    assert Discriminator(7)(torch.rand(5, 7)).shape == (5,)
