import json

import pytest

from kdcore.catalogue import CORRUPTIONS
from kdcore.errors import UserError
from kdcore.jobs.robustness.config import RobustnessConfig
from kdcore.jobs.run.config import RunConfig


def test_without_a_choice_it_is_all_corruptions():
    assert RobustnessConfig(run="a").corruptions == tuple(CORRUPTIONS)


def test_it_survives_json():
    config = RobustnessConfig.of(
        "a", RunConfig(seed=3), corruptions=("pgd", "blur"), examples="50", steps=4, seed=2
    )

    assert config.corruptions == ("blur", "pgd")
    assert config.examples == 50
    assert RobustnessConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ({"corruptions": ("blr",)}, "Did you mean 'blur'"),
        ({"corruptions": ("blur", "blur")}, "twice"),
        ({"examples": 1}, "between 20 and"),
        ({"steps": 0}, "between 1 and"),
        ({"base": RunConfig(dataset="moons", teacher="mlp:8", student="mlp:4")}, "no images"),
    ],
)
def test_what_makes_no_test_is_one_sentence(how, sentence):
    with pytest.raises(UserError, match=sentence):
        RobustnessConfig(**how)
