import re

import pytest

from dashboard.say.formula import loss_formula, loss_in_numbers
from kdcore.catalogue import METHODS
from kdcore.events import StepScores

CONTROLS = {"temperature": 4.0, "weight": 0.25, "lr": 0.01, "speed": 0.0}


def means(loss, **others):
    figures = {
        "hard_loss": 0.4,
        "soft_loss": 0.8,
        "accuracy": 0.9,
        "agreement": 0.9,
        "hard_gradient": 0.1,
        "soft_gradient": 0.2,
        "soft_gradient_without_t2": 0.01,
    }
    return StepScores(loss=loss, **figures | others)


@pytest.mark.parametrize("method", [name for name in METHODS if METHODS[name].formula])
@pytest.mark.parametrize(
    ("mixing", "loss"), [("convex", 0.75 * 0.4 + 0.25 * 0.8), ("additive", 0.4 + 0.25 * 0.8)]
)
def test_the_printed_sum_is_the_loss(method, mixing, loss):
    left, right = loss_in_numbers(method, mixing, CONTROLS, means(loss)).split(" = ")
    python = left.replace(r"\cdot", "*").replace("^2", "**2")
    python = re.sub(r"\)\s*\*", ") *", python)

    assert eval(python) == pytest.approx(float(right), abs=2e-3)  # noqa: S307


def test_a_learned_temperature_stands_in_the_sum():
    now = means(0.6 * 0.75 + 0.8 * 0.25, hard_loss=0.6, measures={"learned_temperature": 15.0})
    numbers = loss_in_numbers("learned_temperature", "convex", CONTROLS, now)

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
    terms = {"logit_mse_term": 0.07, "teacher_weight_1": 0.5, "learned_temperature": 9.0}
    now = means(0.75 * 0.4 + 0.25 * 0.8 + 0.07, measures=terms)
    left, right = loss_in_numbers(method, "convex", CONTROLS, now, "2*logit_mse").split(" = ")
    python = re.sub(r"\)\s*\*", ") *", left.replace(r"\cdot", "*").replace("^2", "**2"))

    assert eval(python) == pytest.approx(float(right), abs=3e-3)  # noqa: S307
    assert ("9^2" in left) == (method == "learned_temperature")


def test_with_target_data_both_terms_say_of_which_domain_they_are():
    text = loss_formula("kd", "convex", domains=("source", "target"), alignment="mmd")

    assert r"\mathrm{CE}_{\text{source}}" in text
    assert r"\right]_{\text{target}}" in text
    assert text.endswith(r"w\cdot\mathcal{L}_{\text{MMD}}")


def test_the_alignment_stands_in_the_sum():
    now = means(0.75 * 0.4 + 0.25 * 0.8 + 10 * 0.02, measures={"alignment_term": 0.2})
    numbers = loss_in_numbers("kd", "convex", CONTROLS, now, alignment_weight=10)

    assert r"10\cdot 0.0200" in numbers
