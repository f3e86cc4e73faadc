"""``recipe`` lists, shows worked examples, and says what is wrong before anything is trained."""

import json

from kdcore.recipes import RECIPES


def test_without_a_name_all_recipes_are_listed(kdcore):
    found = kdcore("recipe", "--json")

    assert found.returncode == 0
    assert [json.loads(line)["name"] for line in found.stdout.splitlines()] == list(RECIPES)


def test_a_worked_example_prints_its_arithmetic(kdcore):
    found = kdcore("recipe", "binary_example")

    assert found.returncode == 0
    assert all(step.arithmetic in found.stdout for step in RECIPES["binary_example"].steps)


def test_what_is_wrong_is_one_sentence(kdcore, tmp_path):
    missing = kdcore(
        *("recipe", "cifar_ensemble", "--quick", "--data-root", str(tmp_path)),
        *("--dataset", "cifar10-jpeg.tar.xz"),
    )
    unknown = kdcore("recipe", "hinton2051")

    assert (missing.returncode, unknown.returncode) == (2, 2)
    assert "cifar10-jpeg.tar.xz" in missing.stderr
    assert "hinton2015" in unknown.stderr
    assert "Traceback" not in missing.stderr + unknown.stderr
