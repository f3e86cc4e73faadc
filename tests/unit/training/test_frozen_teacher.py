"""The teachers as they answer while students learn are the teachers themselves."""

import pytest
import torch
from support.files import collect
from torch import nn

from kdcore import RunConfig
from kdcore.data import load_dataset
from kdcore.models.build import build_model
from kdcore.models.ensemble import EnsembleModel, predict_members
from kdcore.training.networks.autocasting import autocast
from kdcore.training.networks.folded import answering_copy, normalised_convolutions
from kdcore.training.networks.fused import FusedConvolution, fuse_convolutions
from kdcore.training.networks.students import WORTH_A_COPY, Students
from kdcore.training.teachers.frozen import FrozenTeacher
from kdcore.training.teachers.teacher import frozen

FUSES = torch.backends.mkldnn.is_available() and torch.ops.mkldnn._is_mkldnn_bf16_supported()
fuses = pytest.mark.skipif(not FUSES, reason="this processor does not multiply in bf16")
CPU = torch.device("cpu")
SHAPE = (3, 32, 32)
CONVOLUTIONS = {
    "convnet:8,16": (2, 2),
    "crnn:8,8,6": (2, 2),
    "resnet8": (7, 7),
    "resnet18": (20, 17),
    "mobilenet_v2": (52, 10),
}
"""By model: normalised ones, and those of them behind which a sum or a ReLU comes."""


def taught(spec, shape=SHAPE, classes=10, seed=0):
    """A network whose normalisations are no longer those of the start."""
    module = build_model(spec, shape, classes, seed)
    chance = torch.Generator().manual_seed(seed)
    for part in module.modules():
        if isinstance(part, nn.BatchNorm2d):
            size = part.num_features
            part.running_mean.copy_(0.2 * torch.randn(size, generator=chance))
            part.running_var.copy_(0.5 + torch.rand(size, generator=chance))
            part.weight.data.copy_(0.5 + torch.rand(size, generator=chance))
            part.bias.data.copy_(0.2 * torch.randn(size, generator=chance))
    return frozen(module)


def images(count=4, shape=SHAPE):
    return torch.randn(count, *shape, generator=torch.Generator().manual_seed(1))


def answers(module, inputs, precision="float32"):
    with torch.no_grad(), autocast(CPU, precision):
        return module(inputs).float()


def fused(found):
    """The convolutions that do what comes behind them."""
    traced = found.forward.__self__
    return [one for one in traced.modules() if isinstance(one, FusedConvolution)]


@pytest.mark.parametrize("spec", CONVOLUTIONS)
def test_every_normalised_convolution_is_folded_and_the_logits_stay(spec):
    module = taught(spec)
    before = {name: value.clone() for name, value in module.state_dict().items()}
    found = answering_copy(module, images(2), "float32")

    left = [one for one in found.modules() if isinstance(one, nn.BatchNorm2d)]
    assert not left
    normalised, _ = CONVOLUTIONS[spec]
    assert len(normalised_convolutions(module, images(2))) == normalised
    wanted = answers(module, images())
    assert torch.allclose(answers(found, images()), wanted, rtol=1e-4, atol=1e-4)
    after = module.state_dict()
    assert list(after) == list(before)
    assert all(torch.equal(after[name], value) for name, value in before.items())


@fuses
@pytest.mark.parametrize("spec", CONVOLUTIONS)
def test_what_comes_behind_a_convolution_is_done_with_it(spec):
    found = answering_copy(taught(spec), images(2), "bf16")
    assert len(fused(found)) == CONVOLUTIONS[spec][1]


@pytest.mark.parametrize("spec", ["resnet8", "convnet:8,16", "crnn:8,8,6", "mlp:20"])
def test_in_bf16_they_are_rounded_once_and_as_far_from_float32_as_autocast(spec):
    module = taught(spec)
    found = answering_copy(module, images(2), "bf16")

    exact = answers(module, images())
    by_autocast = (answers(module, images(), "bf16") - exact).abs().max()
    by_copy = (answers(found, images(), "bf16") - exact).abs().max()
    kinds = {one.weight.dtype for one in found.modules() if type(one) in (nn.Conv2d, nn.Linear)}
    assert kinds == {torch.bfloat16}
    assert by_copy < 2 * by_autocast


def test_what_nothing_can_be_done_for_answers_itself():
    module = taught("mlp:20")
    assert answering_copy(module, images(2), "float32") is module


class TwoUses(nn.Module):
    """A convolution whose output is used beside its normalisation, too."""

    def __init__(self):
        super().__init__()
        self.convolution, self.normalisation = nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4)

    def forward(self, inputs):
        values = self.convolution(inputs)
        return (self.normalisation(values) * 2 + values).mean((-2, -1))


class Reused(nn.Module):
    """A shortcut that is needed once more behind the sum."""

    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Conv2d(3, 4, 3), nn.Conv2d(4, 4, 3, padding=1)

    def forward(self, inputs):
        shortcut = self.first(inputs)
        values = self.second(shortcut)
        values += shortcut
        return (torch.relu(values) - shortcut).mean((-2, -1))


class Shared(TwoUses):
    """A normalisation of two convolutions' outputs."""

    def forward(self, inputs):
        first = self.normalisation(self.convolution(inputs))
        return (first + self.normalisation(self.convolution(inputs + 1))).mean((-2, -1))


class Typed(TwoUses):
    """Weights that may be of one type alone."""

    def forward(self, inputs):
        with torch.autocast("cpu", enabled=False):
            return self.convolution(inputs).mean((-2, -1))


