"""Each way to shrink a network, held against a calculation of its own."""

import io

import numpy as np
import pytest
import torch
from torch import nn

from kdcore.errors import UserError
from kdcore.inputs import Audio, Text
from kdcore.jobs.compression.config import STAGES, CompressionConfig, suited_stages
from kdcore.models.build import build_model
from kdcore.training.compression.int8 import (
    converted,
    int8_dynamic,
    int8_learned,
    narrow_int8,
    quiet,
    use_int8_engine,
)
from kdcore.training.compression.low_rank import factorised, low_rank
from kdcore.training.compression.measure import serialised, weights_of
from kdcore.training.compression.narrow import kept_outputs, narrow
from kdcore.training.compression.pruned import pruned, remove_masks
from kdcore.training.compression.stages import MAKE
from kdcore.training.compression.student import Student, as_it_is

SHAPE, CLASSES = (1, 8, 8), 10
CONFIG = CompressionConfig()


def student(model, seed=1):
    """A network whose batch normalisation has seen something."""
    module = build_model(model, SHAPE, CLASSES, seed)
    generator = torch.Generator().manual_seed(0)
    examples = torch.randn(200, *SHAPE, generator=generator)
    with torch.no_grad():
        module.train()(examples)
        for weight in module.parameters():
            weight += 0.05 * torch.randn(weight.shape, generator=generator)
    return Student(module.eval(), model, SHAPE, CLASSES, examples)


def predict(module, examples):
    with torch.no_grad(), quiet():
        return module(examples)


def layers(module):
    return [part for part in module.modules() if isinstance(part, nn.Linear | nn.Conv2d)]


TEXTS = ["embedding_bag:8", "text_gru:8", "bigru:8", "text_cnn:8", "transformer:16"]
SOUNDS = ["crnn:4,8", "convnet:4", "mlp:8", "resnet8"]


@pytest.mark.parametrize(
    ("model", "stage"),
    [(model, stage) for model in TEXTS + SOUNDS for stage in suited_stages(model)],
)
def test_networks_on_texts_and_sounds_answer_after_each_stage_that_suits_them(model, stage):
    kind, shape = (Text(), (12, 30)) if model in TEXTS else (Audio(), (1, 24, 16))
    example = kind.zeros(shape, torch.zeros(1))
    examples = torch.cat([example] * 4)
    begin = Student(build_model(model, shape, 3, 0).eval(), model, shape, 3, examples)
    use_int8_engine((stage,))
    made = MAKE[stage](begin, CONFIG)

    assert predict(made.finish(made.module), examples).shape == (4, 3)


@pytest.mark.parametrize("model", ["convnet:4,4,4", "convnet:1"])
def test_maps_of_one_place_or_one_channel_are_turned_into_int8(model):
    begin = student(model)
    use_int8_engine(("int8_learned",))
    made = int8_learned(begin, CONFIG)
    answers = predict(made.finish(made.module), begin.examples)

    wanted = predict(begin.module, begin.examples)
    assert (answers - wanted).abs().max() < 0.1 * wanted.abs().max()


def test_every_stage_of_the_settings_can_be_made():
    assert MAKE.keys() == STAGES.keys()


@pytest.mark.parametrize("stage", MAKE)
@pytest.mark.parametrize("model", ["mlp:16,12", "convnet:6,8"])
def test_a_stage_leaves_the_student_as_it_was(stage, model):
    begin = student(model)
    before = {name: value.clone() for name, value in begin.module.state_dict().items()}
    use_int8_engine((stage,))
    MAKE[stage](begin, CONFIG)

    assert all(
        torch.equal(before[name], value) for name, value in begin.module.state_dict().items()
    )


@pytest.mark.parametrize("model", ["mlp:16,12", "convnet:6,8"])
@pytest.mark.parametrize("share", [0.0, 0.37, 0.8])
def test_exactly_the_share_of_least_weights_is_zero(model, share):
    begin = student(model)
    shrunk = pruned(begin, CompressionConfig(prune_share=share))
    final = shrunk.finish(shrunk.module)

    for layer, original in zip(layers(final), layers(begin.module), strict=True):
        flat = original.weight.detach().flatten().numpy()
        gone = round(share * flat.size)
        expected = flat.copy()
        expected[np.argsort(np.abs(flat))[:gone]] = 0
        assert np.array_equal(layer.weight.detach().flatten().numpy(), expected)
        assert not hasattr(layer, "weight_mask")
        assert layer.weight.stride() == original.weight.stride()


def test_a_permanent_copy_leaves_the_mask_on_what_goes_on_learning():
    shrunk = pruned(student("mlp:16,12"), CONFIG)
    remove_masks(shrunk.module)
    (layer, *_) = layers(shrunk.module)
    shrunk.module(torch.ones(2, *SHAPE)).sum().backward()

    assert layer.weight_orig.grad is not None
    assert torch.all(layer.weight_orig.grad[layer.weight_mask == 0] == 0)


