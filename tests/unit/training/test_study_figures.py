"""What Optuna draws of a search, read from its file."""

import json
import subprocess
import sys

import optuna
import pytest

from kdcore.jobs.search.config import TRIALS
from kdcore.training.grid.study_figures import FIGURES, study_figures


def study_in(folder, count):
    """A study of so many trials in the folder's file."""
    folder.mkdir(exist_ok=True)
    storage = optuna.storages.RDBStorage(f"sqlite:///{folder / TRIALS}")
    study = optuna.create_study(storage=storage, study_name="search-x", direction="maximize")
    for number in range(count):
        distributions = {
            "lr": optuna.distributions.FloatDistribution(0.001, 0.1, log=True),
            "method": optuna.distributions.CategoricalDistribution(("kd", "hard")),
        }
        params = {"lr": 0.001 * (number + 1), "method": ("kd", "hard")[number % 2]}
        study.add_trial(
            optuna.trial.create_trial(
                params=params, distributions=distributions, value=0.9 + 0.01 * number
            )
        )
    storage.remove_session()
    storage.engine.dispose()


def test_every_figure_of_a_study_is_drawn(tmp_path):
    study_in(tmp_path, 4)
    found = study_figures(tmp_path)

    assert found.keys() == FIGURES.keys()
    values, best = found["history"]["data"][:2]
    assert values["x"] == [0, 1, 2, 3]
    assert best["y"] == pytest.approx([0.9, 0.91, 0.92, 0.93])
    assert sorted(found["importances"]["data"][0]["y"]) == ["lr", "method"]
    assert found["parallel"]["layout"]["xaxis"]["ticktext"][1:] == ["lr", "method"]


def test_lines_come_in_the_order_of_the_trials(tmp_path):
    study_in(tmp_path, 3)
    lines = study_figures(tmp_path)["parallel"]["data"]

    assert [line["customdata"][2][1] for line in lines[:3]] == ["kd", "hard", "kd"]


@pytest.mark.parametrize("count", [0, 1])
def test_too_few_trials_make_no_figure(tmp_path, count):
    study_in(tmp_path, count)

    assert study_figures(tmp_path) == {}


def test_a_folder_that_is_read_only_and_oddly_named_is_read(tmp_path):
    study_in(tmp_path / "plain", 2)
    folder = (tmp_path / "plain").rename(tmp_path / "a ?#%20 b")
    (folder / TRIALS).chmod(0o444)

    assert study_figures(folder)
    assert [path.name for path in folder.iterdir()] == [TRIALS]


def test_a_file_that_is_missing_is_not_made(tmp_path):
    command = [sys.executable, "-m", "kdcore.training.grid.study_figures", str(tmp_path)]

    assert subprocess.run(command, capture_output=True, check=False).returncode != 0
    assert list(tmp_path.iterdir()) == []


def test_the_program_writes_json_alone(tmp_path):
    study_in(tmp_path, 2)
    command = [sys.executable, "-m", "kdcore.training.grid.study_figures", str(tmp_path)]
    written = subprocess.run(command, capture_output=True, check=True).stdout

    assert json.loads(written).keys() == FIGURES.keys()
