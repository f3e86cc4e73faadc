"""The space of a search: what may be written, and the sentences for what may not."""

import json

import pytest

from kdcore.errors import UserError
from kdcore.jobs.run.config import RunConfig
from kdcore.jobs.search.config import AXES, SYNTAX, Range, SearchConfig, parse_models, parse_space
from kdcore.jobs.teacher_selection.config import TeacherSelectionConfig


@pytest.mark.parametrize(
    ("axis", "text", "expected"),
    [
        ("temperatures", "1:20", Range(1, 20)),
        ("lrs", "1e-4:1e-1", Range(1e-4, 1e-1)),
        ("weights", "0, 0.5,1", ("0", "0.5", "1")),
        ("temperatures", "4", ("4",)),
        ("students", "mlp:8,16  mlp:32", ("mlp:8,16", "mlp:32")),
        ("methods", "kd,logit_mse", ("kd", "logit_mse")),
    ],
)
def test_an_axis_is_a_range_or_values(axis, text, expected):
    assert parse_space(axis, text) == expected


@pytest.mark.parametrize(
    ("axis", "text", "named"),
    [
        ("temperatures", "1:2:3", "1:2:3"),
        ("lrs", "low:high", "low:high"),
        ("methods", "kd:hard", "by name"),
        ("students", "  ", "no model"),
        ("weights", ",", "no value"),
    ],
)
def test_what_is_no_axis_is_said_in_one_sentence(axis, text, named):
    with pytest.raises(UserError, match=named) as caught:
        parse_space(axis, text)
    assert axis in str(caught.value)
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"temperatures": Range(5, 2)}, "5:2"),
        ({"temperatures": Range(0, 2)}, "temperature is 0"),
        ({"temperatures": Range(3, 3)}, "3:3"),
        ({"weights": Range(0, 2)}, "convex"),
        ({"weights": (0.5, 0.5)}, "twice"),
        ({"students": ("mlp:0",)}, "mlp:0"),
        ({"students": Range(1, 2)}, "by name"),
        ({"methods": ("magic",)}, "magic"),
        ({"temperatures": (4,), "weights": (1,)}, "one value"),
        ({"trials": 0}, "trials is 0"),
        ({"folds": 1}, "folds is 1"),
        ({"folds": 21}, "folds is 21"),
        ({"sampler": "luck"}, "luck"),
        ({"pruner": "axe"}, "axe"),
        ({"objective": "test_accuracy"}, "test_accuracy"),
        ({"folds": 3, "base": RunConfig(teacher_weights="t.safetensors")}, "teacher_weights"),
    ],
)
def test_a_bad_search_is_refused_in_one_sentence_that_names_it(settings, named):
    with pytest.raises(UserError, match=named) as caught:
        SearchConfig(**settings)
    assert "\n" not in str(caught.value)


def test_a_weight_above_one_can_be_searched_where_mixing_is_additive():
    config = SearchConfig(base=RunConfig(mixing="additive"), weights=Range(0, 5))
    assert config.weights == Range(0, 5)


def test_an_axis_that_is_left_empty_has_the_value_of_the_base():
    config = SearchConfig(base=RunConfig(lr=0.25, student="mlp:7"))
    assert (config.lrs, config.students, config.methods) == ((0.25,), ("mlp:7",), ("kd",))


def test_a_search_survives_json():
    config = SearchConfig(
        base=RunConfig(seed=3),
        students=("mlp:8", "mlp:9"),
        lrs=Range(0.001, 1),
        folds=4,
        objective="validation_nll",
        seed=5,
    )
    assert SearchConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config


def test_a_setting_that_there_is_not_is_named():
    with pytest.raises(UserError, match=r"'trails'.*trials"):
        SearchConfig.from_dict({"trails": 3})


def test_every_axis_says_how_it_is_written():
    assert SYNTAX.keys() == AXES.keys()


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"teachers": ("mlp:8",)}, "two or more teachers"),
        ({"teachers": ("mlp:8", "mlp:8")}, "twice"),
        ({"teachers": ("mlp:8", "mlp:0")}, "mlp:0"),
        (
            {"teachers": ("mlp:8", "mlp:9"), "base": RunConfig(teacher_weights="t")},
            "teacher_weights",
        ),
    ],
)
def test_a_bad_choice_is_refused_in_one_sentence(settings, named):
    with pytest.raises(UserError, match=named):
        TeacherSelectionConfig(**settings)


def test_a_choice_survives_json_and_has_a_cell_for_each_teacher_and_seed():
    config = TeacherSelectionConfig(
        teachers=parse_models("teachers", "mlp:8 mlp:9,2"), seeds=(4, 5)
    )
    assert TeacherSelectionConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config
    assert [(cell.teacher, cell.seed) for cell in config.cells] == [
        ("mlp:8", 4),
        ("mlp:8", 5),
        ("mlp:9,2", 4),
        ("mlp:9,2", 5),
    ]


def test_a_method_of_the_space_that_already_stands_beside_is_refused():
    with pytest.raises(UserError, match="lists kd twice"):
        SearchConfig(base=RunConfig(method="nkd", also="0.5*kd"), methods=("kd", "dkd"))
