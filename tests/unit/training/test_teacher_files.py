"""Teachers from files: of this program, of others, and damaged ones."""

import json
import os
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from support.files import collect
from support.trained import events_of, of_kind
from torch import Tensor

from kdcore.catalogue import is_forest, parse_model
from kdcore.commands import Controls
from kdcore.data import Split, load_dataset
from kdcore.data.assemble import assemble
from kdcore.data.for_teacher import beside_teacher
from kdcore.errors import UserError
from kdcore.events import Failed
from kdcore.inputs import Image
from kdcore.jobs.run.config import RunConfig
from kdcore.jobs.run.events import Finished, Prepared, Started
from kdcore.models.build import build_model
from kdcore.store import Store
from kdcore.training.teachers.grown import GROWN, Growing
from kdcore.training.teachers.teacher import frozen
from kdcore.training.weights.modules import load_module, network_of, packed_module
from kdcore.training.weights.weights_file import WeightsFile

QUICK = {"epochs": 1, "teacher_epochs": 80, "teacher": "mlp:32", "student": "mlp:4"}


def table(path, classes, start=0.0, count=120):
    """Classes that lie side by side along a line, from ``start`` on."""
    random = np.random.default_rng(0)
    lines = [
        f"{start + 5 * classes.index(name) + random.normal():.4f},{random.normal():.4f},{name}"
        for number in range(count)
        for name in [sorted(classes)[number % len(classes)]]
    ]
    path.write_text("a,b,label\n" + "\n".join(lines))
    return str(path)


@pytest.fixture
def teacher_file(tmp_path):
    """A saved teacher of the classes red, green and blue, and the run that trained it."""
    config = RunConfig(dataset=table(tmp_path / "own.csv", ["red", "green", "blue"]), **QUICK)
    folder = Store(tmp_path / "store").create(config)
    events = events_of(config, folder)
    return folder.path / "teacher.safetensors", config, of_kind(events, Prepared)[0].teacher


def scores(config):
    return of_kind(events_of(config), Prepared)[0].teacher


def codes(event):
    return {note.code for note in event.notes}


def test_a_loaded_teacher_keeps_its_own_mean_and_deviation(teacher_file, tmp_path):
    file, config, before = teacher_file
    rows = (tmp_path / "own.csv").read_text().splitlines()
    part = tmp_path / "part.csv"  # one class is rare: mean and deviation move
    part.write_text(
        "\n".join(
            [
                rows[0],
                *[row for at, row in enumerate(rows[1:]) if not row.endswith("blue") or at < 30],
            ]
        )
    )
    other = config.replace(dataset=str(part), teacher_weights=str(file))
    events = events_of(other)

    assert before.test_accuracy > 0.9
    assert of_kind(events, Prepared)[0].teacher.test_accuracy > 0.9
    assert "teacher_normalisation" in codes(of_kind(events, Started)[0])


def test_the_students_do_not_feel_what_a_loaded_teacher_was_trained_on(teacher_file, tmp_path):
    file, config, _ = teacher_file
    other = config.replace(
        dataset=table(tmp_path / "other.csv", ["red", "green", "blue"], start=2.0)
    )
    trained, given = (
        of_kind(events_of(one), Finished)[0].students["plain"]
        for one in (other, other.replace(teacher_weights=str(file)))
    )

    of_the_teacher = ("agreement", "kl_to_teacher", "class_correlation")
    assert trained == replace(given, **{name: getattr(trained, name) for name in of_the_teacher})


def test_nothing_is_said_where_a_teacher_meets_its_own_data(teacher_file):
    file, config, before = teacher_file
    events = events_of(config.replace(teacher_weights=str(file)))

    assert of_kind(events, Prepared)[0].teacher == before
    assert codes(of_kind(events, Started)[0]) == {"label_column"}


def test_classes_in_another_order_are_put_in_order_and_it_is_said(teacher_file, tmp_path):
    file, config, before = teacher_file
    contents = WeightsFile.read(file)
    order = [2, 0, 1]
    turned = {
        name: value[order] if name.startswith("layers.1") else value
        for name, value in contents.tensors.items()
    }
    classes = json.loads(contents.about["classes"])
    about = contents.about | {"classes": json.dumps([classes[at] for at in order])}
    save_file(
        {name: value.clone() for name, value in turned.items()}, tmp_path / "t.safetensors", about
    )
    events = events_of(config.replace(teacher_weights=str(tmp_path / "t.safetensors")))

    assert of_kind(events, Prepared)[0].teacher.test_accuracy == before.test_accuracy
    assert of_kind(events, Started)[0].classes == classes
    assert "classes_reordered" in codes(of_kind(events, Started)[0])


