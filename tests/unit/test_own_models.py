"""Architectures of one's own: registered by a program, or brought by an installed package."""

import os
import subprocess
import sys
from importlib.metadata import EntryPoint
from math import prod

import pytest
import torch
from support.trained import events_of
from torch import nn

from kdcore import Run, RunConfig, register_model
from kdcore.catalogue import MODELS, parse_model
from kdcore.catalogue.own_models import enter_installed
from kdcore.errors import UserError
from kdcore.jobs.compression.config import suited_stages
from kdcore.models.build import build_model
from kdcore.store import Store, recorded

QUICK = {"dataset": "digits", "teacher": "mlp:4", "epochs": 1, "teacher_epochs": 1}
QUICK |= {"transfer_size": 64, "device": "cpu"}


@pytest.fixture(autouse=True)
def _models_as_before():
    before = dict(MODELS)
    yield
    MODELS.clear()
    MODELS.update(before)


def tiny(input_shape, classes):
    return nn.Sequential(nn.Flatten(), nn.Linear(prod(input_shape), classes))


def code(function):
    with pytest.raises(UserError) as caught:
        function()
    assert "\n" not in str(caught.value)
    return caught.value.code


def test_a_registered_model_is_chosen_by_its_name_for_every_role(tmp_path):
    register_model("tiny", tiny, title="One layer")
    config = RunConfig(**QUICK | {"teacher": "tiny", "assistants": "tiny", "student": "tiny"})
    folder = Store(tmp_path).create(config)
    (*_, last) = events_of(config, folder)

    assert last.kind == "finished"
    assert parse_model("tiny") == ("tiny", ())
    assert MODELS["tiny"].title == "One layer"


def test_the_seed_gives_its_first_weights():
    register_model("tiny", tiny)
    one, again, other = (build_model("tiny", (1, 4, 4), 3, seed) for seed in (1, 1, 2))

    assert torch.equal(one[1].weight, again[1].weight)
    assert not torch.equal(one[1].weight, other[1].weight)


def test_a_name_registered_again_has_the_new_function():
    register_model("tiny", tiny)
    register_model("tiny", lambda shape, classes: nn.Sequential(tiny(shape, classes), nn.ReLU()))

    assert len(build_model("tiny", (4,), 3, 0)) == 2


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("mlp", tiny), "model_name_taken"),
        (("Tiny", tiny), "model_name"),
        (("", tiny), "model_name"),
        (("a+b", tiny), "model_name"),
        (("tiny", None), "model_no_function"),
        (("tiny", nn.Linear(1, 1), ("smell",)), "unknown_input_kind"),
    ],
)
def test_what_cannot_be_registered_is_refused(arguments, expected):
    name, build, *accepts = arguments
    known = {"accepts": accepts[0]} if accepts else {}

    assert code(lambda: register_model(name, build, **known)) == expected


@pytest.mark.parametrize(
    ("build", "expected"),
    [
        (lambda shape, classes: 1 / 0, "model_build"),
        (lambda shape: None, "model_build"),
        ("no_such_package.models:tiny", "model_build"),
        (lambda shape, classes: tiny, "model_build_kind"),
        (lambda shape, classes: tiny(shape, classes + 1), "model_build_answer"),
        (lambda shape, classes: nn.LSTM(*shape, classes), "model_build_answer"),
        (lambda shape, classes: nn.Linear(7, classes), "model_build"),
    ],
)
def test_a_function_that_builds_no_network_for_the_data_is_told_in_one_sentence(build, expected):
    register_model("tiny", build)

    assert code(lambda: build_model("tiny", (4,), 3, 0)) == expected


def test_a_model_may_work_in_place_on_its_inputs():
    class InPlace(nn.Module):
        def __init__(self, features, classes):
            super().__init__()
            self.layer = nn.Linear(features, classes)

        def forward(self, inputs):
            return self.layer(inputs.relu_())

    register_model("in_place", lambda shape, classes: InPlace(*shape, classes))
    inputs = torch.full((3, 2), -1.0)
    build_model("in_place", (2,), 2, 0)(inputs)
    config = RunConfig(**QUICK | {"dataset": "moons", "student": "in_place"})

    assert inputs.eq(-1).all()
    assert events_of(config)[-1].kind == "finished"


@pytest.mark.parametrize("role", ["teacher", "student"])
def test_a_model_without_anything_to_learn_is_told_in_one_sentence(role):
    register_model("held", lambda shape, classes: tiny(shape, classes).requires_grad_(False))
    (*_, last) = events_of(RunConfig(**QUICK | {role: "held"}))

    assert (last.code, last.values["name"]) == ("module_learns_nothing", "held")
    assert last.values["role"] == role


