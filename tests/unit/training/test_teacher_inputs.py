"""A loaded teacher that gets images of its own size, normalised in its own way."""

import json

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from support.files import as_folder, pictures_in
from support.trained import events_of, of_kind

from kdcore.catalogue import MODELS
from kdcore.data import Split
from kdcore.data.assemble import assemble
from kdcore.data.for_teacher import beside_teacher
from kdcore.data.teacher_inputs import TeacherInputs, teacher_inputs_of
from kdcore.errors import UserError
from kdcore.inputs import Features, Image
from kdcore.jobs.run.config import RunConfig
from kdcore.jobs.run.events import Finished, Prepared, Started
from kdcore.models.build import build_model
from kdcore.store import Store
from kdcore.training.weights.modules import load_module, network_of, packed_module
from kdcore.training.weights.weights_file import WeightsFile

MEAN, STD = (0.4, 0.5, 0.6), (0.2, 0.25, 0.3)
ASKED = {"teacher_mean": "0.4,0.5,0.6", "teacher_std": "0.2,0.25,0.3"}


def images(shape=(3, 6, 6), count=60):
    generator = torch.Generator().manual_seed(0)
    pixels = torch.randint(0, 256, (count, *shape), generator=generator).byte()
    return assemble("images", ("a", "b", "c"), Split(pixels, torch.arange(count) % 3), Image())


def by_hand(pixels, size, mean=MEAN, std=STD):
    """From bytes to what the teacher takes: float64, channel by channel."""
    shares = pixels.double() / 255
    if size != shares.shape[-1]:
        shares = F.interpolate(shares, (size, size), mode="bilinear", antialias=True)
    channels = [(shares[:, min(at, shares.shape[1] - 1)] - mean[at]) / std[at] for at in range(3)]
    return torch.stack(channels, 1)


def wanted(data, about=None, **settings):
    config = RunConfig(teacher_weights="t.pt", **settings)
    return TeacherInputs.wanted(config, about or {}, data)


@pytest.mark.parametrize("size", [0, 6, 12, 4])
@pytest.mark.parametrize("channels", [1, 3])
def test_the_teacher_gets_what_its_authors_gave_it(size, channels):
    data = images((channels, 6, 6))
    shape = {"input_size": json.dumps([3, size or 6, size or 6])}
    own = wanted(data, shape, teacher_input_size=size, **ASKED)
    pixels = data.test.inputs
    found = own(torch.nn.Identity(), (data.normalised(pixels),))

    assert torch.allclose(found.double(), by_hand(pixels, size or 6), atol=1e-5)


def test_without_a_normalisation_of_its_own_it_shares_that_of_the_students():
    data = images()
    own = wanted(data, teacher_input_size=12)
    inputs = data.normalised(data.test.inputs)
    expected = F.interpolate(inputs.double(), (12, 12), mode="bilinear", antialias=True)

    assert torch.allclose(own(torch.nn.Identity(), (inputs,)).double(), expected, atol=1e-5)


@pytest.mark.parametrize(
    "about",
    [
        {"input_size": "[3, 12, 12]", "mean": "[0.4, 0.5, 0.6]", "std": "[0.2, 0.25, 0.3]"},
        {"input_size": "12", "mean": "[0.4, 0.5, 0.6]", "std": "[0.2, 0.25, 0.3]"},
    ],
)
def test_a_file_may_say_it_itself(about):
    assert wanted(images(), about) == wanted(images(), teacher_input_size=12, **ASKED)


def test_settings_win_over_the_file():
    about = {"input_size": "48", "mean": "[0.1, 0.1, 0.1]", "std": "[0.1, 0.1, 0.1]"}

    assert wanted(images(), about, teacher_input_size=12, **ASKED) == wanted(
        images(), teacher_input_size=12, **ASKED
    )


@pytest.mark.parametrize(
    "about",
    [
        {},
        {"input_size": "[3]"},
        {"input_size": "[3, 0, 9]"},
        {"input_size": "[3, 99999, 99999]"},
        {"input_size": "x"},
        {"input_size": "true"},
        {"mean": "[NaN, 1, 1]", "std": "[1, 1, 1]"},
        {"mean": "[1, 1, 1]", "std": "[0, 1, 1]"},
        {"mean": '["a"]', "std": "{}"},
    ],
)
def test_a_file_that_says_nothing_of_use_changes_nothing(about):
    assert wanted(images(), about) is None


def saved(tmp_path, model="convnet:4", shape=(3, 12, 12), **about):
    torch.manual_seed(0)
    network = build_model(model, shape, 3, 1).eval()
    path = tmp_path / "t.safetensors"
    state = {name: value.contiguous() for name, value in network.state_dict().items()}
    save_file({f"module.{name}": value for name, value in state.items()}, path, about or None)
    return path, network


