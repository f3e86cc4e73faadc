"""Stacked convolutional nets against autograd, in float64; seeds, members and their rates."""

import copy

import pytest
import torch

from kdcore.models.build import build_model
from kdcore.models.convnet import ConvNet
from kdcore.training.networks.stacked_convnet import StackedConvNet
from kdcore.training.networks.students import Interleaved, Students

CPU = torch.device("cpu")
SHAPE, CLASSES = (2, 8, 8), 3


def nets(widths, count, shape=SHAPE, dtype=torch.float64):
    with torch.random.fork_rng():
        torch.manual_seed(1)
        return [
            ConvNet(shape[0], min(shape[1:]), widths, CLASSES)
            .to(dtype)
            .to(memory_format=torch.channels_last)
            for _ in range(count)
        ]


def normal(*shape, seed=2, dtype=torch.float64):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def students_of(modules, seeds, rates, optimizer="adam", precision="float32", **more):
    members = len(modules) // seeds
    return Students(
        [modules[at * members : (at + 1) * members] for at in range(seeds)],
        optimizer=optimizer,
        lr=rates,
        seeds=range(len(modules)),
        precision=precision,
        device=CPU,
        **{"input_shape": SHAPE} | more,
    )


def steps_of(references, optimizer, rates):
    return [
        {
            "adam": lambda net, lr: torch.optim.Adam(net.parameters(), lr=lr),
            "sgd": lambda net, lr: torch.optim.SGD(net.parameters(), lr=lr, momentum=0.9),
            "gd": lambda net, lr: torch.optim.SGD(net.parameters(), lr=lr),
        }[optimizer](net, rates[at % len(rates)])
        for at, net in enumerate(references)
    ]


