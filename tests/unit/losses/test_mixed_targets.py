"""What a forest regresses on."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from kdcore.data import label_weights
from kdcore.losses import mixed_targets

CLASSES = 4
LABELS = [0, 2, 1, 3, 2]
logits = hnp.arrays(np.float64, (len(LABELS), CLASSES), elements=st.floats(-50, 50))


def by_hand(teacher_logits, temperature, weight, mixing):
    rows = []
    for label, row in zip(LABELS, teacher_logits, strict=True):
        powers = np.exp((row - row.max()) / temperature)
        soft = powers / powers.sum()
        hard = np.array([float(number == label) for number in range(CLASSES)])
        if mixing == "convex":
            rows.append((1 - weight) * hard + weight * soft)
        else:
            rows.append((hard + weight * soft) / (1 + weight))
    return np.array(rows)


@pytest.mark.parametrize("mixing", ["convex", "additive"])
@given(teacher=logits, temperature=st.floats(0.5, 20), weight=st.floats(0, 1))
def test_they_are_label_and_softened_answer_mixed(mixing, teacher, temperature, weight):
    ours, counts = mixed_targets(
        torch.tensor(LABELS), torch.from_numpy(teacher), temperature, weight, mixing
    )

    np.testing.assert_allclose(
        ours.numpy(), by_hand(teacher, temperature, weight, mixing), atol=1e-12
    )
    np.testing.assert_allclose(ours.sum(-1).numpy(), 1)
    np.testing.assert_allclose(counts.numpy(), 1 if mixing == "convex" else 1 + weight)


@pytest.mark.parametrize("mixing", ["convex", "additive"])
@given(teacher=logits, weight=st.floats(0, 1), known=st.sets(st.integers(0, len(LABELS) - 1)))
def test_their_squared_error_has_the_gradient_of_the_loss_on_the_screen(
    mixing, teacher, weight, known
):
    labels, teacher_logits = torch.tensor(LABELS), torch.from_numpy(teacher)
    hard, soft = (
        mixed_targets(labels, teacher_logits, 2.0, share, "convex")[0] for share in (0.0, 1.0)
    )
    of_labels = label_weights(torch.tensor([at in known for at in range(len(LABELS))])).double()
    targets, counts = mixed_targets(labels, teacher_logits, 2.0, weight, mixing, of_labels)
    answer = torch.full_like(targets, 1 / CLASSES).requires_grad_()
    share = (1 - weight if mixing == "convex" else 1.0) * of_labels[:, None]
    on_screen = (share * (answer - hard).square()).sum() + weight * (answer - soft).square().sum()
    regression = (counts[:, None] * (answer - targets).square()).sum()
    (expected,), (found,) = (torch.autograd.grad(loss, answer) for loss in (on_screen, regression))

    torch.testing.assert_close(found, expected, atol=1e-12, rtol=0)
