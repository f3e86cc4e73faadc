"""The numbers of a step, by the browser's own script in Node.js, against NumPy and the engine."""

import json
import shutil
import subprocess

import numpy as np
import pytest
import torch

from dashboard.server.routes import COMPONENTS
from kdcore.losses import (
    cross_entropy,
    cross_entropy_gradient,
    soft_target_kl,
    soft_target_kl_gradient,
)

NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(NODE is None, reason="there is no Node.js to run the script")
SCRIPTS = ("web/numbers.js", "slow_motion/step_numbers.js")
EXAMPLES, CLASSES = 4, 5
CASES = [
    {"temperature": temperature, "weight": weight, "hardWeight": hard}
    for temperature, weight, hard in [(1, 0.5, 0.5), (4, 0.9, 0.1), (20, 2, 1), (0.5, 0, 1)]
]


@pytest.fixture(scope="module")
def run_script(tmp_path_factory):
    """``run_script(expression)``: its value, with everything that the script exports as ``of``."""
    folder = tmp_path_factory.mktemp("scripts")
    for script in SCRIPTS:
        shutil.copy(COMPONENTS / script, folder)
    (folder / "package.json").write_text('{"type": "module"}', encoding="utf-8")

    def run_script(expression):
        program = (
            "import * as of from './step_numbers.js';"
            f"console.log(JSON.stringify({expression}, (_, value) =>"
            " ArrayBuffer.isView(value) ? [...value] : value));"
        )
        run = subprocess.run(
            [NODE, "--input-type=module", "-e", program],
            cwd=folder,
            capture_output=True,
            text=True,
            check=True,
        )
        return json.loads(run.stdout)

    return run_script


@pytest.fixture(scope="module")
def batch():
    numbers = np.random.default_rng(3)
    teacher = numbers.normal(0, 6, (EXAMPLES, CLASSES))
    student = numbers.normal(0, 3, (EXAMPLES, CLASSES))
    student[0] *= 100  # where a careless softmax overflows
    return teacher, student, np.array([0, 4, 2, 2])


@pytest.fixture(scope="module")
def found(run_script, batch):
    teacher, student, labels = batch
    logits = {"teacher": teacher.ravel().tolist(), "student": student.ravel().tolist()}
    inputs = [logits | {"labels": labels.tolist(), "classes": CLASSES} | case for case in CASES]
    return run_script(f"{json.dumps(inputs)}.map(of.stepNumbers)")


def log_softmax(logits):
    shifted = logits - logits.max(1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(1, keepdims=True))


@pytest.mark.parametrize("at", range(len(CASES)))
def test_losses_and_gradients_equal_the_calculation_by_hand(found, batch, at):
    (teacher, student, labels), numbers = batch, found[at]
    temperature, weight, hard = CASES[at].values()
    p, q, sharp = (
        np.exp(log_softmax(logits))
        for logits in (teacher / temperature, student / temperature, student)
    )
    parts = p * (log_softmax(teacher / temperature) - log_softmax(student / temperature))
    entropy = -log_softmax(student)[range(EXAMPLES), labels]
    loss = hard * entropy + weight * temperature**2 * parts.sum(1)
    soft_gradient = weight * temperature * (q - p)
    hard_gradient = hard * (sharp - np.eye(CLASSES)[labels])

    def close(name, expected):
        np.testing.assert_allclose(numbers[name], expected.ravel(), rtol=1e-9, atol=1e-9)

    close("teacherSoft", p)
    close("studentSoft", q)
    close("studentSharp", sharp)
    close("parts", parts)
    close("divergence", parts.sum(1))
    close("crossEntropy", entropy)
    close("loss", loss)
    close("softGradient", soft_gradient)
    close("hardGradient", hard_gradient)
    close("gradient", soft_gradient + hard_gradient)
    assert numbers["mean"]["loss"] == pytest.approx(loss.mean(), rel=1e-9)


@pytest.mark.parametrize("at", range(len(CASES)))
def test_they_are_those_of_the_engine(found, batch, at):
    teacher, student, labels = map(torch.from_numpy, batch)
    temperature, weight, hard = CASES[at].values()
    loss = hard * cross_entropy(student, labels) + weight * soft_target_kl(
        student, teacher, temperature
    )
    gradient = hard * cross_entropy_gradient(student, labels) + weight * soft_target_kl_gradient(
        student, teacher, temperature
    )

    assert found[at]["mean"]["loss"] == pytest.approx(loss.item(), rel=1e-9)
    np.testing.assert_allclose(
        np.array(found[at]["gradient"]).reshape(EXAMPLES, CLASSES) / EXAMPLES,
        gradient.numpy(),
        atol=1e-9,
    )


def test_every_batch_has_four_examples_of_its_own(run_script):
    batches = run_script("of.batchesOf([...Array(10).keys()].reverse())")
    assert batches == [[9, 7, 5, 3], [8, 6, 4, 2]]
    assert run_script("of.batchesOf([2, 0, 1])") == [[2, 0, 1]]


def test_the_largest_difference_of_two_answers_is_found(run_script):
    assert run_script("of.largestDifference([1, -2, 3], [1.5, 1, 3])") == 3


def test_of_many_classes_those_are_shown_that_matter(run_script):
    teacher = [0.9] + [0.0] * 48 + [0.05]
    student = [0.0] * 20 + [0.5] + [0.0] * 29
    shown = run_script(f"of.classesToShow(50, 7, {teacher}, {student}, 4)")
    assert {0, 7, 20, 49} == set(shown)
    assert shown == sorted(shown)
    assert run_script(f"of.classesToShow(12, 7, {[0] * 12}, {[0] * 12})") == list(range(12))


def test_a_scale_is_a_power_of_two_that_holds_all_values(run_script):
    assert run_script("[[0.3, -0.9], [5], [], [0]].map(of.roundScale)") == [1, 8, 1, 1]