@pytest.mark.parametrize("model", ["convnet:4", "mlp:5", "resnet8"])
def test_a_loaded_teacher_answers_as_it_did_where_it_came_from(tmp_path, model):
    path, network = saved(tmp_path, model)
    data = images()
    config = RunConfig(teacher_weights=str(path), teacher_input_size=12, **ASKED)
    fed = beside_teacher(data, path, config)
    found = network_of(WeightsFile.read(path), fed, model, config).eval()
    with torch.no_grad():
        expected = network(by_hand(data.test.inputs, 12).float())
        answers = found(fed.normalised(data.test.inputs))

    assert torch.allclose(answers, expected, atol=1e-4)
    assert torch.equal(fed.mean, data.mean)
    assert [one.code for one in fed.notes] == ["teacher_own_inputs"]


def test_it_keeps_its_inputs_in_a_file_of_ours(tmp_path):
    path, _ = saved(tmp_path)
    data = images()
    config = RunConfig(teacher_weights=str(path), teacher_input_size=12, **ASKED)
    network = network_of(WeightsFile.read(path), data, "convnet:4", config).eval()
    kept = tmp_path / "kept.safetensors"
    kept.write_bytes(packed_module(network, "convnet:4", data))
    again = load_module(kept, data).eval()
    inputs = data.normalised(data.test.inputs)

    assert torch.allclose(again(inputs), network(inputs), atol=1e-5)
    assert torch.equal(beside_teacher(data, kept).mean, data.mean)


def test_a_network_of_ours_that_saw_larger_images_gets_them_scaled(tmp_path):
    theirs, ours = images((3, 12, 12)), images()
    network = build_model("convnet:4", theirs.input_shape, 3, 1).eval()
    path = tmp_path / "t.safetensors"
    path.write_bytes(packed_module(network, "convnet:4", theirs))
    found = load_module(path, ours).eval()
    shares = F.interpolate(
        ours.test.inputs.double() / 255, (12, 12), mode="bilinear", antialias=True
    )
    expected = network(((shares * 255 - theirs.mean) / theirs.std).float())

    assert torch.allclose(found(ours.normalised(ours.test.inputs)), expected, atol=1e-4)
    assert teacher_inputs_of(found).shape == (3, 12, 12)


# Of a run


@pytest.fixture
def photos(tmp_path):
    folder = tmp_path / "photos"
    as_folder(folder, pictures_in(("cat", "dog", "owl"), 12, (6, 6)))
    return str(folder)


def test_a_run_gives_teacher_and_students_each_their_own(tmp_path, photos):
    path, _ = saved(tmp_path)
    config = RunConfig(
        dataset=photos,
        image_size=8,
        teacher="convnet:4",
        student="convnet:2",
        teacher_weights=str(path),
        teacher_input_size=12,
        epochs=1,
        device="cpu",
        **ASKED,
    )
    folder = Store(tmp_path / "store").create(config)
    events = events_of(config, folder)
    plain = events_of(
        config.replace(
            teacher_weights="",
            teacher_input_size=0,
            teacher_mean="",
            teacher_std="",
            teacher_epochs=0,
        )
    )

    assert [one.code for one in of_kind(events, Started)[0].notes][-1] == "teacher_own_inputs"
    assert [one.code for one in of_kind(events, Prepared)[0].notes] == ["teacher_prefix"]
    ours, others = (of_kind(found, Finished)[0].students["plain"] for found in (events, plain))
    assert ours.test_accuracy == others.test_accuracy
    assert ours.nll == others.nll
    again = WeightsFile.read(folder.path / "teacher.safetensors").about
    assert again["own_inputs"] == "true"
    assert json.loads(again["input_shape"]) == [3, 12, 12]


def code(function):
    with pytest.raises(UserError) as caught:
        function()
    assert "\n" not in str(caught.value)
    return caught.value.code


@pytest.mark.parametrize("settings", [{"teacher_input_size": 12}, ASKED])
def test_a_teacher_that_is_trained_here_has_the_inputs_of_the_students(settings):
    assert code(lambda: RunConfig(**settings)) == "teacher_inputs_unused"


@pytest.mark.parametrize(
    "settings", [{"teacher_mean": "2"}, {"teacher_std": "0"}, {"teacher_mean": "a,b"}]
)
def test_values_that_are_no_pixels_are_refused(settings):
    assert code(lambda: RunConfig(teacher_weights="t.pt", **settings)) in (
        "outside_range",
        "not_a_number",
    )


def test_as_many_values_as_channels_are_wanted():
    assert code(lambda: wanted(images(), teacher_mean="0.1,0.2")) == "teacher_inputs_count"


def test_rows_of_numbers_have_no_size():
    rows = torch.from_numpy(np.random.default_rng(0).normal(size=(60, 4))).float()
    data = assemble("rows", ("a", "b", "c"), Split(rows, torch.arange(60) % 3), Features())

    assert code(lambda: wanted(data, teacher_input_size=12)) == "teacher_inputs_images"


@pytest.mark.parametrize("role", ["student", "assistants"])
def test_a_network_of_imagenet_is_a_teacher_alone(role):
    assert MODELS["efficientnet_lite0"].pretrained
    assert code(lambda: RunConfig(**{role: "efficientnet_lite0"})) == "pretrained_student"
