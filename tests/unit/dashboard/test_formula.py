import re
from dataclasses import replace

import pytest

from dashboard.formula import loss_formula, loss_in_numbers
from kdcore.catalogue import METHODS
from kdcore.events import Batch, StepScores

CONTROLS = {"temperature": 4.0, "weight": 0.25, "lr": 0.01, "speed": 0.0}


def batch(loss):
    means = StepScores(loss=loss, hard_loss=0.4, soft_loss=0.8, accuracy=0.9, agreement=0.9,
                       hard_gradient=0.1, soft_gradient=0.2,
                       soft_gradient_without_t2=0.01)  # fmt: skip
    return Batch(step=1, position=0.1, seconds=0.1, images_per_second=1.0,
                 students={"plain": means, "distilled": means})  # fmt: skip


@pytest.mark.parametrize("method", [name for name in METHODS if METHODS[name].formula])
@pytest.mark.parametrize(
    ("mixing", "loss"), [("convex", 0.75 * 0.4 + 0.25 * 0.8), ("additive", 0.4 + 0.25 * 0.8)]
)
def test_the_printed_sum_is_the_loss(method, mixing, loss):
    left, right = loss_in_numbers(method, mixing, CONTROLS, batch(loss)).split(" = ")
    python = left.replace(r"\cdot", "*").replace("^2", "**2")
    python = re.sub(r"\)\s*\*", ") *", python)

    assert eval(python) == pytest.approx(float(right), abs=2e-3)  # noqa: S307


def test_a_learned_temperature_stands_in_the_sum():
    told = batch(0.6 * 0.75 + 0.8 * 0.25)
    students = {name: replace(means, hard_loss=0.6, measures={"learned_temperature": 15.0})
                for name, means in told.students.items()}  # fmt: skip
    numbers = loss_in_numbers("learned_temperature", "convex", CONTROLS,
                              replace(told, students=students))  # fmt: skip

    assert numbers == r"(1-0.25)\cdot 0.600 + 0.25\cdot 15^2\cdot 0.0036 = 0.650"


def test_the_formula_names_the_mixing():
    assert r"(1-\lambda)" in loss_formula("kd", "convex")
    assert r"(1-\lambda)" not in loss_formula("kd", "additive")


def test_hard_labels_alone_have_no_weight():
    assert r"\lambda" not in loss_formula("hard", "convex")


def test_a_forest_regresses_on_probabilities():
    assert loss_formula("kd", "convex", student="forest:10") == (
        r"\mathcal{L} = (1-\lambda)\cdot \lVert p_s-y\rVert^2 "
        r"+ \lambda\cdot \lVert p_s-\sigma(z_t/T)\rVert^2"
    )
    assert r"\lambda" not in loss_formula("hard", "convex", student="forest:10")


@pytest.mark.parametrize("method", [name for name in METHODS if METHODS[name].formula])
def test_with_terms_beside_it_the_sum_is_the_loss_whatever_has_been_measured(method):
    """At full speed only the terms are told of every batch."""
    told = batch(0.75 * 0.4 + 0.25 * 0.8 + 0.07)
    terms = {"logit_mse_term": 0.07, "teacher_weight_1": 0.5, "learned_temperature": 9.0}
    students = {name: replace(means, measures=terms) for name, means in told.students.items()}
    left, right = loss_in_numbers(method, "convex", CONTROLS, replace(told, students=students),
                                  "2*logit_mse").split(" = ")  # fmt: skip
    python = re.sub(r"\)\s*\*", ") *", left.replace(r"\cdot", "*").replace("^2", "**2"))

    assert eval(python) == pytest.approx(float(right), abs=3e-3)  # noqa: S307
    assert ("9^2" in left) == (method == "learned_temperature")