def test_other_classes_are_matched_by_their_order_and_it_is_said(teacher_file, tmp_path):
    file, config, _ = teacher_file
    other = table(tmp_path / "other.csv", ["cat", "dog", "wolf"])
    started = of_kind(events_of(config.replace(dataset=other, teacher_weights=str(file))), Started)[
        0
    ]

    assert started.classes == ["cat", "dog", "wolf"]
    told_names = next(note.values for note in started.notes if note.code == "classes_renamed")
    assert told_names == {"teacher": "blue, green, red", "data": "cat, dog, wolf"}


def test_a_teacher_of_large_numbers_finds_its_units_again(tmp_path):
    path = table(tmp_path / "own.csv", ["a", "b"], start=1e8)
    config = RunConfig(dataset=path, **QUICK)
    folder = Store(tmp_path / "store").create(config)
    before = of_kind(events_of(config, folder), Prepared)[0].teacher
    file = str(folder.path / "teacher.safetensors")

    assert before.test_accuracy > 0.9
    assert scores(config.replace(teacher_weights=file)).test_accuracy == before.test_accuracy


SIDE = (1, 6, 6)


def images(shift, gain, classes=("a", "b", "c")):
    """Random images of ``classes``, brighter and steeper than others."""
    generator = torch.Generator().manual_seed(0)
    pixels = torch.randint(20, 90, (90, *SIDE), generator=generator)
    labels = torch.arange(90) % 3
    pixels += 40 * labels[:, None, None, None]
    inputs = (pixels * gain + shift).clamp(0, 255).to(torch.uint8)
    return assemble("images", classes, Split(inputs, labels), Image())


@pytest.mark.parametrize(
    "model", ["mlp:5", "convnet:4", "resnet8", "forest:3", "boosted:3", "tree:2", "mlp:3 + mlp:4"]
)
@pytest.mark.parametrize("classes", [("a", "b", "c"), ("c", "a", "b")])
def test_a_network_answers_the_same_to_other_data_whatever_its_kind(tmp_path, model, classes):
    theirs, ours = images(0, 1.0), images(7, 0.8, classes)
    torch.manual_seed(0)
    network = made_network(model, theirs).eval()
    path = tmp_path / "t.safetensors"
    path.write_bytes(packed_module(network, model, theirs))
    fed = beside_teacher(ours, path)
    loaded_network = load_module(path, fed).eval()
    inputs = ours.test.inputs
    expected = network(theirs.normalised(inputs))[:, [theirs.classes.index(c) for c in classes]]

    assert torch.allclose(loaded_network(fed.normalised(inputs)), expected, atol=1e-4)
    shared = model in ("convnet:4", "resnet8")
    assert torch.equal(fed.mean, theirs.mean) == shared
    assert ("shared_normalisation" in {one.code for one in fed.notes}) == shared


def made_network(model, data):
    if not is_forest(model):
        return build_model(model, data.input_shape, 3, 1)
    growing = Growing(
        inputs=data.normalised(data.train.inputs).flatten(1).numpy(),
        labels=data.train.labels.numpy(),
        classes=3,
        size=parse_model(model)[1],
        seed=0,
        controls=Controls(RunConfig()),
    )
    return collect(GROWN[parse_model(model)[0]](growing))[1]


# Of others


@pytest.fixture(scope="module")
def digits():
    return collect(load_dataset(RunConfig(dataset="digits"), None))[1]


@pytest.fixture
def network(digits):
    return build_model("mlp:6", digits.input_shape, 10, 3)


def loaded(path, digits, spec="mlp:6"):
    return network_of(WeightsFile.read(path), digits, spec)


def refused(path, digits, spec="mlp:6"):
    with pytest.raises(UserError) as caught:
        loaded(path, digits, spec)
    assert "\n" not in str(caught.value)
    return caught.value


def same(one, other):
    return all(
        torch.equal(one.state_dict()[name].float(), value.float())
        for name, value in other.state_dict().items()
    )


@pytest.mark.parametrize("prefix", ["", "module.", "model.", "_orig_mod.", "module._orig_mod."])
@pytest.mark.parametrize("kind", ["safetensors", "pt"])
def test_weights_of_other_programs_are_read_whatever_stands_before_their_names(
    tmp_path, digits, network, prefix, kind
):
    path = tmp_path / f"teacher.{kind}"
    state = {prefix + name: value for name, value in network.state_dict().items()}
    save_file(state, path) if kind == "safetensors" else torch.save(state, path)

    assert same(loaded(path, digits), network)


