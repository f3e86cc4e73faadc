import json

import pytest

from kdcore.errors import UserError
from kdcore.jobs.run.config import RunConfig
from kdcore.jobs.sweep.config import SweepConfig, all_methods, parse_axis


def test_the_grid_has_every_combination_once():
    config = SweepConfig(temperatures=(1, 2), weights=(0.1, 0.9), seeds=(0, 1, 2), lrs=(0.01, 0.1))
    cells = config.cells

    assert config.size == len(cells) == len(set(cells)) == 24
    assert {(c.temperature, c.weight, c.seed, c.lr) for c in cells} == {
        (t, w, s, lr) for t in (1, 2) for w in (0.1, 0.9) for s in (0, 1, 2) for lr in (0.01, 0.1)
    }


def test_an_axis_that_is_not_given_has_the_bases_value():
    config = SweepConfig(base=RunConfig(temperature=7, method="logit_mse"), temperatures=())

    assert config.temperatures == (7,)
    assert config.methods == ("logit_mse",)


def test_it_survives_json():
    config = SweepConfig(base=RunConfig(epochs=3), temperatures=(2,), seeds=(4, 5))

    assert SweepConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config


@pytest.mark.parametrize(
    ("axes", "code"),
    [
        ({"temperatures": (1, 2, 1.0)}, "value_twice"),
        ({"temperatures": (0,)}, "outside_range"),
        ({"weights": (0.5, 2)}, "weight_outside_range"),
        ({"weights": ("half",)}, "not_a_number"),
        ({"methods": ("kdd",)}, "not_a_choice"),
        ({"seeds": tuple(range(5000))}, "sweep_too_large"),
    ],
)
def test_a_bad_grid_is_said_in_one_sentence(axes, code):
    with pytest.raises(UserError) as caught:
        SweepConfig(**axes)

    assert caught.value.code == code
    assert "\n" not in str(caught.value)


def test_a_list_without_values_is_refused():
    assert parse_axis("seeds", " 1, 2,") == ("1", "2")
    with pytest.raises(UserError, match="seeds has no value"):
        parse_axis("seeds", " , ")


def test_a_comparison_has_every_method_as_its_authors_set_it():
    base = RunConfig(temperature=6, weight=0.3)
    config = SweepConfig(
        base=base, methods=("kd", "dkd"), seeds=(0, 1), published=True, temperatures=(1, 2, 3)
    )
    settings = [
        (cell.method, cell.temperature, cell.weight, cell.mixing, cell.seed)
        for cell in config.cells
    ]

    assert config.size == 4
    assert settings == [
        ("kd", 6, 0.3, "convex", 0),
        ("kd", 6, 0.3, "convex", 1),
        ("dkd", 4, 1, "additive", 0),
        ("dkd", 4, 1, "additive", 1),
    ]
    assert SweepConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config


def test_all_methods_are_those_that_suit_the_networks():
    flat, maps = (
        all_methods(RunConfig(teacher=model, student=model)) for model in ("mlp:8", "convnet:8")
    )

    assert "hard" not in maps
    assert {*maps} - {*flat} == {"attention_transfer"}