def learn_both(students, references, steps, rates, numbers, shape=SHAPE, dtype=torch.float64):
    """The same steps by the students and by each reference alone."""
    seeds, members = students.seeds, students.members
    for step in numbers:
        inputs = normal(seeds, 7, *shape, seed=step, dtype=dtype)
        gradient = normal(seeds, members, 7, CLASSES, seed=100 + step, dtype=dtype)
        students.forward(inputs)
        students.learn(gradient, rates)
        for at, (net, optimise) in enumerate(zip(references, steps, strict=True)):
            optimise.zero_grad()
            net(inputs[at // members]).backward(gradient[at // members, at % members])
            optimise.step()


def assert_equal(ours, references, tolerance):
    for one, other in zip(ours, references, strict=True):
        for name, value in other.state_dict().items():
            torch.testing.assert_close(
                one.state_dict()[name], value, rtol=tolerance, atol=tolerance, msg=name
            )


@pytest.mark.parametrize(
    ("widths", "shape", "seeds", "members"),
    [
        ((4, 5, 3), (1, 8, 8), 1, 3),
        ((4, 3), (2, 9, 11), 2, 2),  # odd planes, of which the pooling leaves a margin
        ((3, 4, 3), (3, 3, 4), 3, 1),  # the last plane is one pixel wide, and not pooled
    ],
)
def test_each_net_learns_as_alone_to_float64(widths, shape, seeds, members):
    ours = nets(widths, seeds * members, shape)
    references = copy.deepcopy(ours)
    rates = [0.01] * members
    students = students_of(ours, seeds, rates, input_shape=shape)
    assert isinstance(students.body, StackedConvNet)
    learn_both(students, references, steps_of(references, "adam", rates), rates, range(30), shape)
    assert_equal(ours, references, 1e-10)

    inputs = normal(5, *shape)
    students.train(mode=False)
    for answer, net in zip(students.body.predict(inputs), references, strict=True):
        torch.testing.assert_close(answer, net.eval()(inputs).detach(), rtol=1e-10, atol=1e-10)


def without_statistics(net):
    net.features[1] = torch.nn.BatchNorm2d(4, track_running_stats=False)


def averaging(net):
    net.features[1].momentum = None


def hooked(net):
    net.register_forward_pre_hook(lambda _net, inputs: inputs)


@pytest.mark.parametrize("change", [without_statistics, averaging, hooked])
def test_nets_that_were_changed_go_one_by_one(change):
    ours = nets((4, 3), 2, dtype=torch.float32)
    for net in ours:
        change(net)
    assert isinstance(students_of(ours, 1, [0.01] * 2).body, Interleaved)


def test_muon_moves_the_matrices_of_each_net_by_themselves():
    rates = [0.01, 0.02]
    ours = nets((4, 5, 3), 2)
    theirs = copy.deepcopy(ours)
    stacked = students_of(ours, 1, rates, "muon")
    alone = students_of(theirs, 1, rates, "muon", with_graph=True)
    assert isinstance(stacked.body, StackedConvNet)
    assert isinstance(alone.body, Interleaved)
    for step in range(8):
        inputs, gradient = normal(1, 7, *SHAPE, seed=step), normal(1, 2, 7, CLASSES, seed=50 + step)
        for students in (stacked, alone):
            students.forward(inputs)
            students.learn(gradient, rates)
    assert_equal(ours, theirs, 1e-6)  # the iterations multiply in float32


@pytest.mark.parametrize("optimizer", ["adam", "sgd", "gd"])
def test_each_net_has_its_own_rate(optimizer):
    rates = [0.01, 0.1, 0.01]
    ours = nets((4, 3), 6)
    references = copy.deepcopy(ours)
    students = students_of(ours, 2, rates, optimizer)
    learn_both(students, references, steps_of(references, optimizer, rates), rates, range(10))
    assert_equal(ours, references, 1e-10)


def test_in_float32_they_stay_near():
    ours = nets((4, 3), 3, dtype=torch.float32)
    references = copy.deepcopy(ours)
    rates = [0.01] * 3
    steps = steps_of(references, "sgd", rates)
    learn_both(
        students_of(ours, 1, rates, "sgd"), references, steps, rates, range(10), dtype=torch.float32
    )
    assert_equal(ours, references, 1e-4)


def test_statistics_stay_as_they_are_in_evaluation_mode_and_gradients_are_right():
    ours = nets((4, 3), 2)
    references = copy.deepcopy(ours)
    rates = [0.1, 0.1]
    students, steps = students_of(ours, 1, rates, "gd"), steps_of(references, "gd", rates)
    learn_both(students, references, steps, rates, range(2))
    students.train(mode=False)
    for net in references:
        net.eval()
    learn_both(students, references, steps, rates, range(2, 4))
    assert_equal(ours, references, 1e-10)


def test_weights_that_are_loaded_are_those_that_learn():
    rates = [0.01, 0.02]
    whole, broken = nets((4, 3), 2), nets((4, 3), 2)
    references = copy.deepcopy(whole)
    one, other = (students_of(modules, 1, rates) for modules in (whole, broken))
    steps = steps_of(references, "adam", rates)
    learn_both(one, references, steps, rates, range(3))
    other.load_state_dict(copy.deepcopy(one.state_dict()))
    learn_both(other, references, steps, rates, range(3, 6))
    assert_equal(broken, references, 1e-10)


@pytest.mark.parametrize("rates", [[0.01, 0.01], [0.01, 0.02]])
def test_what_was_saved_of_nets_one_by_one_goes_on_stacked(rates):
    apart, stacked = nets((4, 3), 2), nets((4, 3), 2)
    references = copy.deepcopy(apart)
    one = students_of(apart, 1, rates, input_shape=())
    other = students_of(stacked, 1, rates)
    steps = steps_of(references, "adam", rates)
    learn_both(one, references, steps, rates, range(3))
    other.load_state_dict(copy.deepcopy(one.state_dict()))
    learn_both(other, references, steps, rates, range(3, 6))
    assert_equal(stacked, references, 1e-10)


def test_in_bf16_it_is_as_near_as_autocast_and_the_weights_stay_float32():
    inputs = normal(1, 32, *SHAPE, dtype=torch.float32)
    gradient = normal(1, 2, 32, CLASSES, seed=3, dtype=torch.float32)
    moved = {}
    for precision, shape in (("float32", ()), ("bf16", ()), ("bf16", SHAPE)):
        modules = nets((4, 3), 2, dtype=torch.float32)
        before = [weight.clone() for module in modules for weight in module.parameters()]
        students = students_of(modules, 1, [1.0, 1.0], "gd", precision, input_shape=shape)
        logits = students.forward(inputs)
        students.learn(gradient, [1.0, 1.0])
        after = [weight for module in modules for weight in module.parameters()]
        differences = [old - new for old, new in zip(before, after, strict=True)]
        moved[precision, shape] = torch.cat([one.detach().flatten() for one in differences])
        assert logits.dtype == after[0].dtype == torch.float32
    exact = moved["float32", ()]
    autocast, stacked = (
        float((moved["bf16", shape] - exact).norm() / exact.norm()) for shape in ((), SHAPE)
    )

    assert 0 < stacked < 1.2 * autocast


def test_nets_are_stacked_where_their_shapes_gain():
    def body(spec, shape, count=2, **more):
        modules = [build_model(spec, shape, CLASSES, seed) for seed in range(count)]
        return students_of(modules, 1, [0.1] * count, input_shape=shape, **more).body

    assert isinstance(body("convnet:4", (1, 8, 8)), StackedConvNet)
    assert isinstance(body("convnet:4", (1, 28, 28)), Interleaved)
    assert isinstance(body("convnet:32,64", (1, 8, 8)), Interleaved)
    assert isinstance(body("convnet:4", (1, 8, 8), count=1), Interleaved)
    assert isinstance(body("convnet:4", (1, 8, 8), with_graph=True), Interleaved)
    assert isinstance(body("resnet8", (1, 8, 8)), Interleaved)


def test_a_net_with_weights_that_do_not_learn_goes_alone():
    modules = nets((4, 3), 2)
    modules[1].head.bias.requires_grad_(False)

    assert isinstance(students_of(modules, 1, [0.1, 0.1]).body, Interleaved)
