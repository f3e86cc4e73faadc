"""What every kind of input promises, on a few examples of each."""

import json

import numpy as np
import pytest
import torch

from kdcore.catalogue import DATASETS, METHODS, MODELS, accepts
from kdcore.errors import UserError
from kdcore.inputs import INPUT_KINDS, Audio, AudioImage, Features, Image, Text, make_kind
from kdcore.inputs.audio_image import SIDE
from kdcore.jobs.run.compatibility import check_inputs
from kdcore.jobs.run.config import RunConfig
from kdcore.models.build import build_model

RANDOM = torch.Generator().manual_seed(0)
SIZE = 12
EXAMPLES = {
    "image": (
        Image(white=16),
        torch.randint(17, (SIZE, 3, 16, 16), generator=RANDOM, dtype=torch.uint8),
    ),
    "audio": (Audio(), torch.randint(-900, 900, (SIZE, 1_000), generator=RANDOM).short()),
    "audio_image": (
        AudioImage(),
        torch.randint(256, (SIZE, 1_000 + SIDE * SIDE), generator=RANDOM).short(),
    ),
    "text": (
        Text(("", "?", *"abcdefg"), "characters"),
        torch.randint(9, (SIZE, 11), generator=RANDOM, dtype=torch.int32),
    ),
    "features": (Features(), 5 + 3 * torch.randn(SIZE, 7, generator=RANDOM)),
}
"""By name: a kind and stored values."""


@pytest.fixture(params=INPUT_KINDS)
def kind(request):
    return EXAMPLES[request.param][0]


@pytest.fixture
def stored(kind):
    return EXAMPLES[kind.name][1]


@pytest.fixture
def statistics(kind, stored):
    return kind.statistics(stored)


def test_a_kind_is_made_again_from_what_a_file_keeps(kind):
    assert make_kind(kind.name, json.loads(json.dumps(kind.settings))) == kind


def test_networks_get_what_the_kind_says(kind, stored, statistics):
    inputs = kind.to_network(stored, *statistics)
    shape = kind.model_shape(tuple(stored.shape[1:]))

    assert len(shape) == kind.axes
    assert kind.zeros(shape, statistics[0]).shape == (1, *inputs.shape[1:])
    assert inputs.isfinite().all()
    assert inputs.data_ptr() != stored.data_ptr(), "new values"


def test_a_linear_kind_is_normalised_by_its_statistics(kind, stored, statistics):
    if not kind.linear:
        pytest.skip("not linear")
    values = stored.double().numpy()
    axes = (0, 2, 3) if stored.ndim == 4 else 0
    mean, std = values.mean(axes, keepdims=True)[0], values.std(axes, keepdims=True)[0]
    found = kind.to_network(stored, *statistics).numpy()

    np.testing.assert_allclose(found, (values - mean) / std, rtol=1e-4, atol=1e-5)


def test_real_inputs_lie_within_the_bounds(kind, stored, statistics):
    if not kind.differentiable:
        pytest.skip("no numbers")
    low, high = kind.bounds(stored, *statistics)
    inputs = kind.to_network(stored, *statistics)

    assert (low <= inputs + 1e-5).all()
    assert (inputs - 1e-5 <= high).all()


def test_noise_is_stored_as_real_inputs_are_and_depends_on_its_seed_alone(kind, stored, statistics):
    first, again, other = (
        kind.noise(5, stored, *statistics, torch.Generator().manual_seed(seed))
        for seed in (1, 1, 2)
    )

    assert first.shape == (5, *stored.shape[1:])
    assert first.dtype == stored.dtype
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_what_is_shown_has_a_row_for_each_example(kind, stored):
    shown = kind.shown(stored)

    assert len(shown[kind.shown_as]) == SIZE
    if kind.picture:
        assert shown[kind.picture].shape[:1] + shown[kind.picture].shape[3:] in (
            (SIZE, 1),
            (SIZE, 3),
        )


def test_an_example_of_a_preview_is_json(kind, stored):
    listed = kind.listed(stored[0].double(), [7] * stored[0].numel())

    assert json.loads(json.dumps(listed)) == listed
    assert kind.description(kind.model_shape(tuple(stored.shape[1:])))


@pytest.mark.parametrize("examples", [30, 3_000, 300_000])
def test_the_suited_pair_can_be_built_and_answers(kind, stored, statistics, examples):
    shape = kind.model_shape(tuple(stored.shape[1:]))
    inputs = kind.to_network(stored, *statistics)
    for spec in kind.suited_pair(shape, examples):
        assert accepts(spec, type(kind))
        with torch.no_grad():
            assert build_model(spec, shape, 3, seed=0).eval()(inputs).shape == (SIZE, 3)


def test_every_family_and_data_set_names_a_kind():
    for family in MODELS.values():
        assert set(family.accepts) <= set(INPUT_KINDS)
    for source in DATASETS.values():
        assert accepts(source.teacher, type(source.kind))
        assert accepts(source.student, type(source.kind))
        assert len(source.input_shape) == source.kind.axes


def refused(config, kind):
    with pytest.raises(UserError) as caught:
        check_inputs(config, kind)
    return caught.value.code


def test_a_model_of_another_kind_is_refused_in_each_role():
    fits = RunConfig(dataset="moons", teacher="mlp:4", student="mlp:3")
    check_inputs(fits, Features())

    for role in ("teacher", "student", "assistants"):
        assert refused(fits.replace(**{role: "convnet:4"}), Features()) == "model_input_kind"
    check_inputs(fits.replace(teacher="convnet:4", teacher_weights="file"), Features())


def test_what_acts_on_images_alone_is_refused_elsewhere():
    fits = RunConfig(dataset="moons", teacher="mlp:4", student="mlp:3")

    assert refused(fits.replace(augment="shift"), Features()) == "augment_needs_images"
    shifted = fits.replace(target="rotated:degrees=40")
    assert refused(shifted, Features()) == "target_needs_images"


def test_methods_that_change_the_inputs_are_refused_where_these_are_no_numbers():
    fits = RunConfig(dataset="moons", teacher="mlp:4", student="mlp:3")
    texts = RunConfig(dataset="languages", teacher="bigru:4", student="embedding_bag:3")
    needing = {name for name, method in METHODS.items() if method.needs}

    assert needing == {"input_gradient", "noisy_inputs", "ard", "rslad", "generator"}
    for name in needing:
        check_inputs(fits.replace(method=name), Features())
        assert refused(texts.replace(method=name), Text()) == "method_input_kind"
    assert refused(texts.replace(mixup=0.2), Text()) == "mixup_input_kind"
