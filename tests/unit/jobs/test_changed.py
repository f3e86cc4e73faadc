"""A stored job of any kind once more, with other settings."""

import json
from dataclasses import replace

import pytest
import torch
from support.jobs import CONFIGS

from kdcore.cli.arguments import parser
from kdcore.errors import UserError
from kdcore.events import Cancelled
from kdcore.job import Job
from kdcore.jobs.changed import changed, flat, setting_texts
from kdcore.jobs.kind import KINDS
from kdcore.jobs.search.config import Range
from kdcore.store import Store


@pytest.mark.parametrize("kind", KINDS)
def test_its_settings_as_texts_are_the_job_itself(kind):
    config = CONFIGS[kind]
    texts = setting_texts(config)

    assert texts
    assert texts.keys() <= flat(config.to_dict()).keys()
    assert changed(config, texts) == config


@pytest.mark.parametrize(
    ("kind", "name", "text", "value"),
    [
        ("run", "temperature", " 8 ", 8.0),
        ("run", "teacher", "mlp:8 + mlp:16", "mlp:8 + mlp:16"),
        ("sweep", "temperatures", "1， 4", (1.0, 4.0)),
        ("sweep", "published", "True", True),
        ("search", "lrs", "0.001:0.1", Range(0.001, 0.1)),
        ("search", "lrs", "0.001,0.1", (0.001, 0.1)),
        ("search", "students", "mlp:8 mlp:16,8", ("mlp:8", "mlp:16,8")),
        ("teacher_selection", "teachers", "mlp:8 mlp:16,8", ("mlp:8", "mlp:16,8")),
        ("compression", "stages", "narrow,pruned", ("pruned", "narrow")),
        ("robustness", "examples", "50", 50),
        ("recipe", "seeds", "7", (7,)),
    ],
)
def test_one_setting_is_another_one_and_all_else_stays(kind, name, text, value):
    config = CONFIGS[kind]
    expected = replace(config, **{name: value})

    assert changed(config, {name: text}) == expected
    assert expected != config


@pytest.mark.parametrize("kind", ["sweep", "search", "teacher_selection", "compression"])
def test_what_all_students_share_may_be_another_one(kind):
    config = CONFIGS[kind]
    name = "lr" if kind == "compression" else "batch_size"

    assert changed(config, {f"base.{name}": "1"}).base == config.base.replace(**{name: 1})


@pytest.mark.parametrize(
    ("kind", "changes", "code"),
    [
        ("run", {"temprature": "4"}, "unknown_setting"),
        ("run", {"temperature": "warm"}, "not_a_number"),
        ("sweep", {"base.temperature": "4"}, "unknown_setting"),  # its axis decides
        ("sweep", {"seeds": " "}, "empty_axis"),
        ("sweep", {"published": "perhaps"}, "not_a_choice"),
        ("search", {"weights": "1:0"}, "bad_range"),
        ("teacher_selection", {"teachers": ""}, "no_models"),
        ("compression", {"run": "last"}, "unknown_setting"),
        ("compression", {"base.student": "mlp:8"}, "unknown_setting"),
        ("robustness", {"base.dataset": "mnist5k"}, "unknown_setting"),
        ("recipe", {"base.epochs": "1"}, "unknown_setting"),
    ],
)
def test_what_cannot_be_is_refused(kind, changes, code):
    with pytest.raises(UserError) as raised:
        changed(CONFIGS[kind], changes)

    assert raised.value.code == code


@pytest.mark.parametrize("kind", KINDS)
def test_the_command_line_executes_a_job_of_every_kind_again(tmp_path, monkeypatch, capsys, kind):
    monkeypatch.setattr(Job, "__iter__", lambda job: iter([Cancelled(job=job.id)]))
    monkeypatch.setattr(torch, "set_flush_denormal", lambda on: True)  # of a program of its own
    store = Store(tmp_path)
    stored = store.create(CONFIGS[kind])
    name, text = list(setting_texts(stored.config).items())[-1]
    text = {"0": "1", "auto": "float32"}.get(text, text)
    options = parser().parse_args(
        ["again", stored.id, "--set", f"{name}={text}", "--json", "--store", str(tmp_path)]
    )
    options.command(options)
    (event,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    assert event["job"] != stored.id
    assert store.find(event["job"]).config == changed(stored.config, {name: text})
    assert store.row(event["job"]).state == "stopped"