@pytest.mark.parametrize(
    ("kind", "precision"), [(TwoUses, "float32"), (Shared, "float32"), (Typed, "bf16")]
)
def test_one_that_cannot_be_folded_or_rounded_answers_itself(kind, precision):
    torch.manual_seed(0)
    module = frozen(kind())
    module.normalisation.running_mean.fill_(0.5)
    found = answering_copy(module, images(2), precision)
    assert torch.equal(answers(found, images(), precision), answers(module, images(), precision))


class ByKeyword(nn.Module):
    """A network that names what it gives its parts."""

    def __init__(self, named):
        super().__init__()
        self.named = named
        self.convolution, self.normalisation = nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4)
        self.identity = nn.Identity()

    def ask(self, part, inputs):
        module = getattr(self, part)
        return module(input=inputs) if part == self.named else module(inputs)

    def forward(self, inputs):
        for part in ("convolution", "normalisation", "identity"):
            inputs = self.ask(part, inputs)
        return inputs.relu().mean((2, 3))


class WithoutVersions(ByKeyword):
    """One whose own forward pass forbids gradients for good."""

    @torch.inference_mode()
    def forward(self, inputs):
        return super().forward(inputs)


class AlwaysTraining(ByKeyword):
    """One whose normalisation never learns that it only answers."""

    def train(self, mode=True):
        super().train(mode)
        self.normalisation.training = True
        return self


@pytest.mark.parametrize("precision", ["float32", "bf16"])
@pytest.mark.parametrize(
    "make",
    [
        *(
            lambda named=named: ByKeyword(named)
            for named in ("convolution", "normalisation", "identity")
        ),
        lambda: WithoutVersions("nothing"),
        lambda: AlwaysTraining("nothing"),
    ],
    ids=["convolution", "normalisation", "identity", "inference mode", "always training"],
)
def test_whatever_a_module_of_ones_own_does_it_answers(make, precision):
    torch.manual_seed(0)
    module = frozen(make())
    found = answering_copy(module, images(2), precision)
    given = {"float32": 1e-4, "bf16": 0.05}[precision]
    wanted = answers(module, images(), precision)
    assert torch.allclose(answers(found, images(), precision), wanted, atol=given, rtol=given)


@fuses
def test_a_shortcut_that_is_needed_again_is_not_written_over():
    torch.manual_seed(0)
    module = frozen(Reused())
    wanted = answers(module, images())
    assert fuse_convolutions(module)
    assert len(fused(module)) == 1
    assert torch.allclose(answers(module, images()), wanted, atol=1e-5)


def test_a_processor_that_cannot_fuse_folds_alone(monkeypatch):
    def missing(*_):
        raise RuntimeError("this processor has no such thing")

    monkeypatch.setattr(FusedConvolution, "forward", missing)
    module = taught("resnet8")
    found = answering_copy(module, images(2), "bf16")
    assert not [one for one in found.modules() if isinstance(one, nn.BatchNorm2d)]
    assert torch.allclose(answers(found, images(), "bf16"), answers(module, images()), atol=0.1)


def test_students_are_evaluated_as_they_are_at_the_moment():
    module = build_model("resnet8", SHAPE, 10, 0)
    students = Students(
        [[module]], optimizer="sgd", lr=[0.5], seeds=[0], precision="float32", device=CPU
    )
    for _ in range(2):
        students.train(mode=True)
        students.forward(images()[None])
        students.learn(torch.ones(1, 1, 4, 10) * torch.arange(10), [0.5])
        for questions in (WORTH_A_COPY - 1, WORTH_A_COPY):
            with students.answering(questions, images()):
                assert not module.training
                wanted = answers(module, images())
                found = [students.body.predict(images())[0] for _ in range(2)]
                assert bool(students.body._copies) is (questions == WORTH_A_COPY)
            assert module.training
            assert not students.body._copies
            assert torch.equal(*found)  # of one evaluation all are computed alike
            assert torch.allclose(found[0], wanted, rtol=1e-4, atol=1e-4)


def test_hooks_of_a_teacher_act_in_its_copy_and_those_on_a_part_keep_it_whole():
    module = taught("resnet8")
    module.register_forward_hook(lambda _module, _inputs, logits: logits / 2.5)
    seen = []
    handle = module.stem.register_forward_hook(lambda *_: seen.append(1))
    found = answering_copy(module, images(2), "float32")
    assert isinstance(found.norm, nn.BatchNorm2d)
    handle.remove()
    wanted = answers(module, images())
    assert torch.allclose(answers(found, images()), wanted, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("precision", ["float32", "bf16"])
def test_several_teachers_answer_each_for_itself_at_once_or_later(precision):
    data = collect(load_dataset(RunConfig(dataset="digits"), None))[1]
    classes = len(data.classes)
    members = [
        taught(spec, data.input_shape, classes, seed)
        for seed, spec in enumerate(("convnet:8", "mlp:10"))
    ]
    module = frozen(EnsembleModel(members))
    teacher = FrozenTeacher(module, data, precision)
    inputs = data.normalised(data.train.inputs[:64])
    with torch.no_grad(), autocast(CPU, precision):
        wanted = predict_members(module, inputs)

    given = {"float32": 1e-4, "bf16": 0.05}[precision]
    assert teacher.module is module
    assert teacher.logits(inputs).dtype == torch.float32
    assert torch.allclose(teacher.logits(inputs), wanted, atol=given, rtol=given)
    assert torch.allclose(teacher.predict(data.train.inputs[:64]), wanted, atol=given, rtol=given)