def test_a_model_that_counts_its_answers_is_refused():
    class Counts(nn.Linear):
        def __init__(self, features, classes):
            super().__init__(features, classes)
            self.register_buffer("answers", torch.zeros(()))

        def forward(self, inputs):
            self.answers += 1
            return super().forward(inputs)

    register_model("counts", lambda shape, classes: Counts(*shape, classes))
    with pytest.raises(UserError) as caught:
        build_model("counts", (2,), 2, 0)

    assert caught.value.code == "model_build_changes"


def test_a_run_of_such_a_function_fails_by_that_sentence():
    register_model("tiny", lambda shape, classes: 1 / 0)
    (*_, last) = events_of(RunConfig(student="tiny", **QUICK))

    assert last.code == "model_build"
    assert "ZeroDivisionError" in last.error


def test_data_of_another_kind_are_refused_before_anything_is_trained():
    register_model("tiny", tiny, accepts=("features",))
    events = events_of(RunConfig(student="tiny", **QUICK))

    assert [event.kind for event in events] == ["failed"]
    assert events[0].code == "model_input_kind"


def test_a_program_that_does_not_know_the_model_shows_its_runs_and_trains_none(tmp_path):
    register_model("tiny", tiny)
    config = RunConfig(student="tiny", **QUICK)
    folder = Store(tmp_path).create(config)
    assert [*recorded(Run(config, folder), folder)][-1].kind == "finished"
    del MODELS["tiny"]

    assert Store(tmp_path).row(folder.id).state == "finished"
    assert Store(tmp_path).find(folder.id).config == config
    assert code(lambda: RunConfig(student="tiny", **QUICK)) == "unknown_model"


def test_a_registered_student_is_compressed_by_what_suits_any_network():
    register_model("tiny", tiny)

    assert suited_stages("tiny") == ("pruned", "low_rank", "int8_dynamic")
    assert suited_stages("module:Net") == ()


# Of installed packages


def entry(name, value):
    return EntryPoint(name, value, "kdcore.models")


def test_the_models_of_packages_are_known_without_importing_them():
    assert enter_installed([entry("tiny", "no_such_package.models:tiny")]) == []
    assert MODELS["tiny"].build == "no_such_package.models:tiny"


def test_a_package_s_model_with_the_name_of_another_is_left_out():
    (problem,) = enter_installed([entry("mlp", "package:mlp"), entry("tiny", "package:tiny")])

    assert problem.code == "model_name_taken"
    assert MODELS["mlp"].build == "kdcore.models.mlp:mlp"
    assert "tiny" in MODELS


PACKAGE = """
from torch import nn

def tiny(input_shape, classes):
    size = 1
    for side in input_shape:
        size *= side
    return nn.Sequential(nn.Flatten(), nn.Linear(size, classes))

tiny.accepts = ("image",)
"""


@pytest.fixture
def installed(tmp_path):
    """The environment in which a package with a model, and one with another's name, lie."""
    (tmp_path / "of_others.py").write_text(PACKAGE)
    about = tmp_path / "of_others-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: of-others\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(
        "[kdcore.models]\ntiny = of_others:tiny\nresnet8 = of_others:tiny\n"
    )
    path = os.pathsep.join([str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])])
    return os.environ | {"PYTHONPATH": path}


def command(environment, *words):
    return subprocess.run(
        [sys.executable, "-m", "kdcore", *words],
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


def test_the_command_line_has_the_models_of_installed_packages(installed):
    done = command(installed, "models")

    assert done.returncode == 0
    assert "tiny (of-others)" in done.stdout
    assert "'resnet8' is a model of this program already" in done.stderr


def test_the_command_line_trains_a_model_of_an_installed_package(installed):
    run = ["run", "--student", "tiny", "--json"]
    settings = [
        word
        for name, value in QUICK.items()
        for word in (f"--{name.replace('_', '-')}", str(value))
    ]
    done = command(installed, *run, *settings)

    assert done.returncode == 0, done.stderr
    assert '"event":"finished"' in done.stdout

    refused = command(installed, *run, *settings, "--dataset", "moons")
    assert refused.returncode == 2
    assert "tiny" in refused.stderr


ON_PAGES = """
from dashboard.text.languages import LANGUAGES, words
import streamlit as st

from dashboard.page.settings.sidebar import _models

st.session_state["dataset"] = "mnist5k"

print([words(language)["model.tiny"] for language in LANGUAGES])
print(["tiny" in _models(role, "mlp:4") for role in ("teacher", "student")])
print(["efficientnet_lite0" in _models(role, "mlp:4") for role in ("teacher", "student")])
"""


def test_the_pages_have_the_models_of_installed_packages_in_every_language(installed):
    done = subprocess.run(
        [sys.executable, "-c", ON_PAGES],
        env=installed,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )

    assert done.stdout.splitlines() == [
        "['tiny (of-others)', 'tiny (of-others)']",
        "[True, True]",
        "[True, False]",
    ], done.stderr
