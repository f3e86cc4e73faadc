"""Which files a run's settings may name while the app is shared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.server.roots import PATHS, ROOTS, check_path, check_paths, names_a_path
from dashboard.server.sharing import SHARE
from dashboard.server.visitors import Role, acting_as
from kdcore.catalogue import DATASETS
from kdcore.errors import UserError
from kdcore.jobs.recipe.config import RecipeConfig
from kdcore.jobs.run.config import RunConfig
from kdcore.jobs.sweep.config import SweepConfig


@pytest.fixture
def shared(monkeypatch, tmp_path):
    """The app is shared; of the folders beside the store one is named."""
    monkeypatch.setenv(SHARE, "1")
    monkeypatch.setenv(ROOTS, str(tmp_path / "named"))
    for name in ("named", "named-not", "store/uploads"):
        (tmp_path / name).mkdir(parents=True)
    return tmp_path


def code_of(name, value, role=Role.LECTURER):
    try:
        with acting_as(role):
            check_path(name, value)
    except UserError as error:
        return error.code
    return ""


@pytest.mark.parametrize("name", PATHS)
@given(value=st.one_of(st.text(min_size=1), st.sampled_from(["/etc/passwd", "..", "~", "a.zip"])))
def test_a_follower_names_no_file_whatever_is_typed(name, value):
    named = names_a_path(name, value)

    assert code_of(name, value, Role.FOLLOWER) == ("path_refused" if named else "")


@pytest.mark.parametrize("value", ["/etc/passwd", "C:\\x", "", "mnist5k.zip", "./mnist5k"])
def test_what_is_no_name_of_the_catalogue_is_a_path(value):
    assert names_a_path("dataset", value) == (value != "")


def test_names_of_the_catalogue_are_everyones():
    for name in DATASETS:
        assert code_of("dataset", name, Role.FOLLOWER) == ""
    for target in ("", "rotated", "rotated:angle=30", "digits"):
        assert code_of("target", target, Role.FOLLOWER) == ""


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("named/a.csv", ""),
        ("named", ""),
        ("store/uploads/0123/a.csv", ""),
        ("store", ""),
        ("named-not/a.csv", "path_outside"),
        ("named/../named-not/a.csv", "path_outside"),
        ("", "path_outside"),
        ("../../../../../../etc/passwd", "path_outside"),
    ],
)
@pytest.mark.parametrize("name", PATHS)
def test_the_lecturer_names_what_lies_in_the_roots(shared, name, path, code):
    assert code_of(name, str(shared / path)) == code


def test_where_a_link_leads_counts(shared):
    (shared / "named" / "out").symlink_to(shared / "named-not")
    (shared / "in").symlink_to(shared / "named")

    assert code_of("dataset", str(shared / "named" / "out" / "a.csv")) == "path_outside"
    assert code_of("dataset", str(shared / "in" / "a.csv")) == ""


@pytest.mark.parametrize("value", ["a\0b", "~nobody-of-this-name/x", "x" * 5000, "/" + "x" * 5000])
def test_what_no_file_can_be_called_is_refused_or_left_to_the_engine(shared, value):
    assert code_of("dataset", value) in ("path_outside", "")


def test_a_misspelt_data_set_is_left_to_the_engine_which_knows_the_right_name(shared):
    assert code_of("dataset", "mnst5k") == ""


def test_on_this_computer_alone_nothing_is_limited():
    assert code_of("dataset", "/etc/passwd") == ""


def test_all_paths_of_all_kinds_of_jobs_are_looked_at(shared):
    outside = str(shared / "named-not")
    for config in (
        RunConfig(dataset=outside),
        RunConfig(teacher_weights=f"{outside}/a.safetensors"),
        SweepConfig(base=RunConfig(data_root=outside)),
        RecipeConfig(base=RunConfig(data_root=outside)),
    ):
        with acting_as(Role.LECTURER), pytest.raises(UserError, match="named"):
            check_paths(config.to_dict())