@pytest.mark.parametrize(
    "wrapped",
    [
        lambda state: {"state_dict": state, "epoch": 3},
        lambda state: {"model": state},
        lambda state: {"optimizer": {"state": {}}, "checkpoint": {"net": state}},
        lambda state: {"epoch": 3, **state},
    ],
)
def test_a_checkpoint_is_searched_for_its_weights(tmp_path, digits, network, wrapped):
    torch.save(wrapped(network.state_dict()), tmp_path / "teacher.pt")

    assert same(loaded(tmp_path / "teacher.pt", digits), network)


@pytest.mark.parametrize("length", [640, 896, 1152])
def test_a_header_whose_length_begins_like_a_pickle_is_read_whole(tmp_path, length):
    """Its first two bytes are 80 and 02, 03 or 04."""
    path = tmp_path / "weights.safetensors"
    about = {"model": "mlp:8", "filling": ""}
    save_file({"weight": torch.ones(2)}, path, about)
    short = length - int.from_bytes(path.read_bytes()[:8], "little")
    save_file({"weight": torch.ones(2)}, path, about | {"filling": "x" * short})
    assert path.read_bytes()[:2] == bytes([0x80, length >> 8])

    assert WeightsFile.read(path).about["model"] == "mlp:8"


@pytest.mark.parametrize("kind", [torch.bfloat16, torch.float16, torch.float64])
def test_weights_of_another_precision_are_converted(tmp_path, digits, network, kind):
    state = {name: value.to(kind) for name, value in network.state_dict().items()}
    save_file(state, tmp_path / "t.safetensors")
    module = loaded(tmp_path / "t.safetensors", digits)

    assert {value.dtype for value in module.state_dict().values()} == {torch.float32}
    for name, value in module.state_dict().items():
        assert torch.equal(value, state[name].float())


def test_a_run_says_what_was_done_to_the_weights(tmp_path, network):
    state = {f"module.{name}": value.half() for name, value in network.state_dict().items()}
    save_file(state, tmp_path / "t.safetensors")
    config = RunConfig(
        dataset="digits",
        epochs=1,
        teacher="mlp:6",
        student="mlp:4",
        teacher_weights=str(tmp_path / "t.safetensors"),
    )
    prepared = of_kind(events_of(config), Prepared)[0]

    assert [note.code for note in prepared.notes] == ["teacher_prefix", "teacher_converted"]
    assert prepared.teacher_source == "loaded"


def test_a_run_says_that_the_file_holds_another_model_than_was_asked_for(teacher_file):
    file, config, before = teacher_file
    prepared = of_kind(
        events_of(config.replace(teacher="mlp:16", teacher_weights=str(file))), Prepared
    )[0]

    (said,) = prepared.notes
    assert said.text == "The file holds mlp:32, which is used instead of mlp:16."
    assert prepared.teacher == before


@pytest.mark.parametrize("kind", [torch.float8_e4m3fn, torch.float8_e5m2])
def test_weights_of_eight_bits_are_converted(tmp_path, digits, network, kind):
    state = {name: value.to(kind) for name, value in network.state_dict().items()}
    save_file(state, tmp_path / "t.safetensors")
    module = loaded(tmp_path / "t.safetensors", digits)

    for name, value in module.state_dict().items():
        assert torch.equal(value, state[name].float())


@pytest.mark.parametrize("change", [Tensor.to_sparse, lambda value: value.to("meta")])
def test_weights_of_which_not_every_number_is_there_are_refused(tmp_path, digits, network, change):
    state = network.state_dict()
    first = next(iter(state))
    torch.save(state | {first: change(state[first])}, tmp_path / "t.pt")

    assert refused(tmp_path / "t.pt", digits).code == "weights_kind"


@pytest.mark.parametrize("kind", [torch.int8, torch.uint8, torch.int64, torch.bool])
@pytest.mark.parametrize("way", ["safetensors", "pt"])
def test_whole_numbers_are_no_weights(tmp_path, digits, network, kind, way):
    path = tmp_path / f"t.{way}"
    state = {name: (50 * value).to(kind) for name, value in network.state_dict().items()}
    save_file(state, path) if way == "safetensors" else torch.save(state, path)
    error = refused(path, digits)

    assert error.code == "weights_kind"
    assert "layers.0." in str(error)
    assert str(kind).removeprefix("torch.") in str(error)


def test_weights_that_do_not_fit_are_named(tmp_path, digits, network):
    state = dict(network.state_dict())
    state["layers.0.weight"] = torch.zeros(7, 64)
    state["extra"] = torch.zeros(1)
    del state["layers.1.bias"]
    save_file(state, tmp_path / "t.safetensors")
    error = refused(tmp_path / "t.safetensors", digits)

    assert error.code == "weights_keys"
    assert "missing: layers.1.bias" in str(error)
    assert "not expected: extra" in str(error)
    assert "layers.0.weight [7, 64] ≠ [6, 64]" in str(error)


