import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kdcore import RunConfig
from kdcore.errors import UserError
from kdcore.settings import checked


def test_a_config_survives_json():
    config = RunConfig(dataset="moons", temperature=2.5, weight=0.25, seed=7)
    assert RunConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config


def test_equal_settings_have_equal_keys_and_others_another():
    assert RunConfig().key == RunConfig().key
    assert RunConfig().key != RunConfig(seed=1).key


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("temperature", 0),
        ("temperature", -1),
        ("temperature", float("nan")),
        ("temperature", float("inf")),
        ("temperature", "warm"),
        ("weight", -0.1),
        ("weight", 1.1),
        ("epochs", -1),
        ("epochs", 0),
        ("epochs", 1.5),
        ("batch_size", 0),
        ("lr", 0),
        ("lr", -1),
        ("seed", -1),
        ("label_noise", 1.5),
        ("method", "magic"),
        ("mixing", "both"),
        ("optimizer", "lion"),
        ("teacher", "mlp:0"),
        ("student", "mlp:"),
        ("student", "mlp:8,,8"),
        ("student", "transformer"),
        ("student", "resnet8:16"),
        ("teacher", "mlp:-5"),
        ("epochs", True),
        ("temperature", None),
    ],
)
def test_a_bad_value_is_refused_in_one_sentence_that_names_it(name, value):
    with pytest.raises(UserError) as caught:
        RunConfig(**{name: value})
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert sentence.endswith((".", "?"))
    assert str(value) in sentence


def test_weight_may_exceed_one_only_with_additive_mixing():
    assert RunConfig(mixing="additive", weight=3).weight == 3
    with pytest.raises(UserError, match="convex"):
        RunConfig(mixing="convex", weight=3)


def test_a_misspelt_name_gets_a_hint():
    with pytest.raises(UserError, match="Did you mean 'temperature'"):
        RunConfig.from_dict({"temprature": 3})
    with pytest.raises(UserError, match="Did you mean 'resnet20'"):
        RunConfig(student="resnet2")


def test_text_from_flags_becomes_numbers():
    config = RunConfig.from_dict({"temperature": "3.5", "epochs": "7"})
    assert (config.temperature, config.epochs) == (3.5, 7)


@given(st.floats())
def test_a_temperature_is_either_kept_or_refused(value):
    try:
        assert 0.1 <= checked("temperature", value, RunConfig) <= 100
    except UserError:
        assert not 0.1 <= value <= 100
