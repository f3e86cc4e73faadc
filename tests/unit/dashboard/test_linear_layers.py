"""What small networks answer, by the browser's own script in Node.js, against the engine."""

import json
import shutil
import subprocess

import numpy as np
import pytest
import torch

from dashboard.server.routes import COMPONENTS
from kdcore.data import Dataset, Split
from kdcore.inputs import Image
from kdcore.models.mlp import MLP
from kdcore.queries import Layers, Predict
from kdcore.training.answering import answer

NODE = shutil.which("node")
SHAPE = (2, 3, 4)
NAMES = ("numbers.js", "linear_layers.js")


def data():
    """Images of two channels, whose pixels were brought in other units than they are kept in."""
    empty = Split(torch.zeros((0, *SHAPE)), torch.zeros(0, dtype=torch.int64))
    return Dataset(
        name="tiny",
        classes=("a", "b", "c"),
        train=empty,
        validation=empty,
        test=empty,
        mean=torch.tensor([0.4, -0.2]).view(2, 1, 1),
        std=torch.tensor([0.5, 2.0]).view(2, 1, 1),
        offset=torch.tensor(3.0, dtype=torch.float64),
        kind=Image(),
        scale=torch.tensor(7.0, dtype=torch.float64),
    )


@pytest.fixture
def learners():
    torch.manual_seed(0)
    return {"teacher": MLP((24, 6, 5, 3)), "distilled": MLP((24, 3))}


@pytest.mark.skipif(NODE is None, reason="there is no Node.js to run the script")
def test_the_browser_computes_what_the_engine_answers(learners, tmp_path):
    row = np.random.default_rng(1).uniform(0, 255, 24).round(2).tolist()
    told = answer(Layers(), learners, data(), None).to_dict()["layers"]
    for name in NAMES:
        script = next(COMPONENTS.glob(f"*/{name}"))
        (tmp_path / name).write_text(script.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    program = (
        f"const {{ linearLayers }} = await import({json.dumps((tmp_path / NAMES[1]).as_uri())});"
        f"const compute = linearLayers({json.dumps(told)});"
        f"const logits = Object.entries(compute({json.dumps(row)}));"
        "console.log(JSON.stringify(logits.map(([name, values]) => [name, [...values]])));"
    )
    run = subprocess.run(
        [NODE, "--input-type=module", "-e", program], capture_output=True, text=True, check=True
    )

    expected = answer(Predict(inputs=(tuple(row),)), learners, data(), None).logits
    found = dict(json.loads(run.stdout))
    assert found.keys() == expected.keys()
    for name, logits in found.items():
        assert logits == pytest.approx(expected[name][0], rel=1e-4, abs=1e-4)


def test_of_other_networks_and_of_large_ones_no_layers_are_told(learners, monkeypatch):
    other = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(24, 3))

    assert answer(Layers(), learners | {"plain": other}, data(), None).layers == {}
    monkeypatch.setattr("kdcore.training.answering.MOST_WEIGHTS", 10)
    assert answer(Layers(), learners, data(), None).layers == {}
