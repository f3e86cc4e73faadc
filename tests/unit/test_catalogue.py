"""Names with settings behind them."""

import pytest

from kdcore import RunConfig
from kdcore.catalogue import METHODS, SCHEMES, method_spec, parse_method
from kdcore.errors import UserError
from kdcore.jobs.sweep.config import SweepConfig


@pytest.mark.parametrize(
    ("spec", "settings"),
    [
        ("kd", {}),
        ("dkd", {"alpha": 1.0, "beta": 8.0}),
        ("dkd:beta=2", {"alpha": 1.0, "beta": 2.0}),
        ("dkd:beta=0.25:alpha=3", {"alpha": 3.0, "beta": 0.25}),
    ],
)
def test_a_spec_is_a_name_and_settings(spec, settings):
    assert parse_method(spec) == (spec.partition(":")[0], settings)


@pytest.mark.parametrize("name", METHODS)
def test_a_methods_usual_settings_are_not_told(name):
    assert method_spec(*parse_method(name)) == name


def test_equal_ways_have_equal_specs():
    one, other = (RunConfig(method=f"dkd:{own}") for own in ("beta=2:alpha=1.0", "beta=2.00"))

    assert one.method == "dkd:beta=2"
    assert one.key == other.key


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        ("fancy", "method is 'fancy'"),
        ("dkd:betta=2", "Did you mean 'beta'"),
        ("kd:beta=2", "The method kd has no setting 'beta'"),
        ("dkd:beta=17", "between 0.0 and 16.0"),
        ("dkd:beta=", "must be a number"),
        ("dkd:beta=nan", "must lie between"),
    ],
)
def test_a_bad_spec_is_one_sentence(spec, sentence):
    with pytest.raises(UserError, match=sentence):
        RunConfig(method=spec)


def test_a_method_that_compares_maps_wants_convolutional_networks():
    with pytest.raises(UserError, match="compares feature maps"):
        RunConfig(method="attention_transfer", teacher="convnet:4")
    RunConfig(method="attention_transfer", teacher="convnet:4", student="resnet8")


def test_a_sweep_may_hold_one_method_with_several_settings():
    sweep = SweepConfig(methods=("dkd:beta=2", "dkd", "kd"), temperatures=(4,), weights=(0.5,))

    assert sweep.methods == ("dkd:beta=2", "dkd", "kd")
    assert [cell.method for cell in sweep.cells][::3] == ["dkd:beta=2", "dkd", "kd"]


@pytest.mark.parametrize("name", SCHEMES)
def test_the_example_of_a_scheme_is_a_run_and_no_usual_one(name):
    assert RunConfig(**SCHEMES[name].settings) != RunConfig()
    assert SCHEMES[name].source


@pytest.mark.parametrize("text", ["100*hnt", "hint*100", "2"])
def test_a_bad_term_is_one_sentence_that_names_its_setting(text):
    with pytest.raises(UserError, match=r"^also contains"):
        RunConfig(also=text)
