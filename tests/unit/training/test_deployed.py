"""A learner as a file: it answers like the network, whose normalisation it holds."""

import json

import pytest
import torch
from support.trained import events_of

from kdcore import RunConfig
from kdcore.errors import UserError
from kdcore.exports.kinds import NETWORKS
from kdcore.queries import Predict
from kdcore.store import Store
from kdcore.training.answering import answer, stored_learners
from kdcore.training.deployed import WRITERS, write_learner

CONFIGS = {
    "moons": {"dataset": "moons", "teacher": "mlp:6", "student": "mlp:4"},
    "images": {"teacher": "mlp:6", "student": "convnet:4,6"},
    "shortcuts": {"teacher": "mlp:6", "student": "resnet8"},
    "ensemble": {"teacher": "mlp:6 + dropout_mlp:5", "student": "mlp:4", "ensemble": 2},
    "by_logits": {"teacher": "mlp:6 + mlp:5", "teacher_mixing": "logits", "student": "mlp:4"},
}


@pytest.fixture(scope="module", params=CONFIGS)
def folder(tmp_path_factory, request):
    config = RunConfig(teacher_epochs=1, epochs=1, batch_size=200, **CONFIGS[request.param])
    folder = Store(tmp_path_factory.mktemp("store")).create(config)
    events_of(config, folder)
    return folder


def rows_like(data, count):
    rows = torch.rand((count, *data.input_shape), generator=torch.Generator().manual_seed(1))
    return rows * data.brought_std.float() * 3


def answered(folder, inputs):
    """By learner, as questions are answered."""
    modules, data = stored_learners(folder)
    rows = tuple(tuple(map(float, row.flatten().tolist())) for row in inputs)
    return answer(Predict(inputs=rows), modules, data, None).logits


@pytest.mark.parametrize("count", [1, 7])
def test_a_program_answers_like_the_learner_with_any_batch(folder, tmp_path, count):
    inputs = rows_like(stored_learners(folder)[1], count)
    for learner in ("teacher", "distilled"):
        found = write_learner(folder, learner, tmp_path / f"{learner}.pt2")
        program = torch.export.load(tmp_path / f"{learner}.pt2").module()
        expected = torch.tensor(answered(folder, inputs)[learner])

        torch.testing.assert_close(program(inputs), expected, atol=2e-5, rtol=1e-5)
        assert found.difference < 1e-4
        assert found.same_class == found.examples


def test_an_onnx_model_answers_like_the_learner(folder, tmp_path):
    runtime = pytest.importorskip("onnxruntime")
    pytest.importorskip("onnxscript")
    found = write_learner(folder, "distilled", tmp_path / "student.onnx")
    session = runtime.InferenceSession(tmp_path / "student.onnx")
    data = stored_learners(folder)[1]

    for count in (1, 7):
        inputs = rows_like(data, count)
        (logits,) = session.run(["logits"], {"inputs": inputs.numpy()})
        expected = torch.tensor(answered(folder, inputs)["distilled"])
        torch.testing.assert_close(torch.from_numpy(logits), expected, atol=1e-4, rtol=1e-4)
    about = session.get_modelmeta().custom_metadata_map
    assert json.loads(about["classes"]) == list(data.classes)
    assert about["run"] == folder.id
    assert found.difference < 1e-3


def test_the_difference_is_that_of_the_file(folder, tmp_path, monkeypatch):
    def worse(model, inputs, path, about):
        path.write_bytes(b"x")
        with torch.no_grad():
            answers = model(inputs)
        answers[3, 0] += 0.5
        return answers

    monkeypatch.setitem(WRITERS, ".pt2", worse)
    found = write_learner(folder, "distilled", tmp_path / "a.pt2")
    assert found.difference == pytest.approx(0.5, abs=1e-5)


def test_the_weights_are_the_runs_own_file(folder, tmp_path):
    assert write_learner(folder, "plain", tmp_path / "a.safetensors") is None
    kept = (folder.path / "plain.safetensors").read_bytes()
    assert (tmp_path / "a.safetensors").read_bytes() == kept


def test_an_unknown_learner_is_said_and_nothing_is_left(folder, tmp_path):
    with pytest.raises(UserError, match="teacher, plain, distilled"):
        write_learner(folder, "../../etc/passwd", tmp_path / "a.onnx")
    assert list(tmp_path.iterdir()) == []


def test_every_kind_of_file_has_a_writer():
    assert {".safetensors", *WRITERS} == set(NETWORKS)
