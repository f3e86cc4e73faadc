from contextlib import nullcontext

import pytest
import torch

from kdcore.catalogue import MODELS, parse_model
from kdcore.errors import UserError
from kdcore.models.build import build_model
from kdcore.models.cost import measure_cost
from kdcore.models.matching import copy_matching

CPU = torch.device("cpu")
SMALL = (3, 32, 32)
QUICK = (
    "mlp:20,10",
    "dropout_mlp:20,10",
    "convnet:16,32",
    "crnn:16,8,6",
    "resnet8",
    "resnet20",
    "mobilenet_v2",
    "resnet18",
)


@pytest.mark.parametrize("spec", QUICK)
@pytest.mark.parametrize("classes", [3, 10])
def test_a_model_answers_every_class(spec, classes):
    model = build_model(spec, SMALL, classes, seed=0).eval()
    with torch.no_grad():
        assert model(torch.zeros(2, *SMALL)).shape == (2, classes)


@pytest.mark.parametrize("spec", ["convnet:16,32", "resnet8", "mobilenet_v2"])
def test_images_of_one_channel_and_another_side(spec):
    model = build_model(spec, (1, 28, 28), 10, seed=0).eval()
    with torch.no_grad():
        assert model(torch.zeros(2, 1, 28, 28)).shape == (2, 10)


@pytest.mark.parametrize(
    ("spec", "shape", "classes", "parameters"),
    [
        ("mlp:500", (1, 28, 28), 10, 784 * 500 + 500 + 500 * 10 + 10),
        ("mlp:1200,1200", (1, 28, 28), 10, 784 * 1200 + 1200 + 1200 * 1200 + 1200 + 12010),
        # He et al. 2016, table 6: ResNet-20 and ResNet-56 have 0.27 and 0.85 million
        ("resnet20", SMALL, 10, 270_000),
        ("resnet56", SMALL, 10, 850_000),
    ],
)
def test_the_number_of_parameters_is_the_published_one(spec, shape, classes, parameters):
    model = build_model(spec, shape, classes, seed=0)
    counted = measure_cost(model, torch.zeros(1, *shape)).parameters

    assert counted == pytest.approx(parameters, rel=0.02 if spec.startswith("resnet") else 0)


def test_the_operations_of_a_layer_are_its_multiply_adds_twice():
    found = measure_cost(build_model("mlp:20", (8,), 3, seed=0), torch.zeros(1, 8))

    assert found.flops == pytest.approx(2 * (8 * 20 + 20 * 3), rel=0.15)
    assert found.bytes == 4 * found.parameters
    assert found.latency > 0


@pytest.mark.parametrize("broken", [False, True])
def test_the_time_is_that_of_one_thread_and_the_others_come_back(broken):
    computed_with, before = [], torch.get_num_threads()

    class Watched(torch.nn.Linear):
        def forward(self, inputs):
            computed_with.append(torch.get_num_threads())
            if broken and len(computed_with) > 1:
                raise ValueError
            return super().forward(inputs)

    torch.set_num_threads(3)
    try:
        with pytest.raises(ValueError) if broken else nullcontext():  # noqa: PT011
            measure_cost(Watched(2, 2), torch.zeros(1, 2))
        after = torch.get_num_threads()
    finally:
        torch.set_num_threads(before)

    assert after == 3
    assert set(computed_with[1:]) == {1}  # the first counts operations


def test_the_seed_decides_the_weights():
    one, same, other = (
        torch.cat([p.flatten() for p in build_model("mlp:5", (4,), 2, seed).parameters()])
        for seed in (3, 3, 4)
    )

    assert torch.equal(one, same)
    assert not torch.equal(one, other)


def test_a_student_starts_from_the_part_of_the_teacher_that_fits():
    teacher = build_model("mlp:6", (4,), 2, seed=0)
    student = build_model("mlp:3", (4,), 2, seed=1)
    copy_matching(student, teacher)
    first, taught = next(student.parameters()), next(teacher.parameters())

    assert torch.equal(first, taught[:3])


@pytest.mark.parametrize(
    "spec", ["mlp:0", "mlp:-3", "mlp:a", "resnet7", "transformer", "", "mlp:9999999999"]
)
def test_a_misspelt_model_is_refused_in_one_sentence(spec):
    with pytest.raises(UserError) as error:
        parse_model(spec)

    assert "\n" not in str(error.value)


def test_every_family_has_an_example_that_can_be_read():
    for family in MODELS.values():
        parse_model(family.example)


def test_a_step_leaves_no_hidden_unit_with_longer_weights_than_allowed():
    model = build_model("dropout_mlp:6,5", (1, 4, 4), 3, seed=0)
    with torch.no_grad():
        model.layers[0].weight[:3] *= 100
        model.layers[2].weight *= 100
    before = [layer.weight.detach().clone() for layer in model.layers]
    model.constrain()

    for row, kept in zip(before[0].double(), model.layers[0].weight.double(), strict=True):
        length = sum(float(value) ** 2 for value in row) ** 0.5
        expected = row * min(1.0, 15.0**0.5 / length)
        assert torch.allclose(kept, expected, rtol=1e-5)
    assert torch.equal(before[2], model.layers[2].weight)  # the answers' weights are free
