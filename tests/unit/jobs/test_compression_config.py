import json

import pytest

from kdcore.errors import UserError
from kdcore.jobs.compression.config import STAGES, CompressionConfig, suited_stages
from kdcore.jobs.run.config import RunConfig


def test_without_stages_all_that_suit_the_student_are_taken():
    assert CompressionConfig(run="a", base=RunConfig(student="mlp:8")).stages == tuple(STAGES)
    assert suited_stages("mobilenet_v2") == ("pruned", "low_rank", "int8_dynamic", "int8_learned")
    assert "int8_learned" not in suited_stages("resnet8")


def test_it_survives_json_and_stands_in_the_order_of_the_stages():
    config = CompressionConfig(
        run="a", base=RunConfig(epochs=3), stages=("narrow", "pruned"), rank_share=0.5
    )

    assert config.stages == ("pruned", "narrow")
    assert CompressionConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"stages": ("pruned", "thin")}, "not_a_choice"),
        ({"stages": ("pruned", "pruned")}, "value_twice"),
        ({"stages": ("narrow",), "base": RunConfig(student="resnet8")}, "stage_unsuited"),
        ({"prune_share": 1}, "outside_range"),
        ({"rank_share": 0}, "outside_range"),
        ({"epochs": 0}, "outside_range"),
        ({"narrow_share": "half"}, "not_a_number"),
    ],
)
def test_a_bad_setting_is_said_in_one_sentence(settings, code):
    with pytest.raises(UserError) as caught:
        CompressionConfig(**settings)

    assert caught.value.code == code
    assert "\n" not in str(caught.value)


def test_the_runs_own_settings_act_unless_they_are_named():
    run = RunConfig(
        temperature=7,
        weight=0.3,
        lr=0.01,
        method="dkd:beta=2",
        speed=40,
        lr_schedule="cosine:0.001",
    )
    config = CompressionConfig.of("a", run, temperature="2", epochs=9)

    assert config.epochs == 9
    assert config.base == run.replace(temperature=2, students="distilled", speed=0, lr_schedule="")


def test_a_method_that_looks_inside_gives_way_to_soft_targets():
    run = RunConfig(method="similarity_preserving", mixing="additive", weight=50)
    config = CompressionConfig.of("a", run)
    usual = RunConfig()

    assert (config.base.method, config.base.mixing, config.base.weight) == (
        "kd",
        usual.mixing,
        usual.weight,
    )


@pytest.mark.parametrize("run", [RunConfig(students="plain"), RunConfig(method="hard")])
def test_a_run_without_a_distilled_student_has_nothing_to_shrink(run):
    with pytest.raises(UserError, match="has no distilled student"):
        CompressionConfig.of("a", run)


@pytest.mark.parametrize(
    "settings", [{"student": "forest:10"}, {"ensemble": 2}, {"method": "mutual"}]
)
def test_a_student_that_is_not_one_network_is_not_shrunk(settings):
    with pytest.raises(UserError, match="whose student is one network"):
        CompressionConfig.of("run", RunConfig(**settings))


def test_terms_beside_the_method_go_on_where_they_can():
    found = CompressionConfig.of("run", RunConfig(also="2*hint + 3*logit_mse", patience=4))

    assert (found.base.also, found.base.patience) == ("3*logit_mse", 0)


def test_a_method_that_gives_way_does_not_meet_itself():
    found = CompressionConfig.of("run", RunConfig(method="hint", also="1*kd + 2*logit_mse"))

    assert (found.base.method, found.base.also) == ("kd", "2*logit_mse")