def test_weights_of_another_model_name_what_was_expected(tmp_path, digits):
    save_file({"fc.weight": torch.zeros(2, 2)}, tmp_path / "t.safetensors")
    error = refused(tmp_path / "t.safetensors", digits)

    assert "mlp:6" in str(error)
    assert "layers.0.weight" in str(error)
    assert "fc.weight" in str(error)


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), float("-inf")])
def test_weights_that_are_not_finite_are_refused_by_name(tmp_path, digits, network, bad):
    state = network.state_dict()
    state["layers.1.bias"][3] = bad
    save_file(state, tmp_path / "t.safetensors")
    error = refused(tmp_path / "t.safetensors", digits)

    assert error.code == "weights_not_finite"
    assert "layers.1.bias" in str(error)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"model": "mlp:16384,16384,16384"}, "weights_keys"),
        ({"model": "no such"}, "weights_foreign"),
        ({"classes": "{"}, "weights_foreign"),
        ({"classes": "7"}, "weights_foreign"),
        ({"classes": "[" * 5_000}, "weights_foreign"),
        ({"input_shape": "[1, 8]"}, "input_shape"),
        ({"input_shape": '"x"'}, "weights_foreign"),
    ],
)
def test_a_description_that_is_wrong_is_refused(tmp_path, digits, network, change, code):
    (tmp_path / "own.safetensors").write_bytes(packed_module(network, "mlp:6", digits))
    own = WeightsFile.read(tmp_path / "own.safetensors")
    save_file(own.tensors, tmp_path / "t.safetensors", own.about | change)

    assert refused(tmp_path / "t.safetensors", digits).code == code


@pytest.mark.parametrize("about", [{"mean": "x"}, {"std": "[0]"}, {"mean": "[[[NaN]]]"}])
def test_a_description_of_bad_numbers_changes_nothing(tmp_path, digits, network, about):
    (tmp_path / "own.safetensors").write_bytes(packed_module(network, "mlp:6", digits))
    own = WeightsFile.read(tmp_path / "own.safetensors")
    save_file(own.tensors, tmp_path / "t.safetensors", own.about | about)
    config = RunConfig(dataset="digits", teacher_weights=str(tmp_path / "t.safetensors"))
    data = collect(load_dataset(config, None))[1]

    assert torch.equal(data.mean, digits.mean)
    assert torch.equal(data.std, digits.std)


class Payload:
    """A pickle that would write a file."""

    def __init__(self, marker):
        self.marker = marker

    def __reduce__(self):
        return open, (str(self.marker), "w")


def test_code_in_a_file_is_never_run(tmp_path, digits):
    torch.save(Payload(tmp_path / "marker"), tmp_path / "t.pt")

    assert refused(tmp_path / "t.pt", digits).code == "weights_no_state_dict"
    assert not (tmp_path / "marker").exists()


def test_a_whole_network_is_told_to_be_saved_as_its_weights(tmp_path, digits, network):
    torch.save(frozen(network), tmp_path / "t.pt")

    assert "state_dict()" in str(refused(tmp_path / "t.pt", digits))


@pytest.mark.parametrize("contents", [b"", b"x", b"PK\x03\x04", b"\x80\x02", b"\xff" * 8 + b"{}"])
def test_what_holds_no_weights_is_refused(tmp_path, digits, contents):
    (tmp_path / "t.pt").write_bytes(contents)

    assert refused(tmp_path / "t.pt", digits).code in (
        "weights_unreadable",
        "weights_no_state_dict",
    )


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_only_regular_files_are_opened(tmp_path, digits):
    os.mkfifo(tmp_path / "pipe")

    for path in (tmp_path / "pipe", tmp_path):
        assert refused(path, digits).code == "weights_not_a_file"


def test_a_huge_file_is_refused_before_it_is_read(tmp_path, digits):
    with (tmp_path / "t.safetensors").open("wb") as file:
        file.truncate(5 << 30)  # holds nothing

    assert refused(tmp_path / "t.safetensors", digits).code == "weights_too_large"


def test_what_cannot_be_read_is_told_what_can(tmp_path, digits):
    (tmp_path / "t.h5").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(99))
    error = refused(tmp_path / "t.h5", digits)

    assert error.code == "weights_unreadable"
    assert "torch.save" in str(error)
    assert "safetensors file" in str(error)


def test_a_missing_file_ends_the_run_with_one_sentence(tmp_path):
    last = events_of(RunConfig(epochs=1, teacher_weights=str(tmp_path / "no.safetensors")))[-1]

    assert isinstance(last, Failed)
    assert last.code == "weights_missing"
    assert not last.details
