"""Losses of features: what they are, and what must hold of all of them."""

import pytest
import torch
from support import feature_oracles as oracles

from kdcore import losses
from kdcore.losses.adapters import Adapter, ScaledAdapter

N = 6
SETTINGS = {
    "hint": {},
    "attention_transfer": {},
    "similarity_preserving": {},
    "relational": {"distance": 25.0, "angle": 50.0},
    "probabilistic_transfer": {},
    "correlation_congruence": {},
    "variational_information": {"scale": [0.5, -1.0, 3.0]},
    "contrastive": {"sharpness": 0.1},
    "input_gradient_matching": {},
}
MAPS = (N, 3, 4, 4)
SHAPES = {name: (MAPS,) if name == "attention_transfer" else (MAPS, (N, 3)) for name in SETTINGS}
CASES = [(name, shape) for name, shapes in SHAPES.items() for shape in shapes]
WITHOUT_SAME_WIDTH = (
    "attention_transfer",
    "similarity_preserving",
    "relational",
    "probabilistic_transfer",
    "correlation_congruence",
)


def loss_of(name, student, teacher):
    tensors = {
        key: torch.tensor(value, dtype=student.dtype) if isinstance(value, list) else value
        for key, value in SETTINGS[name].items()
    }
    return getattr(losses, name)(student, teacher, **tensors)


def features(shape, seed, *, width=None):
    generator = torch.Generator().manual_seed(seed)
    shape = (shape[0], width or shape[1], *shape[2:])
    return torch.randn(shape, generator=generator, dtype=torch.float64)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("name", "shape"), CASES)
def test_a_loss_is_what_its_paper_says(name, shape, seed):
    student, teacher = features(shape, seed), 3 * features(shape, seed + 100)
    expected = getattr(oracles, name)(student.numpy(), teacher.numpy(), **SETTINGS[name])

    assert loss_of(name, student, teacher).item() == pytest.approx(expected, rel=1e-6, abs=1e-12)


@pytest.mark.parametrize(("name", "shape"), CASES)
def test_features_that_are_zero_huge_or_all_alike_have_a_loss_and_a_gradient(name, shape):
    for dtype in (torch.float32, torch.float64):
        for student in (torch.zeros(shape), 1e4 * features(shape, 0), torch.ones(shape)):
            for teacher in (torch.zeros(shape), -1e4 * features(shape, 1), torch.ones(shape)):
                leaf = student.to(dtype).requires_grad_()
                loss = loss_of(name, leaf, teacher.to(dtype))
                loss.backward()
                assert torch.isfinite(loss)
                assert torch.isfinite(leaf.grad).all()


@pytest.mark.parametrize(("name", "shape"), CASES)
def test_the_order_of_the_batch_does_not_matter(name, shape):
    student, teacher = features(shape, 0), features(shape, 1)
    order = torch.tensor([3, 0, 5, 1, 4, 2])

    assert loss_of(name, student[order], teacher[order]).item() == pytest.approx(
        loss_of(name, student, teacher).item(), rel=1e-9
    )


@pytest.mark.parametrize(("name", "shape"), CASES)
def test_the_teacher_receives_no_gradient_and_the_student_one(name, shape):
    student, teacher = features(shape, 0).requires_grad_(), features(shape, 1).requires_grad_()
    loss_of(name, student, teacher).backward()

    assert teacher.grad is None
    assert student.grad.norm() > 1e-9


@pytest.mark.parametrize("name", sorted({*SETTINGS} - {"variational_information", "contrastive"}))
def test_the_teachers_own_features_leave_nothing_to_learn(name):
    same = features(MAPS, 0)

    assert loss_of(name, same, same).item() == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("name", WITHOUT_SAME_WIDTH)
def test_widths_may_differ_where_only_relations_are_compared(name):
    loss = loss_of(name, features(MAPS, 0), features(MAPS, 1, width=7))

    assert loss.ndim == 0
    assert loss > 0


def test_the_larger_attention_map_is_averaged_to_the_smaller():
    large, small = features((N, 3, 8, 8), 0), features((N, 5, 4, 4), 1)
    averaged = torch.nn.functional.avg_pool2d(large, 2)

    assert loss_of("attention_transfer", large, small) == loss_of(
        "attention_transfer", averaged, small
    )


def test_of_large_batches_the_first_examples_make_the_angles():
    student, teacher = features((200, 3), 0), features((200, 4), 1)

    assert loss_of("relational", student, teacher) == loss_of(
        "relational", student[:128], teacher[:128]
    )


@pytest.mark.parametrize("adapter", [Adapter, ScaledAdapter])
@pytest.mark.parametrize(
    ("own", "its"),
    [
        ((3, 8, 8), (5, 4, 4)),
        ((3, 4, 4), (2, 8, 8)),
        ((6,), (9,)),
        ((6,), (5, 4, 4)),
        ((3, 4, 4), (7,)),
    ],
)
def test_an_adapter_makes_the_teachers_shape(adapter, own, its):
    made = adapter(own, its)(torch.randn(N, *own))

    assert made.shape[1:] == (its if len(own) == len(its) else its[:1])


def test_an_adapters_variance_begins_at_five():
    scale = ScaledAdapter((3,), (4,)).scale
    target = torch.randn(N, 4)
    begun = losses.variational_information(torch.zeros(N, 4), target, scale)

    assert begun.item() == pytest.approx(
        losses.variational_information(torch.zeros(N, 4), target).item(), rel=1e-6
    )