@pytest.mark.parametrize(
    ("model", "smaller"), [("mlp:16,12", "mlp:8,6"), ("convnet:6,8", "convnet:3,4")]
)
def test_the_narrow_network_answers_as_the_wide_one_with_those_neurons_at_zero(model, smaller):
    begin = student(model)
    shrunk = narrow(begin, CONFIG)
    hidden = layers(begin.module)[:-1]
    norms = (
        nn.ModuleList(part for part in begin.module.modules() if isinstance(part, nn.BatchNorm2d))
        or hidden
    )
    with torch.no_grad():
        for layer, norm in zip(hidden, norms, strict=True):
            gone = torch.ones(len(layer.weight), dtype=torch.bool)
            gone[kept_outputs(layer, CONFIG.narrow_share)] = False
            for part in {layer, norm}:
                part.weight[gone] = 0
                if part.bias is not None:
                    part.bias[gone] = 0

    assert shrunk.model == smaller
    assert torch.allclose(
        predict(shrunk.module.eval(), begin.examples),
        predict(begin.module, begin.examples),
        atol=1e-5,
    )


def test_those_neurons_stay_whose_weights_have_the_greatest_norm():
    layer = nn.Linear(3, 4)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([[1.0, 0, 0], [0, 9, 0], [2, 2, 2], [0, 0, 0.5]]))

    assert kept_outputs(layer, 0.5).tolist() == [1, 2]
    assert kept_outputs(layer, 0.95).tolist() == [1]


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (nn.Linear(12, 7), (5, 12)),
        (nn.Linear(3, 9, bias=False), (5, 3)),
        (nn.Conv2d(3, 8, 3, stride=2, padding=1), (2, 3, 9, 9)),
    ],
)
def test_with_full_rank_nothing_is_lost(layer, shape):
    inputs = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    rank = min(layer.weight.flatten(1).shape)

    assert torch.allclose(factorised(layer, rank)(inputs), layer(inputs), atol=1e-5)


def test_what_a_low_rank_loses_are_the_least_singular_values():
    layer = nn.Linear(12, 7)
    first, second = factorised(layer, 3)
    values = np.linalg.svd(layer.weight.detach().numpy(), compute_uv=False)
    lost = torch.linalg.matrix_norm(layer.weight - second.weight @ first.weight).item()

    assert lost == pytest.approx(np.sqrt((values[3:] ** 2).sum()), rel=1e-5)


@pytest.mark.parametrize("model", ["mlp:16,12", "convnet:6,8", "mobilenet_v2"])
def test_low_rank_has_fewer_weights_and_still_answers(model):
    begin = student(model)
    shrunk = low_rank(begin, CONFIG)

    assert sum(map(torch.numel, weights_of(shrunk.module))) < sum(
        map(torch.numel, weights_of(begin.module))
    )
    assert predict(shrunk.module.eval(), begin.examples[:2]).shape == (2, CLASSES)


def test_a_rank_that_saves_nothing_is_refused():
    with pytest.raises(UserError, match="choose a lower share"):
        low_rank(student("mlp:16"), CompressionConfig(rank_share=1))


@pytest.mark.parametrize("make", [int8_dynamic, int8_learned])
@pytest.mark.parametrize("model", ["mlp:16,12", "convnet:6,8"])
def test_int8_answers_nearly_as_float_does(make, model):
    use_int8_engine(())
    begin = student(model)
    shrunk = make(begin, CONFIG)
    exact = predict(begin.module, begin.examples)
    near = predict(shrunk.finish(shrunk.module), begin.examples)
    error = (near - exact).abs().max() / (exact.max() - exact.min())

    assert 0 < error < 0.05


def test_the_learned_int8_keeps_every_weight_in_one_byte():
    use_int8_engine(())
    begin = student("convnet:6,8")
    shrunk = int8_learned(begin, CONFIG)
    weights = [weight for weight in weights_of(shrunk.finish(shrunk.module)) if weight.ndim > 1]

    assert [weight.dtype for weight in weights] == [torch.qint8] * 3
    assert [tuple(weight.shape) for weight in weights] == [
        tuple(layer.weight.shape) for layer in layers(begin.module)
    ]


def test_a_saved_int8_network_can_be_read_again():
    use_int8_engine(())
    begin = student("mlp:16,12")
    one, other = (int8_learned(student("mlp:16,12", seed), CONFIG) for seed in (1, 2))
    final, again = converted(one.module), converted(other.module)
    with quiet():
        again.load_state_dict(torch.load(io.BytesIO(serialised(final)), weights_only=True))

    assert torch.equal(predict(again, begin.examples), predict(final, begin.examples))


def test_narrow_int8_is_the_narrow_network_in_int8():
    use_int8_engine(())
    begin = student("mlp:16,12")
    both = narrow_int8(begin, CONFIG)
    counted = [tuple(weight.shape) for weight in weights_of(both.finish(both.module))]

    assert counted == [tuple(weight.shape) for weight in weights_of(narrow(begin, CONFIG).module)]


def test_the_unshrunk_student_is_a_copy():
    begin = student("mlp:16,12")

    assert as_it_is(begin, CONFIG).module is not begin.module


def test_a_build_without_int8_is_told_in_a_sentence(monkeypatch):
    monkeypatch.setattr("kdcore.training.compression.int8.ENGINES", ())

    with pytest.raises(UserError, match="leave out the stages int8_dynamic"):
        use_int8_engine(("int8_dynamic",))
